#include "converter/test_vectors.h"

#include "common/random.h"
#include "runtime/crc32.h"
#include "runtime/error.h"
#include "runtime/exactness.h"
#include "runtime/memory.h"
#include "runtime/model.h"
#include "tests/reference/reference.h"

#include <string.h>

#define SMALL_PIXELS (64 * 64)
/* Values of each layer, so that a device can say what differs: 700 bytes for ResNet-20. */
#define SAMPLES 16u

typedef struct vector {
  uint8_t *inputs, *outputs;
  size_t input_bytes, output_bytes;
  uint32_t *checksums; /* one per operator */
  int8_t *samples;     /* SAMPLES per operator */
  bool has_exact;      /* whether any layer has a checksum, and samples */
} vector;

uint32_t test_vectors_default(const graph_tensor *input) {
  const bool is_image = input->rank == 4;
  return is_image && input->shape[1] * input->shape[2] > SMALL_PIXELS ? 1 : 2;
}

static void fill_with_noise(octavo_session *session, const octavo_model *model, uint64_t seed) {
  random_state random;
  random_seed(&random, seed);
  for (uint32_t i = 0; i < model->input_count; i++) {
    const octavo_format_tensor *t = &model->tensors[model->inputs[i]];
    uint8_t *bytes = octavo_session_input(session, i);
    if (t->type == OCTAVO_FLOAT32) {
      for (size_t k = 0; k < t->bytes / sizeof(float); k++) {
        const float value = (float)random_normal(&random);
        memcpy(bytes + k * sizeof value, &value, sizeof value);
      }
    } else {
      for (size_t k = 0; k < t->bytes; k++)
        bytes[k] = (uint8_t)random_below(&random, 256);
    }
  }
}

static octavo_status run_engine(octavo_session *session, const octavo_model *model, vector *v,
                                octavo_error *error) {
  const octavo_status status = octavo_session_run(session, error);
  uint8_t *to = v->outputs;
  for (uint32_t i = 0; i < model->output_count && status == OCTAVO_OK; i++) {
    const size_t bytes = (size_t)model->tensors[model->outputs[i]].bytes;
    memcpy(to, octavo_session_output(session, i), bytes);
    to += bytes;
  }
  return status;
}

static void keep_reference(const reference_run *run, const octavo_model *model,
                           const octavo_exactness *exactness, vector *v) {
  uint8_t *to = v->outputs;
  for (uint32_t i = 0; i < model->output_count; i++) {
    const size_t bytes = (size_t)model->tensors[model->outputs[i]].bytes;
    memcpy(to, run->data[model->outputs[i]], bytes);
    to += bytes;
  }
  for (uint32_t i = 0; i < model->operator_count; i++) {
    const octavo_format_tensor *y = octavo_model_operator_output(model, &model->operators[i], 0);
    const int8_t *data = run->data[y - model->tensors];
    if (y->type != OCTAVO_INT8 || exactness[y - model->tensors] != OCTAVO_EXACT)
      continue;
    v->has_exact = true;
    v->checksums[i] = octavo_crc32(0, data, (size_t)y->bytes);
    for (uint32_t k = 0; k < SAMPLES; k++)
      v->samples[i * SAMPLES + k] = data[octavo_format_sample_place(k, (size_t)y->bytes)];
  }
}

static octavo_status run_reference(octavo_session *session, const octavo_model *model, vector *v,
                                   octavo_error *error) {
  const void **inputs = octavo_memory_alloc(model->input_count, sizeof *inputs);
  if (inputs == NULL)
    return octavo_error_memory(error, model->input_count * sizeof *inputs, "test vectors");
  for (uint32_t i = 0; i < model->input_count; i++)
    inputs[i] = octavo_session_input(session, i);
  reference_run run = {0};
  octavo_exactness *exactness = NULL;
  octavo_status status = reference_run_model(model, 1, inputs, &run, error);
  if (status == OCTAVO_OK)
    status = octavo_find_exactness(model, &exactness, error);
  if (status == OCTAVO_OK)
    keep_reference(&run, model, exactness, v);
  octavo_memory_free(exactness);
  reference_run_free(&run);
  octavo_memory_free(inputs);
  return status;
}

static bool has_int8(const octavo_model *model) {
  for (uint32_t i = 0; i < model->tensor_count; i++)
    if (model->tensors[i].type == OCTAVO_INT8)
      return true;
  return false;
}

static octavo_status make_vector(const built_model *built, octavo_session *session,
                                 const image_sample *images, uint32_t index, uint64_t seed,
                                 vector *v, octavo_error *error) {
  const octavo_model *model = built->model;
  octavo_status status = OCTAVO_OK;
  if (images != NULL)
    status = image_sample_feed(images, index % images->count, session, error);
  else
    fill_with_noise(session, model, seed + index);
  uint8_t *to = v->inputs;
  for (uint32_t i = 0; i < model->input_count; i++) {
    const size_t bytes = (size_t)model->tensors[model->inputs[i]].bytes;
    memcpy(to, octavo_session_input(session, i), bytes);
    to += bytes;
  }
  if (status == OCTAVO_OK)
    status = has_int8(model) ? run_reference(session, model, v, error)
                             : run_engine(session, model, v, error);
  if (status == OCTAVO_OK) {
    model_writer_add_test(built->writer, v->inputs, v->input_bytes, v->outputs, v->output_bytes,
                          v->checksums, model->operator_count);
    if (v->has_exact)
      model_writer_add_samples(built->writer, v->samples, SAMPLES);
  }
  return status;
}

static octavo_status make_vectors(const built_model *built, uint32_t count,
                                  const image_sample *images, uint64_t seed, vector *v,
                                  octavo_error *error) {
  const octavo_model *model = built->model;
  for (uint32_t i = 0; i < model->input_count; i++)
    v->input_bytes += (size_t)model->tensors[model->inputs[i]].bytes;
  for (uint32_t i = 0; i < model->output_count; i++)
    v->output_bytes += (size_t)model->tensors[model->outputs[i]].bytes;
  v->inputs = octavo_memory_alloc(v->input_bytes, 1);
  v->outputs = octavo_memory_alloc(v->output_bytes, 1);
  v->checksums = octavo_memory_alloc(model->operator_count, sizeof *v->checksums);
  v->samples = octavo_memory_alloc((size_t)model->operator_count * SAMPLES, 1);
  if (v->inputs == NULL || v->outputs == NULL || v->checksums == NULL || v->samples == NULL)
    return octavo_error_memory(error, v->input_bytes + v->output_bytes, "test vectors");
  octavo_session *session = NULL;
  octavo_status status = octavo_session_create(built->model, NULL, &session, error);
  for (uint32_t i = 0; i < count && status == OCTAVO_OK; i++)
    status = make_vector(built, session, images, i, seed, v, error);
  octavo_session_free(session);
  return status;
}

octavo_status test_vectors_add(built_model *built, uint32_t count, const image_sample *images,
                               uint64_t seed, octavo_error *error) {
  vector v = {0};
  const octavo_status status = make_vectors(built, count, images, seed, &v, error);
  octavo_memory_free(v.samples);
  octavo_memory_free(v.checksums);
  octavo_memory_free(v.outputs);
  octavo_memory_free(v.inputs);
  return status == OCTAVO_OK ? built_model_refresh(built, error) : status;
}
