/* The file's own proof: its test vectors, run on this machine. */
#include "crc32.h"
#include "error.h"
#include "exact.h"
#include "memory.h"
#include "model.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One test vector as it lies in the file: not aligned, and not trusted beyond its bounds. */
typedef struct test_vector {
  const uint8_t *inputs, *outputs, *checksums;
} test_vector;

static test_vector vector_at(const octavo_model *model, uint32_t index) {
  const octavo_format_tests *tests = &model->tests;
  const size_t inputs = (size_t)tests->input_bytes;
  const size_t outputs = (size_t)tests->output_bytes;
  const size_t checksums = tests->operator_count * sizeof(uint32_t);
  const uint8_t *start = model->test_vectors + index * (inputs + outputs + checksums);
  return (test_vector){start, start + inputs, start + inputs + outputs};
}

/* Where a float32 result is rounded to int8, another CPU's last bit may move it by a step, and
 * layers after it add such steps up: share of the output's range that is let pass. */
#define MIXED_TOLERANCE 0.05F

/* What results may be compared to the last bit. */
typedef struct exactness {
  bool *tensors; /* octavo_model_find_exact */
  bool mixed;    /* octavo_model_rounds_inexact */
} exactness;

/* The first layer whose int8 result is not the stored one. */
typedef struct layer_check {
  const octavo_model *model;
  const exactness *exact;
  const test_vector *vector;
  bool differs;
  uint32_t layer, expected, found;
} layer_check;

static void check_layer(void *context, uint32_t operator_index, uint32_t which,
                        const octavo_tensor_info *info, const void *data) {
  layer_check *check = context;
  const octavo_format_operator *op = &check->model->operators[operator_index];
  const octavo_format_tensor *y = octavo_model_operator_output(check->model, op, 0);
  if (which != 0 || info->type != OCTAVO_INT8 || check->differs ||
      !check->exact->tensors[y - check->model->tensors])
    return;
  uint32_t expected = 0;
  memcpy(&expected, check->vector->checksums + operator_index * sizeof expected, sizeof expected);
  const uint32_t found = octavo_crc32(0, data, info->bytes);
  if (found == expected)
    return;
  check->differs = true;
  check->layer = operator_index;
  check->expected = expected;
  check->found = found;
}

static octavo_status report_layer(const octavo_model *model, const layer_check *check,
                                  octavo_error *error) {
  octavo_operator_info op;
  (void)octavo_model_operator(model, check->layer, &op);
  return octavo_error_set(error, OCTAVO_ERROR_MISMATCH,
                          "layer %" PRIu32 " (%.200s), %s: expected a result with checksum "
                          "0x%08" PRIx32 ", found 0x%08" PRIx32
                          "; the first layer to differ on this machine",
                          check->layer, op.name, op.kind, check->expected, check->found);
}

static octavo_status compare_int8(const octavo_tensor_info *info, const uint8_t *expected,
                                  const int8_t *found, int tolerance, octavo_error *error) {
  for (size_t i = 0; i < info->bytes; i++)
    if (abs((int8_t)expected[i] - found[i]) > tolerance)
      return octavo_error_set(error, OCTAVO_ERROR_MISMATCH,
                              "output %.200s: value %zu: expected %d%s, found %d", info->name, i,
                              (int8_t)expected[i], tolerance == 0 ? "" : " within 5 % of the range",
                              found[i]);
  return OCTAVO_OK;
}

/* The same numbers summed in another order differ in their last bits. */
static bool is_close(float expected, float found, float margin) {
  return found == expected || (isnan(expected) && isnan(found)) ||
         (isfinite(expected) &&
          fabsf(found - expected) <= 1e-4F + 1e-3F * fabsf(expected) + margin);
}

static float stored_value(const uint8_t *data, size_t i) {
  float value = 0;
  memcpy(&value, data + i * sizeof value, sizeof value);
  return value;
}

static float largest_magnitude(const uint8_t *data, size_t count) {
  float largest = 0.0F;
  for (size_t i = 0; i < count; i++)
    if (isfinite(stored_value(data, i)))
      largest = fmaxf(largest, fabsf(stored_value(data, i)));
  return largest;
}

static octavo_status compare_float32(const octavo_tensor_info *info, const uint8_t *expected,
                                     const float *found, bool mixed, octavo_error *error) {
  const size_t count = info->bytes / sizeof(float);
  const float margin = mixed ? MIXED_TOLERANCE * largest_magnitude(expected, count) : 0.0F;
  for (size_t i = 0; i < count; i++) {
    const float value = stored_value(expected, i);
    if (!is_close(value, found[i], margin))
      return octavo_error_set(error, OCTAVO_ERROR_MISMATCH,
                              "output %.200s: value %zu: expected %.9g within %.3g + 1e-3 of it, "
                              "found %.9g",
                              info->name, i, (double)value, 1e-4 + (double)margin,
                              (double)found[i]);
  }
  return OCTAVO_OK;
}

static void set_inputs(const octavo_model *model, octavo_session *session, const uint8_t *data) {
  for (uint32_t i = 0; i < model->input_count; i++) {
    octavo_tensor_info info;
    (void)octavo_model_input(model, i, &info);
    memcpy(octavo_session_input(session, i), data, info.bytes);
    data += info.bytes;
  }
}

static octavo_status compare_outputs(const octavo_model *model, const octavo_session *session,
                                     const exactness *exact, const uint8_t *data,
                                     octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; status == OCTAVO_OK && i < model->output_count; i++) {
    octavo_tensor_info info;
    (void)octavo_model_output(model, i, &info);
    const void *found = octavo_session_output(session, i);
    const int tolerance = exact->tensors[model->outputs[i]] ? 0 : (int)(255 * MIXED_TOLERANCE);
    status = info.type == OCTAVO_INT8 ? compare_int8(&info, data, found, tolerance, error)
                                      : compare_float32(&info, data, found, exact->mixed, error);
    data += info.bytes;
  }
  return status;
}

static octavo_status run_vector(const octavo_model *model, octavo_session *session,
                                const exactness *exact, uint32_t index, octavo_error *error) {
  const test_vector vector = vector_at(model, index);
  layer_check check = {.model = model, .exact = exact, .vector = &vector};
  set_inputs(model, session, vector.inputs);
  octavo_session_observe(session, check_layer, &check);
  octavo_status status = octavo_session_run(session, error);
  octavo_session_observe(session, NULL, NULL);
  if (status == OCTAVO_OK)
    status = check.differs ? report_layer(model, &check, error)
                           : compare_outputs(model, session, exact, vector.outputs, error);
  if (status != OCTAVO_OK)
    octavo_error_prefix(error, "test vector %" PRIu32, index);
  return status;
}

static octavo_status find_exact(const octavo_model *model, exactness *exact, octavo_error *error) {
  exact->tensors = octavo_model_find_exact(model, error);
  if (exact->tensors == NULL)
    return OCTAVO_ERROR_MEMORY;
  exact->mixed = octavo_model_rounds_inexact(model, exact->tensors);
  return OCTAVO_OK;
}

octavo_status octavo_model_verify(octavo_model *model, uint32_t threads, octavo_error *error) {
  if (!model->has_tests)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "the model file holds no test vectors to verify it with");
  octavo_session_options options;
  octavo_session_options_init(&options);
  options.threads = threads;
  octavo_session *session = NULL;
  exactness exact = {0};
  octavo_status status = find_exact(model, &exact, error);
  if (status == OCTAVO_OK)
    status = octavo_session_create(model, &options, &session, error);
  for (uint32_t i = 0; status == OCTAVO_OK && i < model->tests.vector_count; i++)
    status = run_vector(model, session, &exact, i, error);
  octavo_session_free(session);
  octavo_memory_free(exact.tensors);
  return status;
}
