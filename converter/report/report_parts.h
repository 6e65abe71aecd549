/* What the files of the report share. */
#ifndef OCTAVO_CONVERTER_REPORT_PARTS_H
#define OCTAVO_CONVERTER_REPORT_PARTS_H

#include "converter/diagnosis/hints.h"
#include "converter/report/html.h"
#include "converter/report/report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How the conversion went as a whole. */
typedef enum report_grade { REPORT_GOOD, REPORT_FAIR, REPORT_BAD } report_grade;

typedef struct report_verdict {
  report_grade grade;
  char headline[128];
  char reason[512];
} report_verdict;

report_verdict report_verdict_of(const conversion *c);

hint_facts report_facts(const conversion *c);

/* The sections of the page, in its order. `order` ranks the layers, worst first. */
void report_summary_section(html *h, const conversion *c);
void report_chart_section(html *h, const conversion *c, const uint32_t *order);
void report_layer_section(html *h, const conversion *c, const uint32_t *order);
void report_provenance_section(html *h, const conversion *c);

/* CSS and JavaScript of the page. */
extern const char *const report_style;
extern const char *const report_script;

/* Everything as a tree for JSON; NULL if memory is short. */
struct json_t *report_json(const conversion *c, const uint32_t *order);

/* "295.7 kB" */
void report_bytes(uint64_t bytes, char *text, size_t size);
/* "0.24 ms", "12 µs" */
void report_time(double nanoseconds, char *text, size_t size);
/* "30.1", "∞", "–" */
void report_decibels(double value, char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
