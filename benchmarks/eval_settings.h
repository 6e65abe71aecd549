/* The command line of octavo-eval. */
#ifndef OCTAVO_BENCHMARKS_EVAL_SETTINGS_H
#define OCTAVO_BENCHMARKS_EVAL_SETTINGS_H

#include "common/options.h"

typedef struct eval_settings {
  option_arguments models;
  const char *data;
  int split; /* dataset_split */
  uint32_t limit, threads;
  uint64_t seed;
  bool no_labels, confusion;
  const char *json;
} eval_settings;

/* As options_parse. */
int eval_settings_parse(int argc, char **argv, eval_settings *settings);

#endif
