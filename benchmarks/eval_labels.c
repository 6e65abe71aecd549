#include "eval_labels.h"

#include "runtime/error.h"
#include "runtime/memory.h"

#include <ctype.h>
#include <stdio.h>

uint32_t eval_output_count(const octavo_model *model) {
  octavo_tensor_info info;
  if (octavo_model_output(model, 0, &info) != OCTAVO_OK)
    return 0;
  uint32_t count = 1;
  for (uint32_t i = 1; i < info.rank; i++)
    count *= info.shape[i];
  return count;
}

static bool same_name(const char *a, const char *b) {
  while (*a != '\0' && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
    a++;
    b++;
  }
  return *a == *b;
}

static uint32_t find_label(const octavo_model *model, const char *name) {
  for (uint32_t i = 0; i < octavo_model_label_count(model); i++) {
    if (same_name(octavo_model_label(model, i), name))
      return i;
  }
  return EVAL_NO_OUTPUT;
}

static bool has_class_names(const dataset *set) {
  return dataset_class_count(set) > 0 && dataset_class_name(set, 0)[0] != '\0';
}

static void match_names(const dataset *set, const octavo_model *model, eval_labels *labels) {
  for (uint32_t i = 0; i < labels->class_count; i++) {
    labels->outputs[i] = find_label(model, dataset_class_name(set, i));
    labels->matched_count += labels->outputs[i] != EVAL_NO_OUTPUT;
  }
  labels->match = labels->matched_count > 0 ? EVAL_MATCH_NAME : EVAL_MATCH_NONE;
}

static void match_indices(const octavo_model *model, eval_labels *labels) {
  const bool same = labels->class_count == eval_output_count(model);
  for (uint32_t i = 0; i < labels->class_count; i++)
    labels->outputs[i] = same ? i : EVAL_NO_OUTPUT;
  labels->matched_count = same ? labels->class_count : 0;
  labels->match = same ? EVAL_MATCH_INDEX : EVAL_MATCH_NONE;
}

octavo_status eval_labels_match(const dataset *set, const octavo_model *model, bool ignore,
                                eval_labels *labels, octavo_error *error) {
  *labels = (eval_labels){.class_count = ignore ? 0 : dataset_class_count(set)};
  if (labels->class_count == 0)
    return OCTAVO_OK;
  labels->outputs = octavo_memory_alloc(labels->class_count, sizeof *labels->outputs);
  if (labels->outputs == NULL)
    return octavo_error_memory(error, labels->class_count * sizeof *labels->outputs, "classes");
  if (has_class_names(set) && octavo_model_label_count(model) > 0)
    match_names(set, model, labels);
  else
    match_indices(model, labels);
  return OCTAVO_OK;
}

void eval_labels_free(eval_labels *labels) {
  octavo_memory_free(labels->outputs);
  *labels = (eval_labels){0};
}

uint32_t eval_labels_of(const eval_labels *labels, const dataset *set, uint32_t index) {
  const uint32_t class_index = dataset_label(set, index);
  return class_index < labels->class_count ? labels->outputs[class_index] : EVAL_NO_OUTPUT;
}

const char *eval_labels_describe(const eval_labels *labels, char *buffer, size_t size) {
  if (labels->match == EVAL_MATCH_INDEX)
    snprintf(buffer, size, "classes matched to outputs by their order");
  else if (labels->match == EVAL_MATCH_NAME && labels->matched_count == labels->class_count)
    snprintf(buffer, size, "classes matched to the model's labels by name");
  else if (labels->match == EVAL_MATCH_NAME)
    snprintf(buffer, size,
             "%u of %u classes matched by name; images of the others do not count for accuracy",
             labels->matched_count, labels->class_count);
  else if (labels->class_count == 0)
    snprintf(buffer, size, "no classes: agreement between the models only, no accuracy");
  else
    snprintf(buffer, size, "the classes are not those of the model: agreement only, no accuracy");
  return buffer;
}
