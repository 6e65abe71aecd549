/* How well the network does on the test images. */
#include "training.h"

#include "loss.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"
#include "tta.h"

#include <string.h>

typedef struct tally {
  double loss;
  uint64_t correct;
} tally;

static void count_batch(const training *t, const loader_batch *batch, const float *logits,
                        tally *sum) {
  const loss_result r = loss_cross_entropy(logits, batch->labels, batch->count, batch->count,
                                           network_classes(t->net), 0.0, NULL);
  sum->loss += r.sum;
  sum->correct += r.correct;
}

/* `mean`: room for one batch's logits with test-time augmentation, else NULL. */
static octavo_status evaluate(training *t, float *mean, tally *plain, tally *augmented,
                              octavo_error *error) {
  octavo_status status = loader_begin(t->test_loader, 0, 0, error);
  const uint64_t views = mean != NULL ? TTA_VIEWS : 1;
  uint64_t done = 0;
  progress bar;
  progress_begin(&bar, stderr, "testing", "images", views * t->images.test.count);
  while (status == OCTAVO_OK && !platform_interrupted()) {
    const loader_batch batch = loader_next(t->test_loader);
    if (batch.count == 0)
      break;
    const tensor *input = network_input(t->net);
    memcpy(input->data, batch.images, input->bytes);
    status = network_forward(t->net, false, error);
    if (status != OCTAVO_OK)
      break;
    progress_update(&bar, done += batch.count);
    const float *logits = network_logits(t->net);
    if (batch.view == 0)
      count_batch(t, &batch, logits, plain);
    if (mean == NULL)
      continue;
    tta_add(mean, logits, (size_t)batch.count * network_classes(t->net), batch.view);
    if (batch.view == TTA_VIEWS - 1)
      count_batch(t, &batch, mean, augmented);
  }
  progress_end(&bar);
  return status;
}

octavo_status training_evaluate(training *t, evaluation_result *result, octavo_error *error) {
  float *mean = NULL;
  if (t->settings->tta) {
    mean = octavo_memory_alloc((size_t)t->net->batch * network_classes(t->net), sizeof *mean);
    if (mean == NULL)
      return octavo_error_memory(error, t->net->batch, "logits of several views");
  }
  tally plain = {0}, augmented = {0};
  const octavo_status status = evaluate(t, mean, &plain, &augmented, error);
  octavo_memory_free(mean);
  const double count = t->images.test.count;
  *result = (evaluation_result){.loss = plain.loss / count,
                                .accuracy = (double)plain.correct / count,
                                .tta_accuracy = (double)augmented.correct / count};
  return status;
}
