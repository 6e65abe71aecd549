/* A model under measurement: opened, with a session, its inputs filled, run once; and how long each
 * of that took. */
#ifndef OCTAVO_COMMON_SUBJECT_H
#define OCTAVO_COMMON_SUBJECT_H

#include "common/image.h"
#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct subject {
  const char *path; /* the caller's */
  octavo_model *model;
  octavo_session *session;
  octavo_model_info info;
  uint64_t macs; /* of one image */
  double open_ms, create_ms, first_ms;
  size_t resident_bytes; /* by which resident memory grew from open to first run; 0 = not known */
} subject;

/* Opens `path`, makes a session, fills the inputs with noise from `seed` (a noise image where the
 * model takes images, else values of deviation 1) and runs once. On failure *s is all zero. Errors:
 * those of octavo_model_open, octavo_session_create and octavo_session_run, with the path in front.
 */
octavo_status subject_open(const char *path, const octavo_session_options *options, uint64_t seed,
                           subject *s, octavo_error *error);

/* The same with a model that is open already, in open_ms milliseconds, and stays the caller's:
 * afterwards s->session is to be freed, not *s closed. resident_bytes stays 0. */
octavo_status subject_start(octavo_model *model, const char *path, double open_ms,
                            const octavo_session_options *options, uint64_t seed, subject *s,
                            octavo_error *error);

/* An all-zero *s and NULL are allowed; *s is all zero afterwards. */
void subject_close(subject *s);

/* Makes the inputs noise, or all images of the batch `picture`. Errors: ARGUMENT, MEMORY. */
octavo_status subject_fill_noise(subject *s, octavo_session *session, uint64_t seed,
                                 octavo_error *error);
octavo_status subject_fill_image(octavo_session *session, const image *picture,
                                 octavo_error *error);

/* Runs once and stores the milliseconds. */
octavo_status subject_run(subject *s, double *milliseconds, octavo_error *error);

/* Milliseconds from the start of the process to the first answer. `process_ms`: what it computed
 * until it opened the model, loading the program included. */
double subject_first_answer(const subject *s, double process_ms);

/* Milliseconds that the process has computed since its start: to be asked before a model is opened.
 * Not the time since then, which systems tell in hundredths of a second. */
double subject_process_time(void);

/* Milliseconds from `begun` (platform_nanoseconds) to now. */
double subject_elapsed(uint64_t begun);

#ifdef __cplusplus
}
#endif

#endif
