#include "dnnl_version.h"

#include "runtime/memory.h"

/* The one place where the two versions part. 2.x describes an operation in a struct first and then
 * makes the primitive descriptor from it; 3.x does both in one call. Memory descriptors are structs
 * in 2.x and handles in 3.x. */

static const dnnl_dims_t no_dilation = {0, 0};

#if DNNL_VERSION_MAJOR >= 3

dnnl_status_t version_desc_create(version_desc *desc, int rank, const dnnl_dims_t dims,
                                  dnnl_data_type_t type, dnnl_format_tag_t tag) {
  dnnl_memory_desc_t made = NULL;
  const dnnl_status_t status = dnnl_memory_desc_create_with_tag(&made, rank, dims, type, tag);
  *desc = made;
  return status;
}

dnnl_status_t version_desc_copy(version_desc *desc, version_desc from) {
  dnnl_memory_desc_t made = NULL;
  const dnnl_status_t status = dnnl_memory_desc_clone(&made, from);
  *desc = made;
  return status;
}

dnnl_status_t version_desc_part(version_desc *desc, version_desc whole, const dnnl_dims_t dims,
                                const dnnl_dims_t offsets) {
  dnnl_memory_desc_t made = NULL;
  const dnnl_status_t status = dnnl_memory_desc_create_submemory(&made, whole, dims, offsets);
  *desc = made;
  return status;
}

void version_desc_free(version_desc desc) {
  if (desc != NULL)
    dnnl_memory_desc_destroy((dnnl_memory_desc_t)desc);
}

dnnl_data_type_t version_desc_type(version_desc desc) {
  dnnl_data_type_t type = dnnl_data_type_undef;
  dnnl_memory_desc_query(desc, dnnl_query_data_type, &type);
  return type;
}

dnnl_status_t version_convolution(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                  version_desc source, version_desc weights, version_desc bias,
                                  version_desc destination, const version_window *window) {
  return dnnl_convolution_forward_primitive_desc_create(
      result, engine, dnnl_forward_training, dnnl_convolution_direct, source, weights, bias,
      destination, window->stride, no_dilation, window->padding, window->padding_end, NULL);
}

dnnl_status_t version_convolution_data(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                       version_desc source, version_desc weights,
                                       version_desc destination, const version_window *window,
                                       dnnl_primitive_desc_t hint) {
  return dnnl_convolution_backward_data_primitive_desc_create(
      result, engine, dnnl_convolution_direct, source, weights, destination, window->stride,
      no_dilation, window->padding, window->padding_end, hint, NULL);
}

dnnl_status_t version_convolution_weights(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                          version_desc source, version_desc weights,
                                          version_desc bias, version_desc destination,
                                          const version_window *window,
                                          dnnl_primitive_desc_t hint) {
  return dnnl_convolution_backward_weights_primitive_desc_create(
      result, engine, dnnl_convolution_direct, source, weights, bias, destination, window->stride,
      no_dilation, window->padding, window->padding_end, hint, NULL);
}

dnnl_status_t version_pooling(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                              dnnl_alg_kind_t kind, version_desc source, version_desc destination,
                              const version_window *window) {
  return dnnl_pooling_forward_primitive_desc_create(
      result, engine, dnnl_forward_training, kind, source, destination, window->stride,
      window->kernel, no_dilation, window->padding, window->padding_end, NULL);
}

dnnl_status_t version_pooling_backward(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                       dnnl_alg_kind_t kind, version_desc source,
                                       version_desc destination, const version_window *window,
                                       dnnl_primitive_desc_t hint) {
  return dnnl_pooling_backward_primitive_desc_create(
      result, engine, kind, source, destination, window->stride, window->kernel, no_dilation,
      window->padding, window->padding_end, hint, NULL);
}

dnnl_status_t version_linear(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                             version_desc source, version_desc weights, version_desc bias,
                             version_desc destination) {
  return dnnl_inner_product_forward_primitive_desc_create(result, engine, dnnl_forward_training,
                                                          source, weights, bias, destination, NULL);
}

dnnl_status_t version_linear_data(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                  version_desc source, version_desc weights,
                                  version_desc destination, dnnl_primitive_desc_t hint) {
  return dnnl_inner_product_backward_data_primitive_desc_create(result, engine, source, weights,
                                                                destination, hint, NULL);
}

dnnl_status_t version_linear_weights(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                     version_desc source, version_desc weights, version_desc bias,
                                     version_desc destination, dnnl_primitive_desc_t hint) {
  return dnnl_inner_product_backward_weights_primitive_desc_create(result, engine, source, weights,
                                                                   bias, destination, hint, NULL);
}

dnnl_status_t version_add(dnnl_primitive_desc_t *result, dnnl_engine_t engine, version_desc data) {
  return dnnl_binary_primitive_desc_create(result, engine, dnnl_binary_add, data, data, data, NULL);
}

dnnl_status_t version_eltwise(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                              dnnl_alg_kind_t kind, version_desc data, float alpha, float beta) {
  return dnnl_eltwise_forward_primitive_desc_create(result, engine, dnnl_forward_training, kind,
                                                    data, data, alpha, beta, NULL);
}

dnnl_status_t version_eltwise_backward(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                       dnnl_alg_kind_t kind, version_desc data, float alpha,
                                       float beta) {
  dnnl_primitive_desc_t forward = NULL;
  dnnl_status_t status = version_eltwise(&forward, engine, kind, data, alpha, beta);
  if (status == dnnl_success)
    status = dnnl_eltwise_backward_primitive_desc_create(result, engine, kind, data, data, data,
                                                         alpha, beta, forward, NULL);
  dnnl_primitive_desc_destroy(forward);
  return status;
}

#else

static dnnl_status_t finish(dnnl_status_t status, dnnl_primitive_desc_t *result,
                            const void *description, dnnl_engine_t engine,
                            const_dnnl_primitive_desc_t hint) {
  if (status != dnnl_success)
    return status;
  return dnnl_primitive_desc_create(result, description, NULL, engine, hint);
}

static version_desc keep_desc(const dnnl_memory_desc_t *desc) {
  dnnl_memory_desc_t *kept = octavo_memory_alloc(1, sizeof *kept);
  if (kept != NULL)
    *kept = *desc;
  return kept;
}

dnnl_status_t version_desc_create(version_desc *desc, int rank, const dnnl_dims_t dims,
                                  dnnl_data_type_t type, dnnl_format_tag_t tag) {
  dnnl_memory_desc_t made;
  const dnnl_status_t status = dnnl_memory_desc_init_by_tag(&made, rank, dims, type, tag);
  if (status != dnnl_success)
    return status;
  *desc = keep_desc(&made);
  return *desc != NULL ? dnnl_success : dnnl_out_of_memory;
}

dnnl_status_t version_desc_copy(version_desc *desc, version_desc from) {
  *desc = keep_desc(from);
  return *desc != NULL ? dnnl_success : dnnl_out_of_memory;
}

dnnl_status_t version_desc_part(version_desc *desc, version_desc whole, const dnnl_dims_t dims,
                                const dnnl_dims_t offsets) {
  dnnl_memory_desc_t made;
  const dnnl_status_t status = dnnl_memory_desc_init_submemory(&made, whole, dims, offsets);
  if (status != dnnl_success)
    return status;
  *desc = keep_desc(&made);
  return *desc != NULL ? dnnl_success : dnnl_out_of_memory;
}

void version_desc_free(version_desc desc) {
  octavo_memory_free((void *)(uintptr_t)desc);
}

dnnl_data_type_t version_desc_type(version_desc desc) {
  return desc->data_type;
}

dnnl_status_t version_convolution(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                  version_desc source, version_desc weights, version_desc bias,
                                  version_desc destination, const version_window *window) {
  dnnl_convolution_desc_t d;
  return finish(dnnl_dilated_convolution_forward_desc_init(
                    &d, dnnl_forward_training, dnnl_convolution_direct, source, weights, bias,
                    destination, window->stride, no_dilation, window->padding, window->padding_end),
                result, &d, engine, NULL);
}

dnnl_status_t version_convolution_data(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                       version_desc source, version_desc weights,
                                       version_desc destination, const version_window *window,
                                       dnnl_primitive_desc_t hint) {
  dnnl_convolution_desc_t d;
  return finish(dnnl_dilated_convolution_backward_data_desc_init(
                    &d, dnnl_convolution_direct, source, weights, destination, window->stride,
                    no_dilation, window->padding, window->padding_end),
                result, &d, engine, hint);
}

dnnl_status_t version_convolution_weights(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                          version_desc source, version_desc weights,
                                          version_desc bias, version_desc destination,
                                          const version_window *window,
                                          dnnl_primitive_desc_t hint) {
  dnnl_convolution_desc_t d;
  return finish(dnnl_dilated_convolution_backward_weights_desc_init(
                    &d, dnnl_convolution_direct, source, weights, bias, destination, window->stride,
                    no_dilation, window->padding, window->padding_end),
                result, &d, engine, hint);
}

dnnl_status_t version_pooling(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                              dnnl_alg_kind_t kind, version_desc source, version_desc destination,
                              const version_window *window) {
  dnnl_pooling_desc_t d;
  return finish(dnnl_pooling_forward_desc_init(&d, dnnl_forward_training, kind, source, destination,
                                               window->stride, window->kernel, window->padding,
                                               window->padding_end),
                result, &d, engine, NULL);
}

dnnl_status_t version_pooling_backward(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                       dnnl_alg_kind_t kind, version_desc source,
                                       version_desc destination, const version_window *window,
                                       dnnl_primitive_desc_t hint) {
  dnnl_pooling_desc_t d;
  return finish(dnnl_pooling_backward_desc_init(&d, kind, source, destination, window->stride,
                                                window->kernel, window->padding,
                                                window->padding_end),
                result, &d, engine, hint);
}

dnnl_status_t version_linear(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                             version_desc source, version_desc weights, version_desc bias,
                             version_desc destination) {
  dnnl_inner_product_desc_t d;
  return finish(dnnl_inner_product_forward_desc_init(&d, dnnl_forward_training, source, weights,
                                                     bias, destination),
                result, &d, engine, NULL);
}

dnnl_status_t version_linear_data(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                  version_desc source, version_desc weights,
                                  version_desc destination, dnnl_primitive_desc_t hint) {
  dnnl_inner_product_desc_t d;
  return finish(dnnl_inner_product_backward_data_desc_init(&d, source, weights, destination),
                result, &d, engine, hint);
}

dnnl_status_t version_linear_weights(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                     version_desc source, version_desc weights, version_desc bias,
                                     version_desc destination, dnnl_primitive_desc_t hint) {
  dnnl_inner_product_desc_t d;
  return finish(
      dnnl_inner_product_backward_weights_desc_init(&d, source, weights, bias, destination), result,
      &d, engine, hint);
}

dnnl_status_t version_add(dnnl_primitive_desc_t *result, dnnl_engine_t engine, version_desc data) {
  dnnl_binary_desc_t d;
  return finish(dnnl_binary_desc_init(&d, dnnl_binary_add, data, data, data), result, &d, engine,
                NULL);
}

dnnl_status_t version_eltwise(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                              dnnl_alg_kind_t kind, version_desc data, float alpha, float beta) {
  dnnl_eltwise_desc_t d;
  return finish(dnnl_eltwise_forward_desc_init(&d, dnnl_forward_training, kind, data, alpha, beta),
                result, &d, engine, NULL);
}

dnnl_status_t version_eltwise_backward(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                       dnnl_alg_kind_t kind, version_desc data, float alpha,
                                       float beta) {
  dnnl_eltwise_desc_t d;
  dnnl_primitive_desc_t forward = NULL;
  dnnl_status_t status = version_eltwise(&forward, engine, kind, data, alpha, beta);
  if (status == dnnl_success)
    status = finish(dnnl_eltwise_backward_desc_init(&d, kind, data, data, alpha, beta), result, &d,
                    engine, forward);
  dnnl_primitive_desc_destroy(forward);
  return status;
}

#endif
