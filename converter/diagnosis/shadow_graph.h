/* The float network with its int8 layers beside it, in one graph: behind each layer that the
 * quantized graph computes in int8 follow QUANTIZE nodes of its float inputs (none if it quantizes
 * them itself) and the int8 layer (its "shadow"). Nobody reads a shadow's result, so it takes
 * memory only while it is computed and observed; it shows what quantizing this layer alone does. */
#ifndef OCTAVO_CONVERTER_DIAGNOSIS_SHADOW_GRAPH_H
#define OCTAVO_CONVERTER_DIAGNOSIS_SHADOW_GRAPH_H

#include "converter/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a node of a shadow graph is, if it is no shadow of the node of that index. */
#define SHADOW_ORIGINAL (-1) /* a layer of the float network, under its name */
#define SHADOW_HELPER   (-2) /* a QUANTIZE for a shadow */

typedef struct shadow_graph {
  graph *g;
  int32_t *originals; /* per node of g: the node that it shadows, or one of the above */
} shadow_graph;

/* `source` is lowered and float, `quantized` what quantize_graph made of it: layers are paired by
 * name and operator. On failure *result is all zero. Errors: MEMORY. */
octavo_status shadow_graph_create(const graph *source, const graph *quantized, shadow_graph *result,
                                  octavo_error *error);

/* An all-zero *s is allowed; it is all zero afterwards. */
void shadow_graph_free(shadow_graph *s);

#ifdef __cplusplus
}
#endif

#endif
