/* What the files of quantize_given share. */
#ifndef OCTAVO_CONVERTER_GIVEN_INTERNAL_H
#define OCTAVO_CONVERTER_GIVEN_INTERNAL_H

#include "converter/quantize/given.h"

typedef struct given_state {
  graph *g;
  given_report *report;
  bool changed; /* whether anything was since the caller cleared it */
  octavo_error *error;
} given_state;

/* Whether the node is not removed and of that kind; GRAPH_NONE is not. */
bool given_is(const graph *g, int32_t node, uint32_t op);
/* The int8 tensor that a float32 one was dequantized from, or GRAPH_NONE. */
int32_t given_integers_of(const graph *g, int32_t tensor);
/* The only reader of a float32 tensor if that quantizes it, or GRAPH_NONE. */
int32_t given_quantizer_of(const graph *g, int32_t tensor);

/* Inserts a node at `position` that quantizes `from` so, or dequantizes it (`quantization` NULL).
 */
octavo_status given_add_conversion(given_state *s, uint32_t position, int32_t from,
                                   const graph_quantization *quantization, int32_t *to);

/* Gives a layer between conversions its int8 form, if it has one (given_layers.c). */
octavo_status given_layer(given_state *s, uint32_t node);

/* Turns weights and bias of node `node`, whose input 0 is int8 and whose result will have
 * `output_scale`, into the integers that they stand for. *done: false if they are none, or the
 * kernels cannot compute with these scales; the node is then as before. A bias that is no integer
 * of scale input · weights is rounded to one. */
octavo_status given_weights(graph *g, uint32_t node, float output_scale, bool *done,
                            uint64_t *raised, octavo_error *error);

/* Inputs that are only quantized become int8, outputs that were only dequantized stay it. */
void given_inputs(graph *g);
void given_outputs(graph *g);

bool given_is_model_output(const graph *g, int32_t tensor);
bool given_is_model_input(const graph *g, int32_t tensor);
/* Whether an int8 tensor has these. */
bool given_same(const graph_tensor *a, const graph_tensor *b);

#endif
