/* Progress of a long loop: a bar with rate and time left on a terminal; nothing in a pipe. */
#ifndef OCTAVO_COMMON_PROGRESS_H
#define OCTAVO_COMMON_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Kept by the caller, one thread at a time. */
typedef struct progress {
  FILE *stream;
  const char *label;     /* such as "calibrating"; must outlive it */
  const char *unit;      /* such as "images" */
  uint64_t total;        /* 0 = not known */
  uint64_t begun, drawn; /* nanoseconds */
  bool terminal;
} progress;

/* `stream` is usually stderr. */
void progress_begin(progress *p, FILE *stream, const char *label, const char *unit, uint64_t total);

/* `done` of `total` are done. Redraws at most ten times a second, so it may be called often. */
void progress_update(progress *p, uint64_t done);

/* Removes the bar. */
void progress_end(progress *p);

#ifdef __cplusplus
}
#endif

#endif
