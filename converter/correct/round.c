#include "converter/correct/correct.h"
#include "converter/correct/rounding.h"
#include "converter/quantize/weights.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#define IMAGES_MAX 256
/* Samples that are kept at a time: the layers are done in runs of as many as fit, at least one. */
#define BYTES_MAX ((uint64_t)256 << 20)

typedef struct round_run {
  const correction_job *job;
  graph *quantized;
  layer_list layers;
  layer_samples *samples; /* one per listed layer */
  uint64_t *bytes;        /* likewise, planned */
  const input_row *inputs;
  uint32_t images;
} round_run;

/* Makes the decisions of one layer, which then belong to its float weights. */
static octavo_status decide(const round_run *run, uint32_t row, octavo_error *error) {
  graph *g = run->job->g;
  const listed_layer *layer = &run->layers.rows[row];
  const int32_t index = g->nodes[layer->source].inputs[1];
  graph_tensor *weights = &g->tensors[index];
  const uint64_t count = graph_element_count(weights), depth = count / layer->channels;
  const float *data = weights->data;
  float *scales = octavo_memory_alloc(layer->channels, sizeof *scales);
  int8_t *decided = octavo_memory_alloc(count, sizeof *decided);
  octavo_status status = OCTAVO_OK;
  if (scales == NULL || decided == NULL)
    status = octavo_error_memory(error, count, "int8 weights");
  for (uint32_t c = 0; c < layer->channels && status == OCTAVO_OK; c++)
    scales[c] = weights->quantization.scales != NULL
                    ? weights->quantization.scales[c]
                    : weights_channel_scale(data + c * depth, depth);
  if (status == OCTAVO_OK)
    status = rounding_solve(&(rounding_problem){.samples = &run->samples[row],
                                                .weights = data,
                                                .scales = scales,
                                                .channels = layer->channels,
                                                .threads = run->job->threads},
                            decided, error);
  if (status != OCTAVO_OK) {
    octavo_memory_free(decided);
    octavo_memory_free(scales);
    return status;
  }
  octavo_memory_free(weights->quantization.scales);
  octavo_memory_free(weights->quantization.decided);
  weights->quantization.scales = scales;
  weights->quantization.scale_count = layer->channels;
  weights->quantization.decided = decided;
  return OCTAVO_OK;
}

/* The layers [first, end). */
static octavo_status decide_layers(round_run *run, uint32_t first, uint32_t end,
                                   correction_report *report, octavo_error *error) {
  const graph *g = run->job->g;
  octavo_status status =
      samples_take(run->quantized, run->job, run->inputs, run->images, run->layers.rows + first,
                   end - first, run->samples + first, error);
  for (uint32_t i = first; i < end; i++) {
    /* Weights that several layers share would need one decision for all. */
    const bool own = graph_use_count(g, g->nodes[run->layers.rows[i].source].inputs[1]) == 1;
    if (status == OCTAVO_OK && own) {
      status = decide(run, i, error);
      report->layers++;
    }
    octavo_memory_free(run->samples[i].rows);
    run->samples[i].rows = NULL;
  }
  return status;
}

static octavo_status decide_all(round_run *run, correction_report *report, octavo_error *error) {
  const correction_job *job = run->job;
  const uint32_t available = job->inputs->sample->count;
  const uint32_t images = available < IMAGES_MAX ? available : IMAGES_MAX;
  run->images = images;
  octavo_status status = prefix_inputs_read(run->quantized, job, images, &run->inputs, error);
  for (uint32_t i = 0; i < run->layers.count; i++)
    run->samples[i] = samples_plan(run->quantized, &run->layers.rows[i], images, &run->bytes[i]);
  for (uint32_t first = 0, end; first < run->layers.count && status == OCTAVO_OK; first = end) {
    uint64_t bytes = run->bytes[first];
    for (end = first + 1; end < run->layers.count && bytes + run->bytes[end] <= BYTES_MAX; end++)
      bytes += run->bytes[end];
    status = decide_layers(run, first, end, report, error);
  }
  report->images = images;
  return status;
}

octavo_status correct_round(const correction_job *job, correction_report *report,
                            octavo_error *error) {
  round_run run = {.job = job};
  *report = (correction_report){0};
  const quantize_settings settings = {.ranges = job->ranges, .precisions = job->precisions};
  octavo_status status = quantize_graph(job->g, &settings, &run.quantized, error);
  if (status == OCTAVO_OK)
    status = layer_list_make(job->g, run.quantized, &run.layers, error);
  if (status == OCTAVO_OK) {
    run.samples = octavo_memory_alloc(run.layers.count + (size_t)1, sizeof *run.samples);
    run.bytes = octavo_memory_alloc(run.layers.count + (size_t)1, sizeof *run.bytes);
    if (run.samples == NULL || run.bytes == NULL)
      status = octavo_error_memory(error, run.layers.count * sizeof *run.samples, "samples");
  }
  if (status == OCTAVO_OK)
    status = decide_all(&run, report, error);
  octavo_memory_free(run.bytes);
  octavo_memory_free(run.samples);
  layer_list_free(&run.layers);
  graph_free(run.quantized);
  return status;
}
