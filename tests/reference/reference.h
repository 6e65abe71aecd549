/* What every operator computes, in plain C: slow, short, meant to be read. The engine is held
 * against it, to the last bit in int8. It shares no code with the engine.
 *
 * The one rounding rule of int8: q = clamp(lrintf(accumulator · s) + zero point), the accumulator
 * exact, one float32 multiplication, halves to even. The exceptions, add, subtract and softmax, say
 * so. */
#ifndef OCTAVO_TESTS_REFERENCE_H
#define OCTAVO_TESTS_REFERENCE_H

#include "runtime/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A dense array, the last dimension innermost. */
typedef struct reference_tensor {
  octavo_type type;
  uint32_t rank;
  uint32_t shape[OCTAVO_MAX_RANK]; /* of activations, shape[0] is the batch */
  float scale;                     /* int8 */
  int32_t zero_point;
  const float *scales; /* int8 weights with one scale per shape[0]; else NULL */
  void *data;
} reference_tensor;

/* The number of elements. */
size_t reference_elements(const reference_tensor *tensor);

/* clamp(lrintf(value) + zero_point, minimum, maximum) for any finite value. */
int8_t reference_round(float value, int32_t zero_point, int8_t minimum, int8_t maximum);

/* What an int8 operator clamps to: clamp(lrintf(bound / scale) + zero point, -128, 127), infinities
 * allowed. */
int8_t reference_quantize_bound(float bound, float scale, int32_t zero_point);

/* The scale of output channel `channel` of int8 weights. */
float reference_weight_scale(const reference_tensor *weights, uint32_t channel);

/* Dynamic quantization: writes data, scale and zero point of `image`, one int8 image, from its
 * elements x. */
void reference_quantize_dynamic(const float *x, reference_tensor *image);

/* The float32 result, before clamping, of an int32 sum over such an image. `bias`: float32, or
 * NULL. */
float reference_dequantize_sum(int32_t sum, const reference_tensor *image, float weight_scale,
                               const reference_tensor *bias, uint32_t channel);

/* Each writes y->data; everything else is read. `bias` may be NULL. Shapes and attributes must fit
 * together as runtime/FORMAT.md says. Convolution and fully connected take int8 x and weights with
 * float32 bias and y too: one image of dynamic quantization. Any thread. */
void reference_convolution(const octavo_attributes_convolution *attributes,
                           const reference_tensor *x, const reference_tensor *weights,
                           const reference_tensor *bias, const reference_tensor *y);
void reference_fully_connected(const octavo_attributes_clamp *attributes, const reference_tensor *x,
                               const reference_tensor *weights, const reference_tensor *bias,
                               const reference_tensor *y);
void reference_add(const octavo_attributes_clamp *attributes, const reference_tensor *a,
                   const reference_tensor *b, const reference_tensor *y);
void reference_max_pool(const octavo_attributes_pool *attributes, const reference_tensor *x,
                        const reference_tensor *y);
void reference_average_pool(const octavo_attributes_pool *attributes, const reference_tensor *x,
                            const reference_tensor *y);
void reference_global_average_pool(const reference_tensor *x, const reference_tensor *y);
void reference_clip(const octavo_attributes_clamp *attributes, const reference_tensor *x,
                    const reference_tensor *y);
void reference_softmax(const reference_tensor *x, const int32_t *table, const reference_tensor *y);
void reference_concatenation(uint32_t axis, const reference_tensor *inputs, uint32_t count,
                             const reference_tensor *y);
void reference_reshape(const reference_tensor *x, const reference_tensor *y);
void reference_pad(const octavo_attributes_pad *attributes, const reference_tensor *x,
                   const reference_tensor *y);
void reference_transpose(const octavo_attributes_transpose *attributes, const reference_tensor *x,
                         const reference_tensor *y);
void reference_slice(const octavo_attributes_slice *attributes, const reference_tensor *x,
                     const reference_tensor *y);
void reference_resize(const octavo_attributes_resize *attributes, const reference_tensor *x,
                      const reference_tensor *y);
void reference_mean(const octavo_attributes_mean *attributes, const reference_tensor *x,
                    const reference_tensor *y);
void reference_quantize(const reference_tensor *x, const reference_tensor *y);
void reference_dequantize(const reference_tensor *x, const reference_tensor *y);

/* Where in `x`, broadcast to the shape of `y`, element number `element` of `y` lies. */
size_t reference_broadcast(const reference_tensor *x, const reference_tensor *y, size_t element);
void reference_subtract(const octavo_attributes_clamp *attributes, const reference_tensor *a,
                        const reference_tensor *b, const reference_tensor *y);
void reference_multiply(const octavo_attributes_clamp *attributes, const reference_tensor *a,
                        const reference_tensor *b, const reference_tensor *y);
/* The function itself; and of each element, in int8 by the table of 256. */
double reference_unary_value(const octavo_attributes_unary *attributes, double x);
void reference_unary(const octavo_attributes_unary *attributes, const reference_tensor *x,
                     const int8_t *table, const reference_tensor *y);

/* All tensors of a model after a run. */
typedef struct reference_run {
  uint32_t batch;
  uint32_t count; /* model->tensor_count */
  void **data;    /* per tensor, batch · bytes; NULL for constants */
} reference_run;

/* Runs a whole model. inputs[i] holds the model's input i, batch · bytes of it. On failure *run is
 * all zero. Errors: MEMORY; UNSUPPORTED if an operator has no reference. Any thread. */
octavo_status reference_run_model(const octavo_model *model, uint32_t batch,
                                  const void *const *inputs, reference_run *run,
                                  octavo_error *error);

/* Leaves *run all zero; an all-zero one is allowed. */
void reference_run_free(reference_run *run);

#ifdef __cplusplus
}
#endif

#endif
