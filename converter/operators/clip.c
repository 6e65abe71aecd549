/* Relu and Clip: both become a clamp. */
#include "converter/operators/table.h"

#include <math.h>

static octavo_status emit_clamp(onnx_node *n, float minimum, float maximum) {
  if (!(minimum <= maximum))
    return onnx_invalid(n, "expected its minimum %g to be at most its maximum %g", (double)minimum,
                        (double)maximum);
  const onnx_shape shape = onnx_shape_of(onnx_input(n, 0));
  graph_node *node = NULL;
  octavo_status status = onnx_emit(n, OCTAVO_OP_CLIP, n->inputs, 1, &shape, &node);
  if (status == OCTAVO_OK)
    node->attributes.clamp = (octavo_attributes_clamp){.clamp_min = minimum, .clamp_max = maximum};
  return status;
}

octavo_status import_relu(onnx_node *n) {
  octavo_status status = onnx_expect_inputs(n, 1, 1);
  if (status == OCTAVO_OK)
    status = onnx_expect_activation(n, 0);
  return status == OCTAVO_OK ? emit_clamp(n, 0.0f, INFINITY) : status;
}

/* One end: an attribute before operator set 11, then an input. */
static octavo_status read_end(const onnx_node *n, uint32_t input, const char *name, float missing,
                              float *end) {
  if (n->opset < 11)
    return onnx_attribute_float(n, name, missing, end);
  double value = (double)missing;
  octavo_status status = OCTAVO_OK;
  if (onnx_has_input(n, input))
    status = onnx_read_number(n, input, name, &value);
  *end = (float)value;
  return status;
}

octavo_status import_clip(onnx_node *n) {
  float minimum = 0, maximum = 0;
  octavo_status status = onnx_expect_inputs(n, 1, 3);
  if (status == OCTAVO_OK)
    status = onnx_expect_activation(n, 0);
  if (status == OCTAVO_OK)
    status = read_end(n, 1, "min", -INFINITY, &minimum);
  if (status == OCTAVO_OK)
    status = read_end(n, 2, "max", INFINITY, &maximum);
  return status == OCTAVO_OK ? emit_clamp(n, minimum, maximum) : status;
}
