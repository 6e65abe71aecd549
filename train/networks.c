#include "networks.h"

#include "common/table.h"

#include <string.h>

const trainable trainables[] = {
    {"resnet8", "three residual blocks of 16 to 64 channels, as in MLPerf Tiny", 32, train_resnet8},
    {"resnet20", "nine residual blocks of 16 to 64 channels (He et al., 2016)", 32, train_resnet20},
    {"resnet18", "torchvision's ResNet-18: 7x7 stem and max pooling", 32, train_resnet18},
    {"resnet18-cifar", "ResNet-18 with a 3x3 stem for small images", 32, train_resnet18_cifar},
    {"vgg11", "eight convolutions with batch norm (Simonyan and Zisserman, 2014), one linear layer",
     32, train_vgg11},
};
const size_t trainable_count = sizeof trainables / sizeof trainables[0];

const trainable *trainable_find(const char *name) {
  for (size_t i = 0; i < trainable_count; i++)
    if (strcmp(trainables[i].name, name) == 0)
      return &trainables[i];
  return NULL;
}

octavo_status trainable_build(const trainable *t, uint32_t size, uint32_t classes, architecture *a,
                              octavo_error *error) {
  architecture_begin(a, 3, size);
  if (a->status == OCTAVO_OK)
    t->build(a, classes);
  const octavo_status status = architecture_check(a, error);
  if (status != OCTAVO_OK)
    architecture_free(a);
  return status;
}

octavo_status trainable_list(FILE *stream, octavo_error *error) {
  table *list = table_create("lrrrl", (const char *const[]){"network", "image", "parameters",
                                                            "MACs (millions)", "what it is"});
  octavo_status status = OCTAVO_OK;
  for (size_t i = 0; status == OCTAVO_OK && i < trainable_count; i++) {
    const trainable *t = &trainables[i];
    architecture a = {0};
    status = trainable_build(t, t->size, 10, &a, error);
    if (status == OCTAVO_OK) {
      table_cell(list, "%s", t->name);
      table_cell(list, "%u x %u", t->size, t->size);
      table_cell(list, "%llu", (unsigned long long)architecture_parameters(&a));
      table_cell(list, "%.1f", (double)architecture_macs(&a) * 1e-6);
      table_cell(list, "%s", t->summary);
    }
    architecture_free(&a);
  }
  if (status == OCTAVO_OK)
    status = table_print(list, stream, error);
  table_free(list);
  return status;
}
