#include "network.h"

#include "gradient_memory.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <stdio.h>
#include <string.h>

static const layer_type *const types[ARCHITECTURE_KINDS] = {
    [ARCHITECTURE_CONVOLUTION] = &layer_convolution,
    [ARCHITECTURE_BATCH_NORM] = &layer_batch_norm,
    [ARCHITECTURE_ADD] = &layer_add,
    [ARCHITECTURE_MAX_POOL] = &layer_pool,
    [ARCHITECTURE_AVERAGE_POOL] = &layer_pool,
    [ARCHITECTURE_GLOBAL_AVERAGE] = &layer_pool,
    [ARCHITECTURE_LINEAR] = &layer_linear,
    [ARCHITECTURE_ACTIVATION] = &layer_activation,
    [ARCHITECTURE_FAKE_QUANTIZE] = &layer_fake_quantize,
};

octavo_status network_define(network *n, layer *l, version_desc desc, octavo_error *error) {
  value *v = &n->values[l->index];
  octavo_status status = tensor_create(&v->data, n->d, desc, error);
  if (status == OCTAVO_OK)
    status = tensor_describe(&v->gradient, n->d, desc, error);
  return status;
}

octavo_status network_define_pending(network *n, layer *l, version_desc desc, norm *pending,
                                     octavo_error *error) {
  value *v = &n->values[l->index];
  v->pending = pending;
  octavo_status status = tensor_describe(&v->data, n->d, desc, error);
  if (status == OCTAVO_OK)
    status = tensor_describe(&v->gradient, n->d, desc, error);
  return status;
}

bool network_summed_only(const network *n, const layer *l) {
  const value *v = &n->values[l->index];
  return v->readers == 1 && n->plan->layers[v->last_reader].kind == ARCHITECTURE_ADD;
}

static octavo_status make_adder(network *n, layer *l, uint32_t which, const tensor *addend,
                                octavo_error *error) {
  const tensor *gradient = &n->values[l->spec->inputs[which]].gradient;
  dnnl_primitive_desc_t pd = NULL;
  const dnnl_status_t made = version_add(&pd, n->d->engine, gradient->desc);
  operation *o = &l->add_on[which];
  const octavo_status status = operation_create(o, made, pd, l->spec->name, error);
  if (status == OCTAVO_OK) {
    operation_bind(o, DNNL_ARG_SRC_0, gradient);
    operation_bind(o, DNNL_ARG_SRC_1, addend);
    operation_bind(o, DNNL_ARG_DST, gradient);
  }
  return status;
}

bool network_is_image(const network *n, uint32_t index) {
  const architecture_layer *l = &n->plan->layers[index];
  return index == 0 || (l->kind == ARCHITECTURE_FAKE_QUANTIZE && l->inputs[0] == 0);
}

octavo_status network_input_gradient(network *n, layer *l, uint32_t which, const tensor **target,
                                     octavo_error *error) {
  const uint32_t input = l->spec->inputs[which];
  value *v = &n->values[input];
  *target = NULL;
  if (network_is_image(n, input))
    return OCTAVO_OK;
  *target = &v->gradient;
  if (v->last_reader == l->index)
    return OCTAVO_OK;
  /* Another layer's gradient is there already when this one's comes. */
  octavo_status status = tensor_describe(&l->addend[which], n->d, v->gradient.desc, error);
  if (status == OCTAVO_OK)
    status = make_adder(n, l, which, &l->addend[which], error);
  *target = &l->addend[which];
  return status;
}

/* Whether both inputs of a sum may use the memory of its gradient. What is written there before the
 * earlier of the two layers, whose backward pass comes last, has read it would reach that one too:
 * the mask of a sum's ReLU or of a fake quantization, and what other readers add. */
static bool may_share_both(const network *n, const layer *l) {
  const uint32_t *inputs = l->spec->inputs;
  const uint32_t later = inputs[0] > inputs[1] ? inputs[0] : inputs[1];
  const architecture_kind kind = n->plan->layers[later].kind;
  bool may = kind != ARCHITECTURE_ADD && kind != ARCHITECTURE_FAKE_QUANTIZE;
  for (uint32_t i = later + 1; i < l->index; i++)
    for (uint32_t k = 0; k < n->plan->layers[i].input_count; k++)
      may &= n->plan->layers[i].inputs[k] != inputs[0] && n->plan->layers[i].inputs[k] != inputs[1];
  return may;
}

octavo_status network_pass_gradient(network *n, layer *l, uint32_t which, octavo_error *error) {
  const uint32_t input = l->spec->inputs[which];
  if (network_is_image(n, input))
    return OCTAVO_OK;
  value *v = &n->values[input];
  if (v->last_reader != l->index)
    return make_adder(n, l, which, &n->values[l->index].gradient, error);
  const bool taken = which == 1 && n->values[l->spec->inputs[0]].shares == l->index;
  if (taken && !may_share_both(n, l))
    return operation_reorder(&l->add_on[which], n->d, &n->values[l->index].gradient, &v->gradient,
                             error);
  v->shares = l->index;
  return OCTAVO_OK;
}

static octavo_status define_input(network *n, octavo_error *error) {
  const architecture_layer *spec = &n->plan->layers[0];
  const dnnl_dims_t dims = {n->batch, spec->channels, spec->height, spec->width};
  const dnnl_format_tag_t tag = n->channels_last ? dnnl_nhwc : dnnl_nchw;
  version_desc desc = NULL;
  octavo_status status =
      onednn_check(version_desc_create(&desc, 4, dims, n->type, tag), "the input", error);
  if (status == OCTAVO_OK)
    status = tensor_create(&n->values[0].data, n->d, desc, error);
  version_desc_free(desc);
  return status;
}

static void find_readers(network *n) {
  for (uint32_t i = 0; i < n->count; i++) {
    n->values[i].shares = i;
    for (uint32_t k = 0; k < n->plan->layers[i].input_count; k++) {
      value *input = &n->values[n->plan->layers[i].inputs[k]];
      input->last_reader = i;
      input->readers++;
    }
  }
}

static octavo_status create_layers(network *n, octavo_error *error) {
  octavo_status status = define_input(n, error);
  find_readers(n);
  for (uint32_t i = 1; status == OCTAVO_OK && i < n->count; i++) {
    layer *l = &n->layers[i];
    *l = (layer){.type = types[n->plan->layers[i].kind], .spec = &n->plan->layers[i], .index = i};
    status = l->type->create(n, l, error);
    if (status != OCTAVO_OK)
      octavo_error_prefix(error, "%s", l->spec->name);
  }
  return status;
}

octavo_status network_create(onednn *d, const architecture *plan, uint32_t batch, bool bfloat16,
                             network **result, octavo_error *error) {
  *result = NULL;
  network *n = octavo_memory_alloc(1, sizeof *n);
  if (n == NULL)
    return octavo_error_memory(error, sizeof *n, "the network");
  *n = (network){.d = d,
                 .plan = plan,
                 .batch = batch,
                 .type = bfloat16 ? dnnl_bf16 : dnnl_f32,
                 .channels_last = bfloat16 && onednn_has_amx(d),
                 .count = plan->count};
  n->values = octavo_memory_alloc(plan->count, sizeof *n->values);
  n->layers = octavo_memory_alloc(plan->count, sizeof *n->layers);
  octavo_status status = n->values != NULL && n->layers != NULL
                             ? OCTAVO_OK
                             : octavo_error_memory(error, plan->count, "the network");
  if (status == OCTAVO_OK)
    status = create_layers(n, error);
  if (status == OCTAVO_OK)
    status = gradient_memory_assign(n, error);
  if (status != OCTAVO_OK) {
    network_free(n);
    return status;
  }
  *result = n;
  return OCTAVO_OK;
}

static void free_parameter(parameter *p) {
  tensor_free(&p->value);
  tensor_free(&p->gradient);
  octavo_memory_free_aligned(p->momentum);
  octavo_memory_free_aligned(p->average);
  octavo_memory_free(p);
}

static void free_layer(layer *l) {
  if (l->type != NULL && l->state != NULL)
    l->type->destroy(l);
  octavo_memory_free(l->state);
  for (int k = 0; k < 2; k++) {
    operation_free(&l->add_on[k]);
    tensor_free(&l->addend[k]);
  }
}

void network_free(network *n) {
  if (n == NULL)
    return;
  for (uint32_t i = 0; n->layers != NULL && i < n->count; i++)
    free_layer(&n->layers[i]);
  for (uint32_t i = 0; n->values != NULL && i < n->count; i++) {
    tensor_free(&n->values[i].data);
    tensor_free(&n->values[i].gradient);
  }
  for (uint32_t i = 0; i < n->parameter_count; i++)
    free_parameter(n->parameters[i]);
  gradient_memory_free(n);
  octavo_memory_free(n->parameters);
  octavo_memory_free(n->layers);
  octavo_memory_free(n->values);
  octavo_memory_free(n);
}

const tensor *network_input(const network *n) {
  return &n->values[0].data;
}

bool network_channels_last(const network *n) {
  return n->channels_last;
}

float *network_logits(const network *n) {
  return n->values[n->count - 1].data.data;
}

float *network_logits_gradient(const network *n) {
  return n->values[n->count - 1].gradient.data;
}

uint32_t network_classes(const network *n) {
  return n->plan->layers[n->count - 1].channels;
}

/* What was done since the last mark was layer `i`'s. */
static void mark(network *n, uint32_t i, profile_pass pass) {
  profile_mark(n->profile, profile_part_of(n->plan->layers[i].kind), pass);
}

octavo_status network_forward(network *n, bool training, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 1; status == OCTAVO_OK && i < n->count; i++) {
    status = n->layers[i].type->forward(n, &n->layers[i], training, error);
    mark(n, i, PROFILE_FORWARD);
  }
  return status;
}

octavo_status network_backward(network *n, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = n->count - 1; status == OCTAVO_OK && i > 0; i--) {
    layer *l = &n->layers[i];
    status = l->type->backward(n, l, error);
    mark(n, i, PROFILE_BACKWARD);
    for (uint32_t k = 0; status == OCTAVO_OK && k < l->spec->input_count; k++)
      status = operation_run(&l->add_on[k], n->d, error);
    profile_mark(n->profile, PROFILE_ADD, PROFILE_BACKWARD);
  }
  return status;
}

octavo_status network_refresh(network *n, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 1; status == OCTAVO_OK && i < n->count; i++) {
    if (n->layers[i].type->refresh == NULL)
      continue;
    status = n->layers[i].type->refresh(n, &n->layers[i], error);
    mark(n, i, PROFILE_UPDATE);
  }
  return status;
}
