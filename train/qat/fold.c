#include "fold.h"

#include "converter/quantize/weights.h"
#include "grid.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

void folded_layer_free(folded_layer *f) {
  octavo_memory_free(f->weights);
  octavo_memory_free(f->bias);
  octavo_memory_free(f->scales);
  *f = (folded_layer){0};
}

/* Vectors lie in plain order. */
static const float *vector_of(const network *n, const architecture_layer *l, const char *suffix) {
  char name[96];
  snprintf(name, sizeof name, "%s.%s", l->name, suffix);
  const parameter *p = network_parameter(n, name);
  return p != NULL ? p->value.data : NULL;
}

quantization_parameters qat_parameters(const network *n, uint32_t index) {
  const float *range = vector_of(n, &n->plan->layers[index], "range");
  return scale_from_range((value_range){range[0], range[1]});
}

uint32_t qat_source(const network *n, uint32_t index) {
  uint32_t source = n->plan->layers[index].inputs[0];
  while (n->plan->layers[source].kind == ARCHITECTURE_MAX_POOL)
    source = n->plan->layers[source].inputs[0];
  return source;
}

/* ---- What comes behind the sums ---------------------------------------------------------------
 */

/* sum · factor + offset, by channel. */
typedef struct affine {
  double *factor, *offset; /* one allocation */
} affine;

static void follow_norm(const network *n, const architecture_layer *l, const affine *a) {
  const float *scale = vector_of(n, l, "weight"), *shift = vector_of(n, l, "bias");
  const float *mean = vector_of(n, l, "running_mean"), *variance = vector_of(n, l, "running_var");
  for (uint32_t c = 0; c < l->channels; c++) {
    const double factor = (double)scale[c] / sqrt((double)variance[c] + (double)NORM_EPSILON);
    a->factor[c] *= factor;
    a->offset[c] = (a->offset[c] - (double)mean[c]) * factor + (double)shift[c];
  }
}

static octavo_status check_order(const architecture_layer *pool, const affine *a,
                                 octavo_error *error) {
  for (uint32_t c = 0; c < pool->channels; c++)
    if (a->factor[c] < 0.0)
      return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                              "layer '%s': expected factors of at least 0 in the batch norm behind "
                              "this maximum, found %g in channel %" PRIu32
                              "; start from weights that octavo-train has trained",
                              pool->name, a->factor[c], c);
  return OCTAVO_OK;
}

/* Through all layers up to the fake quantization, whose index goes to *end. */
static octavo_status follow(const network *n, uint32_t index, const affine *a, uint32_t *end,
                            octavo_error *error) {
  const architecture_layer *l = &n->plan->layers[index], *pool = NULL;
  const float *bias = vector_of(n, l, "bias");
  for (uint32_t c = 0; c < l->channels; c++) {
    a->factor[c] = 1.0;
    a->offset[c] = bias != NULL ? (double)bias[c] : 0.0;
  }
  /* Each of them is read by the next layer alone, and qat_plan keeps the order. */
  for (uint32_t i = n->values[index].last_reader;; i = n->values[i].last_reader) {
    l = &n->plan->layers[i];
    if (l->kind == ARCHITECTURE_FAKE_QUANTIZE) {
      *end = i;
      return pool != NULL ? check_order(pool, a, error) : OCTAVO_OK;
    }
    if (l->kind == ARCHITECTURE_BATCH_NORM)
      follow_norm(n, l, a);
    if (l->kind == ARCHITECTURE_MAX_POOL)
      pool = l;
    for (uint32_t c = 0; l->kind == ARCHITECTURE_ACTIVATION && c < l->channels; c++) {
      a->factor[c] *= (double)l->factor;
      a->offset[c] *= (double)l->factor;
    }
  }
}

/* ---- Integers ---------------------------------------------------------------------------------
 */

typedef struct draft {
  float *weights; /* of the parameter, plain */
  affine affine;
  float input_scale, output_scale;
  size_t depth; /* products of a sum */
} draft;

/* The least scale of a channel that the kernels and the int32 bias allow (converter/quantize). */
static double least_scale(const draft *d, double offset) {
  const double room = (double)weights_bias_limit(d->depth);
  const double unit = (double)d->output_scale / (double)d->input_scale;
  return 1.0001 *
         fmax(unit * (double)REQUANTIZATION_MIN, fabs(offset) / (double)d->input_scale / room);
}

static void fold_channel(const draft *d, uint32_t c, folded_layer *f) {
  const float *weights = d->weights + c * d->depth;
  const double factor = d->affine.factor[c], offset = d->affine.offset[c];
  const fake_grid grid = fake_grid_of_weights(weights, d->depth);
  const double trained = fabs(factor) * (double)grid.scale, least = least_scale(d, offset);
  const double unit = (double)d->output_scale / (double)d->input_scale;
  /* Weights of nothing but zeros may have any scale. */
  const double scale = trained > 0.0 ? trained : unit / 256.0;
  f->scales[c] = (float)fmax(scale, least);
  const double ratio = trained < least ? factor * (double)grid.scale / (double)f->scales[c]
                       : factor < 0.0  ? -1.0
                                       : 1.0;
  for (size_t i = 0; i < d->depth; i++) {
    const float steps = fminf(fmaxf(rintf(weights[i] * grid.inverse), grid.low), grid.high);
    f->weights[c * d->depth + i] = (int8_t)lrint((double)steps * ratio);
  }
  f->bias[c] = (int32_t)lrint(offset / ((double)d->input_scale * (double)f->scales[c]));
}

/* As the converter reads it back from the file: float32. No number is not below either. */
static octavo_status check_ratio(const char *name, const draft *d, const folded_layer *f,
                                 uint32_t c, octavo_error *error) {
  const float ratio = d->input_scale * f->scales[c] / d->output_scale;
  if (ratio < REQUANTIZATION_BELOW)
    return OCTAVO_OK;
  return octavo_error_set(
      error, OCTAVO_ERROR_UNSUPPORTED,
      "layer '%s': expected requantization ratios below %g, found %g in output "
      "channel %" PRIu32 ": its weights or its bias are too large for the "
      "range behind it, as in a training that diverged; start from other weights or with a "
      "lower --lr",
      name, (double)REQUANTIZATION_BELOW, (double)ratio, c);
}

static octavo_status fold_all(const network *n, uint32_t index, const parameter *p, draft *d,
                              folded_layer *f, octavo_error *error) {
  if (d->depth > WEIGHTS_MAX_DEPTH)
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "layer '%s': expected at most %u products per output value, the most "
                            "that int32 sums hold, found %zu; train this network without --qat",
                            n->plan->layers[index].name, WEIGHTS_MAX_DEPTH, d->depth);
  uint32_t end = 0;
  octavo_status status = parameter_get(n, p, d->weights, error);
  if (status == OCTAVO_OK)
    status = follow(n, index, &d->affine, &end, error);
  if (status != OCTAVO_OK)
    return status;
  d->input_scale = qat_parameters(n, qat_source(n, index)).scale;
  d->output_scale = qat_parameters(n, end).scale;
  for (uint32_t c = 0; status == OCTAVO_OK && c < f->channels; c++) {
    fold_channel(d, c, f);
    status = check_ratio(n->plan->layers[index].name, d, f, c, error);
  }
  return status;
}

octavo_status qat_fold(const network *n, uint32_t index, folded_layer *f, octavo_error *error) {
  char name[96];
  snprintf(name, sizeof name, "%s.weight", n->plan->layers[index].name);
  const parameter *p = network_parameter(n, name);
  const uint32_t channels = p->dims[0];
  draft d = {.weights = octavo_memory_alloc(p->count, sizeof *d.weights),
             .affine = {.factor = octavo_memory_alloc(channels, 2 * sizeof *d.affine.factor)},
             .depth = p->count / channels};
  *f = (folded_layer){.weights = octavo_memory_alloc(p->count, sizeof *f->weights),
                      .bias = octavo_memory_alloc(channels, sizeof *f->bias),
                      .scales = octavo_memory_alloc(channels, sizeof *f->scales),
                      .count = p->count,
                      .channels = channels};
  octavo_status status = OCTAVO_OK;
  if (d.weights == NULL || d.affine.factor == NULL || f->weights == NULL || f->bias == NULL ||
      f->scales == NULL) {
    status = octavo_error_memory(error, p->count * sizeof *d.weights, "int8 weights");
  } else {
    d.affine.offset = d.affine.factor + channels;
    status = fold_all(n, index, p, &d, f, error);
  }
  octavo_memory_free(d.weights);
  octavo_memory_free(d.affine.factor);
  if (status != OCTAVO_OK)
    folded_layer_free(f);
  return status;
}
