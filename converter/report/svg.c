#include "converter/report/svg.h"

#include <math.h>
#include <stdio.h>

#define CHART_TOP    8.0
#define CHART_BOTTOM 172.0 /* of the plot; below it the axis' labels */
#define CHART_HEIGHT 192
#define AXIS_LEFT    (-6) /* pixels: the page's style leaves room for labels beside the drawing */

static double clamp(double value, double low, double high) {
  return fmin(fmax(value, low), high);
}

/* Percent from the left of the middle of position `i`. */
static double middle(uint32_t i, uint32_t count) {
  return 100.0 * (i + 0.5) / count;
}

static double height_of(double value, double top) {
  return CHART_BOTTOM - (CHART_BOTTOM - CHART_TOP) * clamp(value / top, 0.0, 1.0);
}

static void begin_chart(html *h, const char *label) {
  html_print(h, "<svg class=\"chart\" role=\"img\" height=\"%d\" aria-label=\"", CHART_HEIGHT);
  html_text(h, label);
  html_raw(h, "\">");
}

static void grid_line(html *h, double y, const char *text) {
  html_print(h,
             "<line class=\"grid\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/><text "
             "class=\"axis\" x=\"%d\" y=\"%.1f\">",
             y, y, AXIS_LEFT, y + 4.0);
  html_text(h, text);
  html_raw(h, "</text>");
}

static void number_line(html *h, double value, double top) {
  char text[32];
  snprintf(text, sizeof text, "%.6g", value);
  grid_line(h, height_of(value, top), text);
}

/* What the horizontal axis is. */
static void axis_caption(html *h) {
  html_print(h,
             "<text class=\"axis start\" x=\"0\" y=\"%d\">first layer</text><text class=\"axis\" "
             "x=\"100%%\" y=\"%d\">last layer</text>",
             CHART_HEIGHT - 4, CHART_HEIGHT - 4);
}

static void link_title(html *h, const svg_point *point, uint32_t index) {
  html_print(h, "<a href=\"#layer-%u\"><title>", index);
  html_text(h, point->name);
  html_raw(h, "</title>");
}

/* ---- Decibels ------------------------------------------------------------------------------- */

static double decibel_top(const svg_point *points, uint32_t count) {
  double most = 40.0;
  for (uint32_t i = 0; i < count; i++) {
    if (isfinite(points[i].a))
      most = fmax(most, points[i].a);
    if (isfinite(points[i].b))
      most = fmax(most, points[i].b);
  }
  return fmin(10.0 * ceil(most / 10.0), 100.0);
}

static void segment(html *h, const svg_point *points, uint32_t from, uint32_t to, uint32_t count,
                    double top) {
  html_print(h, "<line class=\"all\" x1=\"%.2f%%\" y1=\"%.1f\" x2=\"%.2f%%\" y2=\"%.1f\"/>",
             middle(from, count), height_of(points[from].b, top), middle(to, count),
             height_of(points[to].b, top));
}

static void draw_line(html *h, const svg_point *points, uint32_t count, double top) {
  uint32_t last = UINT32_MAX;
  for (uint32_t i = 0; i < count; i++) {
    if (isnan(points[i].b))
      continue;
    if (last != UINT32_MAX)
      segment(h, points, last, i, count, top);
    last = i;
  }
}

static void draw_dots(html *h, const svg_point *point, uint32_t i, uint32_t count, double top) {
  if (isnan(point->a) && isnan(point->b))
    return;
  const double x = middle(i, count), radius = count > 100 ? 2.0 : 3.5;
  link_title(h, point, i);
  if (!isnan(point->a) && !isnan(point->b))
    html_print(h, "<line class=\"stem\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%.1f\" y2=\"%.1f\"/>", x,
               x, height_of(point->a, top), height_of(point->b, top));
  if (!isnan(point->b))
    html_print(h, "<circle class=\"all\" cx=\"%.2f%%\" cy=\"%.1f\" r=\"%.1f\"/>", x,
               height_of(point->b, top), radius - 1.0);
  if (!isnan(point->a))
    html_print(h, "<circle class=\"alone%s\" cx=\"%.2f%%\" cy=\"%.1f\" r=\"%.1f\"/>",
               point->marked ? " worst" : "", x, height_of(point->a, top),
               point->marked ? radius + 2.0 : radius);
  html_raw(h, "</a>");
}

void svg_decibels(html *h, const svg_point *points, uint32_t count) {
  const double top = decibel_top(points, count);
  begin_chart(h, "Signal to noise per layer in decibels");
  const double poor = height_of(20.0, top);
  html_print(h, "<rect class=\"poor\" width=\"100%%\" y=\"%.1f\" height=\"%.1f\"/>", poor,
             CHART_BOTTOM - poor);
  for (double value = 0.0; value <= top; value += top > 60.0 ? 20.0 : 10.0)
    number_line(h, value, top);
  draw_line(h, points, count, top);
  for (uint32_t i = 0; i < count; i++)
    draw_dots(h, &points[i], i, count, top);
  axis_caption(h);
  html_raw(h, "</svg>");
}

/* ---- Bars ----------------------------------------------------------------------------------- */

/* At least `most`, and its quarters are short numbers. */
static double round_up(double most) {
  const double power = pow(10.0, floor(log10(most)));
  const double steps[] = {1.0, 2.0, 4.0, 6.0, 8.0};
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
    if (most <= steps[i] * power)
      return steps[i] * power;
  return 10.0 * power;
}

static void draw_bar(html *h, const svg_point *point, uint32_t i, uint32_t count, double top) {
  const double width = 100.0 / count, left = middle(i, count) - 0.5 * width;
  const double y = isnan(point->a) ? CHART_BOTTOM : height_of(point->a, top);
  link_title(h, point, i);
  html_print(h, "<rect class=\"bar%s\" x=\"%.2f%%\" width=\"%.2f%%\" y=\"%.1f\" height=\"%.1f\"/>",
             point->marked ? " worst" : "", left + 0.12 * width, 0.76 * width, y, CHART_BOTTOM - y);
  if (!isnan(point->b))
    html_print(h, "<line class=\"mark\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%.1f\" y2=\"%.1f\"/>",
               left, left + width, height_of(point->b, top), height_of(point->b, top));
  html_raw(h, "</a>");
}

void svg_bars(html *h, const svg_point *points, uint32_t count, const char *unit) {
  double most = 0.0;
  for (uint32_t i = 0; i < count; i++)
    most = fmax(
        most, fmax(isnan(points[i].a) ? 0.0 : points[i].a, isnan(points[i].b) ? 0.0 : points[i].b));
  const double top = most > 0.0 ? round_up(most) : 1.0;
  begin_chart(h, unit);
  for (int i = 0; i <= 4; i++)
    number_line(h, top * i / 4.0, top);
  for (uint32_t i = 0; i < count; i++)
    draw_bar(h, &points[i], i, count, top);
  axis_caption(h);
  html_raw(h, "</svg>");
}

/* ---- Histogram ------------------------------------------------------------------------------ */

#define HISTOGRAM_HEIGHT 88.0

/* Percent from the left. */
static double across(const value_range *ends, float value) {
  const float width = ends->max - ends->min;
  return width > 0.0f ? clamp(100.0 * (double)((value - ends->min) / width), 0.0, 100.0) : 0.0;
}

static void tint(html *h, const value_range *ends, const value_range *covered) {
  const double left = across(ends, covered->min), right = across(ends, covered->max);
  html_print(h, "<rect class=\"covered\" x=\"%.2f%%\" width=\"%.2f%%\" y=\"0\" height=\"%.0f\"/>",
             left, right - left, HISTOGRAM_HEIGHT);
  for (int i = 0; i < 2; i++) {
    const double x = i == 0 ? left : right;
    if (x > 0.0 && x < 100.0)
      html_print(h, "<line class=\"edge\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" y2=\"%.0f\"/>", x, x,
                 HISTOGRAM_HEIGHT);
  }
}

void svg_histogram(html *h, const value_histogram *values, const value_range *covered,
                   const char *label) {
  uint64_t most = 1;
  for (uint32_t i = 0; i < VALUE_HISTOGRAM_BINS; i++)
    most = values->bins[i] > most ? values->bins[i] : most;
  html_print(h,
             "<svg class=\"histogram\" role=\"img\" width=\"100%%\" height=\"%.0f\" aria-label=\"",
             HISTOGRAM_HEIGHT);
  html_text(h, label);
  html_raw(h, "\">");
  if (covered != NULL)
    tint(h, &values->ends, covered);
  const double width = 100.0 / VALUE_HISTOGRAM_BINS;
  for (uint32_t i = 0; i < VALUE_HISTOGRAM_BINS; i++) {
    if (values->bins[i] == 0)
      continue;
    const double centre = (i + 0.5) * width;
    const bool outside = covered != NULL && (centre < across(&values->ends, covered->min) ||
                                             centre > across(&values->ends, covered->max));
    const double tall =
        (HISTOGRAM_HEIGHT - 4.0) * log1p((double)values->bins[i]) / log1p((double)most);
    html_print(h, "<rect%s x=\"%.2f%%\" width=\"%.2f%%\" y=\"%.1f\" height=\"%.1f\"/>",
               outside ? " class=\"outside\"" : "", i * width + 0.1 * width, 0.8 * width,
               HISTOGRAM_HEIGHT - tall, tall);
  }
  html_raw(h, "</svg>");
}
