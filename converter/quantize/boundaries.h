/* Where int8 layers meet float32 ones: quantize and dequantize nodes. */
#ifndef OCTAVO_CONVERTER_BOUNDARIES_H
#define OCTAVO_CONVERTER_BOUNDARIES_H

#include "converter/quantize/quantize.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Gives every activation of `g`, a copy of a float graph, the type that its producer has by
 * `precisions` (an input of the network: int8 where all its readers are), and puts one conversion
 * in front of the first reader that needs the other type. `precisions` and `parameters` are
 * indexed as the graph is on entry; node_count is that of then. Errors: MEMORY. */
octavo_status boundaries_insert(graph *g, const layer_precision *precisions,
                                const quantization_parameters *parameters, octavo_error *error);

/* Inserts a node at `position` that quantizes the tensor `from` so, or dequantizes it (`parameters`
 * NULL); *to is its result. Errors: MEMORY. */
octavo_status boundaries_convert(graph *g, uint32_t position, int32_t from,
                                 const quantization_parameters *parameters, int32_t *to,
                                 octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
