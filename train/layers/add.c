/* y = a + b, then ReLU if asked for; a and b of one shape.
 *
 * Both gradients are the output's (where ReLU let it through, found from y), so they share its
 * memory: the mask is applied in place. An input that is a batch norm's (`pending`) is computed
 * here, and its sums for the backward pass are taken here, in the same pass over the data. */
#include "train/network.h"

#include "runtime/error.h"
#include "runtime/memory.h"

typedef struct input {
  norm *norm;    /* the batch norm's, or `identity` */
  const void *x; /* what that is of */
  bool pending;
} input;

typedef struct state {
  norm identity;
  input inputs[2];
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

static void find_input(network *n, layer *l, uint32_t which) {
  state *s = l->state;
  const value *source = network_source(n, l, which);
  const layer *before = &n->layers[l->spec->inputs[which]];
  s->inputs[which] = source->pending != NULL
                         ? (input){source->pending, network_source(n, before, 0)->data.data, true}
                         : (input){&s->identity, source->data.data, false};
}

static octavo_status create(network *n, layer *l, octavo_error *error) {
  state *s = l->state = octavo_memory_alloc(1, sizeof(state));
  if (s == NULL)
    return octavo_error_memory(error, sizeof(state), "a layer");
  const version_desc data = network_source(n, l, 0)->data.desc;
  const norm_shape shape = {n->batch, l->spec->channels, l->spec->height, l->spec->width};
  octavo_status status = check_layouts(n, l, error);
  if (status == OCTAVO_OK)
    status = network_define(n, l, data, error);
  if (status == OCTAVO_OK)
    status = norm_create(&s->identity, data, shape, error);
  for (uint32_t k = 0; status == OCTAVO_OK && k < 2; k++) {
    find_input(n, l, k);
    status = network_pass_gradient(n, l, k, error);
  }
  return status;
}

static norm_clamp find_clamp(const layer *l) {
  return l->spec->relu ? NORM_RELU : NORM_NO_CLAMP;
}

static octavo_status forward(network *n, layer *l, bool training, octavo_error *error) {
  (void)training;
  (void)error;
  const state *s = l->state;
  const input *a = &s->inputs[0], *b = &s->inputs[1];
  norm_combine(a->norm, a->x, b->norm, b->x, find_clamp(l), network_output(n, l)->data.data);
  return OCTAVO_OK;
}

static octavo_status backward(network *n, layer *l, octavo_error *error) {
  (void)error;
  const state *s = l->state;
  const value *output = network_output(n, l);
  bool masked = !l->spec->relu;
  for (int k = 0; k < 2; k++) {
    const input *in = &s->inputs[k];
    if (!in->pending)
      continue;
    if (masked)
      norm_gather(in->norm, in->x, NORM_NO_CLAMP, output->gradient.data);
    else
      norm_mask_gather(in->norm, output->data.data, NORM_RELU, in->x, output->gradient.data);
    masked = true;
  }
  if (!masked)
    norm_mask(&s->identity, output->data.data, NORM_RELU, output->gradient.data);
  return OCTAVO_OK;
}

static void destroy(layer *l) {
  state *s = l->state;
  norm_free(&s->identity);
}

const layer_type layer_add = {create, forward, backward, NULL, destroy};
