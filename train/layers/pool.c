/* Maximum, average (pixels outside the image do not count) and global average of windows of each
 * channel. The maximum's workspace remembers which pixel it was. */
#include "train/network.h"

#include "runtime/error.h"
#include "runtime/memory.h"

typedef struct state {
  operation forward, backward;
  tensor workspace; /* memory NULL for averages */
} state;

static dnnl_alg_kind_t algorithm(const layer *l) {
  return l->spec->kind == ARCHITECTURE_MAX_POOL ? dnnl_pooling_max
                                                : dnnl_pooling_avg_exclude_padding;
}

static void make_window(const network *n, const layer *l, version_window *window) {
  const architecture_layer *input = &n->plan->layers[l->spec->inputs[0]];
  const bool whole = l->spec->kind == ARCHITECTURE_GLOBAL_AVERAGE;
  const uint32_t size[2] = {input->height, input->width};
  for (int i = 0; i < 2; i++) {
    window->kernel[i] = whole ? size[i] : l->spec->kernel;
    window->stride[i] = l->spec->stride;
    window->padding[i] = l->spec->padding;
    window->padding_end[i] = l->spec->padding;
  }
}

static octavo_status make_backward(network *n, layer *l, const version_window *window,
                                   dnnl_primitive_desc_t hint, octavo_error *error) {
  state *s = l->state;
  const tensor *target = NULL;
  octavo_status status = network_input_gradient(n, l, 0, &target, error);
  if (status != OCTAVO_OK || target == NULL)
    return status;
  dnnl_primitive_desc_t pd = NULL;
  const dnnl_status_t made =
      version_pooling_backward(&pd, n->d->engine, algorithm(l), network_source(n, l, 0)->data.desc,
                               network_output(n, l)->data.desc, window, hint);
  status = operation_create(&s->backward, made, pd, "the pooling's gradient", error);
  operation_bind(&s->backward, DNNL_ARG_DIFF_DST, &network_output(n, l)->gradient);
  operation_bind(&s->backward, DNNL_ARG_DIFF_SRC, target);
  if (s->workspace.memory != NULL)
    operation_bind(&s->backward, DNNL_ARG_WORKSPACE, &s->workspace);
  return status;
}

/* Takes over `pd`. */
static octavo_status make_all(network *n, layer *l, const version_window *window,
                              dnnl_primitive_desc_t pd, octavo_error *error) {
  state *s = l->state;
  octavo_status status =
      network_define(n, l, dnnl_primitive_desc_query_md(pd, dnnl_query_dst_md, 0), error);
  if (status == OCTAVO_OK && l->spec->kind == ARCHITECTURE_MAX_POOL)
    status = tensor_create(&s->workspace, n->d,
                           dnnl_primitive_desc_query_md(pd, dnnl_query_workspace_md, 0), error);
  if (status == OCTAVO_OK)
    status = make_backward(n, l, window, pd, error);
  if (status != OCTAVO_OK) {
    dnnl_primitive_desc_destroy(pd);
    return status;
  }
  status = operation_create(&s->forward, dnnl_success, pd, "the pooling", error);
  operation_bind(&s->forward, DNNL_ARG_SRC, &network_source(n, l, 0)->data);
  operation_bind(&s->forward, DNNL_ARG_DST, &network_output(n, l)->data);
  if (s->workspace.memory != NULL)
    operation_bind(&s->forward, DNNL_ARG_WORKSPACE, &s->workspace);
  return status;
}

static octavo_status create(network *n, layer *l, octavo_error *error) {
  l->state = octavo_memory_alloc(1, sizeof(state));
  if (l->state == NULL)
    return octavo_error_memory(error, sizeof(state), "a layer");
  const dnnl_dims_t dims = {n->batch, l->spec->channels, l->spec->height, l->spec->width};
  version_window window;
  make_window(n, l, &window);
  version_desc output = NULL;
  dnnl_primitive_desc_t pd = NULL;
  dnnl_status_t made = version_desc_create(&output, 4, dims, n->type, dnnl_format_tag_any);
  if (made == dnnl_success)
    made = version_pooling(&pd, n->d->engine, algorithm(l), network_source(n, l, 0)->data.desc,
                           output, &window);
  version_desc_free(output);
  const octavo_status status = onednn_check(made, "the pooling", error);
  return status == OCTAVO_OK ? make_all(n, l, &window, pd, error) : status;
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
  tensor_free(&s->workspace);
}

const layer_type layer_pool = {create, forward, backward, NULL, destroy};
