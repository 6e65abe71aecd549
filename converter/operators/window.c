#include "converter/operators/window.h"

/* As the runtime's limit on each of them. */
#define MAX_WINDOW 1024

static octavo_status read_pair(const onnx_node *n, const char *name, const int64_t *missing,
                               uint32_t pair[2]) {
  onnx_shape values;
  octavo_status status = onnx_attribute_ints(n, name, &values);
  if (status != OCTAVO_OK)
    return status;
  if (values.rank == 0 && missing != NULL)
    values = (onnx_shape){.rank = 2, .dims = {missing[0], missing[1]}};
  if (values.rank != 2)
    return onnx_invalid(n, "attribute %s: expected 2 numbers, found %u", name, values.rank);
  for (uint32_t i = 0; i < 2; i++) {
    if (values.dims[i] < 1)
      return onnx_invalid(n, "attribute %s: expected at least 1, found %lld", name,
                          (long long)values.dims[i]);
    if (values.dims[i] > MAX_WINDOW)
      return onnx_unsupported(n, "%s above %d", name, MAX_WINDOW);
    pair[i] = (uint32_t)values.dims[i];
  }
  return OCTAVO_OK;
}

static octavo_status read_pads(const onnx_node *n, onnx_window *window) {
  onnx_shape pads;
  octavo_status status = onnx_attribute_ints(n, "pads", &pads);
  if (status != OCTAVO_OK)
    return status;
  if (pads.rank != 0 && pads.rank != 4)
    return onnx_invalid(n, "attribute pads: expected 4 numbers, found %u", pads.rank);
  for (uint32_t i = 0; i < 4; i++) {
    if (pads.dims[i] < 0)
      return onnx_invalid(n, "attribute pads: expected no negative number, found %lld",
                          (long long)pads.dims[i]);
    if (pads.dims[i] > MAX_WINDOW)
      return onnx_unsupported(n, "pads above %d", MAX_WINDOW);
  }
  for (uint32_t i = 0; i < 2; i++) {
    window->before[i] = (uint32_t)pads.dims[i];
    window->after[i] = (uint32_t)pads.dims[2 + i];
  }
  return OCTAVO_OK;
}

static int64_t extent(const onnx_window *window, uint32_t axis) {
  return (int64_t)(window->kernel[axis] - 1) * window->dilation[axis] + 1;
}

/* SAME: as many outputs as strides fit in the input, padding shared between both ends; of an odd
 * number, `upper` puts the larger half at the end. */
static octavo_status pad_same(const onnx_node *n, onnx_window *window, uint32_t axis, int64_t size,
                              bool upper) {
  const int64_t stride = window->stride[axis];
  window->output[axis] = (size + stride - 1) / stride;
  int64_t total = (window->output[axis] - 1) * stride + extent(window, axis) - size;
  if (total < 0)
    total = 0;
  if (total > MAX_WINDOW)
    return onnx_unsupported(n, "pads above %d", MAX_WINDOW);
  const uint32_t small = (uint32_t)(total / 2), large = (uint32_t)(total - total / 2);
  window->before[axis] = upper ? small : large;
  window->after[axis] = upper ? large : small;
  return OCTAVO_OK;
}

static octavo_status count_outputs(const onnx_node *n, onnx_window *window, uint32_t axis,
                                   int64_t size, bool ceil_mode) {
  const int64_t stride = window->stride[axis];
  const int64_t padded = size + window->before[axis] + window->after[axis];
  const int64_t room = padded - extent(window, axis);
  if (room < 0)
    return onnx_invalid(n, "its kernel covers %lld elements, but the padded input has %lld",
                        (long long)extent(window, axis), (long long)padded);
  window->output[axis] = (ceil_mode ? room + stride - 1 : room) / stride + 1;
  /* A last window that would begin in the padding at the end is left out. */
  if (ceil_mode && (window->output[axis] - 1) * stride >= size + window->before[axis])
    window->output[axis]--;
  const int64_t needed = (window->output[axis] - 1) * stride + extent(window, axis) - padded;
  if (needed > 0)
    window->extra[axis] = (uint32_t)needed;
  return OCTAVO_OK;
}

octavo_status onnx_read_window(const onnx_node *n, const graph_tensor *x, const int64_t *kernel,
                               onnx_window *window) {
  static const int64_t ones[2] = {1, 1};
  *window = (onnx_window){0};
  int64_t ceil_mode = 0;
  octavo_status status = read_pair(n, "kernel_shape", kernel, window->kernel);
  if (status == OCTAVO_OK)
    status = read_pair(n, "strides", ones, window->stride);
  if (status == OCTAVO_OK)
    status = read_pair(n, "dilations", ones, window->dilation);
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "ceil_mode", 0, &ceil_mode);
  const bool upper = onnx_attribute_is(n, "auto_pad", "SAME_UPPER", false);
  const bool lower = onnx_attribute_is(n, "auto_pad", "SAME_LOWER", false);
  const bool valid = onnx_attribute_is(n, "auto_pad", "VALID", false);
  if (status == OCTAVO_OK && !upper && !lower && !valid) {
    if (!onnx_attribute_is(n, "auto_pad", "NOTSET", true))
      return onnx_invalid(n,
                          "attribute auto_pad: expected NOTSET, SAME_UPPER, SAME_LOWER or VALID");
    status = read_pads(n, window);
  }
  for (uint32_t i = 0; i < 2 && status == OCTAVO_OK; i++) {
    if (kernel != NULL && window->kernel[i] != kernel[i])
      return onnx_invalid(n, "attribute kernel_shape does not agree with the weights");
    status = upper || lower ? pad_same(n, window, i, x->shape[2 + i], upper)
                            : count_outputs(n, window, i, x->shape[2 + i], ceil_mode != 0);
  }
  return status;
}

void onnx_window_to_pool(const onnx_window *window, octavo_attributes_pool *pool) {
  *pool = (octavo_attributes_pool){
      .kernel_height = window->kernel[0],
      .kernel_width = window->kernel[1],
      .stride_height = window->stride[0],
      .stride_width = window->stride[1],
      .dilation_height = window->dilation[0],
      .dilation_width = window->dilation[1],
      .pad_top = window->before[0],
      .pad_left = window->before[1],
      .pad_bottom = window->after[0] + window->extra[0],
      .pad_right = window->after[1] + window->extra[1],
  };
}

octavo_status onnx_expect_image(const onnx_node *n) {
  octavo_status status = onnx_expect_activation(n, 0);
  if (status == OCTAVO_OK && onnx_input(n, 0)->rank != 4)
    status = onnx_unsupported(n, "input of rank %u, expected 4 (NCHW)", onnx_input(n, 0)->rank);
  return status;
}
