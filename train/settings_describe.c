/* The settings as run.json tells them. */
#include "image_set.h"
#include "recipes.h"
#include "schedule.h"
#include "settings_options.h"

#include <inttypes.h>
#include <stdio.h>

typedef struct description {
  json_t *object;
  bool complete;
} description;

static void add_text(description *d, const char *key, const char *text) {
  d->complete = d->complete && json_object_set_new(d->object, key, json_string(text)) == 0;
}

static void add_real(description *d, const char *key, double value) {
  char text[40];
  snprintf(text, sizeof text, "%.9g", value);
  add_text(d, key, text);
}

static void add_unsigned(description *d, const char *key, uint64_t value) {
  char text[24];
  snprintf(text, sizeof text, "%" PRIu64, value);
  add_text(d, key, text);
}

/* "0.5,0.5,0.5", or "computed" for those that come from the data. */
static void add_channels(description *d, const char *key, const option_reals *values) {
  char text[100] = "computed";
  const double *v = values->values;
  if (values->count == 3)
    snprintf(text, sizeof text, "%.9g,%.9g,%.9g", v[0], v[1], v[2]);
  add_text(d, key, text);
}

/* What was chosen, or is usual, where the network has such an option at all. */
static void add_network(description *d, const train_settings *s) {
  trainable_options network = train_settings_network(s);
  octavo_error refused;
  add_text(d, "network", s->network);
  if (trainable_complete(trainable_find(s->network), &network, &refused) != OCTAVO_OK)
    return;
  if (network.width != 0.0)
    add_real(d, "width", network.width);
  if (network.function != ARCHITECTURE_NO_FUNCTION)
    add_text(d, "activation", activation_names[network.function]);
}

json_t *train_settings_describe(const train_settings *s) {
  description result = {json_object(), true}, *o = &result;
  add_network(o, s);
  if (s->qat)
    add_text(o, "qat", no_yes_names[1]);
  add_text(o, "recipe", recipe_names[s->recipe]);
  add_unsigned(o, "epochs", s->epochs);
  add_unsigned(o, "batch", s->batch);
  add_unsigned(o, "seed", s->seed);
  add_text(o, "init", s->init != NULL ? s->init : "random");
  add_unsigned(o, "limit", s->limit);
  add_unsigned(o, "test_limit", s->test_limit);
  add_real(o, "val_share", s->held_out > 0.0 ? s->held_out : IMAGE_HELD_OUT);
  add_channels(o, "mean", &s->mean);
  add_channels(o, "std", &s->deviation);
  add_real(o, "lr", s->rate);
  add_text(o, "schedule", schedules[s->schedule].name);
  add_real(o, "warmup", s->warmup);
  add_real(o, "momentum", s->momentum);
  add_text(o, "nesterov", no_yes_names[s->nesterov]);
  add_real(o, "weight_decay", s->weight_decay);
  add_text(o, "decay_all", no_yes_names[s->decay_all ? 1 : 0]);
  add_real(o, "label_smoothing", s->label_smoothing);
  add_real(o, "ema", s->ema);
  add_unsigned(o, "lookahead", s->lookahead);
  add_real(o, "lookahead_share", s->lookahead_share);
  add_real(o, "lookahead_power", s->lookahead_power);
  add_unsigned(o, "translate", s->translate);
  add_text(o, "flip", flip_names[s->flip]);
  add_unsigned(o, "cutout", s->cutout);
  add_text(o, "tta", no_yes_names[s->tta ? 1 : 0]);
  if (result.complete)
    return result.object;
  json_decref(result.object);
  return NULL;
}
