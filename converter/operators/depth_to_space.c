/* DepthToSpace and SpaceToDepth: a transpose between two reshapes. */
#include "converter/operators/table.h"
#include "converter/operators/window.h"

/* Reshapes input 0 to `split`, transposes it as `order` and reshapes that to `shape`. */
static octavo_status emit_moved(onnx_node *n, const onnx_shape *split, const int64_t *order,
                                const onnx_shape *shape) {
  graph_node *node = NULL;
  int32_t parts = GRAPH_NONE, moved = GRAPH_NONE;
  onnx_shape swapped = {.rank = split->rank};
  for (uint32_t i = 0; i < split->rank; i++)
    swapped.dims[i] = split->dims[order[i]];
  octavo_status status = onnx_emit_step(n, OCTAVO_OP_RESHAPE, n->inputs, 1, split, &node, &parts);
  if (status == OCTAVO_OK)
    status = onnx_emit_step(n, GRAPH_OP_TRANSPOSE, &parts, 1, &swapped, &node, &moved);
  if (status != OCTAVO_OK)
    return status;
  node->int_count = split->rank;
  for (uint32_t i = 0; i < split->rank; i++)
    node->ints[i] = order[i];
  return onnx_emit(n, OCTAVO_OP_RESHAPE, &moved, 1, shape, &node);
}

static octavo_status read_block(const onnx_node *n, int64_t *block) {
  octavo_status status = onnx_expect_inputs(n, 1, 1);
  if (status == OCTAVO_OK)
    status = onnx_expect_image(n);
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "blocksize", 0, block);
  if (status == OCTAVO_OK && (*block < 1 || *block > ONNX_MAX_DIMENSION))
    status = onnx_invalid(n, "attribute blocksize: expected 1 to %u, found %lld",
                          ONNX_MAX_DIMENSION, (long long)*block);
  return status;
}

octavo_status import_depth_to_space(onnx_node *n) {
  static const int64_t dcr[6] = {0, 3, 4, 1, 5, 2}, crd[6] = {0, 1, 4, 2, 5, 3};
  int64_t b = 1;
  octavo_status status = read_block(n, &b);
  if (status != OCTAVO_OK)
    return status;
  const bool columns = onnx_attribute_is(n, "mode", "CRD", false);
  if (!columns && !onnx_attribute_is(n, "mode", "DCR", true))
    return onnx_invalid(n, "attribute mode: expected DCR or CRD");
  const onnx_shape x = onnx_shape_of(onnx_input(n, 0));
  const int64_t channels = x.dims[1] / (b * b);
  if (channels * b * b != x.dims[1])
    return onnx_invalid(n, "%lld channels cannot be shared among blocks of %lld x %lld",
                        (long long)x.dims[1], (long long)b, (long long)b);
  const onnx_shape shape = {.rank = 4, .dims = {x.dims[0], channels, x.dims[2] * b, x.dims[3] * b}};
  const onnx_shape split =
      columns ? (onnx_shape){.rank = 6, .dims = {x.dims[0], channels, b, b, x.dims[2], x.dims[3]}}
              : (onnx_shape){.rank = 6, .dims = {x.dims[0], b, b, channels, x.dims[2], x.dims[3]}};
  return emit_moved(n, &split, columns ? crd : dcr, &shape);
}

octavo_status import_space_to_depth(onnx_node *n) {
  static const int64_t order[6] = {0, 3, 5, 1, 2, 4};
  int64_t b = 1;
  octavo_status status = read_block(n, &b);
  if (status != OCTAVO_OK)
    return status;
  const onnx_shape x = onnx_shape_of(onnx_input(n, 0));
  const int64_t height = x.dims[2] / b, width = x.dims[3] / b;
  if (height * b != x.dims[2] || width * b != x.dims[3])
    return onnx_invalid(n, "an image of %lld x %lld is no multiple of blocks of %lld x %lld",
                        (long long)x.dims[2], (long long)x.dims[3], (long long)b, (long long)b);
  const onnx_shape shape = {.rank = 4, .dims = {x.dims[0], x.dims[1] * b * b, height, width}};
  const onnx_shape split = {.rank = 6, .dims = {x.dims[0], x.dims[1], height, b, width, b}};
  return emit_moved(n, &split, order, &shape);
}
