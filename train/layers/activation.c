/* y = f(x) for each number; f is one of architecture_function.
 *
 * ReLU and ReLU6 take their gradient from y. So y is written over x where x is nobody else's: the
 * layer before needs its own output no more, and an activation as large as y is saved. */
#include "train/network.h"

#include "runtime/error.h"
#include "runtime/memory.h"

typedef struct state {
  operation forward, backward;
} state;

typedef struct function_row {
  dnnl_alg_kind_t forward, backward;
  float alpha, beta;
  bool from_output; /* the gradient, so that x may be lost */
} function_row;

/* The gradient of clip_v2 is 0 at both ends, as PyTorch's is. */
static const function_row functions[ARCHITECTURE_FUNCTIONS] = {
    [ARCHITECTURE_RELU] = {dnnl_eltwise_relu, dnnl_eltwise_relu_use_dst_for_bwd, 0.0f, 0.0f, true},
    [ARCHITECTURE_RELU6] = {dnnl_eltwise_clip_v2, dnnl_eltwise_clip_v2_use_dst_for_bwd, 0.0f, 6.0f,
                            true},
    [ARCHITECTURE_GELU] = {dnnl_eltwise_gelu_erf, dnnl_eltwise_gelu_erf, 0.0f, 0.0f, false},
    [ARCHITECTURE_SCALE] = {dnnl_eltwise_linear, dnnl_eltwise_linear, 0.0f, 0.0f, false},
};

static function_row function_of(const layer *l) {
  function_row row = functions[l->spec->function];
  if (l->spec->function == ARCHITECTURE_SCALE)
    row.alpha = l->spec->factor;
  return row;
}

/* Whether x may be lost: this layer alone reads it, and a batch norm made it, whose gradient comes
 * from its own input. */
static bool may_overwrite(const network *n, const layer *l) {
  const uint32_t input = l->spec->inputs[0];
  const architecture_layer *source = &n->plan->layers[input];
  if (source->kind != ARCHITECTURE_BATCH_NORM || source->relu)
    return false;
  for (uint32_t i = input + 1; i < n->count; i++)
    for (uint32_t k = 0; i != l->index && k < n->plan->layers[i].input_count; k++)
      if (n->plan->layers[i].inputs[k] == input)
        return false;
  return true;
}

static octavo_status define_output(network *n, layer *l, bool in_place, octavo_error *error) {
  const tensor *x = &network_source(n, l, 0)->data;
  if (!in_place)
    return network_define(n, l, x->desc, error);
  value *output = &n->values[l->index];
  octavo_status status = tensor_describe(&output->data, n->d, x->desc, error);
  if (status == OCTAVO_OK)
    status = tensor_bind(&output->data, x->data, error);
  if (status == OCTAVO_OK)
    status = tensor_describe(&output->gradient, n->d, x->desc, error);
  return status;
}

static octavo_status make_forward(network *n, layer *l, const function_row *f,
                                  octavo_error *error) {
  state *s = l->state;
  const tensor *x = &network_source(n, l, 0)->data;
  dnnl_primitive_desc_t pd = NULL;
  const dnnl_status_t made =
      version_eltwise(&pd, n->d->engine, f->forward, x->desc, f->alpha, f->beta);
  const octavo_status status = operation_create(&s->forward, made, pd, "an activation", error);
  operation_bind(&s->forward, DNNL_ARG_SRC, x);
  operation_bind(&s->forward, DNNL_ARG_DST, &network_output(n, l)->data);
  return status;
}

static octavo_status make_backward(network *n, layer *l, const function_row *f,
                                   octavo_error *error) {
  state *s = l->state;
  const value *output = network_output(n, l);
  const tensor *target = NULL;
  octavo_status status = network_input_gradient(n, l, 0, &target, error);
  if (status != OCTAVO_OK || target == NULL)
    return status;
  dnnl_primitive_desc_t pd = NULL;
  const dnnl_status_t made = version_eltwise_backward(&pd, n->d->engine, f->backward,
                                                      output->data.desc, f->alpha, f->beta);
  status = operation_create(&s->backward, made, pd, "an activation's gradient", error);
  if (f->from_output)
    operation_bind(&s->backward, DNNL_ARG_DST, &output->data);
  else
    operation_bind(&s->backward, DNNL_ARG_SRC, &network_source(n, l, 0)->data);
  operation_bind(&s->backward, DNNL_ARG_DIFF_DST, &output->gradient);
  operation_bind(&s->backward, DNNL_ARG_DIFF_SRC, target);
  return status;
}

static octavo_status create(network *n, layer *l, octavo_error *error) {
  l->state = octavo_memory_alloc(1, sizeof(state));
  if (l->state == NULL)
    return octavo_error_memory(error, sizeof(state), "a layer");
  const function_row f = function_of(l);
  octavo_status status = define_output(n, l, f.from_output && may_overwrite(n, l), error);
  if (status == OCTAVO_OK)
    status = make_forward(n, l, &f, error);
  if (status == OCTAVO_OK)
    status = make_backward(n, l, &f, error);
  return status;
}

static octavo_status forward(network *n, layer *l, bool training, octavo_error *error) {
  (void)training;
  const state *s = l->state;
  return operation_run(&s->forward, n->d, error);
}

static octavo_status backward(network *n, layer *l, octavo_error *error) {
  const state *s = l->state;
  return operation_run(&s->backward, n->d, error);
}

static void destroy(layer *l) {
  state *s = l->state;
  operation_free(&s->forward);
  operation_free(&s->backward);
}

const layer_type layer_activation = {create, forward, backward, NULL, destroy};
