/* y = what int8 makes of f(x), f being the identity, ReLU or ReLU6: the nearest number of the grid
 * that the layer's range gives (converter/quantize/scale.h, qat/loops.h).
 *
 * The gradient passes where x is inside f's ends and the grid's (straight-through estimator: Bengio
 * et al., 2013). A byte for each number remembers where that was, so that y can be written over x:
 * this layer alone reads it, and no layer before needs its own output for its gradient.
 *
 * In float32 only: sums of products of int8 numbers are as exact there as in int8 inference. Of a
 * convolution in bfloat16 every ninth number that is not clipped rounds to another integer. */
#include "train/network.h"

#include "runtime/error.h"
#include "runtime/memory.h"
#include "train/parallel.h"
#include "train/qat/grid.h"

#include <math.h>

enum { MOST_PARTS = 32, PART_NUMBERS = 16384 /* that are worth a part of their own */ };

typedef struct state {
  const fake_loops *loops;
  parameter *range;
  fake_clamp clamp;
  fake_grid grid;
  int8_t *passed; /* as many as numbers; owned */
  size_t count;   /* numbers, with those that only fill up a block of channels: zeros */
  size_t parts;
  float least[MOST_PARTS], greatest[MOST_PARTS];
} state;

static const fake_clamp clamps[ARCHITECTURE_FUNCTIONS] = {
    [ARCHITECTURE_NO_FUNCTION] = {-INFINITY, INFINITY},
    [ARCHITECTURE_RELU] = {0.0f, INFINITY},
    [ARCHITECTURE_RELU6] = {0.0f, 6.0f},
};

static octavo_status define_output(network *n, layer *l, octavo_error *error) {
  const tensor *x = &network_source(n, l, 0)->data;
  /* The image is whoever set it's. */
  if (l->spec->inputs[0] == 0)
    return network_define(n, l, x->desc, error);
  value *output = &n->values[l->index];
  octavo_status status = tensor_describe(&output->data, n->d, x->desc, error);
  if (status == OCTAVO_OK)
    status = tensor_bind(&output->data, x->data, error);
  if (status == OCTAVO_OK)
    status = tensor_describe(&output->gradient, n->d, x->desc, error);
  return status;
}

static octavo_status add_range(network *n, layer *l, octavo_error *error) {
  state *s = l->state;
  const parameter p = {
      .kind = PARAMETER_RANGE, .rank = 1, .dims = {2}, .order = {2}, .order_rank = 1};
  version_desc desc = NULL;
  octavo_status status =
      onednn_check(version_desc_create(&desc, 1, p.order, dnnl_f32, dnnl_a), "the range", error);
  if (status == OCTAVO_OK)
    status = network_add_parameter(n, l, "range", &p, desc, &s->range, error);
  version_desc_free(desc);
  return status;
}

static octavo_status create(network *n, layer *l, octavo_error *error) {
  state *s = l->state = octavo_memory_alloc(1, sizeof(state));
  if (s == NULL)
    return octavo_error_memory(error, sizeof(state), "a layer");
  if (n->type != dnnl_f32)
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "fake quantization: expected float32, in which products of int8 "
                            "numbers are exact, found bfloat16");
  s->loops = fake_loops_choose();
  s->clamp = clamps[l->spec->function];
  s->count = network_source(n, l, 0)->data.bytes / sizeof(float);
  const size_t parts = s->count / PART_NUMBERS;
  s->parts = parts < 1 ? 1 : parts > MOST_PARTS ? MOST_PARTS : parts;
  s->passed = octavo_memory_alloc(s->count, sizeof *s->passed);
  if (s->passed == NULL)
    return octavo_error_memory(error, s->count, "a layer; a smaller --batch needs less");
  octavo_status status = define_output(n, l, error);
  if (status == OCTAVO_OK)
    status = add_range(n, l, error);
  return status == OCTAVO_OK ? network_pass_gradient(n, l, 0, error) : status;
}

/* ---- One pass over the data -------------------------------------------------------------------
 */

typedef struct pass {
  state *s;
  const float *x;
  float *y;
  int8_t *passed;
} pass;

static void range_part(void *context, size_t part) {
  const pass *p = context;
  state *s = p->s;
  const size_t begin = part * s->count / s->parts, end = (part + 1) * s->count / s->parts;
  s->least[part] = INFINITY;
  s->greatest[part] = -INFINITY;
  s->loops->range(p->x + begin, end - begin, s->clamp, &s->least[part], &s->greatest[part]);
}

static void clamp_part(void *context, size_t begin, size_t end) {
  const pass *p = context;
  p->s->loops->clamp(p->x + begin, end - begin, p->s->clamp, p->y + begin);
}

static void quantize_part(void *context, size_t begin, size_t end) {
  const pass *p = context;
  p->s->loops->quantize(p->x + begin, end - begin, &p->s->grid, p->s->clamp, p->y + begin,
                        p->passed == NULL ? NULL : p->passed + begin);
}

static void mask_part(void *context, size_t begin, size_t end) {
  const pass *p = context;
  p->s->loops->mask(p->s->passed + begin, end - begin, p->y + begin);
}

/* Moves the range a share of the way to what x has. A batch that is not finite leaves it alone:
 * the loss will tell. */
static void observe(state *s, const float *x, float share) {
  parallel_parts(s->parts, range_part, &(pass){.s = s, .x = x});
  float least = s->least[0], greatest = s->greatest[0];
  for (size_t i = 1; i < s->parts; i++) {
    least = fminf(least, s->least[i]);
    greatest = fmaxf(greatest, s->greatest[i]);
  }
  if (!isfinite(least) || !isfinite(greatest))
    return;
  float *range = s->range->value.data;
  range[0] += share * (least - range[0]);
  range[1] += share * (greatest - range[1]);
}

static octavo_status forward(network *n, layer *l, bool training, octavo_error *error) {
  (void)error;
  state *s = l->state;
  pass p = {.s = s,
            .x = network_source(n, l, 0)->data.data,
            .y = network_output(n, l)->data.data,
            .passed = training ? s->passed : NULL};
  if (n->phase.range_share > 0.0f)
    observe(s, p.x, n->phase.range_share);
  const float *range = s->range->value.data;
  s->grid = fake_grid_of(scale_from_range((value_range){range[0], range[1]}));
  n->values[l->index].scale = s->grid.scale;
  parallel_for(s->count, n->phase.quantize ? quantize_part : clamp_part, &p);
  return OCTAVO_OK;
}

static octavo_status backward(network *n, layer *l, octavo_error *error) {
  (void)error;
  state *s = l->state;
  if (!network_is_image(n, l->index))
    parallel_for(s->count, mask_part, &(pass){.s = s, .y = network_output(n, l)->gradient.data});
  return OCTAVO_OK;
}

static void destroy(layer *l) {
  octavo_memory_free(((state *)l->state)->passed);
}

const layer_type layer_fake_quantize = {create, forward, backward, NULL, destroy};
