/* Packed weights, shared by all sessions of a model: each operator gives XNNPACK a weights cache of
 * its own that holds one entry, kept in model->packed. So the first session packs, later ones
 * find. */
#ifndef OCTAVO_RUNTIME_PACK_H
#define OCTAVO_RUNTIME_PACK_H

#include "operator.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Must live, at the same address, as long as the xnn operator that was created with it. */
typedef struct octavo_packer {
  struct xnn_weights_cache_provider provider;
  octavo_model *model;
  uint32_t index; /* of the operator */
  octavo_packed_weights *entry;
  octavo_packed_weights pending; /* reserved and not yet inserted */
} octavo_packer;

/* Takes model->packing and returns what to pass to xnn_create_…. One call of that may follow, and
 * then octavo_packer_unlock. */
xnn_weights_cache_t octavo_packer_lock(octavo_packer *packer, octavo_model *model, uint32_t index);

/* Gives model->packing back, and frees what a failed creation left. The weights in the file have
 * been read then. */
void octavo_packer_unlock(octavo_packer *packer);

/* Weights of a mapped file that have been packed need not stay in memory a second time. They are
 * read from the file again should another session want them. Does nothing for small ones. */
void octavo_pack_drop(const octavo_model *model, const void *data, size_t size);

#ifdef __cplusplus
}
#endif

#endif
