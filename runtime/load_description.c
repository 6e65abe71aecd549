#include "checked.h"
#include "load.h"
#include "preprocess.h"

#include <inttypes.h>
#include <math.h>

static octavo_status check_preprocessing(const octavo_model *model, octavo_error *error) {
  const octavo_format_preprocessing *stored = &model->preprocessing;
  if (!model->has_preprocessing)
    return OCTAVO_OK;
  if (stored->bgr > 1)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "preprocessing: bgr: expected 0 or 1, found %" PRIu32, stored->bgr);
  if (stored->resize > OCTAVO_RESIZE_SHORT_SIDE)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "preprocessing: resize: expected 0 (stretch) or 1 (short side), found "
                            "%" PRIu32,
                            stored->resize);
  if (!octavo_load_is_zero(stored->reserved, sizeof stored->reserved))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "preprocessing: reserved: expected zeros, found other bytes");
  octavo_preprocessing rule;
  octavo_tensor_info input;
  octavo_preprocess unused;
  octavo_model_fill_preprocessing(model, &rule);
  octavo_model_fill_info(model, &model->tensors[model->inputs[0]], &input);
  if (octavo_preprocess_init(&unused, &rule, &input, error) != OCTAVO_OK)
    return OCTAVO_ERROR_FORMAT;
  for (uint32_t c = rule.channels; c < 3; c++)
    if (!octavo_load_is_zero(&stored->mean[c], sizeof stored->mean[c]) ||
        !octavo_load_is_zero(&stored->std[c], sizeof stored->std[c]))
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "preprocessing: mean and std of channel %" PRIu32
                              ": expected 0 with %" PRIu32 " channels, found %g and %g",
                              c, rule.channels, (double)stored->mean[c], (double)stored->std[c]);
  return OCTAVO_OK;
}

static octavo_status check_labels(const octavo_model *model, octavo_error *error) {
  if (model->label_count == 0)
    return OCTAVO_OK;
  const octavo_format_tensor *output = &model->tensors[model->outputs[0]];
  const uint64_t values = output->bytes / (output->type == OCTAVO_INT8 ? 1 : 4);
  if (model->label_count != values)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "section LABELS: size: expected %" PRIu64
                            " labels, one for each value of output 0, found %" PRIu32,
                            values, model->label_count);
  for (uint32_t i = 0; i < model->label_count; i++) {
    const octavo_status status =
        octavo_load_check_string(model, model->labels[i], error, "label", i);
    if (status != OCTAVO_OK)
      return status;
  }
  return OCTAVO_OK;
}

static octavo_status check_accuracy(const char *field, float value, octavo_error *error) {
  if (isnan(value) || (value >= 0 && value <= 100))
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                          "provenance: %s: expected NaN or 0 to 100 percent, found %g", field,
                          (double)value);
}

static octavo_status check_provenance(const octavo_model *model, octavo_error *error) {
  const octavo_format_provenance *stored = &model->provenance;
  const uint32_t strings[] = {stored->tool, stored->source, stored->mode, stored->calibrator};
  for (uint32_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
    const octavo_status status =
        octavo_load_check_string(model, strings[i], error, "provenance: string", i);
    if (status != OCTAVO_OK)
      return status;
  }
  if (!octavo_load_is_zero(stored->reserved, sizeof stored->reserved))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "provenance: reserved: expected zeros, found other bytes");
  const octavo_status status = check_accuracy("accuracy_source", stored->accuracy_source, error);
  return status == OCTAVO_OK ? check_accuracy("accuracy_model", stored->accuracy_model, error)
                             : status;
}

/* The bytes of all tensors of a list, which are at most 2^16 times 2^31. */
static uint64_t total_bytes(const octavo_model *model, const uint32_t *list, uint32_t count) {
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < count; i++)
    bytes += model->tensors[list[i]].bytes;
  return bytes;
}

static octavo_status expect(const char *field, uint64_t expected, uint64_t found,
                            octavo_error *error) {
  if (expected == found)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                          "section TESTS: %s: expected %" PRIu64 ", found %" PRIu64, field,
                          expected, found);
}

static octavo_status check_tests(const octavo_model *model, octavo_error *error) {
  if (!model->has_tests)
    return OCTAVO_OK;
  const octavo_format_tests *tests = &model->tests;
  const uint64_t inputs = total_bytes(model, model->inputs, model->input_count);
  const uint64_t outputs = total_bytes(model, model->outputs, model->output_count);
  if (tests->vector_count == 0 || tests->vector_count > OCTAVO_FORMAT_MAX_VECTORS)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "section TESTS: vector_count: expected 1 to %u, found %" PRIu32,
                            OCTAVO_FORMAT_MAX_VECTORS, tests->vector_count);
  octavo_status status =
      expect("operator_count", model->operator_count, tests->operator_count, error);
  if (status == OCTAVO_OK)
    status = expect("input_bytes", inputs, tests->input_bytes, error);
  if (status == OCTAVO_OK)
    status = expect("output_bytes", outputs, tests->output_bytes, error);
  if (status != OCTAVO_OK)
    return status;
  if (!octavo_load_is_zero(tests->reserved, sizeof tests->reserved))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "section TESTS: reserved: expected zeros, found other bytes");
  if (tests->sample_count > OCTAVO_FORMAT_MAX_SAMPLES)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "section TESTS: sample_count: expected at most %u, found %" PRIu32,
                            OCTAVO_FORMAT_MAX_SAMPLES, tests->sample_count);
  /* Far from overflow: at most 64 · (2^48 + 2^17 + 2^21). */
  const uint64_t vector =
      inputs + outputs + (uint64_t)tests->operator_count * (sizeof(uint32_t) + tests->sample_count);
  return expect("size", sizeof *tests + tests->vector_count * vector,
                model->sections[OCTAVO_SECTION_TESTS - 1].size, error);
}

octavo_status octavo_load_description(octavo_model *model, octavo_error *error) {
  octavo_status status = check_preprocessing(model, error);
  if (status == OCTAVO_OK)
    status = check_labels(model, error);
  if (status == OCTAVO_OK)
    status = check_provenance(model, error);
  if (status == OCTAVO_OK)
    status = check_tests(model, error);
  return status;
}
