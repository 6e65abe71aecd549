#include "operators/window.h"

#include <inttypes.h>

static const char *const axis_names[2] = {"height", "width"};

octavo_window octavo_window_of_convolution(const octavo_attributes_convolution *attributes) {
  const octavo_window window = {
      .kernel = {attributes->kernel_height, attributes->kernel_width},
      .stride = {attributes->stride_height, attributes->stride_width},
      .dilation = {attributes->dilation_height, attributes->dilation_width},
      .before = {attributes->pad_top, attributes->pad_left},
      .after = {attributes->pad_bottom, attributes->pad_right},
  };
  return window;
}

octavo_window octavo_window_of_pool(const octavo_attributes_pool *attributes) {
  const octavo_window window = {
      .kernel = {attributes->kernel_height, attributes->kernel_width},
      .stride = {attributes->stride_height, attributes->stride_width},
      .dilation = {attributes->dilation_height, attributes->dilation_width},
      .before = {attributes->pad_top, attributes->pad_left},
      .after = {attributes->pad_bottom, attributes->pad_right},
  };
  return window;
}

octavo_status octavo_window_check(const octavo_window *window, octavo_error *error) {
  static const struct {
    const char *name;
    uint32_t low;
    size_t offset;
  } fields[] = {
      {"kernel", 1, offsetof(octavo_window, kernel)},
      {"stride", 1, offsetof(octavo_window, stride)},
      {"dilation", 1, offsetof(octavo_window, dilation)},
      {"padding before", 0, offsetof(octavo_window, before)},
      {"padding after", 0, offsetof(octavo_window, after)},
  };
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; ++i) {
    const uint32_t *values =
        (const uint32_t *)(const void *)((const char *)window + fields[i].offset);
    for (unsigned axis = 0; axis < 2; ++axis)
      if (values[axis] < fields[i].low || values[axis] > OCTAVO_MAX_WINDOW)
        return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                                "%s in %s: expected %u to %u, found %" PRIu32, fields[i].name,
                                axis_names[axis], fields[i].low, OCTAVO_MAX_WINDOW, values[axis]);
  }
  return OCTAVO_OK;
}

static uint64_t extent(const octavo_window *window, unsigned axis) {
  return (uint64_t)(window->kernel[axis] - 1) * window->dilation[axis] + 1;
}

octavo_window_span octavo_window_at(const octavo_window *window, unsigned axis, uint32_t position,
                                    uint32_t size) {
  const int64_t dilation = window->dilation[axis];
  octavo_window_span span = {
      .start = (int64_t)position * window->stride[axis] - (int64_t)window->before[axis],
      .end = window->kernel[axis],
  };
  if (span.start < 0) {
    const int64_t first = (-span.start + dilation - 1) / dilation;
    span.first = first > span.end ? span.end : (uint32_t)first;
  }
  while (span.end > span.first && span.start + (int64_t)(span.end - 1) * dilation >= (int64_t)size)
    --span.end;
  return span;
}

octavo_status octavo_window_check_covered(const octavo_window *window,
                                          const octavo_format_tensor *x, octavo_error *error) {
  for (unsigned axis = 0; axis < 2; ++axis) {
    const uint32_t size = x->shape[1 + axis];
    const uint64_t padded = (uint64_t)size + window->before[axis] + window->after[axis];
    const uint64_t positions = (padded - extent(window, axis)) / window->stride[axis] + 1;
    for (uint32_t i = 0; i < positions; ++i) {
      const octavo_window_span span = octavo_window_at(window, axis, i, size);
      if (span.first >= span.end)
        return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                                "padding in %s: expected less than the window, found that output "
                                "position %u covers padding alone",
                                axis_names[axis], i);
    }
  }
  return OCTAVO_OK;
}

octavo_status octavo_window_check_output(const octavo_window *window, const octavo_format_tensor *x,
                                         uint32_t channels, const octavo_format_tensor *y,
                                         octavo_error *error) {
  uint64_t shape[4] = {x->shape[0], 0, 0, channels};
  for (unsigned axis = 0; axis < 2; ++axis) {
    const uint64_t padded =
        (uint64_t)x->shape[1 + axis] + window->before[axis] + window->after[axis];
    if (padded < extent(window, axis))
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "kernel in %s: expected at most the padded input of %" PRIu64
                              ", found an extent of %" PRIu64,
                              axis_names[axis], padded, extent(window, axis));
    shape[1 + axis] = (padded - extent(window, axis)) / window->stride[axis] + 1;
  }
  return octavo_check_shape(y, 4, shape, error);
}

bool octavo_window_padded(const octavo_window *window) {
  return (window->before[0] | window->before[1] | window->after[0] | window->after[1]) != 0;
}
