/* What octavo-train-bench says. */
#ifndef OCTAVO_BENCHMARKS_TRAIN_BENCH_REPORT_H
#define OCTAVO_BENCHMARKS_TRAIN_BENCH_REPORT_H

#include "stamp_json.h"
#include "train_bench_settings.h"
#include "train_subject.h"

typedef struct train_bench_results {
  const train_bench_settings *settings;
  const train_subject *subject;
  statistics_summary milliseconds; /* of the steps that count */
  size_t peak_bytes;               /* 0 = not known */
  stamp conditions;
} train_bench_results;

/* Steps and images per second, time by kind of layer, memory, the machine. Errors: MEMORY. */
octavo_status train_bench_report_print(const train_bench_results *r, FILE *stream,
                                       octavo_error *error);

/* Errors: IO, MEMORY. */
octavo_status train_bench_report_json(const train_bench_results *r, const char *path,
                                      octavo_error *error);

#endif
