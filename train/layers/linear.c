/* y = w x + b, of all that x has for an image in the order channel, row, column; b may be absent.
 *
 * x [n, c, h, w], w [units, c·h·w], b [units], y [n, units]. Always float32: the input is small,
 * and the loss is better off with exact logits. With fake quantization the weights of each unit are
 * rounded (train/qat/rounded.h). */
#include "train/network.h"

#include "runtime/error.h"
#include "runtime/memory.h"
#include "train/qat/rounded.h"

typedef struct state {
  parameter *weight, *bias;   /* bias NULL without one */
  rounded rounded;            /* with fake quantization; else all zero */
  tensor rows, row_gradients; /* the input and its gradient in plain float32, [n, c·h·w] */
  tensor flat, flat_gradient; /* the same memory, shaped like the input */
  operation flatten, forward, to_weights, to_data, unflatten;
} state;

static octavo_status add_parameters(network *n, layer *l, uint32_t inputs, octavo_error *error) {
  state *s = l->state;
  const uint32_t units = l->spec->channels;
  const parameter weight = {.kind = PARAMETER_WEIGHT,
                            .rank = 2,
                            .dims = {units, inputs},
                            .order = {units, inputs},
                            .order_rank = 2,
                            .fan_in = inputs};
  const parameter bias = {.kind = PARAMETER_BIAS,
                          .rank = 1,
                          .dims = {units},
                          .order = {units},
                          .order_rank = 1,
                          .fan_in = inputs};
  version_desc weight_desc = NULL, bias_desc = NULL;
  dnnl_status_t made = version_desc_create(&weight_desc, 2, weight.order, dnnl_f32, dnnl_ab);
  if (made == dnnl_success)
    made = version_desc_create(&bias_desc, 1, bias.order, dnnl_f32, dnnl_a);
  octavo_status status = onednn_check(made, "the linear layer", error);
  if (status == OCTAVO_OK)
    status = network_add_parameter(n, l, "weight", &weight, weight_desc, &s->weight, error);
  if (status == OCTAVO_OK && l->spec->bias)
    status = network_add_parameter(n, l, "bias", &bias, bias_desc, &s->bias, error);
  version_desc_free(weight_desc);
  version_desc_free(bias_desc);
  return status;
}

static octavo_status define_output(network *n, layer *l, octavo_error *error) {
  const dnnl_dims_t dims = {n->batch, l->spec->channels};
  version_desc desc = NULL;
  octavo_status status = onednn_check(version_desc_create(&desc, 2, dims, dnnl_f32, dnnl_ab),
                                      "the linear layer", error);
  if (status == OCTAVO_OK)
    status = network_define(n, l, desc, error);
  version_desc_free(desc);
  return status;
}

/* Whether oneDNN sees [n, units] there. */
static bool is_flat(const architecture *plan, const architecture_layer *l) {
  while (l->kind == ARCHITECTURE_ACTIVATION)
    l = &plan->layers[l->inputs[0]];
  return l->kind == ARCHITECTURE_LINEAR;
}

static version_desc bias_desc_of(const state *s) {
  return s->bias != NULL ? s->bias->value.desc : NULL;
}

static const tensor *used_weights(const layer *l) {
  const state *s = l->state;
  return l->spec->quantized ? &s->rounded.weights : &s->weight->value;
}

static const tensor *used_bias(const layer *l) {
  const state *s = l->state;
  return l->spec->quantized ? &s->rounded.bias : &s->bias->value;
}

static octavo_status make_rows(network *n, const architecture_layer *input, tensor *rows,
                               tensor *flat, octavo_error *error) {
  const dnnl_dims_t dims = {n->batch, input->channels, input->height, input->width};
  const dnnl_dims_t row_dims = {n->batch, dims[1] * dims[2] * dims[3]};
  octavo_status status = tensor_plain(rows, n->d, 2, row_dims, dnnl_f32, error);
  version_desc desc = NULL;
  const bool flat_already = is_flat(n->plan, input);
  if (status == OCTAVO_OK)
    status = onednn_check(flat_already ? version_desc_create(&desc, 2, row_dims, dnnl_f32, dnnl_ab)
                                       : version_desc_create(&desc, 4, dims, dnnl_f32, dnnl_abcd),
                          "the linear layer", error);
  if (status == OCTAVO_OK)
    status = tensor_describe(flat, n->d, desc, error);
  if (status == OCTAVO_OK)
    status = tensor_bind(flat, rows->data, error);
  version_desc_free(desc);
  return status;
}

static octavo_status make_input(network *n, layer *l, octavo_error *error) {
  state *s = l->state;
  const architecture_layer *input = &n->plan->layers[l->spec->inputs[0]];
  const tensor *target = NULL;
  octavo_status status = make_rows(n, input, &s->rows, &s->flat, error);
  if (status == OCTAVO_OK)
    status = make_rows(n, input, &s->row_gradients, &s->flat_gradient, error);
  if (status == OCTAVO_OK)
    status = operation_reorder(&s->flatten, n->d, &network_source(n, l, 0)->data, &s->flat, error);
  if (status == OCTAVO_OK)
    status = network_input_gradient(n, l, 0, &target, error);
  if (status == OCTAVO_OK && target != NULL)
    status = operation_reorder(&s->unflatten, n->d, &s->flat_gradient, target, error);
  return status;
}

static octavo_status make_backward(network *n, layer *l, dnnl_primitive_desc_t hint,
                                   octavo_error *error) {
  state *s = l->state;
  const tensor *gradient = &network_output(n, l)->gradient;
  dnnl_primitive_desc_t pd = NULL;
  dnnl_status_t made =
      version_linear_weights(&pd, n->d->engine, s->rows.desc, s->weight->value.desc,
                             bias_desc_of(s), gradient->desc, hint);
  octavo_status status =
      operation_create(&s->to_weights, made, pd, "the linear layer's gradient", error);
  if (status != OCTAVO_OK)
    return status;
  operation_bind(&s->to_weights, DNNL_ARG_SRC, &s->rows);
  operation_bind(&s->to_weights, DNNL_ARG_DIFF_DST, gradient);
  operation_bind(&s->to_weights, DNNL_ARG_DIFF_WEIGHTS, &s->weight->gradient);
  if (s->bias != NULL)
    operation_bind(&s->to_weights, DNNL_ARG_DIFF_BIAS, &s->bias->gradient);
  made = version_linear_data(&pd, n->d->engine, s->row_gradients.desc, s->weight->value.desc,
                             gradient->desc, hint);
  status = operation_create(&s->to_data, made, pd, "the linear layer's gradient", error);
  operation_bind(&s->to_data, DNNL_ARG_DIFF_DST, gradient);
  operation_bind(&s->to_data, DNNL_ARG_WEIGHTS, used_weights(l));
  operation_bind(&s->to_data, DNNL_ARG_DIFF_SRC, &s->row_gradients);
  return status;
}

static octavo_status make_operations(network *n, layer *l, octavo_error *error) {
  state *s = l->state;
  const tensor *output = &network_output(n, l)->data;
  dnnl_primitive_desc_t pd = NULL;
  octavo_status status =
      onednn_check(version_linear(&pd, n->d->engine, s->rows.desc, s->weight->value.desc,
                                  bias_desc_of(s), output->desc),
                   "the linear layer", error);
  if (status != OCTAVO_OK)
    return status;
  status = make_backward(n, l, pd, error);
  if (status != OCTAVO_OK) {
    dnnl_primitive_desc_destroy(pd);
    return status;
  }
  status = operation_create(&s->forward, dnnl_success, pd, "the linear layer", error);
  operation_bind(&s->forward, DNNL_ARG_SRC, &s->rows);
  operation_bind(&s->forward, DNNL_ARG_WEIGHTS, used_weights(l));
  if (s->bias != NULL)
    operation_bind(&s->forward, DNNL_ARG_BIAS, used_bias(l));
  operation_bind(&s->forward, DNNL_ARG_DST, output);
  return status;
}

static octavo_status create(network *n, layer *l, octavo_error *error) {
  state *s = l->state = octavo_memory_alloc(1, sizeof(state));
  if (s == NULL)
    return octavo_error_memory(error, sizeof(state), "a layer");
  const architecture_layer *input = &n->plan->layers[l->spec->inputs[0]];
  octavo_status status =
      add_parameters(n, l, input->channels * input->height * input->width, error);
  if (status == OCTAVO_OK && l->spec->quantized)
    status = rounded_create(&s->rounded, n, l, s->weight, s->bias, error);
  if (status == OCTAVO_OK)
    status = define_output(n, l, error);
  if (status == OCTAVO_OK)
    status = make_input(n, l, error);
  if (status == OCTAVO_OK)
    status = make_operations(n, l, error);
  return status;
}

static octavo_status forward(network *n, layer *l, bool training, octavo_error *error) {
  (void)training;
  const state *s = l->state;
  rounded_set_bias(&s->rounded, n, l);
  const octavo_status status = operation_run(&s->flatten, n->d, error);
  return status == OCTAVO_OK ? operation_run(&s->forward, n->d, error) : status;
}

static octavo_status backward(network *n, layer *l, octavo_error *error) {
  const state *s = l->state;
  octavo_status status = operation_run(&s->to_weights, n->d, error);
  if (status == OCTAVO_OK)
    status = operation_run(&s->to_data, n->d, error);
  return status == OCTAVO_OK ? operation_run(&s->unflatten, n->d, error) : status;
}

static octavo_status refresh(network *n, layer *l, octavo_error *error) {
  const state *s = l->state;
  return rounded_refresh(&s->rounded, n, l, error);
}

static void destroy(layer *l) {
  state *s = l->state;
  operation_free(&s->flatten);
  operation_free(&s->forward);
  operation_free(&s->to_weights);
  operation_free(&s->to_data);
  operation_free(&s->unflatten);
  rounded_free(&s->rounded);
  tensor_free(&s->flat);
  tensor_free(&s->flat_gradient);
  tensor_free(&s->rows);
  tensor_free(&s->row_gradients);
}

const layer_type layer_linear = {create, forward, backward, refresh, destroy};
