/* int8: the table holds round(exp(-scale · d) · 2^23) for d = largest - x, and
 * y = min(rne(256 · T[d] / ΣT) - 128, 127), exactly. */
#include "reference.h"

#include <math.h>

static void row_int8(const int8_t *x, const int32_t *table, size_t classes, int8_t *y) {
  int largest = -128;
  for (size_t i = 0; i < classes; i++)
    largest = x[i] > largest ? x[i] : largest;
  uint64_t sum = 0;
  for (size_t i = 0; i < classes; i++)
    sum += (uint64_t)table[largest - x[i]];
  for (size_t i = 0; i < classes; i++) {
    const uint64_t share = 256 * (uint64_t)table[largest - x[i]];
    uint64_t rounded = (2 * share + sum) / (2 * sum); /* halves up */
    const bool half = (2 * share + sum) % (2 * sum) == 0;
    if (half && rounded % 2 == 1)
      rounded--;
    y[i] = (int8_t)(rounded > 255 ? 127 : (int)rounded - 128);
  }
}

static void row_float(const float *x, size_t classes, float *y) {
  float largest = x[0];
  for (size_t i = 0; i < classes; i++)
    largest = fmaxf(largest, x[i]);
  double sum = 0;
  for (size_t i = 0; i < classes; i++)
    sum += exp((double)x[i] - (double)largest);
  for (size_t i = 0; i < classes; i++)
    y[i] = (float)(exp((double)x[i] - (double)largest) / sum);
}

void reference_softmax(const reference_tensor *x, const int32_t *table, const reference_tensor *y) {
  const size_t classes = x->shape[x->rank - 1];
  const size_t elements = reference_elements(x);
  for (size_t i = 0; i < elements; i += classes)
    if (x->type == OCTAVO_INT8)
      row_int8((const int8_t *)x->data + i, table, classes, (int8_t *)y->data + i);
    else
      row_float((const float *)x->data + i, classes, (float *)y->data + i);
}
