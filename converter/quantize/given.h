/* Networks that are quantized already: scales, zero points and weights stay as the source has them,
 * bit for bit.
 *
 * Imported, such a network computes in float32 between DEQUANTIZE and QUANTIZE nodes. Here each
 * layer between the two that has an int8 form takes it:
 *   dequantize, layer, quantize    one int8 layer, if all its constants were integers too
 *   dequantize, quantize           nothing, or an int8 to int8 QUANTIZE where they differ
 * Pools, reshapes and other layers that keep the scale of their input move to the other side of a
 * DEQUANTIZE or QUANTIZE that would separate them from int8 neighbours. All others stay float32. */
#ifndef OCTAVO_CONVERTER_GIVEN_H
#define OCTAVO_CONVERTER_GIVEN_H

#include "converter/graph.h"
#include "converter/quantize/scale.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct given_report {
  uint32_t int8_layers, float_layers; /* of those that compute: conversions do not count */
  uint64_t raised_weights; /* weights of −128, which the kernels do not take, that became −127 */
} given_report;

/* Whether a lowered graph has activations that are quantized. */
bool quantize_is_given(const graph *g);

/* On success *result is a new graph (graph_free). `report` may be NULL. Errors: MEMORY. */
octavo_status quantize_given(const graph *source, graph **result, given_report *report,
                             octavo_error *error);

/* ---- Its parts ------------------------------------------------------------------------------ */

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

#ifdef __cplusplus
}
#endif

#endif
