/* Layers as users name them on the command line. */
#ifndef OCTAVO_CONVERTER_LAYER_NAMES_H
#define OCTAVO_CONVERTER_LAYER_NAMES_H

#include "common/options.h"
#include "converter/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The node of that name, `length` bytes long. ARGUMENT if there is none: the message begins with
 * `option` and tells the names that come closest. */
octavo_status layer_find(const graph *g, const char *option, const char *name, size_t length,
                         uint32_t *node, octavo_error *error);

/* Sets marks[node] for every layer that `lists`, each a name or several with commas between them,
 * tells. Errors: as layer_find. */
octavo_status layer_mark(const graph *g, const char *option, const option_strings *lists,
                         bool *marks, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
