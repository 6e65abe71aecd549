/* What operators on integers share: scale and zero point of an operand, and the way from an integer
 * tensor to the float32 tensor that it stands for, and back.
 *
 * Activations that the source has as uint8 are shifted to int8, zero point and values by 128, which
 * changes no value that they stand for. Until the import ends their type is GRAPH_UINT8, so that
 * operands can be checked; the zero point is the shifted one from the start. */
#ifndef OCTAVO_CONVERTER_OPERATORS_QUANTIZATION_H
#define OCTAVO_CONVERTER_OPERATORS_QUANTIZATION_H

#include "converter/onnx/node.h"
#include "converter/operators/table.h"

/* From uint8 to int8. */
#define QUANTIZATION_UNSIGNED_SHIFT 128

/* Inputs of a node; `zero_point` may be one that is left out. */
typedef struct quantized_operand {
  uint32_t value, scale, zero_point;
  int64_t axis; /* of scales, if there are several; negative ones count from the end */
} quantized_operand;

typedef struct quantization_read {
  const float *scales;            /* of the graph's constant: valid until it is freed */
  const graph_tensor *zero_point; /* NULL = 0; valid until something is added to the graph */
  uint32_t count;                 /* 1, or one per index along `axis` */
  uint32_t axis;
} quantization_read;

/* Reads and checks scale and zero point for a tensor of `shape`. */
octavo_status quantization_read_operand(const onnx_node *n, const quantized_operand *operand,
                                        const onnx_shape *shape, quantization_read *q);

/* The zero point of index `i` along the axis, as int8 has it; 0 for int32. */
int32_t quantization_zero_point(const quantization_read *q, uint32_t i, graph_type type);

/* How far apart elements are that differ by one along `axis`. */
size_t quantization_stride(const graph_tensor *t, uint32_t axis);

/* Gives the float32 tensor that an integer operand stands for: a constant, which remembers the
 * integers where its zero points are 0, or the result of a DEQUANTIZE node. `name`: the tensor's;
 * NULL: one made from the operand's. */
octavo_status quantization_dequantize(onnx_node *n, const quantized_operand *operand,
                                      const char *name, int32_t *output);

/* The constant `source` as float32; its part of the above. */
octavo_status quantization_dequantize_constant(onnx_node *n, int32_t source,
                                               const quantization_read *q, const char *name,
                                               int32_t *output);

/* int32 biases of the scale input_scale · weight_scales[c], which has `scale_count` elements, 1 or
 * one per bias. */
octavo_status quantization_dequantize_bias(onnx_node *n, uint32_t bias, float input_scale,
                                           const float *weight_scales, uint32_t scale_count,
                                           int32_t *output);

/* Adds a QUANTIZE node that turns `from`, float32, into integers; `operand->value` is not read. The
 * tensor takes the name of the source node's output. */
octavo_status quantization_quantize(onnx_node *n, int32_t from, const quantized_operand *operand,
                                    int32_t *output);

/* A node that turns float32 into integers or the other way round, and the tensor it gives. */
typedef struct quantization_conversion {
  uint32_t op; /* OCTAVO_OP_QUANTIZE or OCTAVO_OP_DEQUANTIZE */
  int32_t from;
  const char *tensor, *node; /* names; `node` NULL: the tensor's, once that is unique */
  graph_type type;           /* of the result */
  graph_quantization quantization;
} quantization_conversion;
octavo_status quantization_add_conversion(onnx_node *n, const quantization_conversion *conversion,
                                          int32_t *to);

/* Imports a node with `op`. One that only moves integers, such as a pool or a reshape, is imported
 * as dequantize, itself, quantize. */
octavo_status quantization_import(const onnx_operator *op, onnx_node *n);

/* The end of the import: uint8 activations become int8 by name, too. Fails where nothing tells what
 * an integer input stands for. */
octavo_status quantization_finish(graph *g, octavo_error *error);

#endif
