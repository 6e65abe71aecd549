/* What a reader in a hurry wants to know. */
#include "converter/report/report_parts.h"

#include <math.h>

static void tile(html *h, const char *name, const char *value, const char *note) {
  html_raw(h, "<div class=\"tile\">");
  html_element(h, "dt", NULL, name);
  html_element(h, "dd", NULL, value);
  html_element(h, "p", NULL, note);
  html_raw(h, "</div>");
}

static void accuracy_tile(html *h, const conversion *c) {
  char value[64], note[128];
  if (isnan(c->accuracy_int8)) {
    snprintf(value, sizeof value, "%.2f %%", c->quality.agreement);
    snprintf(note, sizeof note, "of %u images get the same class", c->calibration_images.count);
    tile(h, "Agreement", value, note);
    return;
  }
  snprintf(value, sizeof value, "%.2f %%", (double)c->accuracy_int8);
  snprintf(note, sizeof note, "float32: %.2f %%, on %u test images", (double)c->accuracy_float,
           c->test_images.count);
  tile(h, "Accuracy", value, note);
}

static void size_tile(html *h, const conversion *c) {
  char value[64], before[64], note[128];
  const uint64_t size = conversion_result(c)->size;
  report_bytes(size, value, sizeof value);
  report_bytes(c->source_bytes, before, sizeof before);
  snprintf(note, sizeof note, "%.1f times smaller than the ONNX file, %s",
           (double)c->source_bytes / (double)size, before);
  tile(h, "Size", value, note);
}

static void latency_tile(html *h, const conversion *c) {
  char value[64], before[64], note[128];
  const diagnosis *d = &c->layers;
  const double ratio = d->latency_float / d->latency_model;
  report_time(d->latency_model, value, sizeof value);
  report_time(d->latency_float, before, sizeof before);
  snprintf(note, sizeof note, "float32: %s, %.1f times %s; median, one thread", before,
           ratio >= 1.0 ? ratio : 1.0 / ratio, ratio >= 1.0 ? "as long" : "less");
  tile(h, "Time per image", value, note);
}

static void memory_tile(html *h, const conversion *c) {
  char value[64], before[64], note[128];
  report_bytes(c->int8_model.plan.arena_bytes, value, sizeof value);
  report_bytes(c->float_model.plan.arena_bytes, before, sizeof before);
  snprintf(note, sizeof note, "float32: %s; for one image", before);
  tile(h, "Activations", value, note);
}

static void general_hints(html *h, const conversion *c) {
  const hint_facts facts = report_facts(c);
  char text[HINT_BYTES];
  for (uint32_t i = 0; i < hints_general_rules(); i++)
    if (hints_general(&facts, i, text))
      html_element(h, "p", "class=\"hint\"", text);
}

void report_summary_section(html *h, const conversion *c) {
  static const char *const classes[] = {
      [REPORT_GOOD] = "good", [REPORT_FAIR] = "fair", [REPORT_BAD] = "bad"};
  const report_verdict verdict = report_verdict_of(c);
  html_print(h, "<section class=\"verdict %s\" id=\"verdict\">", classes[verdict.grade]);
  html_element(h, "h2", NULL, verdict.headline);
  html_element(h, "p", NULL, verdict.reason);
  html_raw(h, "</section><dl class=\"tiles\">");
  accuracy_tile(h, c);
  size_tile(h, c);
  latency_tile(h, c);
  memory_tile(h, c);
  html_raw(h, "</dl>");
  general_hints(h, c);
}
