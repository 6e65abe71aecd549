#include "loss.h"

#include <math.h>
#include <string.h>

/* One image. Returns its loss. With p = softmax(z) and target t (summing to 1) the loss is
 * −Σ t log p = log Σ exp z − Σ t z, its gradient p − t. */
static double one_image(const float *z, uint32_t label, uint32_t classes, double smoothing,
                        double weight, float *gradient) {
  double largest = z[0], sum = 0.0, total = 0.0;
  for (uint32_t c = 1; c < classes; c++)
    largest = z[c] > largest ? z[c] : largest;
  for (uint32_t c = 0; c < classes; c++) {
    sum += exp(z[c] - largest);
    total += z[c];
  }
  const double log_sum = log(sum) + largest, share = smoothing / classes;
  if (gradient != NULL)
    for (uint32_t c = 0; c < classes; c++) {
      const double target = (c == label ? 1.0 - smoothing : 0.0) + share;
      gradient[c] = (float)((exp(z[c] - log_sum) - target) * weight);
    }
  return log_sum - (1.0 - smoothing) * z[label] - share * total;
}

static uint32_t largest_logit(const float *z, uint32_t classes) {
  uint32_t best = 0;
  for (uint32_t c = 1; c < classes; c++)
    if (z[c] > z[best])
      best = c;
  return best;
}

loss_result loss_cross_entropy(const float *logits, const uint32_t *labels, uint32_t count,
                               uint32_t rows, uint32_t classes, double smoothing, float *gradient) {
  loss_result result = {0};
  if (gradient != NULL)
    memset(gradient, 0, (size_t)rows * classes * sizeof *gradient);
  for (uint32_t i = 0; i < count; i++) {
    const float *z = logits + (size_t)i * classes;
    float *g = gradient != NULL ? gradient + (size_t)i * classes : NULL;
    result.sum += one_image(z, labels[i], classes, smoothing, 1.0 / count, g);
    result.correct += largest_logit(z, classes) == labels[i];
  }
  return result;
}
