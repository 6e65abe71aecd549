/* The networks that can be trained, by name. A new one is a function and a row in networks.c. */
#ifndef OCTAVO_TRAIN_NETWORKS_H
#define OCTAVO_TRAIN_NETWORKS_H

#include "architecture.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct trainable {
  const char *name, *summary;
  uint32_t size; /* of the input image unless the user says otherwise */
  void (*build)(architecture *a, uint32_t classes); /* after architecture_begin */
} trainable;

extern const trainable trainables[];
extern const size_t trainable_count;

/* NULL if there is none of that name. */
const trainable *trainable_find(const char *name);

/* Builds it for images of size × size with three channels. On failure *a is all zero. */
octavo_status trainable_build(const trainable *t, uint32_t size, uint32_t classes, architecture *a,
                              octavo_error *error);

/* Writes the table of --list: name, parameters and MACs at its size with ten classes. */
octavo_status trainable_list(FILE *stream, octavo_error *error);

/* One function per network. */
void train_resnet8(architecture *a, uint32_t classes);
void train_resnet20(architecture *a, uint32_t classes);
void train_resnet18(architecture *a, uint32_t classes);
void train_resnet18_cifar(architecture *a, uint32_t classes);
void train_vgg11(architecture *a, uint32_t classes);

#ifdef __cplusplus
}
#endif

#endif
