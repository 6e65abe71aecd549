#include "common/subject.h"

#include "common/random.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#define SQRT_3 1.7320508075688772

double subject_elapsed(uint64_t begun) {
  return (double)(platform_nanoseconds() - begun) / 1e6;
}

double subject_process_time(void) {
  return (double)platform_process_nanoseconds() / 1e6;
}

double subject_first_answer(const subject *s, double process_ms) {
  return process_ms + s->open_ms + s->create_ms + s->first_ms;
}

octavo_status subject_fill_image(octavo_session *session, const image *picture,
                                 octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; status == OCTAVO_OK && i < octavo_session_batch(session); i++)
    status = octavo_session_set_image(session, i, picture->rgb, picture->width, picture->height,
                                      (size_t)picture->width * 3, error);
  return status;
}

static octavo_status fill_noise_image(octavo_session *session, const octavo_preprocessing *shape,
                                      random_state *random, octavo_error *error) {
  image noise = {.width = shape->width, .height = shape->height};
  const size_t values = (size_t)noise.width * noise.height * 3;
  noise.rgb = octavo_memory_alloc(values, 1);
  if (noise.rgb == NULL)
    return octavo_error_memory(error, values, "a noise image");
  for (size_t i = 0; i < values; i++)
    noise.rgb[i] = (uint8_t)random_below(random, 256);
  const octavo_status status = subject_fill_image(session, &noise, error);
  octavo_memory_free(noise.rgb);
  return status;
}

static octavo_status fill_noise_values(const octavo_model *model, octavo_session *session,
                                       uint32_t index, random_state *random, octavo_error *error) {
  octavo_tensor_info info;
  octavo_status status = octavo_model_input(model, index, &info);
  if (status != OCTAVO_OK)
    return octavo_error_set(error, status, "input %u cannot be described", index);
  size_t count = octavo_session_batch(session);
  for (uint32_t i = 1; i < info.rank; i++)
    count *= info.shape[i];
  float *values = octavo_memory_alloc(count, sizeof *values);
  if (values == NULL)
    return octavo_error_memory(error, count * sizeof *values, "noise");
  for (size_t i = 0; i < count; i++) /* variance 1 */
    values[i] = (float)(SQRT_3 * (2.0 * random_uniform(random) - 1.0));
  status = octavo_session_set_input_f32(session, index, values, count, error);
  octavo_memory_free(values);
  return status;
}

octavo_status subject_fill_noise(subject *s, octavo_session *session, uint64_t seed,
                                 octavo_error *error) {
  random_state random;
  random_seed(&random, seed);
  octavo_preprocessing shape;
  if (octavo_model_preprocessing(s->model, &shape) == OCTAVO_OK)
    return fill_noise_image(session, &shape, &random, error);
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; status == OCTAVO_OK && i < octavo_model_input_count(s->model); i++)
    status = fill_noise_values(s->model, session, i, &random, error);
  return status;
}

octavo_status subject_run(subject *s, double *milliseconds, octavo_error *error) {
  const uint64_t begun = platform_nanoseconds();
  const octavo_status status = octavo_session_run(s->session, error);
  *milliseconds = subject_elapsed(begun);
  return status;
}

/* Operators are known after opening; their number times batch 1. */
static uint64_t count_macs(const octavo_model *model) {
  uint64_t macs = 0;
  for (uint32_t i = 0; i < octavo_model_operator_count(model); i++) {
    octavo_operator_info info;
    if (octavo_model_operator(model, i, &info) == OCTAVO_OK)
      macs += info.macs;
  }
  return macs;
}

/* Everything after opening: errors of these do not name the file themselves. */
static octavo_status start(const octavo_session_options *options, uint64_t seed, subject *s,
                           octavo_error *error) {
  const uint64_t begun = platform_nanoseconds();
  octavo_status status = octavo_session_create(s->model, options, &s->session, error);
  s->create_ms = subject_elapsed(begun);
  if (status == OCTAVO_OK)
    status = subject_fill_noise(s, s->session, seed, error);
  if (status == OCTAVO_OK)
    status = subject_run(s, &s->first_ms, error);
  if (status == OCTAVO_OK && octavo_model_describe(s->model, &s->info) != OCTAVO_OK)
    status = octavo_error_set(error, OCTAVO_ERROR_FORMAT, "the model does not describe itself");
  s->macs = count_macs(s->model);
  return status;
}

octavo_status subject_start(octavo_model *model, const char *path, double open_ms,
                            const octavo_session_options *options, uint64_t seed, subject *s,
                            octavo_error *error) {
  *s = (subject){.path = path, .model = model, .open_ms = open_ms};
  const octavo_status status = start(options, seed, s, error);
  if (status != OCTAVO_OK) {
    octavo_error_prefix(error, "%s", path);
    octavo_session_free(s->session);
    *s = (subject){0};
  }
  return status;
}

octavo_status subject_open(const char *path, const octavo_session_options *options, uint64_t seed,
                           subject *s, octavo_error *error) {
  *s = (subject){0};
  const size_t before = platform_memory_resident();
  const uint64_t begun = platform_nanoseconds();
  octavo_model *model = NULL;
  octavo_status status = octavo_model_open(path, &model, error);
  if (status == OCTAVO_OK)
    status = subject_start(model, path, subject_elapsed(begun), options, seed, s, error);
  if (status != OCTAVO_OK) {
    octavo_model_close(model);
    return status;
  }
  const size_t after = platform_memory_resident();
  s->resident_bytes = after > before ? after - before : 0;
  return OCTAVO_OK;
}

void subject_close(subject *s) {
  if (s == NULL)
    return;
  octavo_session_free(s->session);
  octavo_model_close(s->model);
  *s = (subject){0};
}
