/* The sliding window of convolutions and pools, along height [0] and width [1]. */
#ifndef OCTAVO_RUNTIME_OPERATORS_WINDOW_H
#define OCTAVO_RUNTIME_OPERATORS_WINDOW_H

#include "operators/common.h"

typedef struct octavo_window {
  uint32_t kernel[2], stride[2], dilation[2];
  uint32_t before[2], after[2]; /* padding: top and left, bottom and right */
} octavo_window;

octavo_window octavo_window_of_convolution(const octavo_attributes_convolution *attributes);
octavo_window octavo_window_of_pool(const octavo_attributes_pool *attributes);

/* Every field is in its range. */
octavo_status octavo_window_check(const octavo_window *window, octavo_error *error);

/* For pools: each position of the window covers an element of the input, so that there is something
 * to take the maximum or the average of. */
octavo_status octavo_window_check_covered(const octavo_window *window,
                                          const octavo_format_tensor *x, octavo_error *error);

/* `y` is N × height × width × `channels` as the window leaves them of `x`; both have rank 4. */
octavo_status octavo_window_check_output(const octavo_window *window, const octavo_format_tensor *x,
                                         uint32_t channels, const octavo_format_tensor *y,
                                         octavo_error *error);

bool octavo_window_padded(const octavo_window *window);

/* The part of the window at output position `position` along `axis` that lies in an input of `size`
 * elements: taps first .. end - 1, tap t at input position start + t · dilation. */
typedef struct octavo_window_span {
  int64_t start;
  uint32_t first, end;
} octavo_window_span;

octavo_window_span octavo_window_at(const octavo_window *window, unsigned axis, uint32_t position,
                                    uint32_t size);

#endif
