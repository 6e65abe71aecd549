#include "checkpoint.h"

#include "runtime/error.h"
#include "runtime/memory.h"
#include "safetensors.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Plain copies of what is to be written. */
typedef struct snapshot {
  safetensors_entry *entries;
  char (*names)[128];
  float **data;
  uint32_t count, capacity;
} snapshot;

static void snapshot_free(snapshot *s) {
  for (uint32_t i = 0; s->data != NULL && i < s->count; i++)
    octavo_memory_free(s->data[i]);
  octavo_memory_free(s->data);
  octavo_memory_free(s->names);
  octavo_memory_free(s->entries);
}

/* What a parameter has: one tensor each in a checkpoint, the first alone in a file of weights. */
typedef struct part {
  const char *suffix; /* of the tensor's name */
  bool (*has)(const parameter *p);
  octavo_status (*get)(const network *, const parameter *, float *, octavo_error *);
  octavo_status (*set)(network *, parameter *, const float *, octavo_error *);
} part;

static bool has_value(const parameter *p) {
  (void)p;
  return true;
}

static bool has_average(const parameter *p) {
  return p->average != NULL;
}

static const part parts[] = {
    {"", has_value, parameter_get, parameter_set},
    {".momentum", parameter_trained, parameter_get_momentum, parameter_set_momentum},
    {".average", has_average, parameter_get_average, parameter_set_average},
};
enum { WEIGHTS_ONLY = 1, ALL_PARTS = sizeof parts / sizeof parts[0] };

static octavo_status snapshot_add(snapshot *s, const network *n, const parameter *p,
                                  const part *what, octavo_error *error) {
  float *data = octavo_memory_alloc(p->count, sizeof *data);
  if (data == NULL)
    return octavo_error_memory(error, p->count * sizeof *data, "a copy of the weights");
  const uint32_t i = s->count++;
  s->data[i] = data;
  snprintf(s->names[i], sizeof s->names[i], "%s%s", p->name, what->suffix);
  s->entries[i] = (safetensors_entry){s->names[i], p->rank, p->dims, data, p->count};
  return what->get(n, p, data, error);
}

static octavo_status take_snapshot(snapshot *s, const network *n, uint32_t part_count,
                                   octavo_error *error) {
  *s = (snapshot){.capacity = part_count * n->parameter_count};
  s->entries = octavo_memory_alloc(s->capacity, sizeof *s->entries);
  s->names = octavo_memory_alloc(s->capacity, sizeof *s->names);
  s->data = octavo_memory_alloc(s->capacity, sizeof *s->data);
  if (s->entries == NULL || s->names == NULL || s->data == NULL)
    return octavo_error_memory(error, s->capacity, "a copy of the weights");
  octavo_status status = OCTAVO_OK;
  for (uint32_t k = 0; k < part_count; k++)
    for (uint32_t i = 0; status == OCTAVO_OK && i < n->parameter_count; i++)
      if (parts[k].has(n->parameters[i]))
        status = snapshot_add(s, n, n->parameters[i], &parts[k], error);
  return status;
}

octavo_status checkpoint_save_weights(const network *n, const char *path, octavo_error *error) {
  snapshot s = {0};
  octavo_status status = take_snapshot(&s, n, WEIGHTS_ONLY, error);
  json_t *metadata = json_pack("{s:s}", "format", "pt");
  if (status == OCTAVO_OK && metadata == NULL)
    status = octavo_error_memory(error, 1, "the description of the weights");
  if (status == OCTAVO_OK)
    status = safetensors_save(path, s.entries, s.count, metadata, error);
  json_decref(metadata);
  snapshot_free(&s);
  return status;
}

static bool set_count(json_t *object, const char *key, uint64_t count) {
  char text[24];
  snprintf(text, sizeof text, "%" PRIu64, count);
  return json_object_set_new(object, key, json_string(text)) == 0;
}

/* In hexadecimal, which gives the same bits back. */
static bool set_real(json_t *object, const char *key, double real) {
  char text[40];
  snprintf(text, sizeof text, "%a", real);
  return json_object_set_new(object, key, json_string(text)) == 0;
}

octavo_status checkpoint_save(const network *n, const checkpoint_position *at,
                              const json_t *settings, const char *path, octavo_error *error) {
  json_t *metadata = json_copy((json_t *)(uintptr_t)settings);
  /* A copy lacks what memory was short for. */
  if (json_object_size(metadata) != json_object_size(settings) ||
      !set_count(metadata, "next_epoch", at->epoch) ||
      !set_count(metadata, "next_step", at->step) ||
      !set_real(metadata, "loss_sum", at->loss_sum) ||
      !set_count(metadata, "correct", at->correct) || !set_count(metadata, "seen", at->seen) ||
      !set_real(metadata, "float_accuracy", at->float_accuracy) ||
      !set_real(metadata, "rounded_accuracy", at->rounded_accuracy)) {
    json_decref(metadata);
    return octavo_error_memory(error, 1, "a checkpoint");
  }
  snapshot s = {0};
  octavo_status status = take_snapshot(&s, n, ALL_PARTS, error);
  if (status == OCTAVO_OK)
    status = safetensors_save(path, s.entries, s.count, metadata, error);
  json_decref(metadata);
  snapshot_free(&s);
  return status;
}

/* Settings that only some runs have at all. */
static const char *const optional_settings[] = {"qat"};

static octavo_status refuse(const char *path, const char *key, const char *found,
                            const char *wanted, octavo_error *error) {
  return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                          "%s: of a run with %s = %s, and this one has %s; give the options of "
                          "that run, or choose another output folder",
                          path, key, found != NULL ? found : "nothing",
                          wanted != NULL ? wanted : "nothing");
}

static octavo_status check_settings(const safetensors *file, const json_t *settings,
                                    const char *path, octavo_error *error) {
  const char *key = NULL;
  json_t *wanted = NULL;
  json_object_foreach((json_t *)(uintptr_t)settings, key, wanted) {
    const char *found = safetensors_metadata(file, key);
    if (found == NULL || strcmp(found, json_string_value(wanted)) != 0)
      return refuse(path, key, found, json_string_value(wanted), error);
  }
  for (size_t i = 0; i < sizeof optional_settings / sizeof optional_settings[0]; i++) {
    const char *found = safetensors_metadata(file, optional_settings[i]);
    if (found != NULL && json_object_get(settings, optional_settings[i]) == NULL)
      return refuse(path, optional_settings[i], found, NULL, error);
  }
  return OCTAVO_OK;
}

/* A number of at least 0; 0 if there is none. */
static bool read_number(const safetensors *file, const char *key, double *number) {
  const char *text = safetensors_metadata(file, key);
  char *end = NULL;
  const double found = text != NULL ? strtod(text, &end) : -1.0;
  const bool good = found >= 0.0 && isfinite(found) && end != text && *end == '\0';
  *number = good ? found : 0.0;
  return good;
}

static bool read_count(const safetensors *file, const char *key, double maximum, uint64_t *count) {
  double number = 0.0;
  const bool good = read_number(file, key, &number) && number <= maximum && rint(number) == number;
  *count = good ? (uint64_t)number : 0;
  return good;
}

static octavo_status read_position(const safetensors *file, checkpoint_position *at,
                                   const char *path, octavo_error *error) {
  uint64_t epoch, step, correct, seen;
  double loss;
  /* Between epochs nothing is seen, and within one something: the means divide by it. */
  if (!read_count(file, "next_epoch", UINT32_MAX, &epoch) ||
      !read_count(file, "next_step", UINT32_MAX, &step) || !read_number(file, "loss_sum", &loss) ||
      !read_count(file, "seen", 0x1p53, &seen) ||
      !read_count(file, "correct", (double)seen, &correct) || (step > 0) != (seen > 0))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%s: expected a checkpoint of octavo-train, found a safetensors file "
                            "that does not say how far the run is",
                            path);
  *at = (checkpoint_position){.epoch = (uint32_t)epoch,
                              .step = (uint32_t)step,
                              .loss_sum = loss,
                              .correct = correct,
                              .seen = seen};
  /* Not in checkpoints of versions without fake quantization. */
  read_number(file, "float_accuracy", &at->float_accuracy);
  read_number(file, "rounded_accuracy", &at->rounded_accuracy);
  return OCTAVO_OK;
}

static octavo_status read_tensor(const safetensors *file, network *n, parameter *p,
                                 const part *what, octavo_error *error) {
  char name[128];
  snprintf(name, sizeof name, "%s%s", p->name, what->suffix);
  float *data = octavo_memory_alloc(p->count, sizeof *data);
  if (data == NULL)
    return octavo_error_memory(error, p->count * sizeof *data, "a copy of the weights");
  octavo_status status = safetensors_read(file, name, p->rank, p->dims, data, error);
  if (status == OCTAVO_OK)
    status = what->set(n, p, data, error);
  octavo_memory_free(data);
  return status;
}

octavo_status checkpoint_load(network *n, checkpoint_position *at, const json_t *settings,
                              const char *path, octavo_error *error) {
  safetensors file;
  octavo_status status = safetensors_open(path, &file, error);
  if (status != OCTAVO_OK)
    return status;
  status = check_settings(&file, settings, path, error);
  if (status == OCTAVO_OK)
    status = read_position(&file, at, path, error);
  for (uint32_t i = 0; status == OCTAVO_OK && i < n->parameter_count; i++) {
    parameter *p = n->parameters[i];
    for (int k = 0; status == OCTAVO_OK && k < ALL_PARTS; k++)
      if (parts[k].has(p))
        status = read_tensor(&file, n, p, &parts[k], error);
    if (status != OCTAVO_OK)
      octavo_error_prefix(error, "%s", path);
  }
  safetensors_close(&file);
  return status == OCTAVO_OK ? network_refresh(n, error) : status;
}
