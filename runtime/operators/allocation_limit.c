#include "operators/allocation_limit.h"

#include "checked.h"

#include <inttypes.h>

/* No kernel takes more at once: output pixels, output channels, input channels. */
#define MAX_PIXELS  64u
#define MAX_OUTPUTS 64u
#define MAX_INPUTS  16u
/* Beside the weights of an output channel: bias, scale, and the sum of the weights. */
#define EXTRA_BYTES 16u

/* 2^31 - 1 bytes: rounded up that still fits 32 bits, and no small device has as much. */
#define LIMIT INT32_MAX

static octavo_status check(uint64_t bytes, const char *what, octavo_error *error) {
  if (bytes <= LIMIT)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_MEMORY,
                          "%s: expected at most %" PRId32 " bytes, found up to %" PRIu64, what,
                          LIMIT, bytes);
}

octavo_status octavo_allocation_limit_check_window(const octavo_window *window,
                                                   const octavo_format_tensor *y,
                                                   octavo_error *error) {
  const uint64_t taps = (uint64_t)window->kernel[0] * window->kernel[1];
  const uint64_t positions = (uint64_t)y->shape[1] * y->shape[2] + MAX_PIXELS;
  return check(octavo_saturating_multiply(taps * sizeof(void *), positions),
               "the table of the window's positions", error);
}

octavo_status octavo_allocation_limit_check_weights(const octavo_format_tensor *weights,
                                                    uint32_t groups, octavo_error *error) {
  const bool convolution = weights->rank == 4;
  const uint64_t inputs = weights->shape[convolution ? 3 : 1];
  const uint64_t taps = convolution ? (uint64_t)weights->shape[1] * weights->shape[2] : 1;
  const uint64_t outputs = weights->shape[0] + (uint64_t)groups * MAX_OUTPUTS;
  const uint64_t channel =
      octavo_saturating_multiply(taps * octavo_tensor_element_size(weights), inputs + MAX_INPUTS);
  uint64_t with_extra = UINT64_MAX;
  (void)octavo_checked_add(channel, EXTRA_BYTES, &with_extra);
  return check(octavo_saturating_multiply(outputs, with_extra), "the packed weights", error);
}
