#include "converter/selfcheck.h"

#include "converter/accuracy.h"
#include "converter/diagnosis/shadow_graph.h"
#include "converter/parallel.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>
#include <string.h>

/* Images whose sums are kept until they are added up in order. */
#define BLOCK 32

typedef struct energy {
  double signal, noise;
} energy;

/* One thread's sessions, and the float network's results for the image at hand. */
typedef struct lane {
  struct comparison *all;
  uint32_t thread;
  octavo_session *reference, *model;
  float *values;
  energy *sums; /* where the image's sums go, see sum_count */
} lane;

typedef struct comparison {
  const selfcheck_job *job;
  lane lanes[PARALLEL_MAX_THREADS];
  size_t *offsets; /* per operator of the reference: into lane.values */
  size_t value_count;
  int64_t *counterparts; /* per operator of the model: of the reference, -1 = none */
  energy *sums;          /* per image of a block, sum_count of them */
  energy *totals;        /* the sums of the images, added up in their order */
  bool agreed[BLOCK];
  uint64_t agreements;
  uint32_t layer_count, reference_count;
  size_t sum_count; /* one per layer of the model, then one per operator of the reference */
} comparison;

static int32_t original_of(const comparison *all, uint32_t operator_index) {
  return all->job->originals == NULL ? SHADOW_ORIGINAL : all->job->originals[operator_index];
}

/* Several sums side by side, so that a value need not wait for the one before it. */
#define LANES 8

static energy compare_float(const float *f, const float *values, size_t count) {
  double signal[LANES] = {0}, noise[LANES] = {0};
  const size_t whole = count - count % LANES;
  for (size_t i = 0; i < whole; i += LANES)
    for (size_t k = 0; k < LANES; k++) {
      const double x = f[i + k], error = x - values[i + k];
      signal[k] += x * x;
      noise[k] += error * error;
    }
  energy sum = {0.0, 0.0};
  for (size_t i = whole; i < count; i++) {
    const double x = f[i], error = x - values[i];
    sum.signal += x * x;
    sum.noise += error * error;
  }
  for (size_t k = 0; k < LANES; k++) {
    sum.signal += signal[k];
    sum.noise += noise[k];
  }
  return sum;
}

static void dequantize(const int8_t *q, size_t count, const octavo_tensor_info *info,
                       float *values) {
  for (size_t i = 0; i < count; i++)
    values[i] = info->scale * (float)(q[i] - info->zero_point);
}

static energy compare_int8(const float *f, const int8_t *q, size_t count,
                           const octavo_tensor_info *info) {
  energy sum = {0.0, 0.0};
  float values[512];
  for (size_t begin = 0; begin < count; begin += 512) {
    const size_t length = count - begin < 512 ? count - begin : 512;
    dequantize(q + begin, length, info, values);
    const energy part = compare_float(f + begin, values, length);
    sum.signal += part.signal;
    sum.noise += part.noise;
  }
  return sum;
}

static energy compare(const float *f, const void *data, const octavo_tensor_info *info) {
  return info->type == OCTAVO_INT8 ? compare_int8(f, data, info->bytes, info)
                                   : compare_float(f, data, info->bytes / sizeof(float));
}

static size_t elements(const octavo_tensor_info *info) {
  return info->type == OCTAVO_INT8 ? info->bytes : info->bytes / sizeof(float);
}

static void keep_reference(void *context, uint32_t operator_index, uint32_t which,
                           const octavo_tensor_info *info, const void *data) {
  const lane *l = context;
  const comparison *all = l->all;
  const int32_t original = original_of(all, operator_index);
  if (which != 0 || original == SHADOW_HELPER)
    return;
  if (original != SHADOW_ORIGINAL) {
    l->sums[all->layer_count + operator_index] =
        compare(l->values + all->offsets[original], data, info);
    return;
  }
  float *values = l->values + all->offsets[operator_index];
  if (info->type == OCTAVO_INT8) /* of a network that was quantized already */
    dequantize(data, info->bytes, info, values);
  else
    memcpy(values, data, info->bytes);
  if (all->job->watch != NULL)
    all->job->watch(all->job->watch_context, l->thread, operator_index, values, elements(info));
}

static void compare_layer(void *context, uint32_t operator_index, uint32_t which,
                          const octavo_tensor_info *info, const void *data) {
  const lane *l = context;
  const int64_t counterpart = l->all->counterparts[operator_index];
  if (which != 0 || counterpart < 0)
    return;
  l->sums[operator_index] = compare(l->values + l->all->offsets[counterpart], data, info);
}

static int64_t find_counterpart(const octavo_model *reference, const octavo_operator_info *layer) {
  for (uint32_t i = 0; i < octavo_model_operator_count(reference); i++) {
    octavo_operator_info info;
    if (octavo_model_operator(reference, i, &info) == OCTAVO_OK &&
        strcmp(info.name, layer->name) == 0)
      return elements(&info.output) == elements(&layer->output) ? (int64_t)i : -1;
  }
  return -1;
}

static void match_layers(comparison *all) {
  octavo_operator_info info;
  for (uint32_t i = 0; i < all->reference_count; i++)
    if (original_of(all, i) == SHADOW_ORIGINAL &&
        octavo_model_operator(all->job->reference, i, &info) == OCTAVO_OK) {
      all->offsets[i] = all->value_count;
      all->value_count += elements(&info.output);
    }
  for (uint32_t i = 0; i < all->layer_count; i++) {
    all->counterparts[i] = -1;
    if (octavo_model_operator(all->job->model, i, &info) == OCTAVO_OK)
      all->counterparts[i] = find_counterpart(all->job->reference, &info);
  }
}

static octavo_status open_lane(comparison *all, uint32_t thread, octavo_error *error) {
  lane *l = &all->lanes[thread];
  l->all = all;
  l->thread = thread;
  l->values = octavo_memory_alloc(all->value_count, sizeof *l->values);
  if (l->values == NULL)
    return octavo_error_memory(error, all->value_count * sizeof *l->values, "float results");
  octavo_status status = octavo_session_create(all->job->reference, NULL, &l->reference, error);
  if (status == OCTAVO_OK)
    status = octavo_session_create(all->job->model, NULL, &l->model, error);
  if (status == OCTAVO_OK) {
    octavo_session_observe(l->reference, keep_reference, l);
    octavo_session_observe(l->model, compare_layer, l);
  }
  return status;
}

static octavo_status compare_image(void *context, uint32_t thread, uint32_t index,
                                   octavo_error *error) {
  comparison *all = context;
  lane *l = &all->lanes[thread];
  uint32_t expected = 0, found = 0;
  l->sums = all->sums + (size_t)(index % BLOCK) * all->sum_count;
  octavo_status status =
      accuracy_first_class(l->reference, all->job->images, index, &expected, error);
  if (status == OCTAVO_OK)
    status = accuracy_first_class(l->model, all->job->images, index, &found, error);
  all->agreed[index % BLOCK] = expected == found;
  return status;
}

static void add_up(void *context, uint32_t first, uint32_t end) {
  comparison *all = context;
  for (uint32_t i = first; i < end; i++) {
    const energy *sums = all->sums + (size_t)(i % BLOCK) * all->sum_count;
    for (size_t k = 0; k < all->sum_count; k++) {
      all->totals[k].signal += sums[k].signal;
      all->totals[k].noise += sums[k].noise;
    }
    all->agreements += all->agreed[i % BLOCK];
  }
}

static octavo_status allocate(comparison *all, selfcheck_result *result, octavo_error *error) {
  all->layer_count = octavo_model_operator_count(all->job->model);
  all->reference_count = octavo_model_operator_count(all->job->reference);
  all->sum_count = (size_t)all->layer_count + all->reference_count;
  all->offsets = octavo_memory_alloc(all->reference_count, sizeof *all->offsets);
  all->counterparts = octavo_memory_alloc(all->layer_count, sizeof *all->counterparts);
  all->sums = octavo_memory_alloc(BLOCK * all->sum_count, sizeof *all->sums);
  all->totals = octavo_memory_alloc(all->sum_count, sizeof *all->totals);
  result->layers = octavo_memory_alloc(all->layer_count, sizeof *result->layers);
  result->layer_count = all->layer_count;
  if (all->offsets == NULL || all->counterparts == NULL || all->sums == NULL ||
      all->totals == NULL || result->layers == NULL)
    return octavo_error_memory(error, (uint64_t)BLOCK * all->sum_count * sizeof *all->sums,
                               "the self-check");
  return OCTAVO_OK;
}

static double decibels(energy total) {
  return total.noise == 0.0 ? INFINITY : 10.0 * log10(total.signal / total.noise);
}

static double isolated(const comparison *all, int64_t counterpart) {
  for (uint32_t i = 0; counterpart >= 0 && i < all->reference_count; i++)
    if (original_of(all, i) == counterpart)
      return decibels(all->totals[all->layer_count + i]);
  return (double)NAN;
}

static void summarize(const comparison *all, selfcheck_result *result) {
  for (uint32_t i = 0; i < all->layer_count; i++) {
    octavo_operator_info info = {0};
    octavo_model_operator(all->job->model, i, &info);
    result->layers[i] = (layer_quality){.name = info.name,
                                        .kind = info.kind,
                                        .compared = all->counterparts[i] >= 0,
                                        .snr_db = decibels(all->totals[i]),
                                        .isolated_snr_db = isolated(all, all->counterparts[i])};
  }
  result->agreement = 100.0 * (double)all->agreements / all->job->images->count;
}

static octavo_status run(comparison *all, selfcheck_result *result, octavo_error *error) {
  octavo_status status = allocate(all, result, error);
  if (status != OCTAVO_OK)
    return status;
  match_layers(all);
  for (uint32_t t = 0; t < all->job->threads && status == OCTAVO_OK; t++)
    status = open_lane(all, t, error);
  if (status == OCTAVO_OK)
    status = parallel_run(&(parallel_job){.end = all->job->images->count,
                                          .threads = all->job->threads,
                                          .task = compare_image,
                                          .context = all,
                                          .block = BLOCK,
                                          .reduce = add_up,
                                          .progress = all->job->progress,
                                          .label = "comparing"},
                          error);
  if (status == OCTAVO_OK)
    summarize(all, result);
  return status;
}

octavo_status selfcheck_compare(const selfcheck_job *job, selfcheck_result *result,
                                octavo_error *error) {
  memset(result, 0, sizeof *result);
  if (job->threads < 1 || job->threads > PARALLEL_MAX_THREADS || job->images->count == 0)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "self-check: expected images and 1 to %d threads, found %u and %u",
                            PARALLEL_MAX_THREADS, job->images->count, job->threads);
  comparison all = {.job = job};
  const octavo_status status = run(&all, result, error);
  for (uint32_t t = 0; t < PARALLEL_MAX_THREADS; t++) {
    octavo_session_free(all.lanes[t].model);
    octavo_session_free(all.lanes[t].reference);
    octavo_memory_free(all.lanes[t].values);
  }
  octavo_memory_free(all.totals);
  octavo_memory_free(all.sums);
  octavo_memory_free(all.counterparts);
  octavo_memory_free(all.offsets);
  if (status != OCTAVO_OK)
    selfcheck_free(result);
  return status;
}

void selfcheck_free(selfcheck_result *result) {
  octavo_memory_free(result->layers);
  memset(result, 0, sizeof *result);
}
