#include "converter/preprocessing_preset.h"

#include <string.h>

static const char *const cifar10_labels[] = {
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck", NULL};

static const preprocessing_preset presets[] = {
    {.name = "cifar10",
     .mean = {0.4914f, 0.4822f, 0.4465f},
     .std = {0.2470f, 0.2435f, 0.2616f},
     .size = 32,
     .labels = cifar10_labels},
    {.name = "imagenet",
     .mean = {0.485f, 0.456f, 0.406f},
     .std = {0.229f, 0.224f, 0.225f},
     .size = 224,
     .resize = 256},
};

const preprocessing_preset *preprocessing_preset_find(const char *name) {
  for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++)
    if (strcmp(presets[i].name, name) == 0)
      return &presets[i];
  return NULL;
}
