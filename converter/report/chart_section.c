/* Charts over the layers in execution order. */
#include "converter/report/report_parts.h"
#include "converter/report/svg.h"

#include "runtime/memory.h"

#include <math.h>

typedef void (*fill_point)(const layer_diagnosis *layer, svg_point *point);

static void fill_decibels(const layer_diagnosis *layer, svg_point *point) {
  point->a = layer->isolated_snr_db;
  point->b = layer->snr_db;
}

static void fill_times(const layer_diagnosis *layer, svg_point *point) {
  point->a = layer->time.nanoseconds / 1e3;
  point->b = layer->float_time.kernel == NULL ? (double)NAN : layer->float_time.nanoseconds / 1e3;
}

static void fill_bytes(const layer_diagnosis *layer, svg_point *point) {
  point->a = (double)layer->info.weight_bytes / 1e3;
  point->b = (double)NAN;
}

static void fill(const conversion *c, fill_point how, svg_point *points) {
  for (uint32_t i = 0; i < c->layers.layer_count; i++) {
    points[i] = (svg_point){.name = c->layers.layers[i].info.name};
    how(&c->layers.layers[i], &points[i]);
  }
}

static void begin(html *h, const char *title, const char *legend) {
  html_raw(h, "<figure>");
  html_element(h, "figcaption", NULL, title);
  html_raw(h, "<p class=\"legend\">");
  html_raw(h, legend);
  html_raw(h, "</p>");
}

static void mark_worst(const conversion *c, const uint32_t *order, svg_point *points) {
  for (uint32_t i = 0; i < c->layers.layer_count && i < 3; i++)
    points[order[i]].marked = !isnan(points[order[i]].a);
}

void report_chart_section(html *h, const conversion *c, const uint32_t *order) {
  const uint32_t count = c->layers.layer_count;
  svg_point *points = octavo_memory_alloc(count, sizeof *points);
  if (points == NULL) {
    h->failed = true;
    return;
  }
  html_raw(h, "<section id=\"charts\"><h2>Where it gets lost</h2>");
  begin(
      h, "Signal to noise, dB: higher is better",
      "<span><i class=\"key alone\"></i>this layer alone in int8</span> <span><i class=\"key "
      "all\"></i>all before it too</span> <span><i class=\"key worst\"></i>the three worst</span>");
  fill(c, fill_decibels, points);
  mark_worst(c, order, points);
  svg_decibels(h, points, count);
  html_raw(h, "</figure><div class=\"pair\">");
  begin(h, "Time, µs",
        "<span><i class=\"key bar\"></i>now</span> <span><i class=\"key mark\"></i>in "
        "float32</span>");
  fill(c, fill_times, points);
  svg_bars(h, points, count, "Time per layer in microseconds");
  html_raw(h, "</figure>");
  begin(h, "Weights, kB", "<span><i class=\"key bar\"></i>in the model file</span>");
  fill(c, fill_bytes, points);
  svg_bars(h, points, count, "Weights per layer in kilobytes");
  html_raw(h, "</figure></div></section>");
  octavo_memory_free(points);
}
