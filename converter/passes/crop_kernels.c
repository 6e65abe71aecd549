/* Taps of a convolution that never meet the image leave its weights: of a padded 3×3 kernel over
 * one pixel the middle tap alone is left. What they would add is 0 · weight, so results stay the
 * same; the file, and what is computed, shrink. The trainer does the same
 * (train/layers/convolution.c). */
#include "converter/passes/pass.h"

#include <string.h>

/* In one dimension. Output position o sees with tap t the pixel o · stride − before + t · dilation.
 */
typedef struct axis {
  int64_t size, outputs;
  int64_t stride, dilation;
  int64_t kernel, before, after;
} axis;

/* The taps that stay, and the padding in front of and behind the image that is left for them. */
typedef struct crop {
  int64_t first, count;
  int64_t before, after;
} crop;

static axis axis_of(const octavo_attributes_convolution *c, const graph_tensor *x,
                    const graph_tensor *y, int i) {
  if (i == 0)
    return (axis){x->shape[1],      y->shape[1], c->stride_height, c->dilation_height,
                  c->kernel_height, c->pad_top,  c->pad_bottom};
  return (axis){x->shape[2],     y->shape[2], c->stride_width, c->dilation_width,
                c->kernel_width, c->pad_left, c->pad_right};
}

static bool meets(const axis *a, int64_t tap) {
  const int64_t at = tap * a->dilation - a->before; /* at position 0 */
  const int64_t o = at >= 0 ? 0 : (-at + a->stride - 1) / a->stride;
  return o < a->outputs && at + o * a->stride < a->size;
}

/* How far the last position reaches beyond the image; negative: that many pixels are not seen. */
static int64_t reach(const axis *a, const crop *c) {
  return (a->outputs - 1) * a->stride - c->before + (c->count - 1) * a->dilation + 1 - a->size;
}

static crop find_crop(const axis *a) {
  const crop all = {0, a->kernel, a->before, a->after};
  int64_t first = 0, end = a->kernel;
  while (first < end && !meets(a, first))
    first++;
  while (end > first && !meets(a, end - 1))
    end--;
  if (first == end) /* padding alone */
    return all;
  /* With dilation or stride, taps that stay may begin behind the image's first pixel, which needs a
   * tap before them, as padding is not negative; or end so far before its last that there would be
   * room for another position. */
  if (first > a->before / a->dilation)
    first = a->before / a->dilation;
  crop c = {first, end - first, a->before - first * a->dilation, 0};
  while (first + c.count < a->kernel && reach(a, &c) <= -a->stride)
    c.count++;
  if (c.count == a->kernel)
    return all;
  c.after = reach(a, &c) > 0 ? reach(a, &c) : 0;
  return c;
}

/* OHWI. */
static void copy_taps(const graph_tensor *from, const crop crops[2], float *to) {
  const size_t inputs = (size_t)from->shape[3], row = (size_t)crops[1].count * inputs;
  const float *weights = from->data;
  for (int64_t o = 0; o < from->shape[0]; o++)
    for (int64_t y = 0; y < crops[0].count; y++) {
      const int64_t source =
          (o * from->shape[1] + crops[0].first + y) * from->shape[2] + crops[1].first;
      memcpy(to, weights + (size_t)source * inputs, row * sizeof *to);
      to += row;
    }
}

static octavo_status crop_weights(graph *g, uint32_t node, const crop crops[2],
                                  octavo_error *error) {
  const int32_t old = g->nodes[node].inputs[1];
  const int64_t shape[4] = {g->tensors[old].shape[0], crops[0].count, crops[1].count,
                            g->tensors[old].shape[3]};
  int32_t index = GRAPH_NONE;
  float *weights = NULL;
  octavo_status status =
      pass_add_floats(g, g->tensors[old].name, 4, shape, &index, &weights, error);
  if (status != OCTAVO_OK)
    return status;
  copy_taps(&g->tensors[old], crops, weights);
  status = pass_keep_integers(g, old, index, error);
  if (status != OCTAVO_OK)
    return status;
  graph_swap_names(g, old, index);
  g->nodes[node].inputs[1] = index;
  return OCTAVO_OK;
}

static void set_window(octavo_attributes_convolution *c, const crop crops[2]) {
  c->kernel_height = (uint32_t)crops[0].count;
  c->kernel_width = (uint32_t)crops[1].count;
  c->pad_top = (uint32_t)crops[0].before;
  c->pad_left = (uint32_t)crops[1].before;
  c->pad_bottom = (uint32_t)crops[0].after;
  c->pad_right = (uint32_t)crops[1].after;
}

static octavo_status crop_kernel(graph *g, uint32_t node, uint32_t *changes, octavo_error *error) {
  graph_node *n = &g->nodes[node];
  octavo_attributes_convolution *attributes = &n->attributes.convolution;
  const graph_tensor *x = &g->tensors[n->inputs[0]], *y = &g->tensors[n->outputs[0]];
  crop crops[2];
  bool changed = false;
  for (int i = 0; i < 2; i++) {
    const axis a = axis_of(attributes, x, y, i);
    crops[i] = find_crop(&a);
    changed |= crops[i].count < a.kernel;
  }
  if (!changed)
    return OCTAVO_OK;
  const octavo_status status = crop_weights(g, node, crops, error);
  if (status != OCTAVO_OK)
    return status;
  set_window(attributes, crops);
  (*changes)++;
  return OCTAVO_OK;
}

octavo_status pass_crop_kernels(graph *g, uint32_t *changes, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; i < g->node_count && status == OCTAVO_OK; i++)
    if (pass_is(g, (int32_t)i, OCTAVO_OP_CONVOLUTION) && g->tensors[g->nodes[i].inputs[1]].constant)
      status = crop_kernel(g, i, changes, error);
  return status;
}
