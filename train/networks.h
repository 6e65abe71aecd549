/* The networks that can be trained, by name. A new one is a function and a row in networks.c. */
#ifndef OCTAVO_TRAIN_NETWORKS_H
#define OCTAVO_TRAIN_NETWORKS_H

#include "architecture.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct trainable_options {
  uint32_t size; /* of the input image, height and width */
  uint32_t classes;
  /* Of few networks; 0 = as the network is usually built. */
  double width;                   /* factor of the numbers of channels */
  architecture_function function; /* of the activations */
} trainable_options;

typedef struct trainable {
  const char *name, *summary;
  uint32_t size; /* unless the user says otherwise */
  void (*build)(architecture *a, const trainable_options *options); /* after architecture_begin */
  /* What the options of few networks stand for in this one if they are 0; 0 = it has none. */
  double width;
  architecture_function function;
} trainable;

extern const trainable trainables[];
extern const size_t trainable_count;

/* NULL if there is none of that name. */
const trainable *trainable_find(const char *name);

/* Fills in what the network is built with where an option is 0. Errors: ARGUMENT (an option that
 * this network does not have). */
octavo_status trainable_complete(const trainable *t, trainable_options *options,
                                 octavo_error *error);

/* Builds it for images with three channels. On failure *a is all zero. Errors: those of
 * trainable_complete and architecture_check. */
octavo_status trainable_build(const trainable *t, const trainable_options *options, architecture *a,
                              octavo_error *error);

/* Writes the table of --list: name, parameters and MACs at its size with ten classes. */
octavo_status trainable_list(FILE *stream, octavo_error *error);

/* One function per network; the options are complete. */
void train_resnet8(architecture *a, const trainable_options *options);
void train_resnet20(architecture *a, const trainable_options *options);
void train_resnet18(architecture *a, const trainable_options *options);
void train_resnet18_cifar(architecture *a, const trainable_options *options);
void train_vgg11(architecture *a, const trainable_options *options);
void train_mobilenetv2(architecture *a, const trainable_options *options);
void train_airbench94(architecture *a, const trainable_options *options);

#ifdef __cplusplus
}
#endif

#endif
