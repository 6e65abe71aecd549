#include "train_subject.h"

#include "common/random.h"
#include "common/subject.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"
#include "train/loss.h"
#include "train/networks.h"

#include <math.h>

/* As small as to stay finite over any number of steps on the same noise. */
static const double RATE = 0.01;
static const sgd OPTIMIZER = {.momentum = 0.9, .weight_decay = 5e-4};

const char *train_subject_precision(const train_subject *s) {
  return s->bfloat16 ? "bfloat16" : "float32";
}

/* Noise of deviation 1, as normalised images have; oneDNN brings it to the input's type and layout.
 */
static octavo_status fill_images(train_subject *s, random_state *random, octavo_error *error) {
  const architecture_layer *spec = &s->plan.layers[0];
  const dnnl_dims_t dims = {s->batch, spec->channels, spec->height, spec->width};
  tensor plain;
  octavo_status status = tensor_plain(&plain, &s->d, 4, dims, dnnl_f32, error);
  if (status == OCTAVO_OK) {
    float *values = plain.data;
    for (size_t i = 0; i < plain.bytes / sizeof *values; i++)
      values[i] = (float)random_normal(random);
    status = tensor_copy(&s->d, &plain, network_input(s->net), error);
  }
  tensor_free(&plain);
  return status;
}

static octavo_status fill(train_subject *s, uint64_t seed, octavo_error *error) {
  random_state random;
  random_seed(&random, seed);
  s->labels = octavo_memory_alloc(s->batch, sizeof *s->labels);
  if (s->labels == NULL)
    return octavo_error_memory(error, s->batch * sizeof *s->labels, "labels");
  for (uint32_t i = 0; i < s->batch; i++)
    s->labels[i] = (uint32_t)random_below(&random, network_classes(s->net));
  return fill_images(s, &random, error);
}

static octavo_status make(const train_subject_request *r, train_subject *s, octavo_error *error) {
  const trainable *kind = trainable_find(r->network);
  if (kind == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "no network '%s'; octavo-train --list tells the names", r->network);
  octavo_status status = onednn_open(&s->d, r->threads, error);
  if (status == OCTAVO_OK)
    status = train_precision_choose(&s->d, r->precision, &s->bfloat16, error);
  if (status == OCTAVO_OK)
    status = trainable_build(
        kind,
        &(trainable_options){.size = r->size > 0 ? r->size : kind->size, .classes = r->classes},
        &s->plan, error);
  if (status == OCTAVO_OK)
    status = network_create(&s->d, &s->plan, r->batch, s->bfloat16, &s->net, error);
  if (status == OCTAVO_OK)
    status = initialize(s->net, r->seed, error);
  return status == OCTAVO_OK ? fill(s, r->seed, error) : status;
}

octavo_status train_subject_open(const train_subject_request *request, train_subject *s,
                                 octavo_error *error) {
  *s = (train_subject){.batch = request->batch, .idle_bytes = platform_memory_resident()};
  const uint64_t begun = platform_nanoseconds();
  octavo_status status = make(request, s, error);
  s->create_ms = subject_elapsed(begun);
  if (status == OCTAVO_OK) {
    s->net->profile = &s->time;
    status = train_subject_step(s, &s->first_ms, error);
  }
  if (status != OCTAVO_OK)
    train_subject_close(s);
  return status;
}

void train_subject_close(train_subject *s) {
  network_free(s->net);
  architecture_free(&s->plan);
  octavo_memory_free(s->labels);
  onednn_close(&s->d);
  *s = (train_subject){0};
}

/* What training_step does between two batches of the loader. */
static octavo_status step(train_subject *s, octavo_error *error) {
  octavo_status status = network_forward(s->net, true, error);
  if (status != OCTAVO_OK)
    return status;
  const loss_result result =
      loss_cross_entropy(network_logits(s->net), s->labels, s->batch, s->batch,
                         network_classes(s->net), 0.0, network_logits_gradient(s->net));
  s->loss = result.sum / s->batch;
  if (!isfinite(result.sum))
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "the loss is no number any more: expected a finite one after step "
                            "%llu, found %g; another --seed may help",
                            (unsigned long long)s->time.steps + 1, result.sum);
  profile_mark(s->net->profile, PROFILE_LOSS, PROFILE_FORWARD);
  status = network_backward(s->net, error);
  return status == OCTAVO_OK ? sgd_step(s->net, &OPTIMIZER, RATE, error) : status;
}

octavo_status train_subject_step(train_subject *s, double *milliseconds, octavo_error *error) {
  if (platform_interrupted())
    return octavo_error_set(error, OCTAVO_ERROR_IO, "interrupted");
  const uint64_t begun = platform_nanoseconds();
  profile_start(&s->time);
  const octavo_status status = step(s, error);
  profile_stop(&s->time);
  s->time.steps++;
  *milliseconds = subject_elapsed(begun);
  return status;
}
