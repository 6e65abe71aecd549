/* From command line options to the preprocessing rule and the labels that the model carries. */
#ifndef OCTAVO_CONVERTER_PREPROCESSING_H
#define OCTAVO_CONVERTER_PREPROCESSING_H

#include "converter/cli.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PREPROCESSING_PRESET_NAMES "cifar10, imagenet"

/* Combines preset, options and the network's input, `shape` being 1 × height × width × channels.
 * Errors: ARGUMENT (an unknown preset, numbers that contradict each other or the network). */
octavo_status preprocessing_from_options(const convert_options *options, const int64_t shape[4],
                                         octavo_preprocessing *rule, octavo_error *error);

typedef struct label_list {
  char **texts; /* owned */
  uint32_t count;
} label_list;

/* Reads --labels, or takes the preset's labels; an empty list if there are neither. `classes` is
 * what the network tells apart: another number of labels is refused. On failure *labels is all
 * zero. Errors: ARGUMENT, IO, FORMAT, MEMORY. */
octavo_status labels_from_options(const convert_options *options, uint64_t classes,
                                  label_list *labels, octavo_error *error);

/* An all-zero *labels is allowed; it is all zero afterwards. */
void labels_free(label_list *labels);

#ifdef __cplusplus
}
#endif

#endif
