#include "converter/built_model.h"
#include "converter/correct/correct.h"
#include "converter/correct/float_means.h"
#include "converter/correct/layer_list.h"
#include "converter/correct/prefix.h"
#include "converter/parallel.h"
#include "converter/quantize/weights.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>

/* How many images: as many as keep the layers' runs, each from the network's input up to the layer,
 * to about this many multiplications in all. */
#define MACS_BUDGET 1e12
#define IMAGES_MIN  16
#define IMAGES_MAX  256

/* A channel whose results are less often than this between the ends of the clamp has no mean that
 * its bias could move. */
#define ACTIVE_MIN (1.0 / 64.0)

typedef struct bias_run {
  const correction_job *job;
  graph *quantized;
  layer_list layers;
  const input_row *inputs; /* of the quantized network */
  uint32_t images;
  float *sums;      /* of the float network: per image, per channel of all layers */
  float *error;     /* of the layer at hand: per image, per channel, summed over positions */
  float *active;    /* likewise: positions that are not clamped */
  uint32_t largest; /* channels of any layer */
} bias_run;

static uint32_t choose_images(const bias_run *run) {
  const octavo_model *reference = run->job->reference;
  const uint32_t available = run->job->inputs->sample->count;
  double macs = 0.0, before = 0.0;
  uint32_t row = 0;
  for (uint32_t i = 0; i < octavo_model_operator_count(reference); i++) {
    octavo_operator_info info = {0};
    octavo_model_operator(reference, i, &info);
    before += (double)info.macs;
    if (row < run->layers.count && run->layers.rows[row].source == i) {
      macs += before;
      row++;
    }
  }
  const double affordable = MACS_BUDGET / fmax(macs, 1.0);
  const uint32_t wanted = affordable < IMAGES_MIN   ? IMAGES_MIN
                          : affordable > IMAGES_MAX ? IMAGES_MAX
                                                    : (uint32_t)affordable;
  return wanted < available ? wanted : available;
}

static octavo_status prepare(bias_run *run, octavo_error *error) {
  octavo_status status = layer_list_make(run->job->g, run->quantized, &run->layers, error);
  if (status != OCTAVO_OK)
    return status;
  run->images = choose_images(run);
  for (uint32_t i = 0; i < run->layers.count; i++)
    if (run->layers.rows[i].channels > run->largest)
      run->largest = run->layers.rows[i].channels;
  const size_t images = run->images;
  run->sums = octavo_memory_alloc(images * run->layers.channels + 1, sizeof *run->sums);
  run->error = octavo_memory_alloc(images * run->largest + 1, sizeof *run->error);
  run->active = octavo_memory_alloc(images * run->largest + 1, sizeof *run->active);
  if (run->sums == NULL || run->error == NULL || run->active == NULL)
    return octavo_error_memory(error, images * run->layers.channels * sizeof *run->sums,
                               "bias correction");
  status = prefix_inputs_read(run->quantized, run->job, run->images, &run->inputs, error);
  return status == OCTAVO_OK ? float_sums(run->job, &run->layers, run->images, run->sums, error)
                             : status;
}

/* What the task of one image needs to know of the layer at hand. */
typedef struct layer_run {
  bias_run *run;
  const listed_layer *layer;
  float scale;
  int32_t zero_point, low, high; /* results are clamped to [low, high] */
} layer_run;

static void compare(void *context, uint32_t index, const void *output, size_t bytes) {
  const layer_run *at = context;
  const uint32_t channels = at->layer->channels;
  const int8_t *q = output;
  const size_t row = (size_t)index * channels;
  const float *expected = at->run->sums + index * at->run->layers.channels + at->layer->offset;
  for (uint32_t c = 0; c < channels; c++) {
    int64_t sum = 0;
    uint32_t active = 0;
    for (size_t i = c; i < bytes; i += channels) {
      sum += q[i] - at->zero_point;
      active += q[i] > at->low && q[i] < at->high;
    }
    at->run->error[row + c] = at->scale * (float)sum - expected[c];
    at->run->active[row + c] = (float)active;
  }
}

static layer_run layer_run_make(bias_run *run, const listed_layer *layer) {
  const graph_node *node = &run->quantized->nodes[layer->node];
  const graph_quantization q = run->quantized->tensors[node->outputs[0]].quantization;
  float min, max;
  graph_clamp(node, &min, &max);
  const float low = rintf(min / q.scale) + (float)q.zero_point,
              high = rintf(max / q.scale) + (float)q.zero_point;
  return (layer_run){run,
                     layer,
                     q.scale,
                     q.zero_point,
                     (int32_t)fmaxf(low, -128.0f),
                     (int32_t)fminf(high, 127.0f)};
}

/* By how much too large the bias of channel `c` is. A step of the bias moves the results that are
 * not clamped and no others, so the sum of errors is divided by their number: for layers without
 * clamp that is the mean error. As far as the images leave that number uncertain, it is shrunk to
 * 0: by its variance (of a ratio of sums) against its square. */
static double excess(const bias_run *run, const listed_layer *layer, uint32_t c, double positions) {
  const uint32_t n = run->images;
  double error = 0.0, active = 0.0, variance = 0.0;
  for (uint32_t i = 0; i < n; i++) {
    error += run->error[(size_t)i * layer->channels + c];
    active += run->active[(size_t)i * layer->channels + c];
  }
  if (active < ACTIVE_MIN * positions * n || n < 2)
    return 0.0;
  const double mean = error / active;
  for (uint32_t i = 0; i < n; i++) {
    const size_t at = (size_t)i * layer->channels + c;
    const double rest = run->error[at] - mean * run->active[at];
    variance += rest * rest;
  }
  variance *= (double)n / (n - 1) / (active * active);
  return variance >= mean * mean ? 0.0 : mean * (1.0 - variance / (mean * mean));
}

/* Takes the excess off both biases, float and int32. Returns whether any changed. */
static bool correct_channels(bias_run *run, const listed_layer *layer) {
  graph *q = run->quantized;
  const graph_node *node = &q->nodes[layer->node], *source = &run->job->g->nodes[layer->source];
  const graph_tensor *output = &q->tensors[node->outputs[0]];
  const double positions = (double)graph_element_count(output) / layer->channels;
  const double input_scale = q->tensors[node->inputs[0]].quantization.scale;
  const float *scales = q->tensors[node->inputs[1]].quantization.scales;
  int32_t *bias = q->tensors[node->inputs[2]].data;
  float *real = run->job->g->tensors[source->inputs[2]].data;
  const uint64_t depth = graph_element_count(&q->tensors[node->inputs[1]]) / layer->channels;
  const double limit = (double)weights_bias_limit(depth);
  bool changed = false;
  for (uint32_t c = 0; c < layer->channels; c++) {
    const float corrected = (float)(real[c] - excess(run, layer, c, positions));
    const double steps = nearbyint(corrected / (input_scale * (double)scales[c]));
    if (fabs(steps) > limit)
      continue; /* no room in int32 */
    changed |= corrected != real[c];
    real[c] = corrected;
    bias[c] = (int32_t)steps;
  }
  return changed;
}

static octavo_status correct_layers(bias_run *run, correction_report *report, octavo_error *error) {
  const correction_job *job = run->job;
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; i < run->layers.count && status == OCTAVO_OK; i++) {
    const listed_layer *layer = &run->layers.rows[i];
    layer_run at = layer_run_make(run, layer);
    status = quantize_own_bias(job->g, layer->source, error);
    if (status == OCTAVO_OK)
      status = prefix_run(run->quantized, layer->node, job, run->inputs, run->images, compare, &at,
                          error);
    if (status == OCTAVO_OK)
      report->layers += correct_channels(run, layer);
  }
  report->images = run->images;
  return status;
}

octavo_status correct_bias(const correction_job *job, correction_report *report,
                           octavo_error *error) {
  bias_run run = {.job = job};
  *report = (correction_report){0};
  const quantize_settings settings = {.ranges = job->ranges, .precisions = job->precisions};
  octavo_status status = quantize_graph(job->g, &settings, &run.quantized, error);
  if (status == OCTAVO_OK)
    status = prepare(&run, error);
  if (status == OCTAVO_OK)
    status = correct_layers(&run, report, error);
  octavo_memory_free(run.active);
  octavo_memory_free(run.error);
  octavo_memory_free(run.sums);
  layer_list_free(&run.layers);
  graph_free(run.quantized);
  return status;
}
