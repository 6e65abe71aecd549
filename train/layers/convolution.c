/* y = w * x + b, grouped and depthwise too; most convolutions have no b.
 *
 * x [n, ci, h, w], w [co, ci/groups, k, k], b [co], y [n, co, h', w']. The parameter keeps the
 * layout that the gradient of the weights is computed in; where the forward pass or the gradient of
 * the data wants another layout or type, a copy is made after each update.
 *
 * Late layers see small images: a padded 3×3 kernel over one pixel meets it with the middle tap
 * alone. Taps that never meet the image are left out of the computation (`cropped`); their weights
 * stay in the parameter, with a gradient of zero. Then the parameter has its taps outermost, so
 * that the part which is computed with is dense, and the gradient is copied into it.
 *
 * With fake quantization the operations read weights that were rounded in plain order, where an
 * output channel is a row. No weight is outside its grid, so the gradient is theirs as it is. */
#include "train/network.h"
#include "wide_gradient.h"

#include "runtime/error.h"
#include "runtime/memory.h"
#include "train/qat/rounded.h"

typedef struct state {
  parameter *weight, *bias; /* bias NULL without one */
  rounded rounded;          /* with fake quantization; else all zero */
  tensor used;     /* the parameter's value or that, or the part that meets the image; borrowed */
  tensor gradient; /* of a part; memory NULL without */
  tensor gradient_target; /* where that goes in the parameter's gradient; borrowed */
  operation forward, to_data, to_weights, keep_gradient;
  tensor forward_weights, data_weights; /* copies; described if needed */
  operation refresh_forward, refresh_data;
  wide_gradient wide; /* where bfloat16 has no fast gradient of the weights */
} state;

/* In one dimension: which taps meet any of `size` pixels, and the padding that is left for them. */
typedef struct taps {
  uint32_t first, count;
  int64_t padding, padding_end;
} taps;

static taps find_taps(const architecture_layer *spec, uint32_t size, uint32_t outputs) {
  const int64_t padding = spec->padding, stride = spec->stride;
  const taps all = {0, spec->kernel, padding, padding};
  uint32_t first = spec->kernel, end = 0;
  for (uint32_t tap = 0; tap < spec->kernel; tap++)
    for (uint32_t o = 0; o < outputs; o++) {
      const int64_t at = o * stride - padding + tap;
      if (at < 0 || at >= size)
        continue;
      first = tap < first ? tap : first;
      end = tap + 1;
    }
  if (end <= first || end - first == spec->kernel)
    return all;
  taps t = {first, end - first, padding - first, 0};
  const int64_t reach = (outputs - 1) * stride - t.padding + t.count;
  t.padding_end = reach > size ? reach - size : 0;
  return t;
}

/* Everything that is only needed while the operations are made. */
typedef struct draft {
  taps taps[2]; /* of rows and of columns */
  bool cropped;
  version_window window;
  version_desc source, weights, weights_gradient, output; /* source borrowed */
  version_desc bias;                                      /* NULL without one */
  dnnl_primitive_desc_t forward, to_data, to_weights;
} draft;

static void make_window(const network *n, const layer *l, draft *d) {
  const architecture_layer *spec = l->spec, *input = &n->plan->layers[spec->inputs[0]];
  d->taps[0] = find_taps(spec, input->height, spec->height);
  d->taps[1] = find_taps(spec, input->width, spec->width);
  for (int i = 0; i < 2; i++) {
    d->cropped |= d->taps[i].count < spec->kernel;
    d->window.kernel[i] = d->taps[i].count;
    d->window.stride[i] = spec->stride;
    d->window.padding[i] = d->taps[i].padding;
    d->window.padding_end[i] = d->taps[i].padding_end;
  }
}

/* The weights' shape as oneDNN sees it: with groups there is one more dimension in front. */
static int weight_dims(const network *n, const layer *l, uint32_t rows, uint32_t columns,
                       dnnl_dims_t dims) {
  const architecture_layer *spec = l->spec;
  const uint32_t inputs = n->plan->layers[spec->inputs[0]].channels;
  int rank = 0;
  if (spec->groups > 1)
    dims[rank++] = spec->groups;
  dims[rank++] = spec->channels / spec->groups;
  dims[rank++] = inputs / spec->groups;
  dims[rank++] = rows;
  dims[rank++] = columns;
  return rank;
}

/* With channels last the output has to be asked for in that order: where it may choose, oneDNN 2.6
 * finds reference code for depthwise and 2 × 2 convolutions before it finds the fast one. */
static dnnl_format_tag_t output_tag(const network *n) {
  return n->channels_last ? dnnl_nhwc : dnnl_format_tag_any;
}

static dnnl_status_t draft_forward(network *n, layer *l, draft *d) {
  dnnl_dims_t dims;
  make_window(n, l, d);
  const int rank = weight_dims(n, l, d->taps[0].count, d->taps[1].count, dims);
  const dnnl_dims_t output = {n->batch, l->spec->channels, l->spec->height, l->spec->width};
  const dnnl_dims_t bias = {l->spec->channels};
  d->source = network_source(n, l, 0)->data.desc;
  dnnl_status_t status = version_desc_create(&d->weights, rank, dims, n->type, dnnl_format_tag_any);
  if (status == dnnl_success)
    status = version_desc_create(&d->weights_gradient, rank, dims, dnnl_f32, dnnl_format_tag_any);
  if (status == dnnl_success)
    status = version_desc_create(&d->output, 4, output, n->type, output_tag(n));
  if (status == dnnl_success && l->spec->bias)
    status = version_desc_create(&d->bias, 1, bias, dnnl_f32, dnnl_a);
  if (status == dnnl_success)
    status = version_convolution(&d->forward, n->d->engine, d->source, d->weights, d->bias,
                                 d->output, &d->window);
  return status;
}

static dnnl_status_t draft_backward(network *n, layer *l, draft *d) {
  const version_desc output = network_output(n, l)->data.desc;
  dnnl_status_t status =
      version_convolution_weights(&d->to_weights, n->d->engine, d->source, d->weights_gradient,
                                  d->bias, output, &d->window, d->forward);
  if (status == dnnl_success && !network_is_image(n, l->spec->inputs[0]))
    status = version_convolution_data(&d->to_data, n->d->engine, d->source, d->weights, output,
                                      &d->window, d->forward);
  return status;
}

static octavo_status add_weight(network *n, layer *l, const draft *d, octavo_error *error) {
  state *s = l->state;
  const uint32_t inputs = n->plan->layers[l->spec->inputs[0]].channels / l->spec->groups;
  const uint32_t kernel = l->spec->kernel;
  parameter p = {.kind = PARAMETER_WEIGHT,
                 .rank = 4,
                 .dims = {l->spec->channels, inputs, kernel, kernel},
                 .fan_in = inputs * kernel * kernel,
                 .frozen = l->spec->frozen,
                 .start = l->spec->start};
  p.order_rank = weight_dims(n, l, kernel, kernel, p.order);
  const version_desc computed =
      dnnl_primitive_desc_query_md(d->to_weights, dnnl_query_diff_weights_md, 0);
  version_desc outermost = NULL;
  octavo_status status = OCTAVO_OK;
  if (d->cropped)
    status = onednn_check(version_desc_create(&outermost, p.order_rank, p.order, dnnl_f32,
                                              l->spec->groups > 1 ? dnnl_hwigo : dnnl_hwio),
                          "the weights", error);
  if (status == OCTAVO_OK)
    status = network_add_parameter(n, l, "weight", &p, d->cropped ? outermost : computed,
                                   &s->weight, error);
  version_desc_free(outermost);
  return status;
}

/* Describes *part as what of `whole` meets the image, in the same memory. */
static octavo_status take_part(network *n, layer *l, const draft *d, const tensor *whole,
                               tensor *part, octavo_error *error) {
  version_desc desc = NULL;
  octavo_status status = OCTAVO_OK;
  if (d->cropped) {
    dnnl_dims_t dims, offsets = {0};
    const int rank = weight_dims(n, l, d->taps[0].count, d->taps[1].count, dims);
    offsets[rank - 2] = d->taps[0].first;
    offsets[rank - 1] = d->taps[1].first;
    status =
        onednn_check(version_desc_part(&desc, whole->desc, dims, offsets), "the weights", error);
  }
  if (status == OCTAVO_OK)
    status = tensor_describe(part, n->d, d->cropped ? desc : whole->desc, error);
  if (status == OCTAVO_OK)
    status = tensor_bind(part, whole->data, error);
  version_desc_free(desc);
  return status;
}

/* What the operations read: s->used, all weights or those that meet the image. */
static octavo_status find_used(network *n, layer *l, const draft *d, octavo_error *error) {
  state *s = l->state;
  const bool quantized = l->spec->quantized;
  octavo_status status =
      quantized ? rounded_create(&s->rounded, n, l, s->weight, s->bias, error) : OCTAVO_OK;
  if (status == OCTAVO_OK)
    status =
        take_part(n, l, d, quantized ? &s->rounded.weights : &s->weight->value, &s->used, error);
  if (status == OCTAVO_OK && d->cropped)
    status = take_part(n, l, d, &s->weight->gradient, &s->gradient_target, error);
  return status;
}

static octavo_status add_bias(network *n, layer *l, const draft *d, octavo_error *error) {
  state *s = l->state;
  if (d->bias == NULL)
    return OCTAVO_OK;
  const parameter p = {.kind = PARAMETER_BIAS,
                       .rank = 1,
                       .dims = {l->spec->channels},
                       .order = {l->spec->channels},
                       .order_rank = 1};
  return network_add_parameter(n, l, "bias", &p, d->bias, &s->bias, error);
}

/* The tensor that an operation reads the weights from: the parameter itself, or a copy. */
static octavo_status choose_weights(network *n, state *s, version_desc wanted, tensor *copy,
                                    operation *refresh, const tensor **chosen,
                                    octavo_error *error) {
  *chosen = &s->used;
  if (dnnl_memory_desc_equal(wanted, s->used.desc))
    return OCTAVO_OK;
  if (s->forward_weights.memory != NULL &&
      dnnl_memory_desc_equal(wanted, s->forward_weights.desc)) {
    *chosen = &s->forward_weights;
    return OCTAVO_OK;
  }
  *chosen = copy;
  octavo_status status = tensor_create(copy, n->d, wanted, error);
  if (status == OCTAVO_OK)
    status = operation_reorder(refresh, n->d, &s->used, copy, error);
  return status;
}

static octavo_status make_forward(network *n, layer *l, draft *d, octavo_error *error) {
  state *s = l->state;
  const tensor *weights = NULL;
  octavo_status status =
      choose_weights(n, s, dnnl_primitive_desc_query_md(d->forward, dnnl_query_weights_md, 0),
                     &s->forward_weights, &s->refresh_forward, &weights, error);
  if (status != OCTAVO_OK)
    return status;
  status = operation_create(&s->forward, dnnl_success, d->forward, "a convolution", error);
  d->forward = NULL;
  operation_bind(&s->forward, DNNL_ARG_SRC, &network_source(n, l, 0)->data);
  operation_bind(&s->forward, DNNL_ARG_WEIGHTS, weights);
  operation_bind(&s->forward, DNNL_ARG_DST, &network_output(n, l)->data);
  if (s->bias != NULL)
    operation_bind(&s->forward, DNNL_ARG_BIAS,
                   l->spec->quantized ? &s->rounded.bias : &s->bias->value);
  return status;
}

static octavo_status widen(network *n, layer *l, draft *d, octavo_error *error) {
  state *s = l->state;
  const wide_convolution c = {d->weights_gradient, d->bias, &d->window};
  return wide_gradient_create(&s->wide, n, l, &c, &d->to_weights, error);
}

static octavo_status make_to_weights(network *n, layer *l, draft *d, octavo_error *error) {
  state *s = l->state;
  const tensor *target = &s->weight->gradient;
  octavo_status status = OCTAVO_OK;
  if (d->cropped) {
    target = &s->gradient;
    status = tensor_create(
        &s->gradient, n->d,
        dnnl_primitive_desc_query_md(d->to_weights, dnnl_query_diff_weights_md, 0), error);
    if (status == OCTAVO_OK)
      status = operation_reorder(&s->keep_gradient, n->d, &s->gradient, &s->gradient_target, error);
  }
  if (status != OCTAVO_OK)
    return status;
  status = operation_create(&s->to_weights, dnnl_success, d->to_weights, "a convolution", error);
  d->to_weights = NULL;
  const bool wide = s->wide.source.memory != NULL;
  operation_bind(&s->to_weights, DNNL_ARG_SRC,
                 wide ? &s->wide.source : &network_source(n, l, 0)->data);
  operation_bind(&s->to_weights, DNNL_ARG_DIFF_DST,
                 wide ? &s->wide.gradient : &network_output(n, l)->gradient);
  operation_bind(&s->to_weights, DNNL_ARG_DIFF_WEIGHTS, target);
  if (s->bias != NULL)
    operation_bind(&s->to_weights, DNNL_ARG_DIFF_BIAS, &s->bias->gradient);
  return status;
}

static octavo_status make_to_data(network *n, layer *l, draft *d, octavo_error *error) {
  state *s = l->state;
  if (d->to_data == NULL)
    return OCTAVO_OK;
  const tensor *weights = NULL, *target = NULL;
  octavo_status status = network_input_gradient(n, l, 0, &target, error);
  if (status == OCTAVO_OK)
    status =
        choose_weights(n, s, dnnl_primitive_desc_query_md(d->to_data, dnnl_query_weights_md, 0),
                       &s->data_weights, &s->refresh_data, &weights, error);
  if (status != OCTAVO_OK)
    return status;
  status = operation_create(&s->to_data, dnnl_success, d->to_data, "a convolution", error);
  d->to_data = NULL;
  operation_bind(&s->to_data, DNNL_ARG_DIFF_DST, &network_output(n, l)->gradient);
  operation_bind(&s->to_data, DNNL_ARG_WEIGHTS, weights);
  operation_bind(&s->to_data, DNNL_ARG_DIFF_SRC, target);
  return status;
}

static void free_draft(draft *d) {
  version_desc_free(d->weights);
  version_desc_free(d->weights_gradient);
  version_desc_free(d->output);
  version_desc_free(d->bias);
  if (d->forward != NULL)
    dnnl_primitive_desc_destroy(d->forward);
  if (d->to_data != NULL)
    dnnl_primitive_desc_destroy(d->to_data);
  if (d->to_weights != NULL)
    dnnl_primitive_desc_destroy(d->to_weights);
}

static octavo_status create(network *n, layer *l, octavo_error *error) {
  l->state = octavo_memory_alloc(1, sizeof(state));
  if (l->state == NULL)
    return octavo_error_memory(error, sizeof(state), "a layer");
  draft d = {0};
  octavo_status status = onednn_check(draft_forward(n, l, &d), "the convolution", error);
  if (status == OCTAVO_OK)
    status =
        network_define(n, l, dnnl_primitive_desc_query_md(d.forward, dnnl_query_dst_md, 0), error);
  if (status == OCTAVO_OK)
    status = onednn_check(draft_backward(n, l, &d), "the convolution's gradient", error);
  if (status == OCTAVO_OK)
    status = widen(n, l, &d, error);
  if (status == OCTAVO_OK)
    status = add_weight(n, l, &d, error);
  if (status == OCTAVO_OK)
    status = add_bias(n, l, &d, error);
  if (status == OCTAVO_OK)
    status = find_used(n, l, &d, error);
  if (status == OCTAVO_OK)
    status = make_forward(n, l, &d, error);
  if (status == OCTAVO_OK)
    status = make_to_weights(n, l, &d, error);
  if (status == OCTAVO_OK)
    status = make_to_data(n, l, &d, error);
  free_draft(&d);
  return status;
}

static octavo_status forward(network *n, layer *l, bool training, octavo_error *error) {
  (void)training;
  const state *s = l->state;
  rounded_set_bias(&s->rounded, n, l);
  return operation_run(&s->forward, n->d, error);
}

static octavo_status backward(network *n, layer *l, octavo_error *error) {
  const state *s = l->state;
  octavo_status status = wide_gradient_fill(&s->wide, n, error);
  if (status == OCTAVO_OK)
    status = operation_run(&s->to_weights, n->d, error);
  if (status == OCTAVO_OK)
    status = operation_run(&s->keep_gradient, n->d, error);
  return status == OCTAVO_OK ? operation_run(&s->to_data, n->d, error) : status;
}

static octavo_status refresh(network *n, layer *l, octavo_error *error) {
  const state *s = l->state;
  octavo_status status = rounded_refresh(&s->rounded, n, l, error);
  if (status == OCTAVO_OK)
    status = operation_run(&s->refresh_forward, n->d, error);
  return status == OCTAVO_OK ? operation_run(&s->refresh_data, n->d, error) : status;
}

static void destroy(layer *l) {
  state *s = l->state;
  operation_free(&s->forward);
  operation_free(&s->to_data);
  operation_free(&s->to_weights);
  operation_free(&s->keep_gradient);
  operation_free(&s->refresh_forward);
  operation_free(&s->refresh_data);
  rounded_free(&s->rounded);
  tensor_free(&s->used);
  tensor_free(&s->gradient);
  tensor_free(&s->gradient_target);
  wide_gradient_free(&s->wide);
  tensor_free(&s->forward_weights);
  tensor_free(&s->data_weights);
}

const layer_type layer_convolution = {create, forward, backward, refresh, destroy};
