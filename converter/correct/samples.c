#include "converter/correct/samples.h"

#include "converter/built_model.h"
#include "converter/parallel.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <string.h>

/* Positions for each weight of a row, and how many at least and at most. At most, because sums of
 * products of 255² shall fit into int32. */
#define PER_WEIGHT  4
#define LEAST       1024
#define MOST        16384
#define IMAGE_PRIME 7919 /* positions of neighbouring images differ */

typedef struct sample_run {
  const graph *quantized;
  const correction_job *job;
  const input_row *inputs;
  uint32_t images;
  const listed_layer *layers;
  uint32_t count;
  layer_samples *samples;
  struct sample_lane {
    struct sample_run *run;
    octavo_session *session;
    uint32_t image;
  } lanes[PARALLEL_MAX_THREADS];
} sample_run;

static octavo_attributes_convolution window_of(const graph_node *node) {
  if (node->op == OCTAVO_OP_CONVOLUTION)
    return node->attributes.convolution;
  octavo_attributes_convolution one = {0};
  one.kernel_height = one.kernel_width = one.stride_height = one.stride_width = 1;
  one.dilation_height = one.dilation_width = one.groups = 1;
  return one;
}

/* Positions of the output: height · width, or 1 for a fully connected layer. */
static uint64_t position_count(const graph *g, const listed_layer *layer) {
  return graph_element_count(&g->tensors[g->nodes[layer->node].outputs[0]]) / layer->channels;
}

layer_samples samples_plan(const graph *quantized, const listed_layer *layer, uint32_t images,
                           uint64_t *bytes) {
  const graph_node *node = &quantized->nodes[layer->node];
  const graph_tensor *weights = &quantized->tensors[node->inputs[1]];
  const uint64_t depth = graph_element_count(weights) / layer->channels;
  const uint64_t positions = position_count(quantized, layer);
  uint64_t wanted = PER_WEIGHT * depth < LEAST ? LEAST : PER_WEIGHT * depth;
  wanted = wanted < MOST ? wanted : MOST;
  uint64_t each = (wanted + images - 1) / images;
  each = each < positions ? each : positions;
  const uint64_t filled = each * images;
  layer_samples plan = {.groups = window_of(node).groups,
                        .per_image = (uint32_t)each,
                        .depth = depth,
                        .count =
                            (size_t)((filled + SAMPLES_BLOCK - 1) / SAMPLES_BLOCK) * SAMPLES_BLOCK};
  *bytes = plan.groups * depth * plan.count * sizeof *plan.rows;
  return plan;
}

/* What the layer reads at one position of its output, put into column `column`. */
static void take_position(const layer_samples *s, const graph_tensor *input,
                          const octavo_attributes_convolution *w, const int8_t *data,
                          int64_t position, int64_t output_width, size_t column) {
  const bool has_sides = input->rank == 4;
  const int64_t height = has_sides ? input->shape[1] : 1, width = has_sides ? input->shape[2] : 1;
  const uint64_t kernels = (uint64_t)w->kernel_height * w->kernel_width;
  const uint64_t inputs = s->depth / kernels, channels = inputs * s->groups;
  for (uint64_t k = 0; k < kernels; k++) {
    const int64_t y = position / output_width * w->stride_height - w->pad_top +
                      (int64_t)(k / w->kernel_width) * w->dilation_height;
    const int64_t x = position % output_width * w->stride_width - w->pad_left +
                      (int64_t)(k % w->kernel_width) * w->dilation_width;
    if (y < 0 || y >= height || x < 0 || x >= width)
      continue; /* rows are zeroed */
    const int8_t *values = data + ((uint64_t)(y * width + x)) * channels;
    for (uint64_t c = 0; c < channels; c++) {
      const uint64_t row = c / inputs * s->depth + k * inputs + c % inputs;
      s->rows[row * s->count + column] = (int16_t)(values[c] - input->quantization.zero_point);
    }
  }
}

static void take_tensor(const struct sample_lane *lane, int32_t tensor, const int8_t *data) {
  const sample_run *run = lane->run;
  const graph *g = run->quantized;
  for (uint32_t i = 0; i < run->count; i++) {
    const graph_node *node = &g->nodes[run->layers[i].node];
    if (node->inputs[0] != tensor)
      continue;
    const layer_samples *s = &run->samples[i];
    const octavo_attributes_convolution window = window_of(node);
    const graph_tensor *output = &g->tensors[node->outputs[0]];
    const uint64_t positions = position_count(g, &run->layers[i]);
    for (uint32_t k = 0; k < s->per_image; k++) {
      const uint64_t spread = k * positions / s->per_image + (uint64_t)lane->image * IMAGE_PRIME;
      take_position(s, &g->tensors[tensor], &window, data, (int64_t)(spread % positions),
                    node->op == OCTAVO_OP_CONVOLUTION ? output->shape[2] : 1,
                    (size_t)lane->image * s->per_image + k);
    }
  }
}

static void observe(void *context, uint32_t operator_index, uint32_t which,
                    const octavo_tensor_info *info, const void *data) {
  const struct sample_lane *lane = context;
  if (info->type == OCTAVO_INT8)
    take_tensor(lane, lane->run->quantized->nodes[operator_index].outputs[which], data);
}

static octavo_status take_image(void *context, uint32_t thread, uint32_t index,
                                octavo_error *error) {
  sample_run *run = context;
  struct sample_lane *lane = &run->lanes[thread];
  const int32_t input = run->quantized->inputs[0];
  lane->image = index;
  const octavo_status status = input_row_feed(run->inputs, index, lane->session, error);
  if (status != OCTAVO_OK)
    return status;
  if (run->quantized->tensors[input].type == GRAPH_INT8)
    take_tensor(lane, input, octavo_session_input(lane->session, 0));
  return octavo_session_run(lane->session, error);
}

static octavo_status run_all(sample_run *run, octavo_model *model, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t t = 0; t < run->job->threads && status == OCTAVO_OK; t++) {
    run->lanes[t].run = run;
    status = octavo_session_create(model, NULL, &run->lanes[t].session, error);
    if (status == OCTAVO_OK)
      octavo_session_observe(run->lanes[t].session, observe, &run->lanes[t]);
  }
  if (status == OCTAVO_OK)
    status = parallel_run(&(parallel_job){.end = run->images,
                                          .threads = run->job->threads,
                                          .task = take_image,
                                          .context = run,
                                          .progress = run->job->progress,
                                          .label = "sampling"},
                          error);
  for (uint32_t t = 0; t < PARALLEL_MAX_THREADS; t++)
    octavo_session_free(run->lanes[t].session);
  return status;
}

octavo_status samples_take(const graph *quantized, const correction_job *job,
                           const input_row *inputs, uint32_t images, const listed_layer *layers,
                           uint32_t count, layer_samples *samples, octavo_error *error) {
  for (uint32_t i = 0; i < count; i++) {
    samples[i].rows = octavo_memory_alloc(samples[i].groups * samples[i].depth * samples[i].count,
                                          sizeof *samples[i].rows);
    if (samples[i].rows == NULL)
      return octavo_error_memory(error, samples[i].depth * samples[i].count, "samples");
  }
  const label_list none = {0};
  sample_run run = {.quantized = quantized,
                    .job = job,
                    .inputs = inputs,
                    .images = images,
                    .layers = layers,
                    .count = count,
                    .samples = samples};
  built_model built = {0};
  graph *g = graph_copy(quantized, error); /* the memory plan is written into it */
  octavo_status status = g == NULL ? OCTAVO_ERROR_MEMORY : OCTAVO_OK;
  if (status == OCTAVO_OK)
    status = built_model_create(g, job->rule, &none, &built, error);
  if (status == OCTAVO_OK)
    status = run_all(&run, built.model, error);
  built_model_free(&built);
  graph_free(g);
  return status;
}
