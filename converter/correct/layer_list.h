/* The int8 layers with weights of a quantized graph, beside the float ones that they come from. */
#ifndef OCTAVO_CONVERTER_CORRECT_LAYER_LIST_H
#define OCTAVO_CONVERTER_CORRECT_LAYER_LIST_H

#include "converter/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct listed_layer {
  uint32_t source;   /* node of the float graph */
  uint32_t node;     /* of the quantized one */
  uint32_t channels; /* it puts out */
  size_t offset;     /* of them in a row of all listed layers' channels */
} listed_layer;

typedef struct layer_list {
  listed_layer *rows; /* in execution order; owned */
  uint32_t count;
  size_t channels; /* of all */
} layer_list;

/* On success the caller's (layer_list_free). Errors: MEMORY. */
octavo_status layer_list_make(const graph *source, const graph *quantized, layer_list *list,
                              octavo_error *error);

/* An all-zero *list is allowed. */
void layer_list_free(layer_list *list);

#ifdef __cplusplus
}
#endif

#endif
