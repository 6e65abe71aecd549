#include "networks.h"

#include <string.h>

const network networks[] = {
    {"resnet8", "ResNet-8 of MLPerf Tiny: 16, 32, 64 filters", 32, 10, resnet8_build},
    {"resnet20", "ResNet-20 for CIFAR-10, projection shortcuts", 32, 10, resnet20_build},
    {"resnet18", "ResNet-18 with the ImageNet stem (7x7, max pooling)", 224, 1000, resnet18_build},
    {"resnet18-cifar", "ResNet-18 with the CIFAR stem (3x3)", 32, 10, resnet18_cifar_build},
    {"mobilenetv1", "MobileNetV1, width 1.0", 224, 1000, mobilenetv1_build},
    {"mobilenetv2", "MobileNetV2, width 1.0", 224, 1000, mobilenetv2_build},
    {"vgg11", "VGG-11 with the CIFAR head (one layer)", 32, 10, vgg11_build},
    {"squeezenet1.1", "SqueezeNet 1.1", 224, 1000, squeezenet_build},
};

const size_t network_count = sizeof networks / sizeof networks[0];

const network *network_find(const char *name) {
  for (size_t i = 0; i < network_count; i++) {
    if (strcmp(networks[i].name, name) == 0)
      return &networks[i];
  }
  return NULL;
}
