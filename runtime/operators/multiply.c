/* y = clamp(a · b), the operands broadcast against each other.
 *
 * int8: y = clamp(rne((a - za) · (b - zb) · s) + zy), s = a scale · b scale / y scale in float32,
 * the product exact. XNNPACK's qs8-vmul does the same on x86, but on ARM its kernels
 * (rndnu, xnn_init_qs8_mul_minmax_rndnu_neon_params) keep another rule, in which halves round up;
 * so int8 has a kernel of its own. */
#include "operators/binary.h"
#include "operators/multiply_row.h"

#include "memory.h"

#include <math.h>

/* So many elements at once to a thread. */
#define BLOCK 4096u

/* The int8 kernel's state. Neighbouring axes along which the operands are broadcast alike are one
 * here. The last axis is a row, in which an operand's stride is 1 or, broadcast, 0. */
typedef struct multiplication {
  octavo_multiply_params params;
  const int8_t *a, *b;
  int8_t *y;
  uint32_t rank;
  size_t shape[OCTAVO_MAX_RANK], a_strides[OCTAVO_MAX_RANK], b_strides[OCTAVO_MAX_RANK];
  size_t rows;
} multiplication;

static float product_scale(const octavo_binary *binary) {
  return binary->a->scale * binary->b->scale / binary->y->scale;
}

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  const octavo_status status = octavo_binary_check(model, op, error);
  const octavo_binary binary = octavo_binary_of(model, op);
  if (status != OCTAVO_OK || binary.y->type != OCTAVO_INT8)
    return status;
  if (isnormal(binary.a->scale * binary.b->scale) && isnormal(product_scale(&binary)))
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                          "scales of the inputs multiplied, over that of the output: expected "
                          "normal numbers, found %g · %g / %g",
                          (double)binary.a->scale, (double)binary.b->scale,
                          (double)binary.y->scale);
}

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  static const char *const names[2] = {"f32 vmul", "f32 vmul + clamp"};
  const octavo_binary binary = octavo_binary_of(kernel->model, kernel->op);
  if (binary.y->type != OCTAVO_INT8)
    return octavo_binary_create(kernel, xnn_binary_multiply, names, error);
  multiplication *state = octavo_memory_alloc(1, sizeof *state);
  if (state == NULL)
    return octavo_error_memory(error, sizeof *state, "a multiplication");
  const octavo_clamp clamp =
      octavo_quantize_clamp(binary.clamp->clamp_min, binary.clamp->clamp_max, binary.y);
  state->params = (octavo_multiply_params){
      .scale = product_scale(&binary),
      .a_zero_point = binary.a->zero_point,
      .b_zero_point = binary.b->zero_point,
      .y_zero_point = binary.y->zero_point,
      .minimum = clamp.minimum,
      .maximum = clamp.maximum,
  };
  kernel->name = "s8 multiply";
  kernel->state = state;
  return OCTAVO_OK;
}

/* Finds the axes, with 1 for the stride of an operand that is not broadcast. Those of one element
 * go with any other. */
static void collapse(multiplication *m, const octavo_binary *binary, size_t batch) {
  m->rank = 0;
  unsigned last = 0;
  for (uint32_t i = 0; i < binary->y->rank; ++i) {
    const size_t a = i == 0 ? batch : binary->a->shape[i];
    const size_t b = i == 0 ? batch : binary->b->shape[i];
    const size_t y = a == 1 ? b : a;
    const unsigned kind = (a == y ? 1u : 0u) | (b == y ? 2u : 0u);
    if (y == 1)
      continue;
    if (m->rank == 0 || kind != last) {
      m->shape[m->rank] = 1;
      m->a_strides[m->rank] = kind & 1u;
      m->b_strides[m->rank] = kind >> 1;
      ++m->rank;
    }
    m->shape[m->rank - 1] *= y;
    last = kind;
  }
  if (m->rank == 0) {
    m->shape[0] = m->a_strides[0] = m->b_strides[0] = 1;
    m->rank = 1;
  }
}

static octavo_status reshape(octavo_kernel *kernel, octavo_error *error) {
  const octavo_binary binary = octavo_binary_of(kernel->model, kernel->op);
  if (kernel->xnn != NULL)
    return octavo_binary_reshape(kernel, error);
  multiplication *m = kernel->state;
  collapse(m, &binary, kernel->batch);
  size_t a_size = 1, b_size = 1;
  m->rows = 1;
  for (uint32_t i = m->rank; i-- > 0;) {
    const bool has_a = m->a_strides[i] != 0, has_b = m->b_strides[i] != 0;
    m->a_strides[i] = has_a ? a_size : 0;
    m->b_strides[i] = has_b ? b_size : 0;
    a_size *= has_a ? m->shape[i] : 1;
    b_size *= has_b ? m->shape[i] : 1;
    m->rows *= i + 1 < m->rank ? m->shape[i] : 1;
  }
  return OCTAVO_OK;
}

static octavo_status setup(octavo_kernel *kernel, octavo_error *error) {
  const octavo_binary binary = octavo_binary_of(kernel->model, kernel->op);
  if (kernel->xnn != NULL)
    return octavo_binary_setup(kernel, error);
  multiplication *m = kernel->state;
  m->a = octavo_kernel_data(kernel, binary.a);
  m->b = octavo_kernel_data(kernel, binary.b);
  m->y = octavo_kernel_data(kernel, binary.y);
  return OCTAVO_OK;
}

static void multiply_block(void *context, size_t row, size_t start, size_t count) {
  const multiplication *m = context;
  const uint32_t inner = m->rank - 1;
  size_t a = start * m->a_strides[inner], b = start * m->b_strides[inner], rest = row;
  for (uint32_t i = inner; i-- > 0;) {
    const size_t position = rest % m->shape[i];
    rest /= m->shape[i];
    a += position * m->a_strides[i];
    b += position * m->b_strides[i];
  }
  int8_t *y = m->y + row * m->shape[inner] + start;
  octavo_multiply_row(&m->params, m->a + a, m->a_strides[inner], m->b + b, m->b_strides[inner], y,
                      count);
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  if (kernel->xnn != NULL)
    return octavo_binary_run(kernel, error);
  multiplication *m = kernel->state;
  pthreadpool_parallelize_2d_tile_1d(kernel->threads, multiply_block, m, m->rows,
                                     m->shape[m->rank - 1], BLOCK, 0);
  return OCTAVO_OK;
}

static void destroy(octavo_kernel *kernel) {
  if (octavo_model_operator_output(kernel->model, kernel->op, 0)->type == OCTAVO_INT8)
    octavo_memory_free(kernel->state);
  else
    octavo_binary_destroy(kernel);
}

const octavo_operator_type octavo_operator_multiply = {
    .opcode = OCTAVO_OP_MULTIPLY,
    .kind = "multiply",
    .min_inputs = 2,
    .max_inputs = 2,
    .outputs = 1,
    .check = check,
    .create = create,
    .reshape = reshape,
    .setup = setup,
    .run = run,
    .destroy = destroy,
};
