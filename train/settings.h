/* What the command line of octavo-train says. */
#ifndef OCTAVO_TRAIN_SETTINGS_H
#define OCTAVO_TRAIN_SETTINGS_H

#include "common/options.h"
#include "networks.h"
#include "octavo.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct train_settings {
  const char *network, *data, *output, *init;
  bool list, resume, overwrite, qat, tta, profile;
  int recipe;
  uint32_t epochs, batch, size, threads, limit, test_limit; /* size, limits, threads: 0 = usual */
  uint64_t seed;
  double held_out; /* share of each class for testing where the data brings no split; 0 = usual */
  double rate, momentum, weight_decay, warmup, label_smoothing;
  int schedule, nesterov, flip; /* indices of their choices */
  int precision;                /* train_precision */
  double width;                 /* 0 = the network's usual */
  int activation;               /* an architecture_function; 0 = the network's usual */
  bool decay_all;
  double ema, lookahead_share, lookahead_power;
  uint32_t lookahead; /* ema and lookahead: 0 = off */
  uint32_t translate, cutout;
  option_reals mean, deviation; /* count 0: computed from the data */
} train_settings;

/* As options_parse: OPTIONS_RUN or an exit code. Options that are not given take the recipe's
 * value.
 */
int train_settings_parse(int argc, char **argv, train_settings *settings);

/* The options that decide what the network looks like; size and classes, which depend on the data,
 * are 0. */
trainable_options train_settings_network(const train_settings *settings);

/* All that decides what is computed, as a JSON object of strings (a new reference): what run.json
 * tells, and what has to be the same when a run is resumed. NULL if memory is short. */
json_t *train_settings_describe(const train_settings *settings);

#ifdef __cplusplus
}
#endif

#endif
