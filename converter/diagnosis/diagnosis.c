#include "converter/diagnosis/diagnosis.h"

#include "converter/built_model.h"
#include "converter/diagnosis/shadow_graph.h"
#include "converter/latency.h"
#include "converter/parallel.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>
#include <string.h>

/* Per thread and node of the shadow graph: what is seen of its result. */
typedef struct watch_state {
  const diagnosis_job *job;
  const shadow_graph *shadow;
  activation_statistics *statistics[PARALLEL_MAX_THREADS];
} watch_state;

static octavo_status init_statistics(const watch_state *w, const graph_node *node,
                                     activation_statistics *s, octavo_error *error) {
  const graph_tensor *result = &w->shadow->g->tensors[node->outputs[0]];
  const int32_t source = graph_find_tensor(w->job->source, result->name);
  const int32_t target = graph_find_tensor(w->job->quantized, result->name);
  const graph_tensor *int8 = target == GRAPH_NONE ? NULL : &w->job->quantized->tensors[target];
  quantization_parameters parameters = {0.0f, 0};
  if (int8 != NULL && int8->type == GRAPH_INT8)
    parameters = (quantization_parameters){int8->quantization.scale, int8->quantization.zero_point};
  value_range seen = scale_to_range(parameters); /* of a network that came with its ranges */
  if (w->job->ranges->seen != NULL && source != GRAPH_NONE)
    seen = w->job->ranges->seen[source];
  const uint32_t channels = result->rank == 0 ? 1 : (uint32_t)result->shape[result->rank - 1];
  return activation_statistics_init(s, seen, parameters.scale > 0.0f ? &parameters : NULL, channels,
                                    error);
}

static octavo_status open_watch(watch_state *w, octavo_error *error) {
  const graph *g = w->shadow->g;
  octavo_status status = OCTAVO_OK;
  for (uint32_t t = 0; t < w->job->threads && status == OCTAVO_OK; t++) {
    w->statistics[t] = octavo_memory_alloc(g->node_count, sizeof **w->statistics);
    if (w->statistics[t] == NULL)
      return octavo_error_memory(error, g->node_count * sizeof **w->statistics, "statistics");
    for (uint32_t n = 0; n < g->node_count && status == OCTAVO_OK; n++)
      if (w->shadow->originals[n] == SHADOW_ORIGINAL)
        status = init_statistics(w, &g->nodes[n], &w->statistics[t][n], error);
  }
  return status;
}

static void close_watch(watch_state *w) {
  for (uint32_t t = 0; t < PARALLEL_MAX_THREADS; t++) {
    for (uint32_t n = 0; w->statistics[t] != NULL && n < w->shadow->g->node_count; n++)
      activation_statistics_free(&w->statistics[t][n]);
    octavo_memory_free(w->statistics[t]);
  }
}

static void watch(void *context, uint32_t thread, uint32_t operator_index, const float *values,
                  size_t count) {
  const watch_state *w = context;
  activation_statistics_add(&w->statistics[thread][operator_index], values, count);
}

/* The layer of that name in the shadow graph; its statistics of all threads become the layer's. */
static void take_statistics(const watch_state *w, layer_diagnosis *layer) {
  const graph *g = w->shadow->g;
  for (uint32_t n = 0; n < g->node_count; n++) {
    if (w->shadow->originals[n] != SHADOW_ORIGINAL || strcmp(g->nodes[n].name, layer->info.name))
      continue;
    for (uint32_t t = 1; t < w->job->threads; t++)
      activation_statistics_merge(&w->statistics[0][n], &w->statistics[t][n]);
    layer->activations = w->statistics[0][n];
    w->statistics[0][n] = (activation_statistics){0}; /* it is the layer's now */
    layer->observed = true;
    if (g->nodes[n].op == OCTAVO_OP_CONVOLUTION || g->nodes[n].op == OCTAVO_OP_FULLY_CONNECTED)
      layer->weights = weight_statistics_of(&g->tensors[g->nodes[n].inputs[1]]);
    return;
  }
}

static void take_times(const diagnosis *d, octavo_model *float_model, uint32_t index) {
  layer_diagnosis *layer = &d->layers[index];
  layer->time = d->times_model.layers[index];
  for (uint32_t i = 0; i < d->times_float.count; i++) {
    octavo_operator_info info = {0};
    octavo_model_operator(float_model, i, &info);
    if (strcmp(info.name, layer->info.name) == 0)
      layer->float_time = d->times_float.layers[i];
  }
}

static octavo_status measure_times(const diagnosis_job *job, diagnosis *result,
                                   octavo_error *error) {
  double milliseconds[2] = {0.0, 0.0};
  octavo_status status = latency_measure((octavo_model *const[]){job->float_model, job->model}, 2,
                                         job->seconds, milliseconds, error);
  result->latency_float = milliseconds[0] * 1e6;
  result->latency_model = milliseconds[1] * 1e6;
  if (status == OCTAVO_OK)
    status = layer_times_measure(job->float_model, &result->times_float, error);
  return status == OCTAVO_OK ? layer_times_measure(job->model, &result->times_model, error)
                             : status;
}

static octavo_status collect(const watch_state *w, const selfcheck_result *quality,
                             diagnosis *result, octavo_error *error) {
  const diagnosis_job *job = w->job;
  octavo_status status = measure_times(job, result, error);
  if (status != OCTAVO_OK)
    return status;
  result->layers = octavo_memory_alloc(quality->layer_count, sizeof *result->layers);
  if (result->layers == NULL)
    return octavo_error_memory(error, quality->layer_count * sizeof *result->layers, "layers");
  result->layer_count = quality->layer_count;
  for (uint32_t i = 0; i < result->layer_count; i++) {
    layer_diagnosis *layer = &result->layers[i];
    const layer_quality *q = &quality->layers[i];
    octavo_model_operator(job->model, i, &layer->info);
    layer->snr_db = q->compared ? q->snr_db : (double)NAN;
    layer->isolated_snr_db = q->compared ? q->isolated_snr_db : (double)NAN;
    layer->is_float = layer->info.output.type == OCTAVO_FLOAT32;
    take_statistics(w, layer);
    take_times(result, job->float_model, i);
  }
  return OCTAVO_OK;
}

static octavo_status compare(watch_state *w, octavo_model *reference, selfcheck_result *quality,
                             diagnosis *result, octavo_error *error) {
  const diagnosis_job *job = w->job;
  octavo_status status = result == NULL ? OCTAVO_OK : open_watch(w, error);
  if (status == OCTAVO_OK)
    status = selfcheck_compare(&(selfcheck_job){.reference = reference,
                                                .model = job->model,
                                                .originals = w->shadow->originals,
                                                .watch = result == NULL ? NULL : watch,
                                                .watch_context = w,
                                                .images = job->images,
                                                .threads = job->threads,
                                                .progress = job->progress},
                               quality, error);
  if (status == OCTAVO_OK && result != NULL)
    status = collect(w, quality, result, error);
  close_watch(w);
  return status;
}

octavo_status diagnose(const diagnosis_job *job, selfcheck_result *quality, diagnosis *result,
                       octavo_error *error) {
  memset(quality, 0, sizeof *quality);
  if (result != NULL)
    memset(result, 0, sizeof *result);
  if (job->threads < 1 || job->threads > PARALLEL_MAX_THREADS)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT, "diagnosis: expected 1 to %d threads",
                            PARALLEL_MAX_THREADS);
  shadow_graph shadow;
  const label_list no_labels = {NULL, 0};
  built_model built = {0};
  watch_state w = {.job = job, .shadow = &shadow};
  octavo_status status = shadow_graph_create(job->source, job->quantized, &shadow, error);
  if (status == OCTAVO_OK)
    status = built_model_create(shadow.g, job->rule, &no_labels, &built, error);
  if (status == OCTAVO_OK)
    status = compare(&w, built.model, quality, result, error);
  built_model_free(&built);
  shadow_graph_free(&shadow);
  if (status != OCTAVO_OK) {
    selfcheck_free(quality);
    if (result != NULL)
      diagnosis_free(result);
  }
  return status;
}

void diagnosis_free(diagnosis *d) {
  for (uint32_t i = 0; i < d->layer_count; i++)
    activation_statistics_free(&d->layers[i].activations);
  octavo_memory_free(d->layers);
  layer_times_free(&d->times_model);
  layer_times_free(&d->times_float);
  memset(d, 0, sizeof *d);
}

/* NaN comes last. */
static bool comes_before(const layer_diagnosis *a, const layer_diagnosis *b) {
  const double x = a->isolated_snr_db, y = b->isolated_snr_db;
  return x < y || (isnan(y) && !isnan(x));
}

void diagnosis_rank(const diagnosis *d, uint32_t *order) {
  for (uint32_t i = 0; i < d->layer_count; i++) { /* insertion: a few hundred at most, stable */
    uint32_t at = i;
    for (; at > 0 && comes_before(&d->layers[i], &d->layers[order[at - 1]]); at--)
      order[at] = order[at - 1];
    order[at] = i;
  }
}
