/* Dense int8 convolutions by a kernel of our own; see kernels/convolution.h. One image after the
 * other: it is copied into a padded image in the workspace, then tiles of output pixels × blocks of
 * output channels are done. */
#include "operators/convolution.h"

#include "checked.h"
#include "kernels/convolution.h"
#include "memory.h"
#include "pack.h"

#include <string.h>

/* Below this, waking threads for the copy costs more than they save. */
#define PARALLEL_COPY_BYTES 32768u
/* Below, XNNPACK's kernel for single pixels is the better one. */
#define MIN_PIXELS 4u
/* Offsets of patches are 32 bit. */
#define MAX_IMAGE_BYTES (UINT32_MAX / 2)

typedef struct direct_state {
  octavo_convolution_state base;
  octavo_convolution_layer layer;
  const octavo_convolution_kernel *kernel;
  const uint8_t *packed;
  uint32_t *offsets;      /* of each output pixel's patch in the padded image */
  size_t outputs, pixels; /* output channels, output pixels */
  size_t block, blocks;   /* channels of all blocks but the last, which may have fewer; how many */
  size_t chunk;           /* pixels of one task */
  size_t input_rows, input_row_bytes, left_bytes, top_rows;
  size_t image_rows, image_row_bytes; /* of the padded image */
  uint8_t padding;                    /* the input's zero point, flipped */
  const int8_t *input;                /* of the current image, as output */
  int8_t *output;
  uint8_t *image;
} direct_state;

/* Bytes of the padded image; false where that is more than the kernel addresses. */
static bool image_bytes(const octavo_convolution_shape *shape, uint64_t *rows, uint64_t *row_bytes,
                        uint64_t *bytes) {
  const octavo_window *w = &shape->window;
  *rows = (uint64_t)shape->x->shape[1] + w->before[0] + w->after[0];
  const uint64_t columns = (uint64_t)shape->x->shape[2] + w->before[1] + w->after[1];
  return octavo_checked_multiply(columns, shape->x->shape[3], row_bytes) &&
         octavo_checked_multiply(*rows, *row_bytes, bytes) && *bytes <= MAX_IMAGE_BYTES;
}

static bool accepts(const octavo_convolution_shape *shape) {
  const octavo_window *w = &shape->window;
  uint64_t rows = 0, row_bytes = 0, bytes = 0;
  return octavo_convolution_kernel_find() != NULL && shape->x->type == OCTAVO_INT8 &&
         shape->attributes->groups == 1 && (w->dilation[1] == 1 || w->kernel[1] == 1) &&
         (uint64_t)shape->y->shape[1] * shape->y->shape[2] >= MIN_PIXELS &&
         image_bytes(shape, &rows, &row_bytes, &bytes);
}

static octavo_status create_offsets(direct_state *state, const octavo_convolution_shape *shape,
                                    octavo_error *error) {
  const octavo_window *w = &shape->window;
  const size_t height = shape->y->shape[1], width = shape->y->shape[2];
  state->pixels = height * width;
  state->offsets = octavo_memory_alloc(state->pixels, sizeof *state->offsets);
  if (state->offsets == NULL)
    return octavo_error_memory(error, state->pixels * sizeof *state->offsets,
                               "a convolution's offsets");
  for (size_t y = 0; y < height; ++y)
    for (size_t x = 0; x < width; ++x)
      state->offsets[y * width + x] = (uint32_t)(y * w->stride[0] * state->image_row_bytes +
                                                 x * w->stride[1] * shape->x->shape[3]);
  return OCTAVO_OK;
}

static size_t packed_bytes(const direct_state *state) {
  const size_t last = state->outputs - (state->blocks - 1) * state->block;
  return (state->blocks - 1) * state->kernel->block_size(&state->layer, state->block) +
         state->kernel->block_size(&state->layer, state->kernel->block_channels(last));
}

static void pack(const octavo_kernel *kernel, const octavo_convolution_shape *shape,
                 const float *scales, void *packed) {
  const direct_state *state = kernel->state;
  const octavo_convolution_layer *layer = &state->layer;
  const int8_t *weights = octavo_model_constant(kernel->model, shape->weights);
  const int32_t *bias =
      shape->bias == NULL ? NULL : octavo_model_constant(kernel->model, shape->bias);
  uint8_t *to = packed;
  for (size_t first = 0; first < state->outputs;) {
    const size_t left = state->outputs - first;
    const size_t block = state->kernel->block_channels(left);
    state->kernel->pack(
        layer, block, left < block ? left : block, weights + first * layer->rows * layer->run,
        bias == NULL ? NULL : bias + first, scales + first, (int8_t)shape->x->zero_point, to);
    /* The last layers are the largest, so block by block counts at the peak. */
    octavo_pack_drop(kernel->model, weights + first * layer->rows * layer->run,
                     (left < block ? left : block) * layer->rows * layer->run);
    to += state->kernel->block_size(layer, block);
    first += block;
  }
}

static void describe(direct_state *state, const octavo_convolution_shape *shape) {
  const octavo_clamp clamp =
      octavo_quantize_clamp(shape->attributes->clamp_min, shape->attributes->clamp_max, shape->y);
  const octavo_window *w = &shape->window;
  uint64_t rows = 0, row_bytes = 0, bytes = 0;
  (void)image_bytes(shape, &rows, &row_bytes, &bytes); /* accepts has checked */
  state->kernel = octavo_convolution_kernel_find();
  state->outputs = shape->y->shape[3];
  state->block = state->kernel->block_channels(state->outputs);
  state->blocks = (state->outputs + state->block - 1) / state->block;
  state->input_rows = shape->x->shape[1];
  state->input_row_bytes = (size_t)shape->x->shape[2] * shape->x->shape[3];
  state->left_bytes = (size_t)w->before[1] * shape->x->shape[3];
  state->top_rows = w->before[0];
  state->image_rows = (size_t)rows;
  state->image_row_bytes = (size_t)row_bytes;
  state->padding = (uint8_t)((uint8_t)shape->x->zero_point ^ state->kernel->flip);
  state->layer = (octavo_convolution_layer){
      .rows = w->kernel[0],
      .run = (size_t)w->kernel[1] * shape->x->shape[3],
      .row_stride = w->dilation[0] * state->image_row_bytes,
      .output_stride = state->outputs,
      .output_zero_point = (int8_t)shape->y->zero_point,
      .output_min = clamp.minimum,
      .output_max = clamp.maximum,
  };
}

static octavo_status create(octavo_kernel *kernel, const octavo_convolution_shape *shape,
                            octavo_error *error) {
  octavo_status status = octavo_convolution_state_create(kernel, &octavo_convolution_direct,
                                                         sizeof(direct_state), error);
  if (status != OCTAVO_OK)
    return status;
  direct_state *state = kernel->state;
  describe(state, shape);
  kernel->name = state->kernel->name;
  status = create_offsets(state, shape, error);
  if (status == OCTAVO_OK)
    status = octavo_convolution_share(kernel, shape, packed_bytes(state), pack, error);
  state->packed = kernel->model->packed[kernel->index].data;
  return status;
}

/* Output channels are split first, then pixels until there are four tasks for each thread: then the
 * faster ones can help the slower. One thread keeps a block's weights in the cache for all pixels.
 */
static octavo_status reshape(octavo_kernel *kernel, octavo_error *error) {
  (void)error;
  direct_state *state = kernel->state;
  kernel->workspace_size = state->image_rows * state->image_row_bytes;
  const size_t threads = pthreadpool_get_threads_count(kernel->threads);
  const size_t tile = state->kernel->tile_pixels(state->block);
  const size_t tasks = threads > 1 ? threads * 4 : 1;
  const size_t chunks = (tasks + state->blocks - 1) / state->blocks;
  const size_t tiles = (state->pixels + tile - 1) / tile;
  state->chunk = (tiles + chunks - 1) / chunks * tile;
  return OCTAVO_OK;
}

static octavo_status setup(octavo_kernel *kernel, octavo_error *error) {
  (void)error;
  direct_state *state = kernel->state;
  state->image = kernel->workspace;
  return OCTAVO_OK;
}

/* One row of the padded image. */
static void copy_row(void *context, size_t row) {
  const direct_state *state = context;
  uint8_t *to = state->image + row * state->image_row_bytes;
  if (row < state->top_rows || row >= state->top_rows + state->input_rows) {
    memset(to, state->padding, state->image_row_bytes);
    return;
  }
  memset(to, state->padding, state->left_bytes);
  to += state->left_bytes;
  state->kernel->copy(to, state->input + (row - state->top_rows) * state->input_row_bytes,
                      state->input_row_bytes);
  to += state->input_row_bytes;
  memset(to, state->padding, state->image_row_bytes - state->left_bytes - state->input_row_bytes);
}

/* A chunk of pixels in one block of output channels. */
static void run_chunk(void *context, size_t index, size_t begin, size_t count) {
  const direct_state *state = context;
  const octavo_convolution_kernel *kernel = state->kernel;
  const size_t first = index * state->block;
  const size_t left = state->outputs - first;
  const size_t block = kernel->block_channels(left);
  const size_t channels = left < block ? left : block;
  const size_t tile = kernel->tile_pixels(block);
  const uint8_t *packed = state->packed + index * kernel->block_size(&state->layer, state->block);
  for (size_t pixel = begin; pixel < begin + count; pixel += tile) {
    const size_t pixels = begin + count - pixel < tile ? begin + count - pixel : tile;
    kernel->tile(&state->layer, block, packed, state->image, state->offsets + pixel, pixels,
                 channels, state->output + pixel * state->outputs + first);
  }
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  (void)error;
  const octavo_convolution_shape shape = octavo_convolution_shape_of(kernel->model, kernel->op);
  direct_state *state = kernel->state;
  state->input = octavo_kernel_data(kernel, shape.x);
  state->output = octavo_kernel_data(kernel, shape.y);
  const pthreadpool_t copiers =
      kernel->workspace_size >= PARALLEL_COPY_BYTES ? kernel->threads : NULL;
  for (uint32_t image = 0; image < kernel->batch; ++image) {
    pthreadpool_parallelize_1d(copiers, copy_row, state, state->image_rows, 0);
    pthreadpool_parallelize_2d_tile_1d(kernel->threads, run_chunk, state, state->blocks,
                                       state->pixels, state->chunk, 0);
    state->input += state->input_rows * state->input_row_bytes;
    state->output += state->pixels * state->outputs;
  }
  return OCTAVO_OK;
}

static void destroy(octavo_kernel *kernel) {
  direct_state *state = kernel->state;
  octavo_memory_free(state->offsets);
}

const octavo_convolution_method octavo_convolution_direct = {
    .accepts = accepts,
    .create = create,
    .reshape = reshape,
    .setup = setup,
    .run = run,
    .destroy = destroy,
};
