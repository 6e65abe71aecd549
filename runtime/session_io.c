/* What goes into a session and what comes out. */
#include "session_state.h"

#include "operators/common.h"
#include "operators/requantize.h"

#include <math.h>
#include <string.h>

static void *data_of(const octavo_session *session, const octavo_format_tensor *tensor) {
  return session->plan.arena + (size_t)tensor->offset * session->plan.batch;
}

static const octavo_format_tensor *input_tensor(const octavo_session *session, uint32_t index) {
  const octavo_model *model = session->model;
  return index < model->input_count ? &model->tensors[model->inputs[index]] : NULL;
}

static const octavo_format_tensor *output_tensor(const octavo_session *session, uint32_t index) {
  const octavo_model *model = session->model;
  return index < model->output_count ? &model->tensors[model->outputs[index]] : NULL;
}

void *octavo_session_input(octavo_session *session, uint32_t index) {
  const octavo_format_tensor *tensor = input_tensor(session, index);
  return tensor == NULL ? NULL : data_of(session, tensor);
}

const void *octavo_session_output(const octavo_session *session, uint32_t index) {
  const octavo_format_tensor *tensor = output_tensor(session, index);
  return tensor == NULL ? NULL : data_of(session, tensor);
}

/* Checks that `tensor` exists and has `count` elements for the session's batch. */
static octavo_status check_count(const octavo_session *session, const octavo_format_tensor *tensor,
                                 const char *what, uint32_t index, uint32_t limit, size_t count,
                                 octavo_error *error) {
  if (tensor == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "%s: expected an index below %u, found %u", what, limit, index);
  const size_t expected = octavo_tensor_elements(tensor) * session->plan.batch;
  if (count != expected)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "values of %s %u: expected %zu for batch %u, found %zu", what, index,
                            expected, session->plan.batch, count);
  return OCTAVO_OK;
}

octavo_status octavo_session_set_input_f32(octavo_session *session, uint32_t index,
                                           const float *values, size_t count, octavo_error *error) {
  const octavo_format_tensor *tensor = input_tensor(session, index);
  const octavo_status status =
      check_count(session, tensor, "input", index, session->model->input_count, count, error);
  if (status != OCTAVO_OK)
    return status;
  if (tensor->type == OCTAVO_FLOAT32) {
    memcpy(data_of(session, tensor), values, count * sizeof *values);
    return OCTAVO_OK;
  }
  int8_t *data = data_of(session, tensor);
  const float inverse = 1.0f / tensor->scale;
  for (size_t i = 0; i < count; ++i)
    data[i] = octavo_round_to_int8(values[i] * inverse, tensor->zero_point);
  return OCTAVO_OK;
}

octavo_status octavo_session_get_output_f32(const octavo_session *session, uint32_t index,
                                            float *values, size_t count, octavo_error *error) {
  const octavo_format_tensor *tensor = output_tensor(session, index);
  const octavo_status status =
      check_count(session, tensor, "output", index, session->model->output_count, count, error);
  if (status != OCTAVO_OK)
    return status;
  if (tensor->type == OCTAVO_FLOAT32) {
    memcpy(values, data_of(session, tensor), count * sizeof *values);
    return OCTAVO_OK;
  }
  const int8_t *data = data_of(session, tensor);
  for (size_t i = 0; i < count; ++i)
    values[i] = (float)(data[i] - tensor->zero_point) * tensor->scale;
  return OCTAVO_OK;
}

static octavo_status check_position(const octavo_session *session, uint32_t position,
                                    octavo_error *error) {
  if (position < session->plan.batch)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                          "position: expected less than the batch of %u, found %u",
                          session->plan.batch, position);
}

octavo_status octavo_session_set_image(octavo_session *session, uint32_t position,
                                       const uint8_t *rgb, uint32_t width, uint32_t height,
                                       size_t stride, octavo_error *error) {
  const octavo_status status = check_position(session, position, error);
  if (status != OCTAVO_OK)
    return status;
  if (session->preprocess == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "the model was made without preprocessing: its input is no image; fill "
                            "octavo_session_input instead");
  const octavo_format_tensor *tensor = input_tensor(session, 0);
  uint8_t *data = data_of(session, tensor);
  return octavo_preprocess_image(session->preprocess, rgb, width, height, stride,
                                 data + (size_t)tensor->bytes * position, error);
}
