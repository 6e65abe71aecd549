#include "schedule.h"

#include <math.h>

/* From 1 down to 0 in half a wave (Loshchilov and Hutter, 2017). */
static double cosine(double progress, double warmup) {
  (void)warmup;
  return 0.5 * (1.0 + cos(3.14159265358979323846 * progress));
}

/* Straight up from 1/25, then straight down to 0 (after Smith and Topin, 2019). */
static double one_cycle(double progress, double warmup) {
  if (progress < warmup)
    return 0.04 + 0.96 * progress / warmup;
  return (1.0 - progress) / (1.0 - warmup);
}

/* Straight up from 0.2, then straight down to 0.07: airbench94 (Jordan, 2024), which rises for 23 %
 * of the steps. */
static double triangular(double progress, double warmup) {
  if (progress < warmup)
    return 0.2 + 0.8 * progress / warmup;
  return 1.0 - 0.93 * (progress - warmup) / (1.0 - warmup);
}

/* A tenth after half of the steps, a hundredth after three quarters (He et al., 2016). */
static double step(double progress, double warmup) {
  (void)warmup;
  return progress < 0.5 ? 1.0 : progress < 0.75 ? 0.1 : 0.01;
}

static double constant(double progress, double warmup) {
  (void)progress;
  (void)warmup;
  return 1.0;
}

const schedule schedules[] = {
    [SCHEDULE_COSINE] = {"cosine", cosine},
    [SCHEDULE_ONE_CYCLE] = {"one-cycle", one_cycle},
    [SCHEDULE_TRIANGULAR] = {"triangular", triangular},
    [SCHEDULE_STEP] = {"step", step},
    [SCHEDULE_CONSTANT] = {"constant", constant},
};

const char *const schedule_names[] = {"cosine", "one-cycle", "triangular", "step", "constant", 0};
