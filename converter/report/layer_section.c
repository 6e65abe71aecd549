/* A card for each layer, the worst first. */
#include "converter/report/report_parts.h"
#include "converter/report/svg.h"

#include <math.h>

#define OPEN_CARDS 3

static void fact(html *h, const char *name, const char *value) {
  html_raw(h, "<div>");
  html_element(h, "dt", NULL, name);
  html_element(h, "dd", NULL, value);
  html_raw(h, "</div>");
}

static void range_fact(html *h, const char *name, value_range range) {
  char text[64];
  snprintf(text, sizeof text, "%.4g … %.4g", (double)range.min, (double)range.max);
  fact(h, name, text);
}

static void bytes_fact(html *h, const char *name, uint64_t bytes) {
  char text[64];
  report_bytes(bytes, text, sizeof text);
  fact(h, name, text);
}

static void draw(html *h, const char *title, const value_histogram *values,
                 const value_range *covered) {
  html_raw(h, "<figure>");
  html_element(h, "figcaption", NULL, title);
  svg_histogram(h, values, covered, title);
  html_print(h, "<p class=\"ends\"><span>%.4g</span><span>%.4g</span></p></figure>",
             (double)values->ends.min, (double)values->ends.max);
}

static void activation_facts(html *h, const activation_statistics *a) {
  char text[64];
  range_fact(h, "Seen", a->seen);
  if (a->quantized) {
    range_fact(h, "Covered by int8", a->chosen);
    snprintf(text, sizeof text, "%.4g", (double)a->scale);
    fact(h, "One step", text);
    snprintf(text, sizeof text, "%.3g %%", 100.0 * activation_statistics_clipped_share(a));
    fact(h, "Clipped", text);
  }
  snprintf(text, sizeof text, "%.1f %%",
           a->histogram.count == 0
               ? 0.0
               : 100.0 * (double)a->histogram.zeros / (double)a->histogram.count);
  fact(h, "Exactly 0", text);
}

static void weight_facts(html *h, const weight_statistics *w) {
  char text[64];
  if (w->channels == 0)
    return;
  range_fact(h, "Weights", w->range);
  snprintf(text, sizeof text, "%u, differing by %.3g×", w->channels, weight_statistics_spread(w));
  fact(h, "Channels", text);
}

static void time_fact(html *h, const layer_diagnosis *layer) {
  char now[64], before[64], text[160];
  report_time(layer->time.nanoseconds, now, sizeof now);
  report_time(layer->float_time.nanoseconds, before, sizeof before);
  snprintf(text, sizeof text, "%s (float32: %s)", now, before);
  fact(h, "Time", layer->float_time.kernel != NULL ? text : now);
}

static void facts(html *h, const layer_diagnosis *layer) {
  char text[64];
  html_raw(h, "<dl class=\"facts\">");
  if (layer->observed)
    activation_facts(h, &layer->activations);
  weight_facts(h, &layer->weights);
  fact(h, "Kernel", layer->time.kernel == NULL ? "–" : layer->time.kernel);
  time_fact(h, layer);
  snprintf(text, sizeof text, "%.3f million", (double)layer->info.macs / 1e6);
  if (layer->info.macs > 0)
    fact(h, "Multiplications", text);
  if (layer->info.weight_bytes > 0)
    bytes_fact(h, "Weights in the file", layer->info.weight_bytes);
  bytes_fact(h, "Result", layer->info.output.bytes);
  html_raw(h, "</dl>");
}

static void histograms(html *h, const layer_diagnosis *layer) {
  const activation_statistics *a = &layer->activations;
  html_raw(h, "<div class=\"pair\">");
  if (layer->observed && a->histogram.count > 0)
    draw(h, "Values, float32", &a->histogram, a->quantized ? &a->chosen : NULL);
  if (layer->weights.channels > 0)
    draw(h, "Weights, float32", &layer->weights.histogram, NULL);
  html_raw(h, "</div>");
}

static void decibel_badge(html *h, const char *class_name, const char *what, double value) {
  char text[32];
  report_decibels(value, text, sizeof text);
  html_print(h, "<span class=\"%s\"><small>%s</small> %s</span>", class_name, what, text);
}

/* What the script sorts by; missing numbers come last. */
static void sort_keys(html *h, const layer_diagnosis *layer, uint32_t index, uint32_t rank) {
  const double all = layer->snr_db;
  html_print(h, " data-alone=\"%u\" data-all=\"%.4f\" data-order=\"%u\" data-time=\"%.1f\" ", rank,
             isfinite(all) ? all
             : isnan(all)  ? 1e9
                           : copysign(1e8, all),
             index, -layer->time.nanoseconds);
  html_print(h, "data-clipped=\"%.9f\"", -activation_statistics_clipped_share(&layer->activations));
}

static void card(html *h, const conversion *c, uint32_t index, uint32_t rank) {
  const layer_diagnosis *layer = &c->layers.layers[index];
  html_print(h, "<details class=\"layer\" id=\"layer-%u\"%s", index,
             rank < OPEN_CARDS ? " open" : "");
  sort_keys(h, layer, index, rank);
  html_raw(h, "><summary><span class=\"name\">");
  html_element(h, "bdi", NULL, layer->info.name);
  html_element_print(h, "small", NULL, "%s%s", layer->info.kind,
                     layer->is_float ? ", float32" : "");
  html_raw(h, "</span>");
  decibel_badge(h, "alone", "alone", layer->isolated_snr_db);
  decibel_badge(h, "all", "all", layer->snr_db);
  html_raw(h, "</summary>");
  const hint_facts known = report_facts(c);
  char text[HINT_BYTES];
  for (uint32_t i = 0; i < hints_layer_rules(); i++)
    if (hints_layer(&known, index, i, text))
      html_element(h, "p", "class=\"hint\"", text);
  histograms(h, layer);
  facts(h, layer);
  html_raw(h, "</details>");
}

void report_layer_section(html *h, const conversion *c, const uint32_t *order) {
  html_raw(h, "<section id=\"layers\"><h2>Layers</h2><p>Signal to noise in dB: <b>alone</b>, with "
              "nothing but this layer in int8; <b>all</b>, with everything before it in int8 too. "
              "40 is what rounding to 8 bits leaves of values that fill their range; below 20 the "
              "error is a tenth of the signal. Histograms: the height is the logarithm of the "
              "number of values, zeros left out; tinted is the range that int8 covers, red is what "
              "lies outside.</p><p class=\"controls\"><label>Sort by <select id=\"sort\">"
              "<option value=\"alone\">worst alone</option><option value=\"all\">worst with all "
              "before</option><option value=\"order\">order of execution</option><option "
              "value=\"clipped\">most clipped</option><option value=\"time\">slowest</option>"
              "</select></label><button id=\"toggle\" type=\"button\">Open all</button></p><div "
              "id=\"cards\">");
  for (uint32_t i = 0; i < c->layers.layer_count; i++)
    card(h, c, order[i], i);
  html_raw(h, "</div></section>");
}
