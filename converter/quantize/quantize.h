/* A lowered float graph becomes a lowered graph of the same layers, each int8, float32 or in
 * between (dynamic). */
#ifndef OCTAVO_CONVERTER_QUANTIZE_H
#define OCTAVO_CONVERTER_QUANTIZE_H

#include "converter/graph.h"
#include "converter/quantize/scale.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum layer_precision {
  PRECISION_INT8,    /* weights and activations */
  PRECISION_FLOAT,   /* float32 throughout */
  PRECISION_DYNAMIC, /* int8 weights; float32 activations, which the kernel quantizes as they come
                      */
} layer_precision;

typedef struct quantize_settings {
  /* One per tensor of the source, calibrated (constants: not read); may be NULL if no layer is
   * PRECISION_INT8. */
  const value_range *ranges;
  const layer_precision *precisions; /* one per node, in execution order; NULL = as
                                        quantize_choose_precisions says */
} quantize_settings;

/* On success *result is a new graph (graph_free) whose tensors and nodes keep their names; where
 * int8 layers meet float32 ones it has quantize and dequantize nodes besides. Errors: ARGUMENT (a
 * layer that shall be int8 has no such form, or limits that cannot be met), MEMORY. */
octavo_status quantize_graph(const graph *source, const quantize_settings *settings, graph **result,
                             octavo_error *error);

/* For mode dynamic: dynamic for all that gain by it, float32 for the rest. */
void quantize_choose_dynamic(const graph *g, layer_precision *precisions);

/* int8 for all that has an int8 form but a softmax at the end of the network, and reshapes after
 * it. */
void quantize_choose_precisions(const graph *g, layer_precision *precisions);

/* Whether the runtime has an int8 kernel for such a node. */
bool quantize_has_int8_form(const graph *g, uint32_t node);

/* Turns weights (input 1) and bias (input 2, added if left out) of node `node` into int8 and int32
 * constants. The scales of its input and output must be set. Constants that other nodes read too
 * are copied first. */
octavo_status quantize_constants(graph *g, uint32_t node, octavo_error *error);

/* Makes sure that operand `which` of the node, a constant, is one that no other operand is. */
octavo_status quantize_own_operand(graph *g, uint32_t node, uint32_t which, octavo_error *error);

/* Gives a constant `data` (octavo_memory, now its own) for what it had; scales and values decided
 * on for that go with it. */
void quantize_replace_data(graph_tensor *t, graph_type type, void *data, size_t bytes);

/* Whether a node of a float graph may be quantized dynamically (int8 weights, float32 activations)
 * and gains by it: convolutions and fully connected layers with constant weights, except depthwise
 * convolutions and those of a gray image. */
bool quantize_is_dynamic_capable(const graph *g, uint32_t node);

/* Turns the float weights of such a node into int8 with a scale per output channel, symmetric in
 * [−127, 127]. The bias stays float32, or left out; activations stay float32. Weights that other
 * nodes read too are copied first. Errors: ARGUMENT (weights or biases that are not finite, a sum
 * too long for int32), MEMORY. */
octavo_status quantize_dynamic_constants(graph *g, uint32_t node, octavo_error *error);
/* Gives a layer with weights a float32 bias (input 2) that no other node reads, zero if it had
 * none. */
octavo_status quantize_own_bias(graph *g, uint32_t node, octavo_error *error);

/* Decides on one scale for all channels of the weights of each layer (graph_quantization.scales):
 * the largest of those they would have by themselves. Where the limits of the kernels ask for more,
 * single channels still get more. Errors: MEMORY. */
octavo_status quantize_per_tensor(graph *g, octavo_error *error);

/* Gives an int8 softmax its second operand: round(exp(−d · scale of the input) · 2^23) for the
 * differences d = 0..255 to the row's maximum. */
octavo_status quantize_add_exp_table(graph *g, uint32_t node, octavo_error *error);

/* Gives an int8 function its second operand: of the values of all 256 inputs, what they are in the
 * output's scale. Computed in double, here and never on a device. */
octavo_status quantize_add_unary_table(graph *g, uint32_t node, octavo_error *error);

/* Gives an int8 node the table that its kernel looks results up in, if it is one of these two. */
octavo_status quantize_add_table(graph *g, uint32_t node, octavo_error *error);

/* Adds a constant of rank 1 as operand `which` of a node, the last one, named after the node. */
octavo_status quantize_add_operand(graph *g, uint32_t node, uint32_t which, const char *suffix,
                                   graph_type type, int64_t count, const void *data,
                                   octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
