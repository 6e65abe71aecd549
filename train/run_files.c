#include "training.h"

#include "common/atomic_file.h"
#include "common/json_file.h"
#include "export_onnx.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <string.h>

char *training_path(const training *t, const char *name) {
  return platform_path_join(t->settings->output, name);
}

/* The folder and those above it. */
static octavo_status make_folders(const char *path, octavo_error *error) {
  char *part = octavo_memory_copy_string(path);
  if (part == NULL)
    return octavo_error_memory(error, strlen(path), "a file name");
  octavo_status status = OCTAVO_OK;
  for (size_t i = 1; status == OCTAVO_OK && path[i] != '\0'; i++) {
    if (path[i] != '/')
      continue;
    part[i] = '\0';
    status = platform_folder_create(part, error);
    part[i] = '/';
  }
  octavo_memory_free(part);
  return status == OCTAVO_OK ? platform_folder_create(path, error) : status;
}

octavo_status run_files_check(const training *t, octavo_error *error) {
  char *checkpoint = training_path(t, "checkpoint.safetensors");
  if (checkpoint == NULL)
    return octavo_error_memory(error, 1, "a file name");
  const bool there = platform_path(checkpoint) != PLATFORM_PATH_MISSING;
  octavo_memory_free(checkpoint);
  if (there && !t->settings->resume && !t->settings->overwrite)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "%s: holds a run already; --resume goes on with it, --overwrite begins "
                            "anew",
                            t->settings->output);
  if (!there && t->settings->resume)
    return octavo_error_set(error, OCTAVO_ERROR_IO,
                            "%s: holds no checkpoint.safetensors to resume; leave out --resume to "
                            "begin",
                            t->settings->output);
  return OCTAVO_OK;
}

octavo_status run_files_prepare(const training *t, octavo_error *error) {
  const octavo_status status = make_folders(t->settings->output, error);
  return status == OCTAVO_OK ? atomic_file_sweep(t->settings->output, error) : status;
}

/* ---- The files, each written to `path` ------------------------------------------------------- */

static octavo_status write_csv(const training *t, const char *path, octavo_error *error) {
  return history_write_csv(&t->history, path, error);
}

static octavo_status write_svg(const training *t, const char *path, octavo_error *error) {
  return history_write_svg(&t->history, path, error);
}

static octavo_status write_checkpoint(const training *t, const char *path, octavo_error *error) {
  return checkpoint_save(t->net, &t->at, t->description, path, error);
}

static octavo_status write_weights(const training *t, const char *path, octavo_error *error) {
  return checkpoint_save_weights(t->net, path, error);
}

static octavo_status write_onnx(const training *t, const char *path, octavo_error *error) {
  const double *m = t->mean, *d = t->deviation;
  const export_facts facts = {.mean = {m[0], m[1], m[2]},
                              .deviation = {d[0], d[1], d[2]},
                              .classes = t->images.train.classes,
                              .class_count = t->images.train.class_count};
  return export_onnx(t->net, t->settings->network, &facts, path, error);
}

static octavo_status write_labels(const training *t, const char *path, octavo_error *error) {
  atomic_file *file = NULL;
  octavo_status status = atomic_file_create(path, &file, error);
  for (uint32_t i = 0; status == OCTAVO_OK && i < t->images.train.class_count; i++)
    status = atomic_file_print(file, error, "%s\n", t->images.train.classes[i]);
  if (status == OCTAVO_OK)
    return atomic_file_commit(file, error);
  atomic_file_abort(file);
  return status;
}

/* What the run came to; a new reference. */
static json_t *describe_result(const training *t) {
  const history_row *last = &t->history.rows[t->history.count - 1];
  json_t *result =
      json_pack("{s:s, s:f, s:f, s:f, s:f, s:f, s:I}", "weights", averaging_name(t->average.kind),
                "test_accuracy", last->test_accuracy, "test_loss", last->test_loss,
                "train_accuracy", last->train_accuracy, "train_loss", last->train_loss, "seconds",
                last->seconds, "peak_memory_bytes", (json_int_t)platform_memory_peak());
  if (t->settings->tta)
    json_object_set_new(result, "tta_accuracy", json_real(last->tta_accuracy));
  if (t->settings->qat) {
    json_object_set_new(result, "float_accuracy", json_real(t->at.float_accuracy));
    json_object_set_new(result, "rounded_accuracy", json_real(t->at.rounded_accuracy));
  }
  return result;
}

static json_t *describe_data(const training *t) {
  const double *m = t->mean, *d = t->deviation;
  return json_pack("{s:s, s:i, s:i, s:i, s:i, s:[f, f, f], s:[f, f, f]}", "path", t->settings->data,
                   "training_images", (int)t->images.train.count, "test_images",
                   (int)t->images.test.count, "classes", (int)t->images.train.class_count, "size",
                   (int)t->images.train.size, "mean", m[0], m[1], m[2], "std", d[0], d[1], d[2]);
}

static json_t *describe_machine(void) {
  platform_cpu cpu;
  platform_cpu_describe(&cpu);
  return json_pack("{s:s, s:s, s:s, s:i}", "cpu", cpu.name, "isa", cpu.isa, "features",
                   cpu.features, "cpus", (int)cpu.cpus);
}

static octavo_status write_json(const training *t, const char *path, octavo_error *error) {
  json_t *root =
      json_pack("{s:s, s:o, s:o, s:O, s:I, s:I, s:o}", "octavo", octavo_version(), "result",
                describe_result(t), "data", describe_data(t), "settings", t->description,
                "parameters", (json_int_t)architecture_parameters(&t->plan), "macs",
                (json_int_t)architecture_macs(&t->plan), "machine", describe_machine());
  if (root != NULL && t->settings->profile)
    json_object_set_new(root, "profile", profile_json(&t->run_time));
  const octavo_status status = root != NULL
                                   ? json_file_write(path, root, error)
                                   : octavo_error_memory(error, 1, "the description of the run");
  json_decref(root);
  return status;
}

typedef struct run_file {
  const char *name;
  octavo_status (*write)(const training *t, const char *path, octavo_error *error);
} run_file;

static octavo_status write_all(const training *t, const run_file *files, size_t count,
                               octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (size_t i = 0; status == OCTAVO_OK && i < count; i++) {
    char *path = training_path(t, files[i].name);
    status = path != NULL ? files[i].write(t, path, error)
                          : octavo_error_memory(error, 1, "a file name");
    octavo_memory_free(path);
  }
  return status;
}

/* The checkpoint last: what it says to have happened is in the other files by then. */
static const run_file epoch_files[] = {{"history.csv", write_csv},
                                       {"curves.svg", write_svg},
                                       {"checkpoint.safetensors", write_checkpoint}};
static const run_file result_files[] = {{"weights.safetensors", write_weights},
                                        {"model.onnx", write_onnx},
                                        {"labels.txt", write_labels},
                                        {"run.json", write_json}};

octavo_status run_files_save_epoch(const training *t, octavo_error *error) {
  return write_all(t, epoch_files, 3, error);
}

octavo_status run_files_save_checkpoint(const training *t, octavo_error *error) {
  return write_all(t, epoch_files + 2, 1, error);
}

octavo_status run_files_save_result(const training *t, octavo_error *error) {
  return write_all(t, result_files, 4, error);
}
