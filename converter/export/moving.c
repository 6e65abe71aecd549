/* Layers that move elements, or take the mean of some: their axes are those of NHWC. */
#include "converter/export/exporter.h"
#include "converter/resize_words.h"

#include <math.h>

static const graph_tensor *input_of(const exporter *e, const graph_node *node) {
  return &e->g->tensors[node->inputs[0]];
}

static const graph_tensor *output_of(const exporter *e, const graph_node *node) {
  return &e->g->tensors[node->outputs[0]];
}

void exporter_transpose(exporter *e, const graph_node *node, const char *output) {
  const uint32_t rank = input_of(e, node)->rank;
  const char *x = exporter_real(e, node, 0);
  int64_t permutation[GRAPH_MAX_RANK];
  for (uint32_t i = 0; i < rank; i++)
    permutation[exporter_axis(rank, i)] = exporter_axis(rank, node->attributes.transpose.axes[i]);
  proto_attribute_ints(&e->proto, exporter_node(e, "Transpose", node->name, 1, &x, output), "perm",
                       rank, permutation);
}

/* Only axes of which not all is taken. */
void exporter_slice(exporter *e, const graph_node *node, const char *output) {
  const octavo_attributes_slice *slice = &node->attributes.slice;
  const graph_tensor *x = input_of(e, node), *y = output_of(e, node);
  int64_t starts[GRAPH_MAX_RANK], ends[GRAPH_MAX_RANK], axes[GRAPH_MAX_RANK], steps[GRAPH_MAX_RANK];
  size_t count = 0;
  for (uint32_t i = 1; i < x->rank; i++) {
    if (x->shape[i] == y->shape[i])
      continue;
    starts[count] = slice->begin[i];
    steps[count] = slice->step[i];
    ends[count] = starts[count] + (y->shape[i] - 1) * steps[count] + 1;
    axes[count++] = exporter_axis(x->rank, i);
  }
  const char *inputs[5] = {
      exporter_real(e, node, 0),
      exporter_longs(e, node->name, "_starts", count, starts),
      exporter_longs(e, node->name, "_ends", count, ends),
      exporter_longs(e, node->name, "_axes", count, axes),
      exporter_longs(e, node->name, "_steps", count, steps),
  };
  exporter_node(e, "Slice", node->name, 5, inputs, output);
}

void exporter_mean(exporter *e, const graph_node *node, const char *output) {
  const uint32_t rank = input_of(e, node)->rank;
  const char *x = exporter_real(e, node, 0);
  int64_t axes[GRAPH_MAX_RANK];
  size_t count = 0;
  for (uint32_t i = 0; i < rank; i++)
    if (node->attributes.mean.axes >> i & 1)
      axes[count++] = exporter_axis(rank, i);
  proto_attribute_ints(&e->proto, exporter_node(e, "ReduceMean", node->name, 1, &x, output), "axes",
                       count, axes);
}

/* ---- Resize --------------------------------------------------------------------------------- */

/* Whether ONNX finds the sizes from the scales. Else it gets the sizes, which the scales follow
 * from. */
static bool scales_give_sizes(const octavo_attributes_resize *resize, const graph_tensor *x,
                              const graph_tensor *y) {
  return floorf((float)x->shape[1] * resize->scale_height) == (float)y->shape[1] &&
         floorf((float)x->shape[2] * resize->scale_width) == (float)y->shape[2];
}

static const char *add_scales(exporter *e, const graph_node *node) {
  const octavo_attributes_resize *resize = &node->attributes.resize;
  const char *name = exporter_name(e, node->name, "_scales");
  const int64_t shape = 4;
  float *scales = proto_constant(&e->proto, name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 1, &shape,
                                 4 * sizeof *scales);
  if (scales == NULL)
    return "";
  scales[0] = scales[1] = 1.0f;
  scales[2] = resize->scale_height;
  scales[3] = resize->scale_width;
  return name;
}

void exporter_resize(exporter *e, const graph_node *node, const char *output) {
  const octavo_attributes_resize *resize = &node->attributes.resize;
  const graph_tensor *y = output_of(e, node);
  int64_t shape[GRAPH_MAX_RANK] = {0};
  exporter_shape(y, shape);
  const char *inputs[4] = {exporter_real(e, node, 0), "", "", ""};
  const bool by_scale = scales_give_sizes(resize, input_of(e, node), y);
  if (by_scale)
    inputs[2] = add_scales(e, node);
  else
    inputs[3] = exporter_longs(e, node->name, "_sizes", 4, shape);
  Onnx__NodeProto *n = exporter_node(e, "Resize", node->name, by_scale ? 3 : 4, inputs, output);
  proto_attribute_text(&e->proto, n, "mode", resize_mode_words[resize->mode]);
  proto_attribute_text(&e->proto, n, "coordinate_transformation_mode",
                       resize_coordinate_words[resize->coordinates]);
  if (resize->mode == OCTAVO_RESIZE_NEAREST)
    proto_attribute_text(&e->proto, n, "nearest_mode", resize_rounding_words[resize->rounding]);
}
