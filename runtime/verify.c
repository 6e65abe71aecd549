/* The file's own proof: its test vectors, run on this machine. */
#include "crc32.h"
#include "error.h"
#include "memory.h"
#include "model.h"
#include "verify_output.h"

#include <inttypes.h>
#include <string.h>

/* One test vector as it lies in the file: not aligned, and not trusted beyond its bounds. */
typedef struct test_vector {
  const uint8_t *inputs, *outputs, *checksums, *samples;
} test_vector;

static test_vector vector_at(const octavo_model *model, uint32_t index) {
  const octavo_format_tests *tests = &model->tests;
  const size_t inputs = (size_t)tests->input_bytes;
  const size_t outputs = (size_t)tests->output_bytes;
  const size_t checksums = tests->operator_count * sizeof(uint32_t);
  const size_t samples = (size_t)tests->operator_count * tests->sample_count;
  const uint8_t *start = model->test_vectors + index * (inputs + outputs + checksums + samples);
  return (test_vector){start, start + inputs, start + inputs + outputs,
                       start + inputs + outputs + checksums};
}

typedef struct verification {
  const octavo_model *model;
  octavo_session *session;
  octavo_exactness *exactness; /* of the model's tensors */
} verification;

/* The first layer whose int8 result is not the stored one. */
typedef struct layer_check {
  const verification *job;
  const test_vector *vector;
  bool differs;
  uint32_t layer, expected, found; /* checksums */
  bool has_value;                  /* a stored value differs too */
  size_t place;
  int8_t expected_value, found_value;
} layer_check;

/* The first of the stored values, by place in the layer's result, that differs. */
static void find_value(layer_check *check, const int8_t *data, size_t count) {
  const uint32_t samples = check->job->model->tests.sample_count;
  const uint8_t *stored = check->vector->samples + (size_t)check->layer * samples;
  for (uint32_t i = 0; i < samples; i++) {
    const size_t place = octavo_format_sample_place(i, count);
    const int8_t expected = (int8_t)stored[i];
    if (data[place] == expected || (check->has_value && check->place <= place))
      continue;
    check->has_value = true;
    check->place = place;
    check->expected_value = expected;
    check->found_value = data[place];
  }
}

static void check_layer(void *context, uint32_t operator_index, uint32_t which,
                        const octavo_tensor_info *info, const void *data) {
  layer_check *check = context;
  const octavo_model *model = check->job->model;
  const octavo_format_tensor *y =
      octavo_model_operator_output(model, &model->operators[operator_index], which);
  if (which != 0 || info->type != OCTAVO_INT8 || check->differs ||
      check->job->exactness[y - model->tensors] != OCTAVO_EXACT)
    return;
  uint32_t expected = 0;
  memcpy(&expected, check->vector->checksums + operator_index * sizeof expected, sizeof expected);
  const uint32_t found = octavo_crc32(0, data, info->bytes);
  if (found == expected)
    return;
  *check = (layer_check){
      .job = check->job,
      .vector = check->vector,
      .differs = true,
      .layer = operator_index,
      .expected = expected,
      .found = found,
  };
  find_value(check, data, info->bytes);
}

static octavo_status report_layer(const octavo_model *model, const layer_check *check,
                                  octavo_error *error) {
  octavo_operator_info op;
  (void)octavo_model_operator(model, check->layer, &op);
  if (check->has_value)
    return octavo_error_set(error, OCTAVO_ERROR_MISMATCH,
                            "layer %" PRIu32 " (%.200s), %s: value %zu: expected %d, found %d "
                            "(checksum 0x%08" PRIx32 ", found 0x%08" PRIx32
                            "); the first layer to differ on this machine",
                            check->layer, op.name, op.kind, check->place, check->expected_value,
                            check->found_value, check->expected, check->found);
  return octavo_error_set(error, OCTAVO_ERROR_MISMATCH,
                          "layer %" PRIu32 " (%.200s), %s: expected a result with checksum "
                          "0x%08" PRIx32 ", found 0x%08" PRIx32
                          "; the first layer to differ on this machine",
                          check->layer, op.name, op.kind, check->expected, check->found);
}

static void set_inputs(const octavo_model *model, octavo_session *session, const uint8_t *data) {
  for (uint32_t i = 0; i < model->input_count; i++) {
    octavo_tensor_info info;
    (void)octavo_model_input(model, i, &info);
    memcpy(octavo_session_input(session, i), data, info.bytes);
    data += info.bytes;
  }
}

static octavo_status compare_outputs(const verification *job, const uint8_t *data,
                                     octavo_error *error) {
  const octavo_model *model = job->model;
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; status == OCTAVO_OK && i < model->output_count; i++) {
    octavo_tensor_info info;
    (void)octavo_model_output(model, i, &info);
    status = octavo_verify_output(&info, job->exactness[model->outputs[i]], data,
                                  octavo_session_output(job->session, i), error);
    data += info.bytes;
  }
  return status;
}

static octavo_status run_vector(const verification *job, uint32_t index, octavo_error *error) {
  const test_vector vector = vector_at(job->model, index);
  layer_check check = {.job = job, .vector = &vector};
  set_inputs(job->model, job->session, vector.inputs);
  octavo_session_observe(job->session, check_layer, &check);
  octavo_status status = octavo_session_run(job->session, error);
  octavo_session_observe(job->session, NULL, NULL);
  if (status == OCTAVO_OK)
    status = check.differs ? report_layer(job->model, &check, error)
                           : compare_outputs(job, vector.outputs, error);
  if (status != OCTAVO_OK)
    octavo_error_prefix(error, "test vector %" PRIu32, index);
  return status;
}

octavo_status octavo_model_verify(octavo_model *model, uint32_t threads, octavo_error *error) {
  if (!model->has_tests)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "the model file holds no test vectors to verify it with");
  octavo_session_options options;
  octavo_session_options_init(&options);
  options.threads = threads;
  verification job = {.model = model};
  octavo_status status = octavo_find_exactness(model, &job.exactness, error);
  if (status == OCTAVO_OK)
    status = octavo_session_create(model, &options, &job.session, error);
  for (uint32_t i = 0; status == OCTAVO_OK && i < model->tests.vector_count; i++)
    status = run_vector(&job, i, error);
  octavo_session_free(job.session);
  octavo_memory_free(job.exactness);
  return status;
}
