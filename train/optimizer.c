#include "optimizer.h"

#include "common/random.h"
#include "parallel.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>
#include <string.h>

typedef struct update {
  float *value, *momentum;
  const float *gradient;
  float rate, decay, share; /* share: of the momentum that is kept */
  bool nesterov;
} update;

static void update_part(void *context, size_t begin, size_t end) {
  const update *u = context;
  float *restrict weight = u->value;
  float *restrict momentum = u->momentum;
  const float *restrict gradient = u->gradient;
  const float rate = u->rate, decay = u->decay, share = u->share;
  /* Of g and m, how much goes into the step: m alone, or g + momentum · m. */
  const float direct = u->nesterov ? 1.0f : 0.0f, averaged = u->nesterov ? share : 1.0f;
  for (size_t i = begin; i < end; i++) {
    const float g = gradient[i] + decay * weight[i];
    const float m = share * momentum[i] + g;
    momentum[i] = m;
    weight[i] -= rate * (direct * g + averaged * m);
  }
}

octavo_status sgd_step(network *n, const sgd *settings, double rate, octavo_error *error) {
  for (uint32_t i = 0; i < n->parameter_count; i++) {
    parameter *p = n->parameters[i];
    if (!parameter_trained(p))
      continue;
    const bool decays = settings->decay_all || p->kind == PARAMETER_WEIGHT;
    const double factor = p->rate > 0.0f ? (double)p->rate : 1.0;
    update u = {.value = p->value.data,
                .momentum = p->momentum,
                .gradient = p->gradient.data,
                .rate = (float)(rate * factor),
                .decay = decays ? (float)(settings->weight_decay / factor) : 0.0f,
                .share = (float)settings->momentum,
                .nesterov = settings->nesterov};
    parallel_for(p->value.bytes / sizeof(float), update_part, &u);
  }
  profile_mark(n->profile, PROFILE_OPTIMIZER, PROFILE_UPDATE);
  return network_refresh(n, error);
}

/* Filter i of the first ones passes channel i of the input on: 1 in its middle, else 0. */
static void set_identity(const parameter *p, float *plain) {
  const size_t kernel = (size_t)p->dims[2] * p->dims[3], inputs = p->dims[1];
  const size_t middle = (size_t)p->dims[2] / 2 * p->dims[3] + p->dims[3] / 2;
  for (size_t i = 0; i < inputs && i < p->dims[0]; i++) {
    memset(plain + i * inputs * kernel, 0, inputs * kernel * sizeof *plain);
    plain[(i * inputs + i) * kernel + middle] = 1.0f;
  }
}

static void fill_start(const parameter *p, random_state *random, float *plain) {
  const bool convolution = p->rank == 4 && p->start == ARCHITECTURE_START_NORMAL;
  const double outputs = convolution ? (double)p->dims[0] * p->dims[2] * p->dims[3] : 1.0;
  const double bound = p->fan_in > 0 ? 1.0 / sqrt(p->fan_in) : 0.0;
  for (size_t i = 0; i < p->count; i++) {
    switch (p->kind) {
    case PARAMETER_WEIGHT:
    case PARAMETER_BIAS:
      plain[i] = (float)(convolution ? sqrt(2.0 / outputs) * random_normal(random)
                                     : bound * (2.0 * random_uniform(random) - 1.0));
      break;
    case PARAMETER_NORM_SCALE:
    case PARAMETER_RUNNING_VARIANCE:
      plain[i] = 1.0f;
      break;
    case PARAMETER_NORM_SHIFT:
    case PARAMETER_RUNNING_MEAN:
    case PARAMETER_RANGE:
      plain[i] = 0.0f;
      break;
    }
  }
  if (p->start == ARCHITECTURE_START_IDENTITY)
    set_identity(p, plain);
}

octavo_status initialize(network *n, uint64_t seed, octavo_error *error) {
  random_state random;
  random_seed(&random, seed);
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; status == OCTAVO_OK && i < n->parameter_count; i++) {
    parameter *p = n->parameters[i];
    float *plain = octavo_memory_alloc(p->count, sizeof *plain);
    if (plain == NULL)
      return octavo_error_memory(error, p->count * sizeof *plain, "weights");
    fill_start(p, &random, plain);
    status = parameter_set(n, p, plain, error);
    octavo_memory_free(plain);
  }
  return status == OCTAVO_OK ? network_refresh(n, error) : status;
}
