/* MaxPool and GlobalMaxPool. */
#include "converter/operators/table.h"
#include "converter/operators/window.h"

octavo_status import_max_pool(onnx_node *n) {
  onnx_window window;
  octavo_status status = onnx_expect_inputs(n, 1, 1);
  if (status == OCTAVO_OK)
    status = onnx_expect_image(n);
  if (status == OCTAVO_OK)
    status = onnx_read_window(n, onnx_input(n, 0), NULL, &window);
  if (status != OCTAVO_OK)
    return status;
  onnx_shape shape = onnx_shape_of(onnx_input(n, 0));
  shape.dims[2] = window.output[0];
  shape.dims[3] = window.output[1];
  graph_node *node = NULL;
  status = onnx_emit(n, OCTAVO_OP_MAX_POOL, n->inputs, 1, &shape, &node);
  if (status == OCTAVO_OK)
    onnx_window_to_pool(&window, &node->attributes.pool);
  return status;
}

octavo_status import_global_max_pool(onnx_node *n) {
  octavo_status status = onnx_expect_inputs(n, 1, 1);
  if (status == OCTAVO_OK)
    status = onnx_expect_image(n);
  if (status != OCTAVO_OK)
    return status;
  onnx_shape shape = onnx_shape_of(onnx_input(n, 0));
  const onnx_window window = {
      .kernel = {(uint32_t)shape.dims[2], (uint32_t)shape.dims[3]},
      .stride = {1, 1},
      .dilation = {1, 1},
  };
  shape.dims[2] = shape.dims[3] = 1;
  graph_node *node = NULL;
  status = onnx_emit(n, OCTAVO_OP_MAX_POOL, n->inputs, 1, &shape, &node);
  if (status == OCTAVO_OK)
    onnx_window_to_pool(&window, &node->attributes.pool);
  return status;
}
