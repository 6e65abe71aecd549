/* How the elements of a tensor lie in memory, against how the source model has its axes. */
#ifndef OCTAVO_CONVERTER_PASSES_LAYOUT_H
#define OCTAVO_CONVERTER_PASSES_LAYOUT_H

#include "converter/graph.h"

/* Physical axis i is the source's ("logical") axis axes[i].
 *
 * A tensor that was flattened from an image has an order that no permutation of its own axes
 * expresses: then `order` is not NULL, `axes` is the identity, and the element at physical place k
 * is the source's element order[k]. */
typedef struct layout {
  uint8_t axes[GRAPH_MAX_RANK];
  int32_t *order; /* owned; as many as the tensor has elements, or NULL */
} layout;

/* One for each tensor of a graph; grows with it. Tensors not reached yet have the identity. */
typedef struct layout_table {
  graph *graph;
  layout *items;
  uint32_t count;
  octavo_error *error;
} layout_table;

octavo_status layout_table_init(layout_table *table, graph *g, octavo_error *error);
void layout_table_clear(layout_table *table);
/* Makes room for tensors that were added. */
octavo_status layout_table_grow(layout_table *table);

/* Sets the layout of a tensor that has its logical shape still, and gives it its physical one.
 * `order` is taken over. */
void layout_set(layout_table *table, int32_t tensor, const uint8_t *axes, int32_t *order);
/* The same as another tensor's, which is of the same logical shape. */
octavo_status layout_set_same(layout_table *table, int32_t tensor, int32_t as);

/* The source's dimension of an axis. */
int64_t layout_dimension(const layout_table *table, int32_t tensor, uint32_t logical_axis);
/* Where a logical axis lies. */
uint32_t layout_physical_axis(const layout_table *table, int32_t tensor, uint32_t logical_axis);

/* Whether elements lie as in the source, in which case an order array is not needed. */
bool layout_is_plain(const layout_table *table, int32_t tensor);
/* Which element of the source each physical place holds, in a new array; NULL: out of memory. */
int32_t *layout_make_order(const layout_table *table, int32_t tensor);
/* Whether both have their elements in the same order, so that a reshape leads from one to the
 * other. Both have the same logical shape. */
bool layout_same_order(const layout_table *table, int32_t a, int32_t b);
/* Whether a tensor of that logical shape laid out as `axes` has the elements in that order (NULL:
 * the source's). */
bool layout_matches(uint32_t rank, const int64_t *logical_shape, const uint8_t *axes,
                    const int32_t *order);

extern const uint8_t layout_identity[GRAPH_MAX_RANK];
extern const uint8_t layout_nhwc[GRAPH_MAX_RANK]; /* of a source in NCHW */

/* The pass's functions for kinds of nodes. Each sets the layout of the node's outputs. */
typedef octavo_status (*layout_function)(layout_table *table, uint32_t *node);

/* layout_transpose.c. Adds a tensor that is to hold the elements of another in the source's order.
 */
octavo_status layout_add_plain(layout_table *table, int32_t tensor, int32_t *plain);
/* Puts nodes before *node, which moves on, that compute `to` from `from`. Both
 * have their layouts and as many elements; the source's element k is the same in both, whatever the
 * shapes. The nodes are a reshape, or a transpose between reshapes where elements must move. Fails
 * if no transpose of OCTAVO_MAX_RANK axes moves them so. */
octavo_status layout_bring(layout_table *table, uint32_t *node, int32_t from, int32_t to);

/* layout_reshape.c */
octavo_status layout_reshape(layout_table *table, uint32_t *node);
/* layout_weights.c: operators whose constants are permuted */
octavo_status layout_convolution(layout_table *table, uint32_t *node);
octavo_status layout_fully_connected(layout_table *table, uint32_t *node);
octavo_status layout_batch_norm(layout_table *table, uint32_t *node);
octavo_status layout_constant_operand(layout_table *table, uint32_t *node);
/* layout_axes.c: operators whose attributes name axes */
octavo_status layout_transpose(layout_table *table, uint32_t *node);
octavo_status layout_concatenation(layout_table *table, uint32_t *node);
octavo_status layout_pad(layout_table *table, uint32_t *node);
octavo_status layout_slice(layout_table *table, uint32_t *node);
octavo_status layout_softmax(layout_table *table, uint32_t *node);
octavo_status layout_reduce_mean(layout_table *table, uint32_t *node);
octavo_status layout_pool(layout_table *table, uint32_t *node);
octavo_status layout_elementwise(layout_table *table, uint32_t *node);
octavo_status layout_binary(layout_table *table, uint32_t *node);

/* Makes operand `operand` of the node lie as `axes`, by a reshape before the node, or a transpose
 * if the order of elements needs it; *node moves on then. */
octavo_status layout_require(layout_table *table, uint32_t *node, uint32_t operand,
                             const uint8_t *axes);

#endif
