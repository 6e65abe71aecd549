/* The network of airbench94 (Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024).
 *
 * What is different here: batch norm's ε is 1e-5, not 1e-12; the bias of the whitening is trained
 * to the end, not for three epochs. */
#include "networks.h"

#include <stdio.h>

enum {
  WHITENING_KERNEL = 2,
  WHITENING_FILTERS = 24
}; /* two for each number of a 2 × 2 × 3 patch */

static const uint32_t widths[] = {64, 256, 256};

/* Only the shift is trained, 64 times as fast as the weights; the running statistics keep 0.6 of
 * themselves in a step. */
static uint32_t norm(architecture *a, uint32_t x, const char *prefix, const char *name,
                     const char *function_name, architecture_function function) {
  const uint32_t at = a->count;
  x = architecture_norm_function(a, x, prefix, name, function_name, function);
  if (a->status == OCTAVO_OK) {
    a->layers[at].frozen = true;
    a->layers[at].running_share = 0.4f;
    a->layers[at].shift_rate = 64.0f;
  }
  return x;
}

static uint32_t convolution(architecture *a, uint32_t x, const char *prefix, const char *name,
                            uint32_t channels) {
  x = architecture_convolution(a, x, prefix, name, channels, (architecture_window){3, 1, 1}, 1);
  a->layers[x].start = ARCHITECTURE_START_IDENTITY;
  return x;
}

static uint32_t block(architecture *a, uint32_t x, uint32_t number,
                      architecture_function function) {
  const uint32_t channels = widths[number];
  char prefix[32], pool[40];
  snprintf(prefix, sizeof prefix, "block%u.", number + 1);
  snprintf(pool, sizeof pool, "%spool", prefix);
  x = convolution(a, x, prefix, "conv1", channels);
  x = architecture_pool(a, x, pool, ARCHITECTURE_MAX_POOL, (architecture_window){2, 2, 0});
  x = norm(a, x, prefix, "norm1", "activation1", function);
  x = convolution(a, x, prefix, "conv2", channels);
  return norm(a, x, prefix, "norm2", "activation2", function);
}

void train_airbench94(architecture *a, const trainable_options *options) {
  uint32_t x = architecture_convolution(a, 0, "whiten", "", WHITENING_FILTERS,
                                        (architecture_window){WHITENING_KERNEL, 1, 0}, 1);
  a->layers[x].bias = true;
  a->layers[x].frozen = true;
  a->layers[x].start = ARCHITECTURE_START_WHITEN;
  x = architecture_activation(a, x, "whiten.", "activation", options->function);
  for (uint32_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
    x = block(a, x, i, options->function);
  x = architecture_pool(a, x, "pool", ARCHITECTURE_MAX_POOL, (architecture_window){3, 3, 0});
  x = architecture_linear(a, x, "head", options->classes);
  a->layers[x].bias = false;
  x = architecture_activation(a, x, "scale", "", ARCHITECTURE_SCALE);
  a->layers[x].factor = 1.0f / 9.0f;
}
