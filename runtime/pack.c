#include "pack.h"

#include "memory.h"

/* What XNNPACK takes for "not found". */
#define NOT_FOUND SIZE_MAX

/* The only entry of each cache lies at offset 0. The callers hold model->packing, except in
 * is_finalized and offset_to_addr, which run after the entry has been made. */

static size_t look_up(void *context, const struct xnn_weights_cache_look_up_key *key) {
  const octavo_packer *packer = context;
  (void)key;
  return packer->entry->data != NULL ? 0 : NOT_FOUND;
}

static void *reserve_space(void *context, size_t size) {
  octavo_packer *packer = context;
  octavo_memory_free_aligned(packer->pending.data);
  packer->pending.data = octavo_memory_alloc_aligned(size);
  packer->pending.size = size;
  return packer->pending.data;
}

/* Depthwise convolutions pack without looking up first, everything else comes here a second time
 * with what it found; either way the first entry stays, as other sessions may be reading it. */
static size_t look_up_or_insert(void *context, const struct xnn_weights_cache_look_up_key *key,
                                void *data, size_t size) {
  octavo_packer *packer = context;
  (void)key;
  (void)data;
  (void)size;
  if (packer->entry->data == NULL) {
    *packer->entry = packer->pending;
    packer->pending = (octavo_packed_weights){.data = NULL, .size = 0};
  }
  return 0;
}

static bool is_finalized(void *context) {
  (void)context;
  return true;
}

static void *offset_to_addr(void *context, size_t offset) {
  const octavo_packer *packer = context;
  return (uint8_t *)packer->entry->data + offset;
}

static enum xnn_status delete_cache(void *context) {
  (void)context;
  return xnn_status_success;
}

xnn_weights_cache_t octavo_packer_lock(octavo_packer *packer, octavo_model *model, uint32_t index) {
  *packer = (octavo_packer){
      .provider =
          {
              .context = packer,
              .look_up = look_up,
              .reserve_space = reserve_space,
              .look_up_or_insert = look_up_or_insert,
              .is_finalized = is_finalized,
              .offset_to_addr = offset_to_addr,
              .delete_cache = delete_cache,
          },
      .model = model,
      .index = index,
      .entry = &model->packed[index],
  };
  pthread_mutex_lock(&model->packing);
  return &packer->provider;
}

/* How far before some weights those end that were packed earlier: a page that both share, and
 * scales and biases, which have been read too. */
#define DROP_BEFORE 65536u
/* A call costs some microseconds, more than a few pages are worth: for all of ResNet-20's it was a
 * tenth of the time to the first answer. */
#define DROP_FROM 65536u

void octavo_pack_drop(const octavo_model *model, const void *data, size_t size) {
  if (!model->file.mapped || size < DROP_FROM)
    return;
  const size_t offset = (size_t)((const uint8_t *)data - model->file.data);
  const size_t before = offset < DROP_BEFORE ? offset : DROP_BEFORE;
  platform_file_drop(&model->file, offset - before, before + size);
}

/* What the operator has read of the file. */
static void drop_weights(const octavo_model *model, const octavo_format_operator *op) {
  const octavo_format_tensor *weights = octavo_model_operand(model, op, 1);
  if (weights != NULL)
    octavo_pack_drop(model, octavo_model_constant(model, weights), (size_t)weights->bytes);
}

void octavo_packer_unlock(octavo_packer *packer) {
  drop_weights(packer->model, &packer->model->operators[packer->index]);
  pthread_mutex_unlock(&packer->model->packing);
  octavo_memory_free_aligned(packer->pending.data);
  packer->pending = (octavo_packed_weights){.data = NULL, .size = 0};
}
