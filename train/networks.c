#include "networks.h"

#include "common/table.h"
#include "runtime/error.h"

#include <string.h>

const trainable trainables[] = {
    {.name = "resnet8",
     .summary = "three residual blocks of 16 to 64 channels, as in MLPerf Tiny",
     .size = 32,
     .build = train_resnet8},
    {.name = "resnet20",
     .summary = "nine residual blocks of 16 to 64 channels (He et al., 2016)",
     .size = 32,
     .build = train_resnet20},
    {.name = "resnet18",
     .summary = "torchvision's ResNet-18: 7x7 stem and max pooling",
     .size = 32,
     .build = train_resnet18},
    {.name = "resnet18-cifar",
     .summary = "ResNet-18 with a 3x3 stem for small images",
     .size = 32,
     .build = train_resnet18_cifar},
    {.name = "vgg11",
     .summary =
         "eight convolutions with batch norm (Simonyan and Zisserman, 2014), one linear layer",
     .size = 32,
     .build = train_vgg11},
    {.name = "mobilenetv2",
     .summary = "inverted residuals of depthwise convolutions (Sandler et al., 2018)",
     .size = 32,
     .build = train_mobilenetv2,
     .width = 1.0},
    {.name = "airbench94",
     .summary = "whitening, then six convolutions, built for short runs on CIFAR-10 (Jordan, 2024)",
     .size = 32,
     .build = train_airbench94,
     .function = ARCHITECTURE_GELU},
};
const size_t trainable_count = sizeof trainables / sizeof trainables[0];

const trainable *trainable_find(const char *name) {
  for (size_t i = 0; i < trainable_count; i++)
    if (strcmp(trainables[i].name, name) == 0)
      return &trainables[i];
  return NULL;
}

octavo_status trainable_complete(const trainable *t, trainable_options *options,
                                 octavo_error *error) {
  const char *unknown =
      options->width != 0.0 && t->width == 0.0 ? "width"
      : options->function != ARCHITECTURE_NO_FUNCTION && t->function == ARCHITECTURE_NO_FUNCTION
          ? "activation"
          : NULL;
  if (unknown != NULL)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "%s has no --%s to choose; leave the option out", t->name, unknown);
  if (options->width == 0.0)
    options->width = t->width;
  if (options->function == ARCHITECTURE_NO_FUNCTION)
    options->function = t->function;
  return OCTAVO_OK;
}

octavo_status trainable_build(const trainable *t, const trainable_options *options, architecture *a,
                              octavo_error *error) {
  *a = (architecture){0};
  trainable_options complete = *options;
  octavo_status status = trainable_complete(t, &complete, error);
  if (status != OCTAVO_OK)
    return status;
  architecture_begin(a, 3, complete.size);
  if (a->status == OCTAVO_OK)
    t->build(a, &complete);
  status = architecture_check(a, error);
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
    status = trainable_build(t, &(trainable_options){.size = t->size, .classes = 10}, &a, error);
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
