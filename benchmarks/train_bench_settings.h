/* The command line of octavo-train-bench. */
#ifndef OCTAVO_BENCHMARKS_TRAIN_BENCH_SETTINGS_H
#define OCTAVO_BENCHMARKS_TRAIN_BENCH_SETTINGS_H

#include "common/options.h"

typedef struct train_bench_settings {
  const char *network;
  uint32_t batch, size, classes, threads, warmup, steps;
  int precision; /* train_precision */
  double seconds;
  uint64_t seed;
  const char *json;
  bool from_stdin;
} train_bench_settings;

/* As options_parse. */
int train_bench_settings_parse(int argc, char **argv, train_bench_settings *settings);

#endif
