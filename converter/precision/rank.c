#include "converter/precision/precision_job.h"

#include "common/progress.h"
#include "converter/parallel.h"
#include "converter/quantize/scale_rules.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <string.h>

#define RANK_IMAGES 64 /* more do not change which layers are worst */

typedef struct ranking {
  const precision_job *job;
  uint32_t images;
  const input_row *inputs;   /* of the model at hand */
  size_t outputs;            /* values of output 0 */
  octavo_tensor_info output; /* of the model at hand */
  float *expected;           /* of the float network, images · outputs */
  double *noise;             /* per image, of the layer at hand */
  octavo_session *sessions[PARALLEL_MAX_THREADS];
} ranking;

static octavo_status run_image(ranking *all, uint32_t thread, uint32_t index, octavo_error *error) {
  octavo_session *session = all->sessions[thread];
  const octavo_status status = input_row_feed(all->inputs, index, session, error);
  return status == OCTAVO_OK ? octavo_session_run(session, error) : status;
}

static octavo_status keep_expected(void *context, uint32_t thread, uint32_t index,
                                   octavo_error *error) {
  ranking *all = context;
  const octavo_status status = run_image(all, thread, index, error);
  if (status == OCTAVO_OK)
    memcpy(all->expected + index * all->outputs, octavo_session_output(all->sessions[thread], 0),
           all->outputs * sizeof(float));
  return status;
}

static octavo_status measure_noise(void *context, uint32_t thread, uint32_t index,
                                   octavo_error *error) {
  ranking *all = context;
  const octavo_status status = run_image(all, thread, index, error);
  if (status != OCTAVO_OK)
    return status;
  const void *output = octavo_session_output(all->sessions[thread], 0);
  const float *expected = all->expected + index * all->outputs;
  double sum = 0.0;
  for (size_t i = 0; i < all->outputs; i++) {
    const float found =
        all->output.type == OCTAVO_INT8
            ? all->output.scale * (float)(((const int8_t *)output)[i] - all->output.zero_point)
            : ((const float *)output)[i];
    sum += ((double)found - expected[i]) * ((double)found - expected[i]);
  }
  all->noise[index] = sum;
  return OCTAVO_OK;
}

/* Runs `task` on all images with sessions of `model`. */
static octavo_status run_images(ranking *all, octavo_model *model, parallel_task task,
                                octavo_error *error) {
  octavo_model_output(model, 0, &all->output);
  octavo_status status =
      input_cache_get(all->job->calibration, model, all->images, &all->inputs, error);
  for (uint32_t t = 0; t < all->job->threads && status == OCTAVO_OK; t++)
    status = octavo_session_create(model, NULL, &all->sessions[t], error);
  if (status == OCTAVO_OK)
    status = parallel_run(
        &(parallel_job){
            .end = all->images, .threads = all->job->threads, .task = task, .context = all},
        error);
  for (uint32_t t = 0; t < all->job->threads; t++) {
    octavo_session_free(all->sessions[t]);
    all->sessions[t] = NULL;
  }
  return status;
}

/* `alone`: all float32 but this layer. */
static octavo_status rank_layer(ranking *all, const layer_precision *alone, double *noise,
                                octavo_error *error) {
  built_model built = {0};
  octavo_status status = precision_build(all->job, alone, &built, error);
  if (status == OCTAVO_OK)
    status = run_images(all, built.model, measure_noise, error);
  built_model_free(&built);
  *noise = 0.0;
  for (uint32_t i = 0; i < all->images; i++)
    *noise += all->noise[i];
  return status;
}

/* Whether a layer of its own results, whose precision is worth a choice. */
static bool is_candidate(const graph *g, const layer_precision *precisions, uint32_t node) {
  return precisions[node] == PRECISION_INT8 &&
         scale_rule_find(g->nodes[node].op)->source == SCALE_OWN;
}

/* Puts `node` where its noise belongs among those ranked so far; of equal ones the earlier first.
 */
static void insert(uint32_t node, double noise, uint32_t *order, double *noises, uint32_t count) {
  uint32_t at = count;
  for (; at > 0 && noises[at - 1] < noise; at--) {
    noises[at] = noises[at - 1];
    order[at] = order[at - 1];
  }
  noises[at] = noise;
  order[at] = node;
}

static octavo_status rank_all(ranking *all, const layer_precision *precisions,
                              layer_precision *alone, double *noises, uint32_t *order,
                              uint32_t *count, octavo_error *error) {
  const graph *g = all->job->g;
  octavo_status status = run_images(all, all->job->reference, keep_expected, error);
  for (uint32_t n = 0; n < g->node_count; n++)
    alone[n] = PRECISION_FLOAT;
  progress bar;
  if (all->job->progress != NULL)
    progress_begin(&bar, all->job->progress, "ranking", "layers", g->node_count);
  for (uint32_t n = 0; n < g->node_count && status == OCTAVO_OK; n++) {
    if (all->job->progress != NULL)
      progress_update(&bar, n + 1);
    if (!is_candidate(g, precisions, n))
      continue;
    double noise = 0.0;
    alone[n] = PRECISION_INT8;
    status = rank_layer(all, alone, &noise, error);
    alone[n] = PRECISION_FLOAT;
    insert(n, noise, order, noises, (*count)++);
  }
  if (all->job->progress != NULL)
    progress_end(&bar);
  return status;
}

octavo_status precision_rank(const precision_job *job, const layer_precision *precisions,
                             uint32_t *order, uint32_t *count, octavo_error *error) {
  octavo_tensor_info output = {0};
  octavo_model_output(job->reference, 0, &output);
  /* With biases corrected for each of these models the order is no better, and takes longer. */
  precision_job uncorrected = *job;
  uncorrected.corrects_bias = false;
  const uint32_t available = job->calibration->sample->count;
  ranking all = {.job = &uncorrected,
                 .images = available < RANK_IMAGES ? available : RANK_IMAGES,
                 .outputs = output.bytes / sizeof(float)};
  const uint32_t nodes = job->g->node_count;
  layer_precision *alone = octavo_memory_alloc(nodes, sizeof *alone);
  double *noises = octavo_memory_alloc(nodes, sizeof *noises);
  all.expected = octavo_memory_alloc(all.images, output.bytes);
  all.noise = octavo_memory_alloc(all.images, sizeof *all.noise);
  *count = 0;
  octavo_status status = OCTAVO_OK;
  if (alone == NULL || noises == NULL || all.expected == NULL || all.noise == NULL)
    status = octavo_error_memory(error, all.images * output.bytes, "ranking layers");
  else
    status = rank_all(&all, precisions, alone, noises, order, count, error);
  octavo_memory_free(all.noise);
  octavo_memory_free(all.expected);
  octavo_memory_free(noises);
  octavo_memory_free(alone);
  return status;
}
