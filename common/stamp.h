/* Whether a measurement means anything: the machine's state before and after it, and what speaks
 * against trusting it. */
#ifndef OCTAVO_COMMON_STAMP_H
#define OCTAVO_COMMON_STAMP_H

#include "common/json_writer.h"
#include "common/statistics.h"
#include "platforms/platform.h"

#ifdef __cplusplus
extern "C" {
#endif

#define STAMP_WARNINGS_MAX 12

typedef struct stamp {
  platform_cpu cpu;
  uint32_t usable_cpus; /* by this process */
  uint32_t threads;     /* that were used */
  platform_conditions before, after;
  char date[80]; /* UTC, as in 2026-01-31T12:00:00Z; room for any struct tm */
  char warnings[STAMP_WARNINGS_MAX][160];
  uint32_t warning_count;
} stamp;

void stamp_begin(stamp *s, uint32_t threads);

/* Looks at the machine again and collects the warnings about it. */
void stamp_end(stamp *s);

/* Adds a warning if the runs called `name` were too uneven. */
void stamp_check_spread(stamp *s, const char *name, const statistics_summary *summary);

/* A line about the machine, and a line per warning. */
void stamp_print(const stamp *s, FILE *stream);

/* The same as an object; `key` as in json_writer_object. */
void stamp_write(const stamp *s, const char *key, json_writer *json);

/* The machine's state at one time, as members of the object that is open; null where the system
 * does not tell. */
void stamp_write_conditions(const platform_conditions *conditions, json_writer *json);

#ifdef __cplusplus
}
#endif

#endif
