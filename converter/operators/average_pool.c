/* AveragePool and GlobalAveragePool. */
#include "converter/operators/table.h"
#include "converter/operators/window.h"

/* Zeros around the image, for padding that counts where the pool's own cannot. */
static octavo_status emit_zeros(onnx_node *n, onnx_window *window, int32_t *padded) {
  onnx_shape shape = onnx_shape_of(onnx_input(n, 0));
  octavo_attributes_pad pad = {.value = 0};
  for (uint32_t i = 0; i < 2; i++) {
    shape.dims[2 + i] += window->before[i] + window->after[i];
    pad.before[2 + i] = window->before[i];
    pad.after[2 + i] = window->after[i];
    window->before[i] = window->after[i] = 0;
  }
  graph_node *node = NULL;
  octavo_status status = onnx_emit_step(n, OCTAVO_OP_PAD, n->inputs, 1, &shape, &node, padded);
  if (status == OCTAVO_OK)
    node->attributes.pad = pad;
  return status;
}

static octavo_status read(const onnx_node *n, onnx_window *window, bool *count_padding) {
  int64_t include = 0;
  octavo_status status = onnx_expect_inputs(n, 1, 1);
  if (status == OCTAVO_OK)
    status = onnx_expect_image(n);
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "count_include_pad", 0, &include);
  if (status == OCTAVO_OK)
    status = onnx_read_window(n, onnx_input(n, 0), NULL, window);
  if (status == OCTAVO_OK && (window->dilation[0] != 1 || window->dilation[1] != 1))
    status = onnx_unsupported(n, "dilations");
  *count_padding = include != 0;
  return status;
}

octavo_status import_average_pool(onnx_node *n) {
  onnx_window window;
  bool count_padding = false;
  octavo_status status = read(n, &window, &count_padding);
  if (status != OCTAVO_OK)
    return status;
  int32_t input = n->inputs[0];
  onnx_shape shape = onnx_shape_of(onnx_input(n, 0));
  shape.dims[2] = window.output[0];
  shape.dims[3] = window.output[1];
  const uint32_t padding = window.before[0] | window.before[1] | window.after[0] | window.after[1];
  /* What ceil_mode adds never counts in the divisor, whatever count_include_pad says. */
  if (count_padding && (window.extra[0] | window.extra[1]) != 0) {
    if (padding != 0)
      status = emit_zeros(n, &window, &input);
    count_padding = false;
  }
  graph_node *node = NULL;
  if (status == OCTAVO_OK)
    status = onnx_emit(n, OCTAVO_OP_AVERAGE_POOL, &input, 1, &shape, &node);
  if (status != OCTAVO_OK)
    return status;
  onnx_window_to_pool(&window, &node->attributes.pool);
  node->attributes.pool.count_padding = count_padding && padding != 0 ? 1 : 0;
  return OCTAVO_OK;
}

octavo_status import_global_average_pool(onnx_node *n) {
  octavo_status status = onnx_expect_inputs(n, 1, 1);
  if (status == OCTAVO_OK)
    status = onnx_expect_image(n);
  if (status != OCTAVO_OK)
    return status;
  onnx_shape shape = onnx_shape_of(onnx_input(n, 0));
  shape.dims[2] = shape.dims[3] = 1;
  graph_node *node = NULL;
  return onnx_emit(n, OCTAVO_OP_GLOBAL_AVERAGE_POOL, n->inputs, 1, &shape, &node);
}
