/* What convolutions and pools share: kernel, stride, dilation and padding, from the attributes. */
#ifndef OCTAVO_CONVERTER_OPERATORS_WINDOW_H
#define OCTAVO_CONVERTER_OPERATORS_WINDOW_H

#include "converter/onnx/node.h"

/* Index 0 is height, 1 width. */
typedef struct onnx_window {
  uint32_t kernel[2], stride[2], dilation[2];
  uint32_t before[2], after[2]; /* padding */
  uint32_t extra[2];            /* padding behind `after` that ceil_mode adds */
  int64_t output[2];
} onnx_window;

/* Reads the attributes of a node whose input 0, NCHW, is `x`. `kernel`: that of the weights, which
 * kernel_shape must agree with; NULL: kernel_shape is required. */
octavo_status onnx_read_window(const onnx_node *n, const graph_tensor *x, const int64_t *kernel,
                               onnx_window *window);

/* The same with ceil_mode's extra padding added to `after`. */
void onnx_window_to_pool(const onnx_window *window, octavo_attributes_pool *pool);

/* Input 0 must be an activation of rank 4. */
octavo_status onnx_expect_image(const onnx_node *n);

#endif
