/* Options that several programs have, to be the same in all: a row is {OPTION_ROW_THREADS, .offset
 * = …}, with .group where a group begins. */
#ifndef OCTAVO_COMMON_OPTION_ROWS_H
#define OCTAVO_COMMON_OPTION_ROWS_H

#include "common/options.h"

/* uint32_t, 0 = auto; for programs that call platform_cpu_prefer_fast. */
#define OPTION_ROW_THREADS                                                                         \
  .name = "threads", .letter = 't', .kind = OPTION_THREADS, .value = "N", .maximum = 1024,         \
  .help = "Threads; auto (or 0) is as many as CPUs may be used, the fast ones where they differ."

/* uint32_t, uint32_t, double: how often to run, as in measurement_plan. */
#define OPTION_ROW_WARMUP                                                                          \
  .name = "warmup", .kind = OPTION_UNSIGNED, .value = "N", .maximum = 1000000,                     \
  .help = "Runs before those that count."
#define OPTION_ROW_RUNS                                                                            \
  .name = "runs", .letter = 'n', .kind = OPTION_UNSIGNED, .value = "N", .maximum = 100000000,      \
  .help = "Runs that count; 0 is as many as fit --seconds."
#define OPTION_ROW_SECONDS                                                                         \
  .name = "seconds", .letter = 's', .kind = OPTION_REAL, .value = "X", .minimum = 0.001,           \
  .maximum = 86400, .help = "How long to measure, each model if there are several."

#endif
