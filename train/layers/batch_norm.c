/* y = scale · (x − mean) / sqrt(variance + ε) + shift for each channel, then ReLU if asked for.
 *
 * Training takes mean and variance from the batch and moves the running ones a share of the way
 * there (the variance with Bessel's correction, as PyTorch does); otherwise the running ones are
 * used. */
#include "train/network.h"

#include "runtime/error.h"
#include "runtime/memory.h"

static const float EPSILON = 1e-5f;

typedef struct state {
  parameter *scale, *shift, *running_mean, *running_variance;
  tensor mean, variance; /* of the batch */
  tensor workspace;      /* where ReLU let values through; memory NULL without ReLU */
  operation train, infer, backward;
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
  if (status == OCTAVO_OK)
    status = tensor_create(&s->mean, n->d, desc, error);
  if (status == OCTAVO_OK)
    status = tensor_create(&s->variance, n->d, desc, error);
  version_desc_free(desc);
  return status;
}

static unsigned norm_flags(const layer *l) {
  const unsigned flags = (unsigned)dnnl_use_scale | (unsigned)dnnl_use_shift;
  return l->spec->relu ? flags | (unsigned)dnnl_fuse_norm_relu : flags;
}

static void bind_forward(network *n, layer *l, operation *o, const tensor *mean,
                         const tensor *variance) {
  const state *s = l->state;
  operation_bind(o, DNNL_ARG_SRC, &network_source(n, l, 0)->data);
  operation_bind(o, DNNL_ARG_DST, &network_output(n, l)->data);
  operation_bind(o, DNNL_ARG_SCALE, &s->scale->value);
  operation_bind(o, DNNL_ARG_SHIFT, &s->shift->value);
  operation_bind(o, DNNL_ARG_MEAN, mean);
  operation_bind(o, DNNL_ARG_VARIANCE, variance);
}

static octavo_status make_infer(network *n, layer *l, octavo_error *error) {
  state *s = l->state;
  const version_desc data = network_source(n, l, 0)->data.desc;
  dnnl_primitive_desc_t pd = NULL;
  const dnnl_status_t made =
      version_batch_norm(&pd, n->d->engine, dnnl_forward_inference, data, EPSILON,
                         norm_flags(l) | (unsigned)dnnl_use_global_stats);
  const octavo_status status = operation_create(&s->infer, made, pd, "the batch norm", error);
  bind_forward(n, l, &s->infer, &s->running_mean->value, &s->running_variance->value);
  return status;
}

static octavo_status make_backward(network *n, layer *l, dnnl_primitive_desc_t hint,
                                   octavo_error *error) {
  state *s = l->state;
  const tensor *target = NULL;
  octavo_status status = network_input_gradient(n, l, 0, &target, error);
  if (status != OCTAVO_OK)
    return status;
  if (target == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "batch norm of the image itself; expected a convolution before it");
  const version_desc data = network_source(n, l, 0)->data.desc;
  dnnl_primitive_desc_t pd = NULL;
  const dnnl_status_t made =
      version_batch_norm_backward(&pd, n->d->engine, data, EPSILON, norm_flags(l), hint);
  operation *o = &s->backward;
  status = operation_create(o, made, pd, "the batch norm's gradient", error);
  operation_bind(o, DNNL_ARG_SRC, &network_source(n, l, 0)->data);
  operation_bind(o, DNNL_ARG_MEAN, &s->mean);
  operation_bind(o, DNNL_ARG_VARIANCE, &s->variance);
  operation_bind(o, DNNL_ARG_DIFF_DST, &network_output(n, l)->gradient);
  operation_bind(o, DNNL_ARG_SCALE, &s->scale->value);
  operation_bind(o, DNNL_ARG_SHIFT, &s->shift->value);
  operation_bind(o, DNNL_ARG_DIFF_SRC, target);
  operation_bind(o, DNNL_ARG_DIFF_SCALE, &s->scale->gradient);
  operation_bind(o, DNNL_ARG_DIFF_SHIFT, &s->shift->gradient);
  if (s->workspace.memory != NULL)
    operation_bind(o, DNNL_ARG_WORKSPACE, &s->workspace);
  return status;
}

static octavo_status make_train(network *n, layer *l, octavo_error *error) {
  state *s = l->state;
  const version_desc data = network_source(n, l, 0)->data.desc;
  dnnl_primitive_desc_t pd = NULL;
  octavo_status status = onednn_check(
      version_batch_norm(&pd, n->d->engine, dnnl_forward_training, data, EPSILON, norm_flags(l)),
      "the batch norm", error);
  if (status != OCTAVO_OK)
    return status;
  if (l->spec->relu)
    status = tensor_create(&s->workspace, n->d,
                           dnnl_primitive_desc_query_md(pd, dnnl_query_workspace_md, 0), error);
  if (status == OCTAVO_OK)
    status = make_backward(n, l, pd, error);
  if (status != OCTAVO_OK) {
    dnnl_primitive_desc_destroy(pd);
    return status;
  }
  status = operation_create(&s->train, dnnl_success, pd, "the batch norm", error);
  bind_forward(n, l, &s->train, &s->mean, &s->variance);
  if (l->spec->relu)
    operation_bind(&s->train, DNNL_ARG_WORKSPACE, &s->workspace);
  return status;
}

static octavo_status create(network *n, layer *l, octavo_error *error) {
  l->state = octavo_memory_alloc(1, sizeof(state));
  if (l->state == NULL)
    return octavo_error_memory(error, sizeof(state), "a layer");
  octavo_status status = network_define(n, l, network_source(n, l, 0)->data.desc, error);
  if (status == OCTAVO_OK)
    status = add_parameters(n, l, error);
  if (status == OCTAVO_OK)
    status = make_train(n, l, error);
  if (status == OCTAVO_OK)
    status = make_infer(n, l, error);
  return status;
}

static void update_running(const network *n, const layer *l) {
  const state *s = l->state;
  const float *mean = s->mean.data, *variance = s->variance.data;
  float *running_mean = s->running_mean->value.data;
  float *running_variance = s->running_variance->value.data;
  const float share = l->spec->running_share;
  const double count = (double)n->batch * l->spec->height * l->spec->width;
  const float correction = (float)(count > 1 ? count / (count - 1) : 1);
  for (uint32_t c = 0; c < l->spec->channels; c++) {
    running_mean[c] += share * (mean[c] - running_mean[c]);
    running_variance[c] += share * (variance[c] * correction - running_variance[c]);
  }
}

static octavo_status forward(network *n, layer *l, bool training, octavo_error *error) {
  const state *s = l->state;
  const octavo_status status = operation_run(training ? &s->train : &s->infer, n->d, error);
  if (status == OCTAVO_OK && training)
    update_running(n, l);
  return status;
}

static octavo_status backward(network *n, layer *l, octavo_error *error) {
  const state *s = l->state;
  return operation_run(&s->backward, n->d, error);
}

static void destroy(layer *l) {
  state *s = l->state;
  operation_free(&s->train);
  operation_free(&s->infer);
  operation_free(&s->backward);
  tensor_free(&s->mean);
  tensor_free(&s->variance);
  tensor_free(&s->workspace);
}

const layer_type layer_batch_norm = {create, forward, backward, NULL, destroy};
