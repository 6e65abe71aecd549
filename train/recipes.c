#include "recipes.h"

#include "augment.h"
#include "schedule.h"

#include <string.h>

const char *const recipe_names[] = {"classic", "fast", "qat", NULL};

typedef struct recipe_row {
  int recipe;
  const char *network; /* NULL = any */
  train_settings settings;
} recipe_row;

/* One-cycle for all networks but airbench94; they differ in the peak rate and in how much the
 * targets are smoothed. */
#define ONE_CYCLE(peak, smoothing)                                                                 \
  {                                                                                                \
    .epochs = 10, .batch = 128, .rate = (peak), .momentum = 0.9, .weight_decay = 5e-4,             \
    .warmup = 0.25, .schedule = SCHEDULE_ONE_CYCLE, .nesterov = 1, .label_smoothing = (smoothing), \
    .flip = AUGMENT_FLIP_ALTERNATING, .translate = 3                                               \
  }

static const recipe_row rows[] = {
    /* The setting of many walk-throughs. */
    {RECIPE_CLASSIC,
     NULL,
     {.epochs = 10,
      .batch = 128,
      .rate = 0.01,
      .momentum = 0.9,
      .weight_decay = 5e-4,
      .warmup = 0.3,
      .schedule = SCHEDULE_COSINE,
      .flip = AUGMENT_FLIP_RANDOM,
      .translate = 4}},
    {RECIPE_FAST, NULL, ONE_CYCLE(0.15, 0.1)},
    /* What small networks can learn they have not learnt when the run is over: a higher rate, and
     * labels as they are, gained ResNet-8 2.8 points in six epochs of CIFAR-10
     * (benchmarks/RESULTS.md). */
    {RECIPE_FAST, "resnet8", ONE_CYCLE(0.3, 0)},
    {RECIPE_FAST, "resnet20", ONE_CYCLE(0.3, 0)},
    /* At the others' rate it stays near chance. */
    {RECIPE_FAST, "mobilenetv2", ONE_CYCLE(0.03, 0.1)},
    /* Jordan, 2024 (airbench94), whose rate and decay are of sums over a batch: with momentum 0.85
     * its rate is 11.5 / (1 + 1/(1 - 0.85)) = 1.5 of the mean, its decay 0.0153 / 11.5 = 0.00133.
     */
    {RECIPE_FAST,
     "airbench94",
     {.epochs = 10,
      .batch = 1024,
      .rate = 1.5,
      .momentum = 0.85,
      .weight_decay = 1.33e-3,
      .warmup = 0.23,
      .schedule = SCHEDULE_TRIANGULAR,
      .nesterov = 1,
      .label_smoothing = 0.2,
      .flip = AUGMENT_FLIP_ALTERNATING,
      .translate = 2,
      .lookahead = 5,
      .lookahead_share = 0.226,
      .lookahead_power = 3}},
    /* From a trained network: six epochs, of which the last two have batch norm and ranges fixed
     * (qat/qat.h). */
    {RECIPE_QAT,
     NULL,
     {.epochs = 6,
      .batch = 128,
      .rate = 1e-3,
      .momentum = 0.9,
      .weight_decay = 5e-4,
      .warmup = 0.25,
      .schedule = SCHEDULE_COSINE,
      .nesterov = 1,
      .flip = AUGMENT_FLIP_ALTERNATING,
      .translate = 3}},
};

static const recipe_row *find(int recipe, const char *network) {
  const recipe_row *any = NULL;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const recipe_row *r = &rows[i];
    if (r->recipe != recipe)
      continue;
    if (r->network == NULL)
      any = r;
    else if (network != NULL && strcmp(r->network, network) == 0)
      return r;
  }
  return any;
}

void recipe_take(train_settings *s, int recipe, const char *network) {
  *s = find(recipe, network)->settings;
  s->recipe = recipe;
  s->seed = 1;
  if (s->lookahead == 0)
    s->lookahead_share = 0.5;
}
