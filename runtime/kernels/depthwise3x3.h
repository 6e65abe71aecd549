/* A 3×3 depthwise int8 convolution of our own, for processors on which XNNPACK has none that uses
 * the dot-product instructions (x86 with AVX-512 VNNI: XNNPACK widens to 32 bits and multiplies
 * there, at about a fifth of the speed). Results are those of the reference to the last bit: exact
 * sums in int32, then clamp(lrintf(acc · scale)) + zero point.
 *
 * The kernels themselves are in platforms/, one file per instruction set. */
#ifndef OCTAVO_RUNTIME_KERNELS_DEPTHWISE3X3_H
#define OCTAVO_RUNTIME_KERNELS_DEPTHWISE3X3_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What one layer needs besides its packed weights. */
typedef struct octavo_depthwise3x3_layer {
  size_t channels;
  size_t input_width, output_width;
  size_t stride; /* 1 or 2, horizontally */
  size_t pad_left;
  int8_t input_zero_point, output_zero_point;
  int8_t output_min, output_max;
} octavo_depthwise3x3_layer;

typedef struct octavo_depthwise3x3_kernel {
  const char *name; /* shown to users */

  size_t (*packed_size)(size_t channels);

  /* weights: [channels][3][3]; bias: [channels] or NULL; scale: [channels], input · weight / output
   * scale. `packed` is aligned to 64 bytes and packed_size long. */
  void (*pack)(size_t channels, const int8_t *weights, const int32_t *bias, const float *scale,
               int8_t input_zero_point, void *packed);

  /* One row of the output, [output_width][channels]. rows[k] is the input row under the k-th row of
   * the filter, [input_width][channels]; for rows outside the image the caller passes one that is
   * filled with the zero point. Reads and writes nothing outside these. */
  void (*row)(const octavo_depthwise3x3_layer *layer, const void *packed,
              const int8_t *const rows[3], int8_t *output);
} octavo_depthwise3x3_kernel;

/* The kernel for this processor; NULL where XNNPACK's is the better one. Any thread. */
const octavo_depthwise3x3_kernel *octavo_depthwise3x3_find(void);

#ifdef __cplusplus
}
#endif

#endif
