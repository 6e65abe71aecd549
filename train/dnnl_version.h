/* What differs between the C interfaces of oneDNN 2.x and 3.x, behind one set of functions: memory
 * descriptors and the making of primitive descriptors. dnnl_version.c is the only file that knows
 * which version it is compiled with.
 *
 * All functions return oneDNN's status; a descriptor made here is freed by the caller. Any thread.
 */
#ifndef OCTAVO_TRAIN_DNNL_VERSION_H
#define OCTAVO_TRAIN_DNNL_VERSION_H

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_version.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A borrowed memory descriptor, as the functions of either version take it. */
#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t version_desc;
#else
typedef const dnnl_memory_desc_t *version_desc;
#endif

/* A descriptor of the caller's own; version_desc_free. */
dnnl_status_t version_desc_create(version_desc *desc, int rank, const dnnl_dims_t dims,
                                  dnnl_data_type_t type, dnnl_format_tag_t tag);
dnnl_status_t version_desc_copy(version_desc *desc, version_desc from);
/* Describes a part of a tensor in the same memory: `dims` from `offsets` on. */
dnnl_status_t version_desc_part(version_desc *desc, version_desc whole, const dnnl_dims_t dims,
                                const dnnl_dims_t offsets);
/* NULL is allowed. */
void version_desc_free(version_desc desc);
dnnl_data_type_t version_desc_type(version_desc desc);

/* Both dimensions of a sliding window: height, then width. */
typedef struct version_window {
  dnnl_dims_t kernel, stride, padding, padding_end; /* before the first pixel, after the last */
} version_window;

/* Forward for training, the gradient of the source, the gradients of weights and bias (in float32
 * with bfloat16 data too). `bias` may be NULL: none. `hint` is the forward one. */
dnnl_status_t version_convolution(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                  version_desc source, version_desc weights, version_desc bias,
                                  version_desc destination, const version_window *window);
dnnl_status_t version_convolution_data(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                       version_desc source, version_desc weights,
                                       version_desc destination, const version_window *window,
                                       dnnl_primitive_desc_t hint);
dnnl_status_t version_convolution_weights(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                          version_desc source, version_desc weights,
                                          version_desc bias, version_desc destination,
                                          const version_window *window, dnnl_primitive_desc_t hint);

dnnl_status_t version_pooling(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                              dnnl_alg_kind_t kind, version_desc source, version_desc destination,
                              const version_window *window);
dnnl_status_t version_pooling_backward(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                       dnnl_alg_kind_t kind, version_desc source,
                                       version_desc destination, const version_window *window,
                                       dnnl_primitive_desc_t hint);

dnnl_status_t version_linear(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                             version_desc source, version_desc weights, version_desc bias,
                             version_desc destination);
dnnl_status_t version_linear_data(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                  version_desc source, version_desc weights,
                                  version_desc destination, dnnl_primitive_desc_t hint);
dnnl_status_t version_linear_weights(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                     version_desc source, version_desc weights, version_desc bias,
                                     version_desc destination, dnnl_primitive_desc_t hint);

/* The sum of two tensors alike. */
dnnl_status_t version_add(dnnl_primitive_desc_t *result, dnnl_engine_t engine, version_desc data);
/* A function of each number, such as dnnl_eltwise_relu, with its one or two constants. The gradient
 * is computed from the source, or from the destination if the kind's name says so. In place is
 * allowed. */
dnnl_status_t version_eltwise(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                              dnnl_alg_kind_t kind, version_desc data, float alpha, float beta);
dnnl_status_t version_eltwise_backward(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                       dnnl_alg_kind_t kind, version_desc data, float alpha,
                                       float beta);

#ifdef __cplusplus
}
#endif

#endif
