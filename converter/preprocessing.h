/* From command line options and the network's metadata to the preprocessing rule and the labels
 * that the model carries. */
#ifndef OCTAVO_CONVERTER_PREPROCESSING_H
#define OCTAVO_CONVERTER_PREPROCESSING_H

#include "converter/rule_source.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PREPROCESSING_PRESET_NAMES "cifar10, imagenet"

/* Combines options, preset, the network's metadata (in this order of precedence) and its input,
 * `shape` being 1 × height × width × channels. Errors: ARGUMENT (an unknown preset, numbers that
 * contradict each other or the network). */
octavo_status preprocessing_from_options(const convert_options *options,
                                         const graph_metadata *metadata, const int64_t shape[4],
                                         octavo_preprocessing *rule, octavo_error *error);

typedef struct label_list {
  char **texts; /* owned */
  uint32_t count;
} label_list;

/* Reads --labels, or takes the preset's labels, or the metadata's; an empty list if there are none.
 * `classes` is what the network tells apart: another number of labels is refused. On failure
 * *labels is all zero. Errors: ARGUMENT, IO, FORMAT, MEMORY. */
octavo_status labels_from_options(const convert_options *options, const graph_metadata *metadata,
                                  uint64_t classes, label_list *labels, octavo_error *error);

/* An all-zero *labels is allowed; it is all zero afterwards. */
void labels_free(label_list *labels);

#ifdef __cplusplus
}
#endif

#endif
