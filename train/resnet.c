/* Residual networks of basic blocks (He et al., 2016), named as in torchvision. */
#include "networks.h"

#include <stdio.h>

typedef struct stage {
  uint32_t channels, blocks, stride;
} stage;

static const stage wide_stages[] = {{64, 2, 1}, {128, 2, 2}, {256, 2, 2}, {512, 2, 2}};

static uint32_t basic_block(architecture *a, uint32_t x, const char *prefix, uint32_t channels,
                            uint32_t stride) {
  const bool project = stride != 1 || a->layers[x].channels != channels;
  uint32_t y = architecture_convolution(a, x, prefix, "conv1", channels,
                                        (architecture_window){3, stride, 1}, 1);
  y = architecture_batch_norm(a, y, prefix, "bn1", true);
  y = architecture_convolution(a, y, prefix, "conv2", channels, (architecture_window){3, 1, 1}, 1);
  y = architecture_batch_norm(a, y, prefix, "bn2", false);
  if (project) {
    x = architecture_convolution(a, x, prefix, "downsample.0", channels,
                                 (architecture_window){1, stride, 0}, 1);
    x = architecture_batch_norm(a, x, prefix, "downsample.1", false);
  }
  return architecture_add(a, y, x, prefix, "add", true);
}

static void build_body(architecture *a, uint32_t x, const stage *stages, uint32_t count,
                       uint32_t classes) {
  for (uint32_t s = 0; s < count; s++)
    for (uint32_t i = 0; i < stages[s].blocks; i++) {
      char prefix[32];
      snprintf(prefix, sizeof prefix, "layer%u.%u.", s + 1, i);
      x = basic_block(a, x, prefix, stages[s].channels, i == 0 ? stages[s].stride : 1);
    }
  x = architecture_pool(a, x, "avgpool", ARCHITECTURE_GLOBAL_AVERAGE, (architecture_window){0});
  architecture_linear(a, x, "fc", classes);
}

static uint32_t small_stem(architecture *a, uint32_t channels) {
  const uint32_t x =
      architecture_convolution(a, 0, "conv1", "", channels, (architecture_window){3, 1, 1}, 1);
  return architecture_batch_norm(a, x, "bn1", "", true);
}

void train_resnet8(architecture *a, const trainable_options *options) {
  static const stage stages[] = {{16, 1, 1}, {32, 1, 2}, {64, 1, 2}};
  build_body(a, small_stem(a, 16), stages, 3, options->classes);
}

void train_resnet20(architecture *a, const trainable_options *options) {
  static const stage stages[] = {{16, 3, 1}, {32, 3, 2}, {64, 3, 2}};
  build_body(a, small_stem(a, 16), stages, 3, options->classes);
}

void train_resnet18_cifar(architecture *a, const trainable_options *options) {
  build_body(a, small_stem(a, 64), wide_stages, 4, options->classes);
}

void train_resnet18(architecture *a, const trainable_options *options) {
  uint32_t x = architecture_convolution(a, 0, "conv1", "", 64, (architecture_window){7, 2, 3}, 1);
  x = architecture_batch_norm(a, x, "bn1", "", true);
  x = architecture_pool(a, x, "maxpool", ARCHITECTURE_MAX_POOL, (architecture_window){3, 2, 1});
  build_body(a, x, wide_stages, 4, options->classes);
}
