/* Where the preprocessing and the labels of a model come from, if several places name them. */
#ifndef OCTAVO_CONVERTER_RULE_SOURCE_H
#define OCTAVO_CONVERTER_RULE_SOURCE_H

#include "converter/cli.h"
#include "converter/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Later ones take precedence. */
typedef enum rule_source {
  RULE_DEFAULT, /* mean 0, std 1, no labels */
  RULE_NETWORK, /* the metadata of the network's file */
  RULE_PRESET,
  RULE_OPTION,
  RULE_SOURCES
} rule_source;

/* "default", "network", "preset", "option" */
extern const char *const rule_source_names[RULE_SOURCES];

typedef struct rule_sources {
  rule_source mean, std, labels;
} rule_sources;

rule_sources rule_sources_find(const convert_options *options, const graph_metadata *metadata);

#ifdef __cplusplus
}
#endif

#endif
