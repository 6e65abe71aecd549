#include "qat.h"

#include "fold.h"
#include "platforms/platform.h"
#include "runtime/error.h"

#include <stdio.h>
#include <string.h>

enum { NORM_EPOCHS = 3, RANGE_EPOCHS = 4, OBSERVED_BATCHES = 16 };

static const float RANGE_SHARE = 0.01f;

static uint64_t lesser(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

quantization_phase qat_phase(uint64_t step, uint64_t total, uint32_t steps_per_epoch) {
  const uint64_t norms = lesser((uint64_t)NORM_EPOCHS * steps_per_epoch, total / 2);
  const uint64_t ranges = lesser((uint64_t)RANGE_EPOCHS * steps_per_epoch, total * 2 / 3);
  return (quantization_phase){.quantize = true,
                              .norm_fixed = step >= norms,
                              .range_share = step < ranges ? RANGE_SHARE : 0.0f};
}

/* Each range becomes the mean of what the batches have in the float network. */
static octavo_status observe(training *t, octavo_error *error) {
  const tensor *input = network_input(t->net);
  const uint32_t steps = loader_steps(t->train_loader);
  octavo_status status = loader_begin(t->train_loader, 0, 0, error);
  for (uint32_t i = 0; status == OCTAVO_OK && i < OBSERVED_BATCHES && i < steps; i++) {
    const loader_batch batch = loader_next(t->train_loader);
    memcpy(input->data, batch.images, input->bytes);
    t->net->phase.range_share = 1.0f / (float)(i + 1);
    status = network_forward(t->net, false, error);
  }
  t->net->phase.range_share = 0.0f;
  return status;
}

static octavo_status measure(training *t, double *accuracy, octavo_error *error) {
  evaluation_result result = {0};
  const octavo_status status = training_evaluate(t, &result, error);
  *accuracy = result.accuracy;
  if (status == OCTAVO_OK && platform_interrupted())
    return octavo_error_set(error, OCTAVO_ERROR_IO,
                            "stopped before the first step; nothing is saved");
  return status;
}

/* What the export would refuse hardly gets better in training: the run had better not begin. */
static octavo_status check_export(const network *n, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; status == OCTAVO_OK && i < n->count; i++) {
    const architecture_kind kind = n->plan->layers[i].kind;
    if (kind != ARCHITECTURE_CONVOLUTION && kind != ARCHITECTURE_LINEAR)
      continue;
    folded_layer f = {0};
    status = qat_fold(n, i, &f, error);
    folded_layer_free(&f);
  }
  return status;
}

octavo_status qat_begin(training *t, octavo_error *error) {
  t->net->phase = (quantization_phase){0};
  octavo_status status = network_refresh(t->net, error);
  if (status == OCTAVO_OK)
    status = observe(t, error);
  if (status == OCTAVO_OK)
    status = check_export(t->net, error);
  if (status == OCTAVO_OK)
    status = measure(t, &t->at.float_accuracy, error);
  t->net->phase.quantize = true;
  if (status == OCTAVO_OK)
    status = network_refresh(t->net, error);
  if (status == OCTAVO_OK)
    status = measure(t, &t->at.rounded_accuracy, error);
  if (status != OCTAVO_OK)
    return status;
  printf("test accuracy in float %.2f %%, rounded to int8 before training %.2f %%\n",
         100.0 * t->at.float_accuracy, 100.0 * t->at.rounded_accuracy);
  fflush(stdout);
  return OCTAVO_OK;
}
