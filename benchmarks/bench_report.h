/* What octavo-bench found, and how it is told. */
#ifndef OCTAVO_BENCHMARKS_BENCH_REPORT_H
#define OCTAVO_BENCHMARKS_BENCH_REPORT_H

#include "bench_settings.h"
#include "comparison.h"
#include "layers.h"
#include "stamp_json.h"

typedef struct bench_row {
  subject model;
  measurement measured;
  statistics_summary summary; /* milliseconds of a run */
  double preprocess_ms;       /* of one image; 0 without --images */
  layers profile;             /* empty without --profile */
} bench_row;

typedef struct bench_results {
  const bench_settings *settings;
  bench_row *rows;
  size_t count;
  double decode_ms;    /* of one image; 0 without --images */
  comparison compared; /* with --compare */
  stamp conditions;
  double process_ms; /* what the process computed before the models were opened */
  size_t peak_bytes; /* of the process, until all have answered once; 0 = not known */
} bench_results;

/* Errors: MEMORY. */
octavo_status bench_report_print(const bench_results *results, FILE *stream, octavo_error *error);

/* Errors: IO, MEMORY. */
octavo_status bench_report_json(const bench_results *results, const char *path,
                                octavo_error *error);
octavo_status bench_report_csv(const bench_results *results, const char *path, octavo_error *error);

#endif
