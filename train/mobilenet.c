/* MobileNetV2 (Sandler et al., 2018), named as in torchvision; without its dropout before the
 * classifier.
 *
 * The first convolution and the stage of 24 channels halve the image. Images of up to 64 × 64 would
 * end at 1 × 1 or 2 × 2 pixels that way; for them the two keep its size, as is usual on CIFAR-10.
 */
#include "networks.h"

#include <stdio.h>

enum { SMALL_IMAGE = 64 };

typedef struct stage {
  uint32_t expansion, channels, blocks, stride;
  bool small_keeps; /* stride 1 for small images */
} stage;

static const stage stages[] = {{1, 16, 1, 1, false}, {6, 24, 2, 2, true},  {6, 32, 3, 2, false},
                               {6, 64, 4, 2, false}, {6, 96, 3, 1, false}, {6, 160, 3, 2, false},
                               {6, 320, 1, 1, false}};

/* A multiple of 8 near channels · width, no more than a tenth below it. */
static uint32_t scale_channels(uint32_t channels, double width) {
  const double wanted = channels * width;
  uint32_t result = (uint32_t)(wanted + 4.0) / 8 * 8;
  result = result < 8 ? 8 : result;
  return (double)result < 0.9 * wanted ? result + 8 : result;
}

/* Convolution, batch norm and ReLU6: "<prefix>0", "1", "2". */
static uint32_t convolution_norm(architecture *a, uint32_t x, const char *prefix, uint32_t channels,
                                 uint32_t kernel, uint32_t stride, uint32_t groups) {
  const architecture_window window = {kernel, stride, kernel / 2};
  x = architecture_convolution(a, x, prefix, "0", channels, window, groups);
  return architecture_norm_function(a, x, prefix, "1", "2", ARCHITECTURE_RELU6);
}

/* Widens (unless the expansion is 1), filters each channel, narrows without a function. */
static uint32_t inverted_residual(architecture *a, uint32_t input, uint32_t number, const stage *s,
                                  uint32_t channels, uint32_t stride) {
  const uint32_t inputs = a->layers[input].channels, hidden = inputs * s->expansion;
  uint32_t x = input, part = 0;
  char name[48];
  if (s->expansion != 1) {
    snprintf(name, sizeof name, "features.%u.conv.%u.", number, part++);
    x = convolution_norm(a, x, name, hidden, 1, 1, 1);
  }
  snprintf(name, sizeof name, "features.%u.conv.%u.", number, part++);
  x = convolution_norm(a, x, name, hidden, 3, stride, hidden);
  snprintf(name, sizeof name, "features.%u.conv.%u", number, part++);
  x = architecture_convolution(a, x, name, "", channels, (architecture_window){1, 1, 0}, 1);
  snprintf(name, sizeof name, "features.%u.conv.%u", number, part++);
  x = architecture_batch_norm(a, x, name, "", false);
  if (stride != 1 || inputs != channels)
    return x;
  snprintf(name, sizeof name, "features.%u.", number);
  return architecture_add(a, x, input, name, "add", false);
}

void train_mobilenetv2(architecture *a, const trainable_options *options) {
  const bool small = options->size <= SMALL_IMAGE;
  const double width = options->width;
  uint32_t number = 1;
  uint32_t x =
      convolution_norm(a, 0, "features.0.", scale_channels(32, width), 3, small ? 1 : 2, 1);
  for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
    const stage *s = &stages[i];
    for (uint32_t block = 0; block < s->blocks; block++) {
      const bool keeps = block > 0 || (small && s->small_keeps);
      x = inverted_residual(a, x, number++, s, scale_channels(s->channels, width),
                            keeps ? 1 : s->stride);
    }
  }
  x = convolution_norm(a, x, "features.18.", scale_channels(1280, width > 1.0 ? width : 1.0), 1, 1,
                       1);
  x = architecture_pool(a, x, "avgpool", ARCHITECTURE_GLOBAL_AVERAGE, (architecture_window){0});
  architecture_linear(a, x, "classifier.1", options->classes);
}
