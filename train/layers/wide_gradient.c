#include "wide_gradient.h"

#include <string.h>

static bool is_reference(dnnl_primitive_desc_t pd) {
  const char *name = NULL;
  return dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, (void *)&name) ==
             dnnl_success &&
         strncmp(name, "ref", 3) == 0;
}

static octavo_status make_source(wide_gradient *w, network *n, layer *l, octavo_error *error) {
  const architecture_layer *spec = &n->plan->layers[l->spec->inputs[0]];
  const dnnl_dims_t dims = {n->batch, spec->channels, spec->height, spec->width};
  octavo_status status = tensor_plain(&w->source, n->d, 4, dims, dnnl_f32, error);
  if (status == OCTAVO_OK)
    status = operation_reorder(&w->widen_source, n->d, &network_source(n, l, 0)->data, &w->source,
                               error);
  return status;
}

/* In the layout that the float32 convolution has its output in. */
static octavo_status make_gradient(wide_gradient *w, network *n, layer *l,
                                   dnnl_primitive_desc_t forward, octavo_error *error) {
  octavo_status status = tensor_create(
      &w->gradient, n->d, dnnl_primitive_desc_query_md(forward, dnnl_query_dst_md, 0), error);
  if (status == OCTAVO_OK)
    status = operation_reorder(&w->widen_gradient, n->d, &network_output(n, l)->gradient,
                               &w->gradient, error);
  return status;
}

static dnnl_status_t describe_forward(const wide_gradient *w, network *n, layer *l,
                                      const wide_convolution *c, dnnl_primitive_desc_t *forward) {
  const dnnl_dims_t dims = {n->batch, l->spec->channels, l->spec->height, l->spec->width};
  version_desc output = NULL;
  dnnl_status_t status = version_desc_create(&output, 4, dims, dnnl_f32, dnnl_format_tag_any);
  if (status == dnnl_success)
    status = version_convolution(forward, n->d->engine, w->source.desc, c->weights, c->bias, output,
                                 c->window);
  version_desc_free(output);
  return status;
}

octavo_status wide_gradient_create(wide_gradient *w, network *n, layer *l,
                                   const wide_convolution *c, dnnl_primitive_desc_t *pd,
                                   octavo_error *error) {
  *w = (wide_gradient){0};
  if (n->type == dnnl_f32 || !is_reference(*pd))
    return OCTAVO_OK;
  dnnl_primitive_desc_t forward = NULL, wide = NULL;
  octavo_status status = make_source(w, n, l, error);
  if (status == OCTAVO_OK)
    status = onednn_check(describe_forward(w, n, l, c, &forward), "the convolution", error);
  if (status == OCTAVO_OK)
    status = make_gradient(w, n, l, forward, error);
  if (status == OCTAVO_OK)
    status =
        onednn_check(version_convolution_weights(&wide, n->d->engine, w->source.desc, c->weights,
                                                 c->bias, w->gradient.desc, c->window, forward),
                     "the convolution's gradient", error);
  if (forward != NULL)
    dnnl_primitive_desc_destroy(forward);
  if (status != OCTAVO_OK)
    return status;
  dnnl_primitive_desc_destroy(*pd);
  *pd = wide;
  return OCTAVO_OK;
}

octavo_status wide_gradient_fill(const wide_gradient *w, const network *n, octavo_error *error) {
  const octavo_status status = operation_run(&w->widen_source, n->d, error);
  return status == OCTAVO_OK ? operation_run(&w->widen_gradient, n->d, error) : status;
}

void wide_gradient_free(wide_gradient *w) {
  operation_free(&w->widen_source);
  operation_free(&w->widen_gradient);
  tensor_free(&w->source);
  tensor_free(&w->gradient);
}
