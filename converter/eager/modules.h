/* What PyTorch users call modules: the layers of an imported network that compute something, as its
 * source names them, before anything is fused. */
#ifndef OCTAVO_CONVERTER_EAGER_MODULES_H
#define OCTAVO_CONVERTER_EAGER_MODULES_H

#include "converter/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a module can be fused with. */
typedef enum module_kind {
  MODULE_NONE,       /* only moves or renames values: no line in a plan */
  MODULE_WEIGHTED,   /* convolution, linear: takes a scale-and-shift, then activations */
  MODULE_ADD,        /* takes activations */
  MODULE_AFFINE,     /* batch norm, arithmetic with constants */
  MODULE_ACTIVATION, /* ReLU, ReLU6, clip; fused ones take more of them */
  MODULE_OTHER,      /* stands alone */
} module_kind;

module_kind module_kind_of(const graph *g, uint32_t node);

/* Whether `next` may be fused behind `last`, the last of a group that begins with `first`. */
bool module_fuses(module_kind first, module_kind last, module_kind next);

/* The module that alone reads the result of `node`, seen through what only moves values;
 * GRAPH_NONE if there is none or the result is needed elsewhere. */
int32_t module_only_reader(const graph *g, uint32_t node);

#ifdef __cplusplus
}
#endif

#endif
