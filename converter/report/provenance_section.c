/* How the model was made, so that it can be made again. */
#include "converter/report/report_parts.h"

#include "common/sha256.h"
#include "platforms/platform.h"

#include <string.h>

static void row(html *h, const char *name, const char *value) {
  html_raw(h, "<tr>");
  html_element(h, "th", "scope=\"row\"", name);
  html_element(h, "td", NULL, value);
  html_raw(h, "</tr>");
}

static void hash_row(html *h, const char *name, const uint8_t digest[32]) {
  char text[65];
  sha256_text(digest, text);
  row(h, name, text);
}

static void numbers_row(html *h, const char *name, const float *values, uint32_t count) {
  char text[96] = "";
  for (uint32_t i = 0; i < count; i++) {
    const size_t length = strlen(text);
    snprintf(text + length, sizeof text - length, "%s%.6g", i == 0 ? "" : ", ", (double)values[i]);
  }
  row(h, name, text);
}

static void preprocessing_rows(html *h, const octavo_preprocessing *rule) {
  char text[128];
  snprintf(text, sizeof text, "%u × %u × %u, %s", rule->width, rule->height, rule->channels,
           rule->channels == 1 ? "grey"
           : rule->bgr         ? "blue first"
                               : "red first");
  row(h, "Input", text);
  if (rule->resize == OCTAVO_RESIZE_SHORT_SIDE)
    snprintf(text, sizeof text, "shorter side to %u, then cut out of the centre",
             rule->resize_height);
  else
    snprintf(text, sizeof text, "stretched to %u × %u", rule->resize_width, rule->resize_height);
  row(h, "Photos", text);
  numbers_row(h, "Pixels times", &rule->scale, 1);
  numbers_row(h, "Minus mean", rule->mean, rule->channels);
  numbers_row(h, "Divided by std", rule->std, rule->channels);
}

void report_provenance_section(html *h, const conversion *c) {
  char text[128];
  octavo_model_info info = {0};
  octavo_model_describe(conversion_result(c)->model, &info);
  platform_cpu cpu;
  platform_cpu_describe(&cpu);
  html_raw(h, "<section id=\"provenance\"><h2>How it was made</h2><div class=\"scroll\"><table>");
  row(h, "Made by", info.tool);
  row(h, "Network", info.source);
  hash_row(h, "SHA-256 of it", info.source_sha256);
  row(h, "Model", platform_path_name(c->options->output));
  snprintf(text, sizeof text, "%s quantization%s%s", info.mode,
           info.calibrator[0] != '\0' ? ", ranges by " : "", info.calibrator);
  row(h, "Method", text);
  snprintf(text, sizeof text, "%u of %u, seed %llu", c->calibration_images.count,
           c->calibration_images.available, (unsigned long long)info.seed);
  row(h, info.calibration_images > 0 ? "Calibration images" : "Compared on images", text);
  hash_row(h, "SHA-256 of them", c->calibration_images.sha256);
  preprocessing_rows(h, &c->rule);
  row(h, "Times measured on", cpu.name);
  html_raw(h, "</table></div></section>");
}
