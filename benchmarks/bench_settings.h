/* The command line of octavo-bench. */
#ifndef OCTAVO_BENCHMARKS_BENCH_SETTINGS_H
#define OCTAVO_BENCHMARKS_BENCH_SETTINGS_H

#include "common/options.h"

typedef struct bench_settings {
  option_arguments models;
  uint32_t threads, batch, warmup, runs;
  double seconds;
  const char *images;
  uint32_t image_limit;
  int split; /* dataset_split */
  uint64_t seed;
  bool compare, profile, from_stdin, xnnpack;
  int sort;      /* layers_order */
  double max_ms; /* 0 = no limit */
  const char *json, *csv;
} bench_settings;

/* As options_parse. */
int bench_settings_parse(int argc, char **argv, bench_settings *settings);

#endif
