#include "converter/export/export_qdq.h"
#include "converter/export/exporter.h"

#include <stdio.h>
#include <string.h>

/* The metadata's mean and std are of pixels scaled to [0, 1]: value = (pixel · scale − mean) / std
 * = (pixel / 255 − mean / k) / (std / k), k = 255 · scale. */
static void add_numbers(exporter *e, const char *key, const float *values,
                        const octavo_preprocessing *rule) {
  const double k = rule->scale == 1.0f / 255.0f ? 1.0 : 255.0 * (double)rule->scale;
  char text[96] = "";
  size_t used = 0;
  for (uint32_t c = 0; c < rule->channels; c++)
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%.9g", c == 0 ? "" : ",",
                             (double)(float)((double)values[c] / k));
  proto_metadata(&e->proto, key, text);
}

static void add_labels(exporter *e, const export_notes *notes) {
  size_t size = 1;
  for (uint32_t i = 0; i < notes->label_count; i++)
    size += strlen(notes->labels[i]) + 1;
  char *text = proto_alloc(&e->proto, size, 1);
  if (text == NULL || notes->label_count == 0)
    return;
  size_t used = 0;
  for (uint32_t i = 0; i < notes->label_count; i++)
    used += (size_t)snprintf(text + used, size - used, "%s\n", notes->labels[i]);
  proto_metadata(&e->proto, "octavo.labels", text);
}

void exporter_add_notes(exporter *e, const export_notes *notes) {
  if (notes->rule != NULL && !notes->rule->bgr) {
    add_numbers(e, "octavo.mean", notes->rule->mean, notes->rule);
    add_numbers(e, "octavo.std", notes->rule->std, notes->rule);
  }
  add_labels(e, notes);
}
