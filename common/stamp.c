#include "common/stamp.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

/* Limits of what counts as undisturbed. */
static const double LOAD_PER_CPU = 0.5, FREQUENCY_DROP = 0.9, SPREAD = 0.25;

enum { THROTTLED_NOW = 0xf, THROTTLED_EVER = 0xf0000 };

static void warn(stamp *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void warn(stamp *s, const char *format, ...) {
  if (s->warning_count == STAMP_WARNINGS_MAX)
    return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(s->warnings[s->warning_count], sizeof s->warnings[0], format, arguments);
  va_end(arguments);
  s->warning_count++;
}

/* strftime would bring names of days and time zones into a program for a device. */
static void write_date(char *text, size_t size) {
  const time_t now = time(NULL);
  struct tm utc;
  if (gmtime_r(&now, &utc) != NULL)
    snprintf(text, size, "%04d-%02d-%02dT%02d:%02d:%02dZ", utc.tm_year + 1900, utc.tm_mon + 1,
             utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

void stamp_begin(stamp *s, uint32_t threads) {
  *s = (stamp){.threads = threads};
  write_date(s->date, sizeof s->date);
  platform_cpu_describe(&s->cpu);
  s->usable_cpus = platform_cpu_count();
  platform_conditions_read(&s->before);
}

void stamp_end(stamp *s) {
  platform_conditions_read(&s->after);
  const platform_conditions *b = &s->before, *a = &s->after;
  if (b->load_average > LOAD_PER_CPU * s->cpu.cpus)
    warn(s, "the machine was busy: load average %.2f on %u CPUs before the first run",
         b->load_average, s->cpu.cpus);
  if (b->governor[0] != '\0' && strcmp(b->governor, "performance") != 0)
    warn(s, "the frequency governor is \"%s\"; \"performance\" gives steadier numbers",
         b->governor);
  if (b->frequency_mhz > 0 && a->frequency_mhz > 0 &&
      a->frequency_mhz < FREQUENCY_DROP * b->frequency_mhz)
    warn(s, "the CPU's frequency fell from %.0f to %.0f MHz", b->frequency_mhz, a->frequency_mhz);
  if (a->throttled_known && (a->throttled & THROTTLED_NOW))
    warn(s, "the CPU is throttled (bits 0x%x): check power supply and cooling", a->throttled);
  else if (a->throttled_known && (a->throttled & THROTTLED_EVER))
    warn(s, "the CPU was throttled since it started (bits 0x%x)", a->throttled);
  if (a->quota_events > b->quota_events)
    warn(s, "the CPU quota of the control group ran out %llu times",
         (unsigned long long)(a->quota_events - b->quota_events));
  if (s->threads > s->usable_cpus)
    warn(s, "%u threads on %u CPUs", s->threads, s->usable_cpus);
}

void stamp_check_spread(stamp *s, const char *name, const statistics_summary *summary) {
  const double spread = (summary->p90 - summary->p5) / summary->p50;
  if (spread > SPREAD)
    warn(s, "%s: uneven runs, p5 to p90 spans %.0f %% of the median", name, 100 * spread);
}

void stamp_print(const stamp *s, FILE *stream) {
  fprintf(stream, "%s: %s, %s, %u CPUs", s->date, s->cpu.name, s->cpu.features, s->cpu.cpus);
  if (s->usable_cpus != s->cpu.cpus)
    fprintf(stream, " (%u usable)", s->usable_cpus);
  fprintf(stream, ", %u thread%s", s->threads, s->threads == 1 ? "" : "s");
  if (s->before.governor[0] != '\0')
    fprintf(stream, ", governor %s", s->before.governor);
  if (s->before.frequency_mhz > 0)
    fprintf(stream, ", %.0f to %.0f MHz", s->before.frequency_mhz, s->after.frequency_mhz);
  if (s->before.load_average >= 0)
    fprintf(stream, ", load %.2f to %.2f", s->before.load_average, s->after.load_average);
  fprintf(stream, "\n");
  for (uint32_t i = 0; i < s->warning_count; i++)
    fprintf(stream, "warning: %s\n", s->warnings[i]);
}

/* null where the system could not tell. */
static void write_known(json_writer *json, const char *key, bool is_known, double value) {
  json_writer_real(json, key, is_known ? value : (double)NAN);
}

void stamp_write_conditions(const platform_conditions *c, json_writer *json) {
  write_known(json, "frequency_mhz", c->frequency_mhz > 0, c->frequency_mhz);
  json_writer_string(json, "governor", c->governor);
  write_known(json, "load_average", c->load_average >= 0, c->load_average);
  write_known(json, "throttled", c->throttled_known, c->throttled);
  json_writer_real(json, "temperature_c", c->temperature_c);
  json_writer_unsigned(json, "quota_events", c->quota_events);
}

static void write_object(const platform_conditions *c, const char *key, json_writer *json) {
  json_writer_object(json, key);
  stamp_write_conditions(c, json);
  json_writer_close(json);
}

void stamp_write(const stamp *s, const char *key, json_writer *json) {
  json_writer_object(json, key);
  json_writer_string(json, "date", s->date);
  json_writer_string(json, "cpu", s->cpu.name);
  json_writer_string(json, "isa", s->cpu.isa);
  json_writer_string(json, "features", s->cpu.features);
  json_writer_unsigned(json, "cpus", s->cpu.cpus);
  json_writer_unsigned(json, "usable_cpus", s->usable_cpus);
  json_writer_unsigned(json, "threads", s->threads);
  write_object(&s->before, "before", json);
  write_object(&s->after, "after", json);
  json_writer_boolean(json, "valid", s->warning_count == 0);
  json_writer_list(json, "warnings");
  for (uint32_t i = 0; i < s->warning_count; i++)
    json_writer_string(json, NULL, s->warnings[i]);
  json_writer_close(json);
  json_writer_close(json);
}
