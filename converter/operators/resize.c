/* Resize and Upsample of images. */
#include "converter/operators/table.h"
#include "converter/operators/window.h"
#include "converter/resize_words.h"

#include <math.h>
#include <string.h>

/* The value of an attribute is the index of its word. */
static octavo_status read_word(const onnx_node *n, const char *name, const char *const *words,
                               uint32_t *value) {
  for (*value = 0; words[*value] != NULL; ++*value)
    if (onnx_attribute_is(n, name, words[*value], *value == 0))
      return OCTAVO_OK;
  return onnx_unsupported(n, "%s other than %s and its like", name, words[0]);
}

/* Per axis: how many times longer, and how long. */
typedef struct sizes {
  float scales[4];
  onnx_shape shape;
} sizes;

static octavo_status read_scales(const onnx_node *n, uint32_t input, const onnx_shape *axes,
                                 sizes *s) {
  octavo_status status = onnx_expect_floats(n, input, 1, "scales");
  if (status != OCTAVO_OK)
    return status;
  if (graph_element_count(onnx_input(n, input)) != axes->rank)
    return onnx_invalid(n, "the scales: expected %u numbers, found %llu", axes->rank,
                        (unsigned long long)graph_element_count(onnx_input(n, input)));
  for (uint32_t i = 0; i < axes->rank; i++) {
    const float scale = ((const float *)onnx_input(n, input)->data)[i];
    int64_t *length = &s->shape.dims[axes->dims[i]];
    const float scaled = floorf((float)*length * scale);
    if (!(scale >= 0x1p-24f && scale <= 0x1p24f && scaled <= (float)ONNX_MAX_DIMENSION))
      return onnx_invalid(n, "a scale of %g", (double)scale);
    s->scales[axes->dims[i]] = scale;
    *length = (int64_t)scaled;
  }
  return OCTAVO_OK;
}

static octavo_status read_lengths(const onnx_node *n, uint32_t input, const onnx_shape *axes,
                                  sizes *s) {
  int64_t lengths[4];
  octavo_status status = onnx_read_list(n, input, "sizes", axes->rank, lengths);
  for (uint32_t i = 0; i < axes->rank && status == OCTAVO_OK; i++) {
    int64_t *length = &s->shape.dims[axes->dims[i]];
    if (lengths[i] < 1 || lengths[i] > ONNX_MAX_DIMENSION)
      return onnx_invalid(n, "a size of %lld", (long long)lengths[i]);
    /* A size written for the batch the model was exported with. */
    if (axes->dims[i] == 0 && lengths[i] == n->source_batch)
      lengths[i] = 1;
    s->scales[axes->dims[i]] = (float)lengths[i] / (float)*length;
    *length = lengths[i];
  }
  return status;
}

/* From operator set 11 on there is a region of interest in front, and sizes may stand for scales.
 */
static octavo_status read_sizes(const onnx_node *n, sizes *s) {
  *s = (sizes){.scales = {1, 1, 1, 1}, .shape = onnx_shape_of(onnx_input(n, 0))};
  onnx_shape axes = {0};
  bool found = false;
  const uint32_t scales = n->opset < 11 ? 1 : 2;
  octavo_status status = OCTAVO_OK;
  if (n->opset >= 18 && onnx_has_attribute(n, "axes"))
    status = onnx_read_axes(n, GRAPH_MAX_RANK, 4, &axes, &found);
  for (uint32_t i = 0; i < 4 && !found; i++)
    axes.dims[axes.rank++] = i;
  if (status != OCTAVO_OK)
    return status;
  const bool by_scale = onnx_has_input(n, scales) && graph_element_count(onnx_input(n, scales)) > 0;
  if (by_scale)
    status = read_scales(n, scales, &axes, s);
  else if (onnx_has_input(n, 3))
    status = read_lengths(n, 3, &axes, s);
  else
    status = onnx_invalid(n, "expected scales or sizes, found neither");
  if (status == OCTAVO_OK && (s->scales[0] != 1.0f || s->scales[1] != 1.0f))
    status = onnx_unsupported(n, "of other axes than height and width");
  return status;
}

/* Before operator set 11 pixels lie at multiples of the scale, and the nearest is the one before;
 * ONNX Runtime takes the one behind where it makes images smaller. */
static octavo_status read_old(const onnx_node *n, const sizes *s, octavo_attributes_resize *r) {
  const bool smaller[2] = {s->scales[2] < 1.0f, s->scales[3] < 1.0f};
  r->coordinates = OCTAVO_RESIZE_ASYMMETRIC;
  if (r->mode == OCTAVO_RESIZE_LINEAR)
    return OCTAVO_OK;
  r->rounding = smaller[0] ? OCTAVO_RESIZE_CEIL : OCTAVO_RESIZE_FLOOR;
  return smaller[0] == smaller[1] ? OCTAVO_OK
                                  : onnx_unsupported(n, "that enlarges one side and not the other");
}

static octavo_status read_new(const onnx_node *n, octavo_attributes_resize *r) {
  int64_t antialias = 0;
  octavo_status status =
      read_word(n, "coordinate_transformation_mode", resize_coordinate_words, &r->coordinates);
  if (status == OCTAVO_OK && r->mode == OCTAVO_RESIZE_NEAREST)
    status = read_word(n, "nearest_mode", resize_rounding_words, &r->rounding);
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "antialias", 0, &antialias);
  if (status == OCTAVO_OK && antialias != 0)
    status = onnx_unsupported(n, "antialias");
  if (status == OCTAVO_OK && !onnx_attribute_is(n, "keep_aspect_ratio_policy", "stretch", true))
    status = onnx_unsupported(n, "keep_aspect_ratio_policy other than stretch");
  return status;
}

octavo_status import_resize(onnx_node *n) {
  octavo_attributes_resize resize = {0};
  sizes s;
  octavo_status status = onnx_expect_inputs(n, 1, n->opset < 11 ? 2 : 4);
  if (status == OCTAVO_OK)
    status = onnx_expect_image(n);
  if (status == OCTAVO_OK)
    status = read_word(n, "mode", resize_mode_words, &resize.mode);
  if (status == OCTAVO_OK)
    status = read_sizes(n, &s);
  if (status == OCTAVO_OK)
    status = n->opset < 11 ? read_old(n, &s, &resize) : read_new(n, &resize);
  if (status != OCTAVO_OK)
    return status;
  resize.scale_height = s.scales[2];
  resize.scale_width = s.scales[3];
  graph_node *node = NULL;
  status = onnx_emit(n, OCTAVO_OP_RESIZE, n->inputs, 1, &s.shape, &node);
  if (status == OCTAVO_OK)
    node->attributes.resize = resize;
  return status;
}

octavo_status import_upsample(onnx_node *n) {
  return n->opset < 10 ? import_resize(n)
                       : onnx_invalid(n, "operator set %lld has no Upsample", (long long)n->opset);
}
