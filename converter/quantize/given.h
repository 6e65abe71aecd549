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
#include "converter/quantize/quantize.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct given_report {
  uint32_t int8_layers, float_layers; /* of those that compute: conversions do not count */
  uint64_t raised_weights; /* weights of −128, which the kernels do not take, that became −127 */
} given_report;

/* Whether a lowered graph has activations that are quantized. */
bool quantize_is_given(const graph *g);

/* On success *result is a new graph (graph_free). `precisions` has one entry per node of the
 * source; layers that it says are float32 stay that; NULL: none must. `report` may be NULL. Errors:
 * MEMORY.
 */
octavo_status quantize_given(const graph *source, const layer_precision *precisions, graph **result,
                             given_report *report, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
