/* VGG-11 with batch norm and one linear layer, as is usual for small images. Numbered as
 * torchvision numbers vgg11_bn's features; its convolutions have no bias, which batch norm would
 * take away. */
#include "networks.h"

#include <stdio.h>

/* Channels of the convolutions; 0 = a max pooling. */
static const uint32_t plan[] = {64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0};

void train_vgg11(architecture *a, const trainable_options *options) {
  uint32_t x = 0, number = 0;
  for (size_t i = 0; i < sizeof plan / sizeof plan[0]; i++) {
    char name[32];
    snprintf(name, sizeof name, "features.%u", number);
    if (plan[i] == 0) {
      x = architecture_pool(a, x, name, ARCHITECTURE_MAX_POOL, (architecture_window){2, 2, 0});
      number++;
      continue;
    }
    x = architecture_convolution(a, x, name, "", plan[i], (architecture_window){3, 1, 1}, 1);
    snprintf(name, sizeof name, "features.%u", number + 1);
    x = architecture_batch_norm(a, x, name, "", true);
    number += 3;
  }
  architecture_linear(a, x, "classifier", options->classes);
}
