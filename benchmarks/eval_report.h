/* What octavo-eval found, and how it is told. */
#ifndef OCTAVO_BENCHMARKS_EVAL_REPORT_H
#define OCTAVO_BENCHMARKS_EVAL_REPORT_H

#include "evaluation.h"

#include <stdio.h>

/* Errors: MEMORY. */
octavo_status eval_report_print(const evaluation *e, const eval_settings *settings, FILE *stream,
                                octavo_error *error);

/* An object whose `models` is a list of rows. Errors: IO, MEMORY. */
octavo_status eval_report_json(const evaluation *e, const eval_settings *settings, const char *path,
                               octavo_error *error);

#endif
