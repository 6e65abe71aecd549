#include "converter/operators/table.h"
#include "converter/operators/window.h"

#include <math.h>

/* Weights O, I / groups, kernel height, kernel width must fit the input's channels. */
static octavo_status check_channels(const onnx_node *n, int64_t *groups) {
  const graph_tensor *x = onnx_input(n, 0), *weights = onnx_input(n, 1);
  octavo_status status = onnx_attribute_int(n, "group", 1, groups);
  if (status != OCTAVO_OK)
    return status;
  if (*groups < 1 || *groups > x->shape[1] || x->shape[1] % *groups != 0 ||
      weights->shape[0] % *groups != 0 || weights->shape[0] < 1)
    return onnx_invalid(n, "%lld groups do not divide %lld input and %lld output channels",
                        (long long)*groups, (long long)x->shape[1], (long long)weights->shape[0]);
  if (weights->shape[1] != x->shape[1] / *groups)
    return onnx_invalid(n,
                        "dimension 1 of the weights: expected %lld (%lld input channels, %lld "
                        "groups), found %lld",
                        (long long)(x->shape[1] / *groups), (long long)x->shape[1],
                        (long long)*groups, (long long)weights->shape[1]);
  if (onnx_has_input(n, 2) && onnx_input(n, 2)->shape[0] != weights->shape[0])
    return onnx_invalid(n, "the bias: expected %lld elements, found %lld",
                        (long long)weights->shape[0], (long long)onnx_input(n, 2)->shape[0]);
  return OCTAVO_OK;
}

static octavo_status check(const onnx_node *n, int64_t *groups) {
  octavo_status status = onnx_expect_inputs(n, 2, 3);
  if (status == OCTAVO_OK)
    status = onnx_expect_image(n);
  if (status == OCTAVO_OK)
    status = onnx_expect_floats(n, 1, 4, "weights");
  if (status == OCTAVO_OK && onnx_has_input(n, 2))
    status = onnx_expect_floats(n, 2, 1, "bias");
  if (status == OCTAVO_OK)
    status = check_channels(n, groups);
  return status;
}

octavo_status import_conv(onnx_node *n) {
  int64_t groups = 1;
  octavo_status status = check(n, &groups);
  if (status != OCTAVO_OK)
    return status;
  const graph_tensor *x = onnx_input(n, 0), *weights = onnx_input(n, 1);
  onnx_window window;
  status = onnx_read_window(n, x, &weights->shape[2], &window);
  if (status != OCTAVO_OK)
    return status;
  const onnx_shape shape = {
      .rank = 4, .dims = {x->shape[0], weights->shape[0], window.output[0], window.output[1]}};
  graph_node *node = NULL;
  status = onnx_emit(n, OCTAVO_OP_CONVOLUTION, n->inputs, n->input_count, &shape, &node);
  if (status != OCTAVO_OK)
    return status;
  node->attributes.convolution = (octavo_attributes_convolution){
      .kernel_height = window.kernel[0],
      .kernel_width = window.kernel[1],
      .stride_height = window.stride[0],
      .stride_width = window.stride[1],
      .dilation_height = window.dilation[0],
      .dilation_width = window.dilation[1],
      .pad_top = window.before[0],
      .pad_left = window.before[1],
      .pad_bottom = window.after[0],
      .pad_right = window.after[1],
      .groups = (uint32_t)groups,
      .clamp_min = -INFINITY,
      .clamp_max = INFINITY,
  };
  return OCTAVO_OK;
}
