#include "evaluation.h"

#include "common/progress.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>

double evaluation_accuracy(const evaluation_row *row) {
  return row->labelled > 0 ? 100.0 * row->correct / row->labelled : NAN;
}

double evaluation_agreement(const evaluation *e, const evaluation_row *row) {
  return e->images > 0 ? 100.0 * row->agreed / e->images : NAN;
}

static octavo_status open_row(const eval_settings *settings, const char *path, const dataset *set,
                              evaluation_row *row, octavo_error *error) {
  octavo_session_options options;
  octavo_session_options_init(&options);
  options.threads = settings->threads;
  octavo_status status = subject_open(path, &options, settings->seed, &row->model, error);
  if (status != OCTAVO_OK)
    return status;
  octavo_preprocessing unused;
  if (octavo_model_preprocessing(row->model.model, &unused) != OCTAVO_OK)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "%s: expected a model that takes images, found one without "
                            "preprocessing; convert it with a preset or --size",
                            path);
  row->outputs = eval_output_count(row->model.model);
  status = eval_labels_match(set, row->model.model, settings->no_labels, &row->labels, error);
  if (status == OCTAVO_OK && settings->confusion && row->labels.class_count > 0) {
    const size_t cells = (size_t)row->labels.class_count * row->outputs;
    row->confusion = octavo_memory_alloc(cells, sizeof *row->confusion);
    if (row->confusion == NULL)
      status = octavo_error_memory(error, cells * sizeof *row->confusion, "the confusion matrix");
  }
  return status;
}

/* Runs one model on one image; its answer goes to *answer. */
static octavo_status classify(evaluation_row *row, const image *picture, uint32_t *answer,
                              octavo_error *error) {
  const uint64_t begun = platform_nanoseconds();
  octavo_status status = subject_fill_image(row->model.session, picture, error);
  const double preprocess = subject_elapsed(begun);
  double infer = 0;
  if (status == OCTAVO_OK)
    status = subject_run(&row->model, &infer, error);
  octavo_class best;
  uint32_t filled = 0;
  if (status == OCTAVO_OK)
    status = octavo_session_top(row->model.session, 0, &best, 1, &filled, error);
  if (status == OCTAVO_OK)
    status = measurement_add(&row->preprocess, preprocess, error);
  if (status == OCTAVO_OK)
    status = measurement_add(&row->infer, infer, error);
  *answer = filled > 0 ? best.index : EVAL_NO_OUTPUT;
  return status;
}

static void count_answer(evaluation_row *row, const dataset *set, uint32_t index, uint32_t answer,
                         uint32_t first_answer) {
  row->agreed += answer == first_answer;
  const uint32_t right = eval_labels_of(&row->labels, set, index);
  if (right != EVAL_NO_OUTPUT) {
    row->labelled++;
    row->correct += answer == right;
  }
  const uint32_t class_index = dataset_label(set, index);
  if (row->confusion != NULL && class_index < row->labels.class_count && answer < row->outputs)
    row->confusion[(size_t)class_index * row->outputs + answer]++;
}

/* Notes that an image is not readable; more than a tenth of them is a failure. */
static octavo_status skip_image(evaluation *e, uint32_t total, const octavo_error *reason,
                                octavo_error *error) {
  if (e->skipped++ == 0)
    e->first_skipped = *reason;
  if (e->skipped > total / 10)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "more than a tenth of %u images cannot be read; the first one: %s",
                            total, e->first_skipped.text);
  return OCTAVO_OK;
}

static octavo_status take_image(evaluation *e, uint32_t index, uint32_t total,
                                octavo_error *error) {
  image picture;
  octavo_error unreadable = {0};
  const uint64_t begun = platform_nanoseconds();
  octavo_status status = dataset_load(e->set, index, &picture, &unreadable);
  const double decode = subject_elapsed(begun);
  if (status == OCTAVO_ERROR_MEMORY)
    return octavo_error_set(error, status, "%s", unreadable.text);
  if (status != OCTAVO_OK)
    return skip_image(e, total, &unreadable, error);
  status = measurement_add(&e->decode, decode, error);
  uint32_t first_answer = 0;
  for (size_t i = 0; status == OCTAVO_OK && i < e->count; i++) {
    uint32_t answer = 0;
    status = classify(&e->rows[i], &picture, &answer, error);
    if (i == 0)
      first_answer = answer;
    count_answer(&e->rows[i], e->set, index, answer, first_answer);
  }
  e->images++;
  image_free(&picture);
  return status;
}

static octavo_status take_images(const eval_settings *settings, evaluation *e,
                                 octavo_error *error) {
  const uint32_t all = dataset_count(e->set);
  uint32_t total = settings->limit > 0 && settings->limit < all ? settings->limit : all;
  uint32_t *indices = octavo_memory_alloc(total, sizeof *indices);
  if (indices == NULL)
    return octavo_error_memory(error, total * sizeof *indices, "the choice of images");
  octavo_status status = OCTAVO_OK;
  if (total < all)
    status = dataset_sample(e->set, total, settings->seed, indices, &total, error);
  else
    for (uint32_t i = 0; i < total; i++)
      indices[i] = i;
  progress bar;
  progress_begin(&bar, stderr, "evaluating", "images", total);
  for (uint32_t i = 0; status == OCTAVO_OK && i < total; i++) {
    status = platform_interrupted() ? octavo_error_set(error, OCTAVO_ERROR_IO, "interrupted")
                                    : take_image(e, indices[i], total, error);
    progress_update(&bar, i + 1);
  }
  progress_end(&bar);
  octavo_memory_free(indices);
  return status;
}

static octavo_status summarize(evaluation *e, octavo_error *error) {
  octavo_status status = measurement_summarize(&e->decode, &e->decode_summary, error);
  for (size_t i = 0; status == OCTAVO_OK && i < e->count; i++) {
    evaluation_row *row = &e->rows[i];
    status = measurement_summarize(&row->infer, &row->infer_summary, error);
    if (status == OCTAVO_OK)
      status = measurement_summarize(&row->preprocess, &row->preprocess_summary, error);
  }
  return status;
}

octavo_status evaluation_run(const eval_settings *settings, evaluation *e, octavo_error *error) {
  *e = (evaluation){.count = settings->models.count};
  e->rows = octavo_memory_alloc(e->count, sizeof *e->rows);
  if (e->rows == NULL)
    return octavo_error_memory(error, e->count * sizeof *e->rows, "the evaluation");
  octavo_status status =
      dataset_open(settings->data, (dataset_split)settings->split, &e->set, error);
  for (size_t i = 0; status == OCTAVO_OK && i < e->count; i++)
    status = open_row(settings, settings->models.values[i], e->set, &e->rows[i], error);
  if (status == OCTAVO_OK)
    status = take_images(settings, e, error);
  if (status == OCTAVO_OK)
    status = summarize(e, error);
  return status;
}

void evaluation_free(evaluation *e) {
  for (size_t i = 0; e->rows != NULL && i < e->count; i++) {
    evaluation_row *row = &e->rows[i];
    octavo_memory_free(row->confusion);
    measurement_free(&row->infer);
    measurement_free(&row->preprocess);
    eval_labels_free(&row->labels);
    subject_close(&row->model);
  }
  octavo_memory_free(e->rows);
  measurement_free(&e->decode);
  dataset_close(e->set);
  *e = (evaluation){0};
}
