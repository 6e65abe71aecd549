/* curves.svg: losses on the left, accuracies on the right. */
#include "history.h"

#include "common/atomic_file.h"

#include <math.h>
#include <stddef.h>

enum { WIDTH = 320, HEIGHT = 200, LEFT = 50, TOP = 30 };

typedef struct curve {
  const char *label, *colour;
  size_t member; /* of history_row: a double */
} curve;

typedef struct diagram {
  const char *title;
  double scale;    /* of the values shown: 100 for percent */
  curve curves[3]; /* the third only with test-time augmentation */
} diagram;

static const diagram diagrams[] = {
    {"loss",
     1.0,
     {{"training", "#1f77b4", offsetof(history_row, train_loss)},
      {"test", "#d62728", offsetof(history_row, test_loss)}}},
    {"accuracy, %",
     100.0,
     {{"training", "#1f77b4", offsetof(history_row, train_accuracy)},
      {"test", "#d62728", offsetof(history_row, test_accuracy)},
      {"test, TTA", "#9467bd", offsetof(history_row, tta_accuracy)}}},
};

static int curve_count(const history *h, const diagram *d) {
  return h->tta && d->curves[2].label != NULL ? 3 : 2;
}

static double value_at(const history *h, const diagram *d, int c, uint32_t row) {
  const char *at = (const char *)&h->rows[row] + d->curves[c].member;
  return *(const double *)(const void *)at * d->scale;
}

static void find_range(const history *h, const diagram *d, double *low, double *high) {
  *low = INFINITY;
  *high = -INFINITY;
  for (uint32_t i = 0; i < h->count; i++)
    for (int c = 0; c < curve_count(h, d); c++) {
      *low = fmin(*low, value_at(h, d, c, i));
      *high = fmax(*high, value_at(h, d, c, i));
    }
  if (!(*high - *low > 1e-9))
    *high = *low + 1.0;
}

static octavo_status draw_frame(atomic_file *file, const history *h, const diagram *d, double left,
                                double low, double high, octavo_error *error) {
  octavo_status status = atomic_file_print(
      file, error,
      "<rect x=\"%g\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888\"/>\n"
      "<text x=\"%g\" y=\"%d\">%s</text>\n"
      "<text x=\"%g\" y=\"%d\" text-anchor=\"end\">%.3g</text>\n"
      "<text x=\"%g\" y=\"%d\" text-anchor=\"end\">%.3g</text>\n"
      "<text x=\"%g\" y=\"%d\" text-anchor=\"end\">epoch %u</text>\n",
      left, TOP, WIDTH, HEIGHT, left, TOP - 10, d->title, left - 5, TOP + 10, high, left - 5,
      TOP + HEIGHT, low, left + WIDTH, TOP + HEIGHT + 18, h->rows[h->count - 1].epoch);
  const int count = curve_count(h, d);
  for (int c = 0; status == OCTAVO_OK && c < count; c++)
    status = atomic_file_print(
        file, error, "<text x=\"%g\" y=\"%d\" fill=\"%s\" text-anchor=\"end\">%s</text>\n",
        left + WIDTH - 70.0 * (count - 1 - c), TOP - 10, d->curves[c].colour, d->curves[c].label);
  return status;
}

static octavo_status draw_curve(atomic_file *file, const history *h, const diagram *d, int c,
                                double left, double low, double high, octavo_error *error) {
  octavo_status status =
      atomic_file_print(file, error,
                        "<polyline fill=\"none\" stroke-width=\"1.5\" stroke=\"%s\" "
                        "points=\"",
                        d->curves[c].colour);
  const double step = h->count > 1 ? (double)WIDTH / (h->count - 1) : 0.0;
  for (uint32_t i = 0; status == OCTAVO_OK && i < h->count; i++)
    status = atomic_file_print(file, error, "%.1f,%.1f ", left + step * i,
                               TOP + HEIGHT * (high - value_at(h, d, c, i)) / (high - low));
  return status == OCTAVO_OK ? atomic_file_print(file, error, "\"/>\n") : status;
}

static octavo_status draw(atomic_file *file, const history *h, octavo_error *error) {
  octavo_status status = atomic_file_print(
      file, error,
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%%\" height=\"100%%\" "
      "fill=\"white\"/>\n",
      2 * (WIDTH + LEFT) + 30, HEIGHT + TOP + 30);
  for (int i = 0; status == OCTAVO_OK && h->count > 0 && i < 2; i++) {
    const double left = LEFT + i * (double)(WIDTH + LEFT);
    double low = 0, high = 0;
    find_range(h, &diagrams[i], &low, &high);
    status = draw_frame(file, h, &diagrams[i], left, low, high, error);
    for (int c = 0; status == OCTAVO_OK && c < curve_count(h, &diagrams[i]); c++)
      status = draw_curve(file, h, &diagrams[i], c, left, low, high, error);
  }
  return status == OCTAVO_OK ? atomic_file_print(file, error, "</svg>\n") : status;
}

octavo_status history_write_svg(const history *h, const char *path, octavo_error *error) {
  atomic_file *file = NULL;
  octavo_status status = atomic_file_create(path, &file, error);
  if (status != OCTAVO_OK)
    return status;
  status = draw(file, h, error);
  if (status == OCTAVO_OK)
    return atomic_file_commit(file, error);
  atomic_file_abort(file);
  return status;
}
