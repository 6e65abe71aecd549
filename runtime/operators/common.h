/* What the operators share: the checks that every `check` is made of, and the small translations
 * between the model's terms and XNNPACK's. The messages name the field, what was expected and what
 * was found; whoever calls `check` or `create` puts the layer's name in front. */
#ifndef OCTAVO_RUNTIME_OPERATORS_COMMON_H
#define OCTAVO_RUNTIME_OPERATORS_COMMON_H

#include "operator.h"

/* Caps on attributes: larger ones are damage, not networks. */
#define OCTAVO_MAX_WINDOW 1024u

/* ---- Checks ---------------------------------------------------------------------------------- */

/* Operand `which` (inputs, then outputs) as an activation of type int8 or float32. int8: its scale
 * is a normal positive number and its zero point fits. */
octavo_status octavo_check_activation(const octavo_model *model, const octavo_format_operator *op,
                                      uint32_t which, const octavo_format_tensor **tensor,
                                      octavo_error *error);

/* Input 0 and output 0 as activations of the same type. */
octavo_status octavo_check_unary(const octavo_model *model, const octavo_format_operator *op,
                                 const octavo_format_tensor **x, const octavo_format_tensor **y,
                                 octavo_error *error);

/* The same of an operator that passes values on as they are: also of the same scale, and all bytes
 * of the attributes from `used` on are zero. */
octavo_status octavo_check_passing(const octavo_model *model, const octavo_format_operator *op,
                                   size_t used, const octavo_format_tensor **x,
                                   const octavo_format_tensor **y, octavo_error *error);

/* Operand `which` as a constant of `type` and `rank`; `what` is for the message. */
octavo_status octavo_check_constant(const octavo_model *model, const octavo_format_operator *op,
                                    uint32_t which, octavo_type type, uint32_t rank,
                                    const char *what, const octavo_format_tensor **tensor,
                                    octavo_error *error);

#define OCTAVO_TABLE_SIZE 256u /* one element for each int8 */

/* Operand 1, and the last, as the table of an int8 operator, a constant of OCTAVO_TABLE_SIZE;
 * `layer`
 * ("softmax") and `what` ("exp table") are for the message. */
octavo_status octavo_check_table(const octavo_model *model, const octavo_format_operator *op,
                                 octavo_type type, const char *layer, const char *what,
                                 const octavo_format_tensor **table, octavo_error *error);

/* `what` ("output") has the type of `a`. */
octavo_status octavo_check_same_type(const octavo_format_tensor *a, const octavo_format_tensor *b,
                                     const char *what, octavo_error *error);

/* If int8: both have the same scale and zero point. */
octavo_status octavo_check_same_scale(const octavo_format_tensor *a, const octavo_format_tensor *b,
                                      octavo_error *error);

octavo_status octavo_check_rank(const octavo_format_tensor *tensor, uint32_t rank, const char *what,
                                octavo_error *error);

/* `what` has the shape of `a`. */
octavo_status octavo_check_same_shape(const octavo_format_tensor *a, const octavo_format_tensor *b,
                                      const char *what, octavo_error *error);

/* The stored shape of the output is `shape`. */
octavo_status octavo_check_shape(const octavo_format_tensor *y, uint32_t rank,
                                 const uint64_t *shape, octavo_error *error);

/* All bytes of the attributes from `used` on are zero. */
octavo_status octavo_check_reserved(const octavo_format_operator *op, size_t used,
                                    octavo_error *error);

/* Neither is NaN, and min is not above max. */
octavo_status octavo_check_clamp(float minimum, float maximum, octavo_error *error);

/* `value` lies in [low, high]. */
octavo_status octavo_check_range(uint64_t value, uint64_t low, uint64_t high, const char *field,
                                 octavo_error *error);

/* Operand 1, the weights of a convolution or fully connected layer whose operand 0 is checked, as a
 * constant of `rank`: of the input's type, or int8 for dynamic quantization. */
octavo_status octavo_check_weight_operand(const octavo_model *model,
                                          const octavo_format_operator *op, uint32_t rank,
                                          const octavo_format_tensor **weights,
                                          octavo_error *error);

/* Weights and bias of a convolution or fully connected layer with `terms` products in each sum:
 * types and shapes, for int8 weights that none is -128 and that no accumulator can overflow, and
 * for int8 activations that the requantization scales are what the kernels take. */
octavo_status octavo_check_weights(const octavo_model *model, const octavo_format_operator *op,
                                   const octavo_format_tensor *weights, uint64_t terms,
                                   octavo_error *error);

/* ---- Quantities ------------------------------------------------------------------------------ */

/* Whether a layer of this input and these weights quantizes its input on the fly: float32 and int8.
 */
bool octavo_is_dynamic(const octavo_format_tensor *x, const octavo_format_tensor *weights);

/* The number of elements of one image. */
size_t octavo_tensor_elements(const octavo_format_tensor *tensor);

size_t octavo_tensor_element_size(const octavo_format_tensor *tensor);

/* Where the operand's data lies in the kernel's arena, for the kernel's batch. */
void *octavo_kernel_data(const octavo_kernel *kernel, const octavo_format_tensor *tensor);

/* What an int8 operator with these real bounds clamps its result to. */
typedef struct octavo_clamp {
  int8_t minimum, maximum;
} octavo_clamp;

octavo_clamp octavo_quantize_clamp(float minimum, float maximum, const octavo_format_tensor *y);

/* a · b, or UINT64_MAX where that overflows. */
uint64_t octavo_saturating_multiply(uint64_t a, uint64_t b);

/* The scale of each output channel of int8 weights: the constant in the file, or for weights with
 * one scale `buffer`, of weights->shape[0] elements, filled with it. */
const float *octavo_weight_scales(const octavo_model *model, const octavo_format_tensor *weights,
                                  float *buffer);

/* OK, or an error that says which step of XNNPACK failed and how. */
octavo_status octavo_xnn_status(enum xnn_status status, const char *step, octavo_error *error);

#endif
