/* y = scale · (x − mean) / sqrt(variance + ε) + shift for each channel, then ReLU if asked for.
 *
 * Training takes mean and variance from the batch and moves the running ones a share of the way
 * there (the variance with Bessel's correction, as PyTorch does); otherwise, and with the phase's
 * norm_fixed, the running ones are used.
 *
 * Where only a sum of a residual branch reads the result, that computes it too (`pending`), forward
 * and backward: see layers/add.c. */
#include "train/network.h"

#include "runtime/error.h"
#include "runtime/memory.h"
#include "train/qat/fold.h"

typedef struct state {
  parameter *scale, *shift, *running_mean, *running_variance;
  norm norm;
  float *mean, *variance; /* of the batch; owned: one allocation with units */
  float *units;           /* with fake quantization: of the sums that x has */
  const tensor *target;   /* where the gradient of the input goes */
} state;

static octavo_status add_parameters(network *n, layer *l, octavo_error *error) {
  state *s = l->state;
  const struct {
    const char *suffix;
    parameter_kind kind;
    parameter **result;
  } rows[] = {{"weight", PARAMETER_NORM_SCALE, &s->scale},
              {"bias", PARAMETER_NORM_SHIFT, &s->shift},
              {"running_mean", PARAMETER_RUNNING_MEAN, &s->running_mean},
              {"running_var", PARAMETER_RUNNING_VARIANCE, &s->running_variance}};
  const dnnl_dims_t dims = {l->spec->channels};
  version_desc desc = NULL;
  octavo_status status =
      onednn_check(version_desc_create(&desc, 1, dims, dnnl_f32, dnnl_a), "the batch norm", error);
  for (size_t i = 0; status == OCTAVO_OK && i < sizeof rows / sizeof rows[0]; i++) {
    const parameter p = {.kind = rows[i].kind,
                         .rank = 1,
                         .dims = {l->spec->channels},
                         .order = {l->spec->channels},
                         .order_rank = 1,
                         .frozen = rows[i].kind == PARAMETER_NORM_SCALE && l->spec->frozen,
                         .rate = rows[i].kind == PARAMETER_NORM_SHIFT ? l->spec->shift_rate : 1.0f};
    status = network_add_parameter(n, l, rows[i].suffix, &p, desc, rows[i].result, error);
  }
  version_desc_free(desc);
  return status;
}

static octavo_status make_norm(network *n, layer *l, octavo_error *error) {
  state *s = l->state;
  const norm_shape shape = {n->batch, l->spec->channels, l->spec->height, l->spec->width};
  octavo_status status = norm_create(&s->norm, network_source(n, l, 0)->data.desc, shape, error);
  if (status != OCTAVO_OK)
    return status;
  s->norm.scale = s->scale->value.data;
  s->norm.scale_gradient = s->scale->gradient.data;
  s->norm.shift_gradient = s->shift->gradient.data;
  s->mean = octavo_memory_alloc(shape.channels, 3 * sizeof *s->mean);
  if (s->mean == NULL)
    return octavo_error_memory(error, shape.channels, "a batch norm");
  s->variance = s->mean + shape.channels;
  s->units = s->variance + shape.channels;
  return OCTAVO_OK;
}

static octavo_status find_target(network *n, layer *l, octavo_error *error) {
  state *s = l->state;
  const octavo_status status = network_input_gradient(n, l, 0, &s->target, error);
  if (status == OCTAVO_OK && s->target == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "batch norm of the image itself; expected a convolution before it");
  return status;
}

static octavo_status create(network *n, layer *l, octavo_error *error) {
  state *s = l->state = octavo_memory_alloc(1, sizeof(state));
  if (s == NULL)
    return octavo_error_memory(error, sizeof(state), "a layer");
  const version_desc data = network_source(n, l, 0)->data.desc;
  const bool pending = !l->spec->relu && network_summed_only(n, l);
  octavo_status status = pending ? network_define_pending(n, l, data, &s->norm, error)
                                 : network_define(n, l, data, error);
  if (status == OCTAVO_OK)
    status = add_parameters(n, l, error);
  if (status == OCTAVO_OK)
    status = make_norm(n, l, error);
  if (status == OCTAVO_OK)
    status = find_target(n, l, error);
  return status;
}

static void update_running(const network *n, const layer *l) {
  const state *s = l->state;
  float *running_mean = s->running_mean->value.data;
  float *running_variance = s->running_variance->value.data;
  const float share = l->spec->running_share;
  const double count = (double)n->batch * l->spec->height * l->spec->width;
  const float correction = (float)(count > 1 ? count / (count - 1) : 1);
  for (uint32_t c = 0; c < l->spec->channels; c++) {
    running_mean[c] += share * (s->mean[c] - running_mean[c]);
    running_variance[c] += share * (s->variance[c] * correction - running_variance[c]);
  }
}

static norm_clamp find_clamp(const layer *l) {
  return l->spec->relu ? NORM_RELU : NORM_NO_CLAMP;
}

/* What int8 inference adds behind the sums is a whole multiple of their unit. NULL without fake
 * quantization. */
static const float *find_units(const network *n, const layer *l) {
  const state *s = l->state;
  if (!l->spec->quantized || !n->phase.quantize)
    return NULL;
  const uint32_t sums = qat_source(n, l->index);
  const float scale = n->values[qat_source(n, sums)].scale;
  for (uint32_t c = 0; c < l->spec->channels; c++)
    s->units[c] = scale * n->values[sums].weight_scales[c];
  return s->units;
}

static octavo_status forward(network *n, layer *l, bool training, octavo_error *error) {
  (void)error;
  state *s = l->state;
  const void *x = network_source(n, l, 0)->data.data;
  const bool measured = training && !n->phase.norm_fixed;
  if (measured) {
    norm_measure(&s->norm, x, s->mean, s->variance);
    update_running(n, l);
  }
  const norm_statistics statistics = {.mean = measured ? s->mean : s->running_mean->value.data,
                                      .variance =
                                          measured ? s->variance : s->running_variance->value.data,
                                      .shift = s->shift->value.data,
                                      .epsilon = NORM_EPSILON,
                                      .units = find_units(n, l),
                                      .fixed = !measured};
  norm_set(&s->norm, &statistics);
  const value *output = network_output(n, l);
  if (output->pending == NULL)
    norm_apply(&s->norm, x, find_clamp(l), output->data.data);
  return OCTAVO_OK;
}

static octavo_status backward(network *n, layer *l, octavo_error *error) {
  (void)error;
  state *s = l->state;
  const void *x = network_source(n, l, 0)->data.data;
  const value *output = network_output(n, l);
  const norm_clamp clamp = find_clamp(l);
  if (output->pending == NULL)
    norm_gather(&s->norm, x, clamp, output->gradient.data);
  norm_spread(&s->norm, x, clamp, output->gradient.data, s->target->data);
  return OCTAVO_OK;
}

static void destroy(layer *l) {
  state *s = l->state;
  norm_free(&s->norm);
  octavo_memory_free(s->mean);
}

const layer_type layer_batch_norm = {create, forward, backward, NULL, destroy};
