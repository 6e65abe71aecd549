/* The drawings of the report, as inline SVG. Horizontal positions are percentages, so that a
 * drawing fills the width it is given and its text keeps its size; colours come from the page's
 * style by class. */
#ifndef OCTAVO_CONVERTER_REPORT_SVG_H
#define OCTAVO_CONVERTER_REPORT_SVG_H

#include "converter/diagnosis/value_histogram.h"
#include "converter/report/html.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One position of a chart over the layers. */
typedef struct svg_point {
  const char *name; /* shown when pointed at */
  double a, b;      /* decibels, or bar heights; NaN = none, INFINITY = at the upper edge */
  bool marked;      /* highlighted */
} svg_point;

/* Two series of decibels over the layers in order: `a` (this layer alone) as dots, `b` (all before
 * it too) as a line. Every position links to #layer-N, N counted from 0. */
void svg_decibels(html *h, const svg_point *points, uint32_t count);

/* Bars: `a` as tall as they are, `b` as a thin line at that height. */
void svg_bars(html *h, const svg_point *points, uint32_t count, const char *unit);

/* The logarithm of the bins' counts. What lies outside `covered` (NULL: nothing does) is
 * highlighted, what lies inside is tinted. */
void svg_histogram(html *h, const value_histogram *values, const value_range *covered,
                   const char *label);

#ifdef __cplusplus
}
#endif

#endif
