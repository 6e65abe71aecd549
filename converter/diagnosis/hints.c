#include "converter/diagnosis/hints.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Decibels. Rounding alone gives an 8-bit value that fills its range about 40; below 20 a tenth of
 * the signal's amplitude is wrong. */
#define GOOD 30.0
#define POOR 20.0

#define CLIPPED_MUCH  0.001 /* share of the values */
#define SPREAD_LARGE  30.0  /* between the channels' weights */
#define OUTLIERS      4.0   /* times that the range is wider than what nearly all values need */
#define NEARLY_ALL    0.999
#define IMAGES_ENOUGH 100

/* The width that the middle NEARLY_ALL of the values take, to a bin. */
static double bulk_width(const value_histogram *h) {
  const double aside = (double)h->count * (1.0 - NEARLY_ALL) / 2.0;
  int32_t low = 0, high = VALUE_HISTOGRAM_BINS - 1;
  for (double sum = (double)h->bins[low]; low < high && sum <= aside; sum += (double)h->bins[low])
    low++;
  for (double sum = (double)h->bins[high]; high > low && sum <= aside; sum += (double)h->bins[high])
    high--;
  return (double)(h->ends.max - h->ends.min) * (high - low + 1) / VALUE_HISTOGRAM_BINS;
}

static bool clipped(const hint_facts *facts, const layer_diagnosis *layer, char *text) {
  const double share = activation_statistics_clipped_share(&layer->activations);
  if (!layer->observed || !layer->activations.quantized || share < CLIPPED_MUCH)
    return false;
  const char *advice = "try --calibrator minmax, which keeps all that was seen";
  if (strcmp(facts->calibrator, "minmax") == 0)
    advice = "more calibration images would show them (--calib-count)";
  else if (facts->calibrator[0] == '\0')
    advice = "the range that the network came with is too narrow for these images";
  snprintf(text, HINT_BYTES, "%.2g %% of the values are clipped: %s", 100.0 * share, advice);
  return true;
}

static bool outliers(const hint_facts *facts, const layer_diagnosis *layer, char *text) {
  const activation_statistics *a = &layer->activations;
  if (!layer->observed || !a->quantized || a->histogram.count == 0 ||
      strcmp(facts->calibrator, "mse") == 0 || facts->calibrator[0] == '\0')
    return false;
  const double times = (double)(a->chosen.max - a->chosen.min) / bulk_width(&a->histogram);
  if (!(times >= OUTLIERS))
    return false;
  snprintf(text, HINT_BYTES,
           "A few outliers make the range %.0f times wider than 99.9 %% of the values need: try "
           "--calibrator mse",
           times);
  return true;
}

static bool spread(const hint_facts *facts, const layer_diagnosis *layer, char *text) {
  (void)facts;
  const double factor = weight_statistics_spread(&layer->weights);
  if (factor < SPREAD_LARGE)
    return false;
  snprintf(text, HINT_BYTES,
           "The weights of the channels differ by a factor of %.0f: channels with small weights "
           "get few steps of the result's range; cross-layer equalization evens them out",
           factor);
  return true;
}

static bool arrives(const hint_facts *facts, const layer_diagnosis *layer, char *text) {
  (void)facts;
  if (!(layer->isolated_snr_db >= GOOD) || !(layer->snr_db < POOR))
    return false;
  snprintf(text, HINT_BYTES,
           "Good alone (%.0f dB), worse with all before it (%.0f dB): its error comes from the "
           "layers before",
           layer->isolated_snr_db, layer->snr_db);
  return true;
}

static bool is_weighted(const layer_diagnosis *layer) {
  return layer->weights.channels > 0;
}

/* Whether no layer with weights comes before it, or none after it. */
static bool at_an_end(const diagnosis *d, const layer_diagnosis *layer) {
  const uint32_t index = (uint32_t)(layer - d->layers);
  uint32_t before = 0, after = 0;
  for (uint32_t i = 0; i < d->layer_count; i++) {
    before += i < index && is_weighted(&d->layers[i]);
    after += i > index && is_weighted(&d->layers[i]);
  }
  return is_weighted(layer) && (before == 0 || after == 0);
}

static bool keep_float(const hint_facts *facts, const layer_diagnosis *layer, char *text) {
  const bool end = at_an_end(facts->layers, layer);
  if (!(layer->isolated_snr_db < (end ? GOOD : POOR)))
    return false;
  snprintf(text, HINT_BYTES, "%s: leave it in float32 with --keep-float %.300s",
           end ? "First and last layers often need more than 8 bits"
               : "8 bits are too few for this layer",
           layer->info.name);
  return true;
}

static bool dead(const hint_facts *facts, const layer_diagnosis *layer, char *text) {
  (void)facts;
  const uint32_t count = layer->observed ? activation_statistics_dead(&layer->activations) : 0;
  const uint32_t channels = layer->activations.channels;
  if (count == 0 || !is_weighted(layer))
    return false;
  snprintf(text, HINT_BYTES,
           "%u of %u channels gave 0 for every image: they do nothing here, and could be left out "
           "of the network",
           count, channels);
  return true;
}

typedef bool (*layer_rule)(const hint_facts *facts, const layer_diagnosis *layer, char *text);
static const layer_rule layer_rules[] = {clipped, outliers, keep_float, spread, arrives, dead};

uint32_t hints_layer_rules(void) {
  return (uint32_t)(sizeof layer_rules / sizeof layer_rules[0]);
}

bool hints_layer(const hint_facts *facts, uint32_t layer, uint32_t rule, char text[HINT_BYTES]) {
  return layer_rules[rule](facts, &facts->layers->layers[layer], text);
}

/* ---- The conversion as a whole -------------------------------------------------------------- */

static bool few_images(const hint_facts *facts, char *text) {
  if (facts->images >= IMAGES_ENOUGH || facts->calibrator[0] == '\0')
    return false;
  snprintf(text, HINT_BYTES,
           "Only %u images were used to calibrate: ranges of rare activations may be missing; %s",
           facts->images,
           facts->images_available > facts->images ? "raise --calib-count"
                                                   : "a larger folder would help");
  return true;
}

static bool still_moving(const hint_facts *facts, char *text) {
  if (facts->ranges->movement_worst <= CALIBRATION_ENOUGH)
    return false;
  snprintf(text, HINT_BYTES,
           "The calibration images were not enough: the last quarter of them still moved a range "
           "by %.0f %%; %s",
           100.0 * (double)facts->ranges->movement_worst,
           facts->images_available > facts->images ? "raise --calib-count"
                                                   : "a larger folder would help");
  return true;
}

typedef bool (*general_rule)(const hint_facts *facts, char *text);
static const general_rule general_rules[] = {few_images, still_moving};

uint32_t hints_general_rules(void) {
  return (uint32_t)(sizeof general_rules / sizeof general_rules[0]);
}

bool hints_general(const hint_facts *facts, uint32_t rule, char text[HINT_BYTES]) {
  return general_rules[rule](facts, text);
}
