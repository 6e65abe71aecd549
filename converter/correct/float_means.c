#include "converter/correct/float_means.h"

#include "converter/parallel.h"
#include "runtime/error.h"
#include "runtime/memory.h"

typedef struct sums_run {
  const correction_job *job;
  const layer_list *layers;
  const input_row *inputs;
  float *sums;
  struct lane {
    struct sums_run *run;
    octavo_session *session;
    float *row; /* of the image at hand */
  } lanes[PARALLEL_MAX_THREADS];
} sums_run;

static void add_positions(const float *data, size_t positions, const listed_layer *layer,
                          float *sums) {
  const uint32_t channels = layer->channels;
  const float min = layer->range.min, max = layer->range.max;
  for (uint32_t c = 0; c < channels; c++)
    sums[c] = 0.0f;
  for (size_t p = 0; p < positions; p++)
    for (uint32_t c = 0; c < channels; c++) {
      const float value = data[p * channels + c];
      const float above = value > min ? value : min;
      sums[c] += above < max ? above : max;
    }
}

static void observe(void *context, uint32_t operator_index, uint32_t which,
                    const octavo_tensor_info *info, const void *data) {
  const struct lane *lane = context;
  const layer_list *layers = lane->run->layers;
  for (uint32_t i = 0; which == 0 && i < layers->count; i++) {
    const listed_layer *layer = &layers->rows[i];
    if (layer->source == operator_index)
      add_positions(data, info->bytes / sizeof(float) / layer->channels, layer,
                    lane->row + layer->offset);
  }
}

static octavo_status take_image(void *context, uint32_t thread, uint32_t index,
                                octavo_error *error) {
  sums_run *run = context;
  struct lane *lane = &run->lanes[thread];
  lane->row = run->sums + index * run->layers->channels;
  const octavo_status status = input_row_feed(run->inputs, index, lane->session, error);
  return status == OCTAVO_OK ? octavo_session_run(lane->session, error) : status;
}

octavo_status float_sums(const correction_job *job, const layer_list *layers, uint32_t images,
                         float *sums, octavo_error *error) {
  sums_run run = {.job = job, .layers = layers, .sums = sums};
  octavo_status status = input_cache_get(job->inputs, job->reference, images, &run.inputs, error);
  for (uint32_t t = 0; t < job->threads && status == OCTAVO_OK; t++) {
    struct lane *lane = &run.lanes[t];
    lane->run = &run;
    status = octavo_session_create(job->reference, NULL, &lane->session, error);
    if (status == OCTAVO_OK)
      octavo_session_observe(lane->session, observe, lane);
  }
  if (status == OCTAVO_OK)
    status = parallel_run(&(parallel_job){.end = images,
                                          .threads = job->threads,
                                          .task = take_image,
                                          .context = &run,
                                          .progress = job->progress,
                                          .label = "float means"},
                          error);
  for (uint32_t t = 0; t < PARALLEL_MAX_THREADS; t++)
    octavo_session_free(run.lanes[t].session);
  return status;
}
