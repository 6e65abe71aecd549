/* Operators that give back what they get: Identity, Dropout outside training, Cast of activations
 * between floating-point types. */
#include "converter/operators/constant_math.h"
#include "converter/operators/table.h"

static octavo_status emit_identity(onnx_node *n) {
  if (onnx_is_constant(n, 0)) {
    onnx_alias(n, n->inputs[0]);
    return OCTAVO_OK;
  }
  octavo_status status = onnx_expect_activation(n, 0);
  if (status != OCTAVO_OK)
    return status;
  const onnx_shape shape = onnx_shape_of(onnx_input(n, 0));
  graph_node *node = NULL;
  return onnx_emit(n, GRAPH_OP_IDENTITY, n->inputs, 1, &shape, &node);
}

octavo_status import_identity(onnx_node *n) {
  octavo_status status = onnx_expect_inputs(n, 1, 1);
  return status == OCTAVO_OK ? emit_identity(n) : status;
}

octavo_status import_dropout(onnx_node *n) {
  double training = 0;
  octavo_status status = onnx_expect_inputs(n, 1, 3);
  if (status == OCTAVO_OK && onnx_has_input(n, 2))
    status = onnx_read_number(n, 2, "training_mode", &training);
  if (status == OCTAVO_OK && training != 0)
    status = onnx_unsupported(n, "training_mode: export the network in evaluation mode");
  return status == OCTAVO_OK ? emit_identity(n) : status;
}

static bool is_floating(int64_t type) {
  return type == ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT ||
         type == ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE ||
         type == ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16 ||
         type == ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16;
}

/* PyTorch's exporter writes one between each quantization and dequantization. */
static bool is_cast_to_itself(const onnx_node *n, int64_t type) {
  const graph_type from = onnx_input(n, 0)->type;
  return (from == GRAPH_UINT8 && type == ONNX__TENSOR_PROTO__DATA_TYPE__UINT8) ||
         (from == GRAPH_INT8 && type == ONNX__TENSOR_PROTO__DATA_TYPE__INT8) ||
         (from == GRAPH_INT32 && type == ONNX__TENSOR_PROTO__DATA_TYPE__INT32);
}

octavo_status import_cast(onnx_node *n) {
  int64_t type = 0;
  octavo_status status = onnx_expect_inputs(n, 1, 1);
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "to", 0, &type);
  if (status != OCTAVO_OK)
    return status;
  if (is_cast_to_itself(n, type)) {
    onnx_alias(n, n->inputs[0]);
    return OCTAVO_OK;
  }
  if (!onnx_is_constant(n, 0))
    return is_floating(type) ? emit_identity(n)
                             : onnx_unsupported(n, "to data type %lld", (long long)type);
  if (is_floating(type))
    return constant_cast(n, GRAPH_FLOAT32);
  if (type == ONNX__TENSOR_PROTO__DATA_TYPE__INT64)
    return constant_cast(n, GRAPH_INT64);
  if (type == ONNX__TENSOR_PROTO__DATA_TYPE__INT32)
    return constant_cast(n, GRAPH_INT32);
  return onnx_unsupported(n, "of a constant to data type %lld", (long long)type);
}
