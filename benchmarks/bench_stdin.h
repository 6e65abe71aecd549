/* octavo-bench --stdin: runs on request. */
#ifndef OCTAVO_BENCHMARKS_BENCH_STDIN_H
#define OCTAVO_BENCHMARKS_BENCH_STDIN_H

#include "bench_settings.h"
#include "octavo.h"

/* Serves standard input until it ends. Errors: as subject_open; FORMAT for a line that is no
 * number. */
octavo_status bench_stdin_serve(const bench_settings *settings, octavo_error *error);

#endif
