/* Images of another size, by the nearest pixel or linear between the four around. int8 in fixed
 * point, so that all processors agree; XNNPACK's bilinear kernels place pixels in another way than
 * ONNX says. runtime/FORMAT.md 3.1 has the formulas. */
#include "operators/common.h"

#include "kernels/elementwise.h"
#include "memory.h"

#include <math.h>
#include <string.h>

/* Where a row or column of y lies in x. */
typedef struct place {
  uint32_t first, second; /* nearest: the first */
  int32_t weight;         /* of the second, in 2^-11 */
  float fraction;         /* the same, float32 */
} place;

typedef struct resize_state {
  uint32_t length[2]; /* of y: height, width */
  place places[];     /* of its rows, then of its columns */
} resize_state;

static octavo_status check_scale(float scale, octavo_error *error) {
  if (scale >= 0x1p-24f && scale <= 0x1p24f)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "scale: expected 2^-24 to 2^24, found %g",
                          (double)scale);
}

static octavo_status check_attributes(const octavo_attributes_resize *a, octavo_error *error) {
  const uint32_t rounding = a->mode == OCTAVO_RESIZE_NEAREST ? OCTAVO_RESIZE_CEIL : 0;
  octavo_status status = octavo_check_range(a->mode, 0, OCTAVO_RESIZE_LINEAR, "mode", error);
  if (status == OCTAVO_OK)
    status = octavo_check_range(a->coordinates, 0, OCTAVO_RESIZE_PYTORCH_HALF_PIXEL, "coordinates",
                                error);
  if (status == OCTAVO_OK)
    status = octavo_check_range(a->rounding, 0, rounding, "rounding", error);
  if (status == OCTAVO_OK)
    status = check_scale(a->scale_height, error);
  return status == OCTAVO_OK ? check_scale(a->scale_width, error) : status;
}

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  const octavo_format_tensor *x = NULL, *y = NULL;
  octavo_status status =
      octavo_check_passing(model, op, offsetof(octavo_attributes_resize, reserved), &x, &y, error);
  if (status == OCTAVO_OK)
    status = check_attributes(&op->attributes.resize, error);
  if (status == OCTAVO_OK)
    status = octavo_check_rank(x, 4, "input", error);
  if (status == OCTAVO_OK)
    status = octavo_check_rank(y, 4, "output", error);
  if (status == OCTAVO_OK)
    status =
        octavo_check_range(y->shape[3], x->shape[3], x->shape[3], "channels of the output", error);
  if (status == OCTAVO_OK)
    status =
        octavo_check_range(y->shape[0], x->shape[0], x->shape[0], "batch of the output", error);
  return status;
}

static float position(const octavo_attributes_resize *a, float scale, uint32_t k, uint32_t out,
                      uint32_t in) {
  switch ((octavo_resize_coordinates)a->coordinates) {
  case OCTAVO_RESIZE_ASYMMETRIC:
    return (float)k / scale;
  case OCTAVO_RESIZE_ALIGN_CORNERS:
    return out == 1 ? 0.0f : (float)k * (float)(in - 1) / (float)(out - 1);
  case OCTAVO_RESIZE_PYTORCH_HALF_PIXEL:
    if (out == 1)
      return 0.0f;
    break;
  case OCTAVO_RESIZE_HALF_PIXEL:
    break;
  }
  return ((float)k + 0.5f) / scale - 0.5f;
}

static float round_place(uint32_t rounding, float p) {
  switch ((octavo_resize_rounding)rounding) {
  case OCTAVO_RESIZE_PREFER_FLOOR:
    return ceilf(p - 0.5f);
  case OCTAVO_RESIZE_PREFER_CEIL:
    return floorf(p + 0.5f);
  case OCTAVO_RESIZE_FLOOR:
    return floorf(p);
  case OCTAVO_RESIZE_CEIL:
    return ceilf(p);
  }
  return p;
}

static place find_place(const octavo_attributes_resize *a, float scale, uint32_t k, uint32_t out,
                        uint32_t in) {
  const float last = (float)(in - 1);
  float p = position(a, scale, k, out, in);
  if (a->mode == OCTAVO_RESIZE_NEAREST)
    p = round_place(a->rounding, p);
  p = p < 0.0f ? 0.0f : p > last ? last : p;
  const float whole = floorf(p);
  const uint32_t first = (uint32_t)whole;
  return (place){
      .first = first,
      .second = first + 1 < in ? first + 1 : first,
      .weight = (int32_t)lrintf((p - whole) * (float)(1 << OCTAVO_BILINEAR_BITS)),
      .fraction = p - whole,
  };
}

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  static const char *const names[2][2] = {{"f32 nearest", "f32 bilinear"},
                                          {"s8 nearest", "s8 bilinear"}};
  const octavo_attributes_resize *a = &kernel->op->attributes.resize;
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  kernel->name = names[x->type == OCTAVO_INT8][a->mode];
  const uint32_t count = y->shape[1] + y->shape[2];
  /* The places and, in as many more bytes as one of them has, what is in front. */
  static_assert(sizeof(resize_state) <= sizeof(place), "one place holds the front");
  resize_state *state = octavo_memory_alloc((size_t)count + 1, sizeof(place));
  if (state == NULL)
    return octavo_error_memory(error, ((uint64_t)count + 1) * sizeof(place), "a resize");
  kernel->state = state;
  const float scales[2] = {a->scale_height, a->scale_width};
  place *next = state->places;
  for (uint32_t axis = 0; axis < 2; ++axis) {
    state->length[axis] = y->shape[1 + axis];
    for (uint32_t k = 0; k < state->length[axis]; ++k)
      *next++ = find_place(a, scales[axis], k, state->length[axis], x->shape[1 + axis]);
  }
  return OCTAVO_OK;
}

typedef struct resize_job {
  const resize_state *state;
  size_t width, channels, element; /* of x; bytes of an element */
  size_t image;                    /* pixels of x */
  bool linear;
  octavo_bilinear_kernel blend_int8;
  const uint8_t *input;
  uint8_t *output;
} resize_job;

/* Differences and weights in 16 bits, whose products compilers know how to vectorize. */
static void blend_int8(const octavo_bilinear_square *s, int8_t *restrict y, size_t channels) {
  enum { BITS = OCTAVO_BILINEAR_BITS };
  const int8_t *restrict x00 = s->x00, *restrict x01 = s->x01;
  const int8_t *restrict x10 = s->x10, *restrict x11 = s->x11;
  const int16_t u = (int16_t)s->right;
  const int32_t v = s->down;
  for (size_t c = 0; c < channels; ++c) {
    const int16_t above = (int16_t)(x01[c] - x00[c]), below = (int16_t)(x11[c] - x10[c]);
    /* At most 2^29 in magnitude. C leaves open what shifts of negative numbers give: to the left
     * they are products here, to the right every compiler's is arithmetic. */
    const int32_t top = x00[c] * (1 << BITS) + above * u;
    const int32_t bottom = x10[c] * (1 << BITS) + below * u;
    const int32_t sum = top * (1 << BITS) + (bottom - top) * v;
    y[c] = (int8_t)((sum + (1 << (2 * BITS - 1))) >> (2 * BITS));
  }
}

typedef struct float_square {
  const float *x00, *x01, *x10, *x11;
  float right, down;
} float_square;

static void blend_float(const float_square *s, float *y, size_t channels) {
  const float *x00 = s->x00, *x01 = s->x01, *x10 = s->x10, *x11 = s->x11;
  const float u = s->right, v = s->down;
  for (size_t c = 0; c < channels; ++c) {
    const float top = x00[c] + (x01[c] - x00[c]) * u;
    const float bottom = x10[c] + (x11[c] - x10[c]) * u;
    y[c] = top + (bottom - top) * v;
  }
}

static void blend(const resize_job *job, const uint8_t *above, const uint8_t *below,
                  const place *row, const place *column, uint8_t *to) {
  const size_t pixel = job->channels * job->element;
  const size_t left = column->first * pixel, right = column->second * pixel;
  const void *x00 = above + left, *x01 = above + right, *x10 = below + left, *x11 = below + right;
  void *y = to;
  if (job->element == 1)
    job->blend_int8(&(octavo_bilinear_square){x00, x01, x10, x11, column->weight, row->weight}, y,
                    job->channels);
  else
    blend_float(&(float_square){x00, x01, x10, x11, column->fraction, row->fraction}, y,
                job->channels);
}

static void resize_row(void *context, size_t image, size_t k) {
  const resize_job *job = context;
  const resize_state *state = job->state;
  const place *row = &state->places[k], *columns = &state->places[state->length[0]];
  const size_t pixel = job->channels * job->element, stride = job->width * pixel;
  const uint8_t *from = job->input + image * job->image * pixel;
  const uint8_t *above = from + row->first * stride, *below = from + row->second * stride;
  uint8_t *to = job->output + (image * state->length[0] + k) * state->length[1] * pixel;
  for (uint32_t j = 0; j < state->length[1]; ++j, to += pixel) {
    if (job->linear)
      blend(job, above, below, row, &columns[j], to);
    else
      memcpy(to, above + columns[j].first * pixel, pixel);
  }
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  (void)error;
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  const octavo_bilinear_kernel own = octavo_bilinear_find();
  resize_job job = {
      .state = kernel->state,
      .width = x->shape[2],
      .channels = x->shape[3],
      .element = octavo_tensor_element_size(x),
      .image = (size_t)x->shape[1] * x->shape[2],
      .linear = kernel->op->attributes.resize.mode == OCTAVO_RESIZE_LINEAR,
      .blend_int8 = own != NULL ? own : blend_int8,
      .input = octavo_kernel_data(kernel, x),
      .output = octavo_kernel_data(kernel, y),
  };
  pthreadpool_parallelize_2d(kernel->threads, resize_row, &job, kernel->batch, y->shape[1], 0);
  return OCTAVO_OK;
}

const octavo_operator_type octavo_operator_resize = {
    .opcode = OCTAVO_OP_RESIZE,
    .kind = "resize",
    .min_inputs = 1,
    .max_inputs = 1,
    .outputs = 1,
    .check = check,
    .create = create,
    .run = run,
};
