/* y = a + b, then ReLU if asked for; a and b of one shape.
 *
 * Both gradients are the output's (where ReLU let it through, found from y), so they share its
 * memory: the mask is applied in place. */
#include "train/network.h"

#include "runtime/error.h"
#include "runtime/memory.h"

typedef struct state {
  operation forward, backward;
} state;

/* Residual branches end in convolutions of one shape, so oneDNN gives them one layout. */
static octavo_status check_layouts(network *n, layer *l, octavo_error *error) {
  if (dnnl_memory_desc_equal(network_source(n, l, 0)->data.desc,
                             network_source(n, l, 1)->data.desc))
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                          "%s and %s cannot be added: expected one shape and layout, found two",
                          n->plan->layers[l->spec->inputs[0]].name,
                          n->plan->layers[l->spec->inputs[1]].name);
}

static octavo_status make_forward(network *n, layer *l, octavo_error *error) {
  state *s = l->state;
  const tensor *a = &network_source(n, l, 0)->data;
  dnnl_primitive_desc_t pd = NULL;
  const dnnl_status_t made = version_add(&pd, n->d->engine, a->desc, l->spec->relu);
  const octavo_status status = operation_create(&s->forward, made, pd, "the sum", error);
  operation_bind(&s->forward, DNNL_ARG_SRC_0, a);
  operation_bind(&s->forward, DNNL_ARG_SRC_1, &network_source(n, l, 1)->data);
  operation_bind(&s->forward, DNNL_ARG_DST, &network_output(n, l)->data);
  return status;
}

static octavo_status make_backward(network *n, layer *l, octavo_error *error) {
  state *s = l->state;
  const value *output = network_output(n, l);
  dnnl_primitive_desc_t pd = NULL;
  const dnnl_status_t made = version_eltwise_backward(
      &pd, n->d->engine, dnnl_eltwise_relu_use_dst_for_bwd, output->data.desc, 0.0f, 0.0f);
  const octavo_status status = operation_create(&s->backward, made, pd, "ReLU's gradient", error);
  operation_bind(&s->backward, DNNL_ARG_DST, &output->data);
  operation_bind(&s->backward, DNNL_ARG_DIFF_DST, &output->gradient);
  operation_bind(&s->backward, DNNL_ARG_DIFF_SRC, &output->gradient);
  return status;
}

static octavo_status create(network *n, layer *l, octavo_error *error) {
  l->state = octavo_memory_alloc(1, sizeof(state));
  if (l->state == NULL)
    return octavo_error_memory(error, sizeof(state), "a layer");
  octavo_status status = check_layouts(n, l, error);
  if (status == OCTAVO_OK)
    status = network_define(n, l, network_source(n, l, 0)->data.desc, error);
  if (status == OCTAVO_OK)
    status = make_forward(n, l, error);
  if (status == OCTAVO_OK && l->spec->relu)
    status = make_backward(n, l, error);
  for (uint32_t k = 0; status == OCTAVO_OK && k < 2; k++)
    status = network_pass_gradient(n, l, k, error);
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

const layer_type layer_add = {create, forward, backward, NULL, destroy};
