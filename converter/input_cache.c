#include "converter/input_cache.h"

#include "converter/parallel.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <string.h>

typedef struct reading {
  const input_cache *cache;
  input_row *row;
  octavo_session *sessions[PARALLEL_MAX_THREADS];
} reading;

static octavo_status read_image(void *context, uint32_t thread, uint32_t index,
                                octavo_error *error) {
  const reading *r = context;
  octavo_session *session = r->sessions[thread];
  const octavo_status status = image_sample_feed(r->cache->sample, index, session, error);
  if (status == OCTAVO_OK)
    memcpy(r->row->bytes + index * r->row->each, octavo_session_input(session, 0), r->row->each);
  return status;
}

static octavo_status read_all(const input_cache *cache, octavo_model *model, input_row *row,
                              octavo_error *error) {
  reading r = {.cache = cache, .row = row};
  octavo_status status = OCTAVO_OK;
  for (uint32_t t = 0; t < cache->threads && status == OCTAVO_OK; t++)
    status = octavo_session_create(model, NULL, &r.sessions[t], error);
  if (status == OCTAVO_OK)
    status = parallel_run(
        &(parallel_job){
            .end = row->kept, .threads = cache->threads, .task = read_image, .context = &r},
        error);
  for (uint32_t t = 0; t < cache->threads; t++)
    octavo_session_free(r.sessions[t]);
  return status;
}

/* NULL if there is none of that kind yet. */
static input_row *find_row(input_cache *cache, const octavo_tensor_info *input) {
  for (uint32_t i = 0; i < INPUT_CACHE_ROWS; i++) {
    input_row *row = &cache->rows[i];
    const bool same_scale = input->type != OCTAVO_INT8 ||
                            (row->scale == input->scale && row->zero_point == input->zero_point);
    if (row->images > 0 && row->type == input->type && same_scale)
      return row;
  }
  return NULL;
}

/* A row to be filled: the one of that kind, which has too few images, or the oldest. */
static input_row *give_up_row(input_cache *cache, input_row *of_kind) {
  input_row *row = of_kind;
  if (row == NULL) {
    row = &cache->rows[cache->next];
    cache->next = (cache->next + 1) % INPUT_CACHE_ROWS;
  }
  octavo_memory_free(row->bytes);
  *row = (input_row){0};
  return row;
}

/* How many images of a row that is to be filled fit beside the other rows. */
static uint32_t images_that_fit(const input_cache *cache, uint32_t images, size_t each) {
  size_t room = cache->limit > 0 ? cache->limit : INPUT_CACHE_BYTES;
  for (uint32_t i = 0; i < INPUT_CACHE_ROWS; i++)
    room -= cache->rows[i].kept * cache->rows[i].each;
  return room / each < images ? (uint32_t)(room / each) : images;
}

/* Reads what fits. */
static octavo_status fill(input_cache *cache, octavo_model *model, input_row *row,
                          octavo_error *error) {
  const uint32_t kept = images_that_fit(cache, row->images, row->each);
  if (kept == 0)
    return OCTAVO_OK;
  row->bytes = octavo_memory_alloc(kept, row->each);
  if (row->bytes == NULL)
    return octavo_error_memory(error, (uint64_t)kept * row->each, "images");
  row->kept = kept;
  return read_all(cache, model, row, error);
}

octavo_status input_cache_get(input_cache *cache, octavo_model *model, uint32_t images,
                              const input_row **inputs, octavo_error *error) {
  octavo_tensor_info input = {0};
  octavo_status status = octavo_model_input(model, 0, &input);
  if (status != OCTAVO_OK)
    return octavo_error_set(error, status, "images: expected a model with an input");
  input_row *row = find_row(cache, &input);
  *inputs = row;
  if (row != NULL && row->images >= images)
    return OCTAVO_OK;
  row = give_up_row(cache, row);
  *inputs = row;
  *row = (input_row){.type = input.type,
                     .scale = input.scale,
                     .zero_point = input.zero_point,
                     .sample = cache->sample,
                     .images = images,
                     .each = input.bytes};
  status = fill(cache, model, row, error);
  if (status != OCTAVO_OK) {
    octavo_memory_free(row->bytes);
    *row = (input_row){0};
  }
  return status;
}

octavo_status input_row_feed(const input_row *inputs, uint32_t i, octavo_session *session,
                             octavo_error *error) {
  if (i >= inputs->kept)
    return image_sample_feed(inputs->sample, i, session, error);
  memcpy(octavo_session_input(session, 0), inputs->bytes + i * inputs->each, inputs->each);
  return OCTAVO_OK;
}

void input_cache_free(input_cache *cache) {
  for (uint32_t i = 0; i < INPUT_CACHE_ROWS; i++)
    octavo_memory_free(cache->rows[i].bytes);
  *cache = (input_cache){0};
}
