#include "converter/preprocessing.h"

#include "converter/preprocessing_preset.h"
#include "runtime/error.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct size_option {
  uint32_t width, height;
  bool one_number;
} size_option;

static octavo_status parse_size(const char *option, const char *text, size_option *size,
                                octavo_error *error) {
  char rest = '\0';
  *size = (size_option){0, 0, false};
  if (sscanf(text, "%5ux%5u%c", &size->width, &size->height, &rest) != 2) {
    size->one_number = true;
    if (sscanf(text, "%5u%c", &size->width, &rest) != 1)
      size->width = 0;
    size->height = size->width;
  }
  if (text[0] < '0' || text[0] > '9' || size->width == 0 || size->height == 0)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "--%s: expected a number of pixels or WIDTHxHEIGHT, found '%.100s'",
                            option, text);
  return OCTAVO_OK;
}

/* One number serves all channels. */
static octavo_status set_channels(const char *option, const option_reals *given, uint32_t channels,
                                  float values[3], octavo_error *error) {
  if (given->count == 0)
    return OCTAVO_OK;
  if (given->count != 1 && given->count != channels)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "--%s: expected one number or %u, one for each channel of the "
                            "network's input, found %u",
                            option, channels, given->count);
  for (uint32_t c = 0; c < channels; c++)
    values[c] = (float)given->values[given->count == 1 ? 0 : c];
  return OCTAVO_OK;
}

/* Numbers that nobody typed must be for this network's channels, and for its scale. */
static octavo_status check_sources(rule_sources sources, const preprocessing_preset *preset,
                                   const graph_metadata *metadata, const octavo_preprocessing *rule,
                                   octavo_error *error) {
  const bool of_preset = sources.mean == RULE_PRESET || sources.std == RULE_PRESET;
  const bool of_network = sources.mean == RULE_NETWORK || sources.std == RULE_NETWORK;
  if (of_preset && rule->channels != 3)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "--preset %s is for networks with 3 input channels, this one has %u; "
                            "give --mean and --std",
                            preset->name, rule->channels);
  if (of_network && metadata->channels != rule->channels)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "the network's metadata 'octavo.mean' and 'octavo.std': expected "
                            "%u numbers, as many as its input has channels, found %u; give --mean "
                            "and --std",
                            rule->channels, metadata->channels);
  if (of_network && fabsf(rule->scale * 255.0f - 1.0f) > 1e-4f)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "--scale %g contradicts the network's metadata 'octavo.mean' and "
                            "'octavo.std', which are for pixels scaled by 1/255; give --mean and "
                            "--std besides",
                            (double)rule->scale);
  return OCTAVO_OK;
}

/* The values that no option gives; those of a source have red first. */
static void copy_channels(rule_source source, const float *network, const float *preset,
                          const octavo_preprocessing *rule, float values[3]) {
  const float *given = source == RULE_NETWORK ? network : source == RULE_PRESET ? preset : NULL;
  for (uint32_t c = 0; given != NULL && c < rule->channels; c++)
    values[c] = given[rule->bgr && rule->channels == 3 ? 2 - c : c];
}

static octavo_status set_values(const convert_options *options, const preprocessing_preset *preset,
                                const graph_metadata *metadata, octavo_preprocessing *rule,
                                octavo_error *error) {
  const rule_sources sources = rule_sources_find(options, metadata);
  rule->scale = options->scale.count == 0 ? 1.0f / 255.0f : (float)options->scale.values[0];
  octavo_status status = check_sources(sources, preset, metadata, rule, error);
  if (status != OCTAVO_OK)
    return status;
  for (uint32_t c = 0; c < 3; c++)
    rule->std[c] = 1.0f;
  copy_channels(sources.mean, metadata->mean, preset ? preset->mean : NULL, rule, rule->mean);
  copy_channels(sources.std, metadata->std, preset ? preset->std : NULL, rule, rule->std);
  status = set_channels("mean", &options->mean, rule->channels, rule->mean, error);
  if (status == OCTAVO_OK)
    status = set_channels("std", &options->std, rule->channels, rule->std, error);
  if (status != OCTAVO_OK)
    return status;
  for (uint32_t c = 0; c < rule->channels; c++)
    if (!(rule->std[c] > 0.0f))
      return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "--std: expected numbers above 0, found %g", (double)rule->std[c]);
  return rule->scale > 0.0f ? OCTAVO_OK
                            : octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                                               "--scale: expected a number above 0, found %g",
                                               (double)rule->scale);
}

/* The network decides; what else names a size must agree. */
static octavo_status check_size(const convert_options *options, const preprocessing_preset *preset,
                                const octavo_preprocessing *rule, octavo_error *error) {
  if (options->size != NULL) {
    size_option given;
    const octavo_status status = parse_size("size", options->size, &given, error);
    if (status == OCTAVO_OK && (given.width != rule->width || given.height != rule->height))
      return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "--size %s contradicts the network, whose input is %ux%u",
                              options->size, rule->width, rule->height);
    return status;
  }
  if (preset != NULL && preset->size != 0 &&
      (preset->size != rule->width || preset->size != rule->height))
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "--preset %s is for inputs of %ux%u, the network's is %ux%u; if that "
                            "is meant, give --size %ux%u besides",
                            preset->name, preset->size, preset->size, rule->width, rule->height,
                            rule->width, rule->height);
  return OCTAVO_OK;
}

static octavo_status set_short_side(uint32_t side, octavo_preprocessing *rule,
                                    octavo_error *error) {
  if (side < rule->width || side < rule->height)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "--resize %u is smaller than the network's input, %ux%u, which is cut "
                            "out of it",
                            side, rule->width, rule->height);
  rule->resize = OCTAVO_RESIZE_SHORT_SIDE;
  rule->resize_width = rule->resize_height = side;
  return OCTAVO_OK;
}

static octavo_status set_geometry(const convert_options *options,
                                  const preprocessing_preset *preset, octavo_preprocessing *rule,
                                  octavo_error *error) {
  rule->resize = OCTAVO_RESIZE_STRETCH;
  rule->resize_width = rule->width;
  rule->resize_height = rule->height;
  size_option given = {0, 0, false};
  if (options->resize != NULL) {
    const octavo_status status = parse_size("resize", options->resize, &given, error);
    if (status != OCTAVO_OK)
      return status;
  }
  if (options->crop == CROP_NONE) {
    if (given.width != 0 && (given.width != rule->width || given.height != rule->height))
      return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "--crop none contradicts --resize %s: the network's input is %ux%u",
                              options->resize, rule->width, rule->height);
    return OCTAVO_OK;
  }
  if (given.width != 0 && !given.one_number) {
    if (given.width < rule->width || given.height < rule->height)
      return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "--resize %s is smaller than the network's input, %ux%u",
                              options->resize, rule->width, rule->height);
    rule->resize_width = given.width;
    rule->resize_height = given.height;
    return OCTAVO_OK;
  }
  if (given.width != 0)
    return set_short_side(given.width, rule, error);
  const uint32_t longer = rule->width > rule->height ? rule->width : rule->height;
  if (preset != NULL && preset->resize != 0) /* in the preset's proportion, if --size differs */
    return set_short_side(preset->resize * longer / preset->size, rule, error);
  return options->crop == CROP_CENTER ? set_short_side(longer, rule, error) : OCTAVO_OK;
}

static octavo_status find_preset(const convert_options *options,
                                 const preprocessing_preset **preset, octavo_error *error) {
  *preset = NULL;
  if (options->preset == NULL)
    return OCTAVO_OK;
  *preset = preprocessing_preset_find(options->preset);
  return *preset != NULL ? OCTAVO_OK
                         : octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                                            "--preset: expected one of " PREPROCESSING_PRESET_NAMES
                                            ", found '%.100s'",
                                            options->preset);
}

octavo_status preprocessing_from_options(const convert_options *options,
                                         const graph_metadata *metadata, const int64_t shape[4],
                                         octavo_preprocessing *rule, octavo_error *error) {
  memset(rule, 0, sizeof *rule);
  const preprocessing_preset *preset = NULL;
  octavo_status status = find_preset(options, &preset, error);
  if (status != OCTAVO_OK)
    return status;
  if (shape[3] != 1 && shape[3] != 3)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "the network's input: expected 1 or 3 channels, as images have, found "
                            "%lld",
                            (long long)shape[3]);
  rule->height = (uint32_t)shape[1];
  rule->width = (uint32_t)shape[2];
  rule->channels = (uint32_t)shape[3];
  rule->bgr = options->bgr;
  status = check_size(options, preset, rule, error);
  if (status == OCTAVO_OK)
    status = set_geometry(options, preset, rule, error);
  return status == OCTAVO_OK ? set_values(options, preset, metadata, rule, error) : status;
}
