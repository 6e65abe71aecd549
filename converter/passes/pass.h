/* The passes, and what they share. Each adds to *changes how many nodes it changed, made or
 * removed. Removed nodes may lie about before and after: each skips them. */
#ifndef OCTAVO_CONVERTER_PASS_H
#define OCTAVO_CONVERTER_PASS_H

#include "converter/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef octavo_status (*pass_function)(graph *g, uint32_t *changes, octavo_error *error);

/* Removes what gives back its input: identities, reshapes to the same shape, pools of one element,
 * concatenations of one, ...; and all but the last of reshapes of reshapes and slices of slices. */
octavo_status pass_drop_no_ops(graph *g, uint32_t *changes, octavo_error *error);

/* x · hard-sigmoid(x) and x · sigmoid(x), in pieces, become UNARY hard-swish and SiLU. */
octavo_status pass_fuse_swish(graph *g, uint32_t *changes, octavo_error *error);

/* A clip of x + b, scaled to end at 1, becomes UNARY hard-sigmoid. */
octavo_status pass_fuse_hard_sigmoid(graph *g, uint32_t *changes, octavo_error *error);

/* x · (1 + erf(x / √2)) / 2 and its approximation by tanh become UNARY GELU. */
octavo_status pass_fuse_gelu(graph *g, uint32_t *changes, octavo_error *error);

/* MATMUL by a constant becomes FULLY_CONNECTED. */
octavo_status pass_lower_matmul(graph *g, uint32_t *changes, octavo_error *error);

/* From the source's order of axes to NHWC: weights and constants are permuted, transposes vanish
 * but for those without which elements would not lie where the next operator needs them. From here
 * on channels are the last axis. */
octavo_status pass_layout(graph *g, uint32_t *changes, octavo_error *error);

/* BATCH_NORM and arithmetic with constants become AFFINE. */
octavo_status pass_make_affine(graph *g, uint32_t *changes, octavo_error *error);

/* AFFINE goes into the weights and bias of a neighbouring convolution or fully connected layer, or
 * into another AFFINE, where that is exact. */
octavo_status pass_fold_affine(graph *g, uint32_t *changes, octavo_error *error);

/* AFFINE that is left becomes a depthwise convolution of one element. */
octavo_status pass_lower_affine(graph *g, uint32_t *changes, octavo_error *error);

/* REDUCE_MEAN over height and width, and average pools over the whole image, become
 * GLOBAL_AVERAGE_POOL, which takes over a reshape that flattens its result. Other means become
 * MEAN. */
octavo_status pass_global_pool(graph *g, uint32_t *changes, octavo_error *error);

/* CLIP goes into the clamp of a convolution, fully connected layer, element-wise arithmetic or
 * another clip. */
octavo_status pass_fuse_activations(graph *g, uint32_t *changes, octavo_error *error);

/* PAD goes into the padding of the convolution or pool behind it, where that is exact. */
octavo_status pass_fold_padding(graph *g, uint32_t *changes, octavo_error *error);

/* Removes reshapes before fully connected layers, which take inputs of any rank. */
octavo_status pass_drop_flatten(graph *g, uint32_t *changes, octavo_error *error);

/* Kernels of convolutions lose the taps that never meet the image, and the padding before them. */
octavo_status pass_crop_kernels(graph *g, uint32_t *changes, octavo_error *error);

/* Fails if anything is left that the runtime does not have. */
octavo_status pass_check_lowered(graph *g, uint32_t *changes, octavo_error *error);

/* ---- Shared (pass.c) ------------------------------------------------------------------------ */

/* "layer 'x' (Conv): ..." */
octavo_status pass_unsupported(const graph *g, uint32_t node, octavo_error *error,
                               const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Adds a float32 constant with zeroed elements; *data is valid as long as it is in the graph. */
octavo_status pass_add_floats(graph *g, const char *name, uint32_t rank, const int64_t *shape,
                              int32_t *index, float **data, octavo_error *error);

/* `to` holds the values of `from` in another order, in which each index along axis 0 has the same
 * ones: it stands for the same integers then (graph_integers), if they are weights. */
octavo_status pass_keep_integers(graph *g, int32_t from, int32_t to, octavo_error *error);

/* `to`, of the shape of the weights `from`, becomes those times a factor per index along axis 0. If
 * `from` stands for integers, the factors go into their scales, and `to` stands for the same ones,
 * negated where the factor is negative. *done: false if it does not, and nothing was changed. */
octavo_status pass_scale_integers(graph *g, int32_t from, int32_t to, const float *factors,
                                  bool *done, octavo_error *error);

/* Adds an activation of `shape` that holds elements of `like`: with its type, scale and name. */
octavo_status pass_add_like(graph *g, int32_t like, uint32_t rank, const int64_t *shape,
                            int32_t *index, octavo_error *error);

/* Inserts a RESHAPE of `input` to a new tensor of `shape` at `position`. */
octavo_status pass_insert_reshape(graph *g, uint32_t position, int32_t input, uint32_t rank,
                                  const int64_t *shape, int32_t *output, octavo_error *error);

/* Makes readers of the node's result read its first input, and removes it. Where a model's input
 * would become its output, the node stays, as a RESHAPE. */
void pass_bypass(graph *g, uint32_t node);

/* Whether the node is not removed and of that kind. */
bool pass_is(const graph *g, int32_t node, uint32_t op);

/* Gives a convolution or fully connected layer a bias of its own, zero if it had none; *bias is
 * valid as long as it is in the graph. */
octavo_status pass_own_bias(graph *g, uint32_t node, float **bias, octavo_error *error);

/* Gives a node weights of its own (input 1), a copy. */
octavo_status pass_own_weights(graph *g, uint32_t node, float **weights, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
