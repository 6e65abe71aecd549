/* A dense int8 convolution kernel of our own, for processors whose dot-product instructions XNNPACK
 * leaves partly idle: with AVX-512 VNNI it flips the sign bit of every input vector again for each
 * use, which bounds it at two thirds of the peak. Here the input is flipped once, while it is
 * copied into a padded image; in that image the pixels under one row of the filter are one run of
 * bytes, so that a patch is `rows` runs and needs no indirection per tap. Results are those of the
 * reference to the last bit.
 *
 * The kernels are in platforms/, one file per instruction set. */
#ifndef OCTAVO_RUNTIME_KERNELS_CONVOLUTION_H
#define OCTAVO_RUNTIME_KERNELS_CONVOLUTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct octavo_convolution_layer {
  size_t rows; /* of the filter */
  size_t run;  /* bytes under one of them: kernel width · input channels */
  size_t
      row_stride; /* from one row of the patch to the next in the padded image, dilation included */
  size_t output_stride; /* bytes from one output pixel to the next: all output channels */
  int8_t output_zero_point, output_min, output_max;
} octavo_convolution_layer;

typedef struct octavo_convolution_kernel {
  const char *name; /* shown to users */
  uint8_t flip;     /* what the bytes of the padded image are xor-ed with */

  /* Copies `size` bytes of a row into the padded image, flipped. */
  void (*copy)(uint8_t *to, const int8_t *from, size_t size);

  /* Output channels of the block that begins where `left` are still to do. All blocks of a layer
   * but the last have the same number. */
  size_t (*block_channels)(size_t left);
  /* Output pixels that one call of `tile` does, for a block of that many channels. */
  size_t (*tile_pixels)(size_t block_channels);

  size_t (*block_size)(const octavo_convolution_layer *layer, size_t block_channels);

  /* Packs `channels` (at most block_channels; the rest becomes zero) filters:
   * weights[channels][rows][run], scale: input · weight / output scale. `packed` is aligned to 64
   * bytes and block_size long. bias may be NULL. */
  void (*pack)(const octavo_convolution_layer *layer, size_t block_channels, size_t channels,
               const int8_t *weights, const int32_t *bias, const float *scale,
               int8_t input_zero_point, void *packed);

  /* `pixels` (1 .. tile_pixels) outputs of one block: the patch of the i-th begins at image +
   * offsets[i]; its `channels` results go to output + i · output_stride. Reads up to 3 bytes beyond
   * each run. */
  void (*tile)(const octavo_convolution_layer *layer, size_t block_channels, const void *packed,
               const uint8_t *image, const uint32_t *offsets, size_t pixels, size_t channels,
               int8_t *output);
} octavo_convolution_kernel;

/* For tests and benchmarks: while false, the two functions …_find return NULL, so that models
 * opened and sessions made now leave all to XNNPACK. Sessions of one model share packed weights and
 * must agree on it. Not thread-safe. */
extern bool octavo_kernels_own;

/* The kernel for this processor; NULL where XNNPACK's is the better one. Any thread. */
const octavo_convolution_kernel *octavo_convolution_kernel_find(void);

#ifdef __cplusplus
}
#endif

#endif
