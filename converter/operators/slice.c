/* Slice, of activations and of constants, as shape arithmetic has it. */
#include "converter/operators/slice.h"

#include "converter/operators/constant_math.h"
#include "converter/operators/table.h"

typedef struct slice {
  onnx_shape starts, ends, axes, steps;
} slice;

static octavo_status read(const onnx_node *n, slice *s) {
  static const onnx_shape ones = {.rank = GRAPH_MAX_RANK, .dims = {1, 1, 1, 1, 1, 1, 1, 1}};
  const uint32_t rank = onnx_input(n, 0)->rank;
  octavo_status status = n->opset < 10 ? onnx_attribute_ints(n, "starts", &s->starts)
                                       : onnx_read_ints(n, 1, "starts", &s->starts);
  if (status == OCTAVO_OK)
    status = n->opset < 10 ? onnx_attribute_ints(n, "ends", &s->ends)
                           : onnx_read_ints(n, 2, "ends", &s->ends);
  bool found = false;
  if (status == OCTAVO_OK)
    status = onnx_read_axes(n, 3, rank, &s->axes, &found);
  if (status != OCTAVO_OK)
    return status;
  if (!found) {
    s->axes.rank = s->starts.rank;
    for (uint32_t i = 0; i < s->starts.rank; i++)
      s->axes.dims[i] = (int64_t)i;
  }
  s->steps = ones;
  s->steps.rank = s->starts.rank;
  if (onnx_has_input(n, 4))
    status = onnx_read_ints(n, 4, "steps", &s->steps);
  if (status == OCTAVO_OK && (s->ends.rank != s->starts.rank || s->axes.rank != s->starts.rank ||
                              s->steps.rank != s->starts.rank || s->starts.rank > rank))
    status =
        onnx_invalid(n, "starts, ends, axes and steps: expected as many of each, at most %u", rank);
  return status;
}

static int64_t limit(int64_t value, int64_t low, int64_t high) {
  return value < low ? low : value > high ? high : value;
}

/* One axis of `size` elements: where it begins and how many it gives. */
static octavo_status cut(const onnx_node *n, int64_t start, int64_t end, int64_t step, int64_t size,
                         int64_t *first, int64_t *count) {
  if (step == 0 || step == INT64_MIN)
    return onnx_invalid(n, "a step of %lld", (long long)step);
  start = start < 0 ? limit(start, -size - 1, -1) + size : start;
  end = end < 0 ? limit(end, -size - 1, -1) + size : end;
  start = step > 0 ? limit(start, 0, size) : limit(start, 0, size - 1);
  end = step > 0 ? limit(end, 0, size) : limit(end, -1, size - 1);
  const int64_t span = step > 0 ? end - start : start - end;
  const int64_t pace = step > 0 ? step : -step;
  *first = start;
  *count = span <= 0 ? 0 : (span - 1) / pace + 1;
  return OCTAVO_OK;
}

/* ---- Activations ---------------------------------------------------------------------------- */

onnx_part onnx_part_of_all(const onnx_node *n) {
  onnx_part part = {.shape = onnx_shape_of(onnx_input(n, 0))};
  part.begin.rank = part.step.rank = part.shape.rank;
  for (uint32_t i = 0; i < part.shape.rank; i++)
    part.step.dims[i] = 1;
  return part;
}

static octavo_status describe(const onnx_node *n, const onnx_part *part,
                              octavo_attributes_slice *attributes) {
  if (part->shape.rank > OCTAVO_MAX_RANK)
    return onnx_unsupported(n, "rank above %d", OCTAVO_MAX_RANK);
  *attributes = (octavo_attributes_slice){0};
  for (uint32_t i = 0; i < part->shape.rank; i++) {
    if (part->step.dims[i] < 0)
      return onnx_unsupported(n, "of an activation with a negative step");
    attributes->begin[i] = (uint32_t)part->begin.dims[i];
    /* Of one element, which may be any. */
    attributes->step[i] = part->shape.dims[i] == 1 ? 1 : (uint32_t)part->step.dims[i];
  }
  return OCTAVO_OK;
}

octavo_status onnx_emit_part(onnx_node *n, uint32_t i, const onnx_part *part) {
  octavo_attributes_slice attributes;
  graph_node *node = NULL;
  octavo_status status = describe(n, part, &attributes);
  if (status == OCTAVO_OK)
    status = onnx_emit_output(n, i, OCTAVO_OP_SLICE, n->inputs, 1, &part->shape, &node);
  if (status == OCTAVO_OK)
    node->attributes.slice = attributes;
  return status;
}

octavo_status onnx_emit_part_step(onnx_node *n, const onnx_part *part, int32_t *output) {
  octavo_attributes_slice attributes;
  graph_node *node = NULL;
  octavo_status status = describe(n, part, &attributes);
  if (status == OCTAVO_OK)
    status = onnx_emit_step(n, OCTAVO_OP_SLICE, n->inputs, 1, &part->shape, &node, output);
  if (status == OCTAVO_OK)
    node->attributes.slice = attributes;
  return status;
}

/* ---- Import --------------------------------------------------------------------------------- */

/* Of the batch, whose size is open, all must be taken. */
static octavo_status check_batch(const onnx_node *n, const slice *s) {
  octavo_status status = onnx_expect_activation(n, 0);
  for (uint32_t i = 0; i < s->axes.rank && status == OCTAVO_OK; i++)
    if (s->axes.dims[i] == 0 &&
        (s->starts.dims[i] != 0 || s->ends.dims[i] < INT32_MAX || s->steps.dims[i] != 1))
      status = onnx_unsupported(n, "of the batch");
  return status;
}

octavo_status import_slice(onnx_node *n) {
  slice s = {0};
  octavo_status status = onnx_expect_inputs(n, n->opset < 10 ? 1 : 3, 5);
  if (status == OCTAVO_OK)
    status = read(n, &s);
  if (status == OCTAVO_OK && !onnx_is_constant(n, 0))
    status = check_batch(n, &s);
  if (status != OCTAVO_OK)
    return status;
  onnx_part part = onnx_part_of_all(n);
  for (uint32_t i = 0; i < s.axes.rank && status == OCTAVO_OK; i++) {
    const int64_t axis = s.axes.dims[i];
    /* Steps beyond any axis end it at once; cut short, they cannot overflow. */
    part.step.dims[axis] = limit(s.steps.dims[i], -(int64_t)ONNX_MAX_ELEMENTS, ONNX_MAX_ELEMENTS);
    status = cut(n, s.starts.dims[i], s.ends.dims[i], s.steps.dims[i], part.shape.dims[axis],
                 &part.begin.dims[axis], &part.shape.dims[axis]);
  }
  if (status != OCTAVO_OK)
    return status;
  return onnx_is_constant(n, 0) ? constant_slice(n, &part.begin, &part.step, &part.shape)
                                : onnx_emit_part(n, 0, &part);
}
