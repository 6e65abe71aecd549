/* What the doctor says. */
#ifndef OCTAVO_CONVERTER_DOCTOR_REPORT_H
#define OCTAVO_CONVERTER_DOCTOR_REPORT_H

#include "converter/doctor/advice.h"
#include "converter/doctor/subject.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct doctor_result {
  const convert_options *options;
  const doctor_subject *subject;
  const doctor_images *images;
  const doctor_candidates *candidates; /* the present one first */
  const doctor_score *scores;          /* one per candidate */
  const uint32_t *order;               /* doctor_rank */
  doctor_finding finding;
  uint64_t nanoseconds;
} doctor_result;

/* Errors: MEMORY. */
octavo_status doctor_print(const doctor_result *result, FILE *stream, octavo_error *error);
/* Errors: IO, MEMORY. */
octavo_status doctor_write_json(const doctor_result *result, const char *path, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
