#include "converter/preprocessing.h"
#include "converter/preprocessing_preset.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/format.h"
#include "runtime/memory.h"

#include <string.h>

void labels_free(label_list *labels) {
  for (uint32_t i = 0; i < labels->count; i++)
    octavo_memory_free(labels->texts[i]);
  octavo_memory_free(labels->texts);
  memset(labels, 0, sizeof *labels);
}

static octavo_status add(label_list *labels, const char *text, size_t length, octavo_error *error) {
  char *copy = octavo_memory_alloc(length + 1, 1);
  char **texts =
      octavo_memory_resize(labels->texts, (size_t)labels->count + 1, sizeof *labels->texts);
  if (texts != NULL)
    labels->texts = texts;
  if (copy == NULL || texts == NULL) {
    octavo_memory_free(copy);
    return octavo_error_memory(error, length + 1, "a label");
  }
  memcpy(copy, text, length);
  labels->texts[labels->count++] = copy;
  return OCTAVO_OK;
}

static octavo_status add_preset(const char *const *texts, label_list *labels, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (size_t i = 0; texts[i] != NULL && status == OCTAVO_OK; i++)
    status = add(labels, texts[i], strlen(texts[i]), error);
  return status;
}

/* `name` is what messages call the text. */
static octavo_status add_lines(const char *name, const char *text, size_t size, label_list *labels,
                               octavo_error *error) {
  const char *end = text + size;
  octavo_status status = OCTAVO_OK;
  if (size > 0 && memchr(text, '\0', size) != NULL)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%.200s: expected a text file with one label per line, found a zero "
                            "byte",
                            name);
  while (text < end && status == OCTAVO_OK) {
    const char *stop = memchr(text, '\n', (size_t)(end - text));
    const char *next = stop == NULL ? end : stop + 1;
    size_t length = (size_t)((stop == NULL ? end : stop) - text);
    if (length > 0 && text[length - 1] == '\r')
      length--;
    if (length > OCTAVO_FORMAT_MAX_NAME || labels->count >= OCTAVO_FORMAT_MAX_LABELS)
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "%.200s: expected at most %u labels of at most %u bytes, found more "
                              "at line %u",
                              name, OCTAVO_FORMAT_MAX_LABELS, OCTAVO_FORMAT_MAX_NAME,
                              labels->count + 1);
    status = add(labels, text, length, error);
    text = next;
  }
  return status;
}

static octavo_status read_labels(const char *path, label_list *labels, octavo_error *error) {
  platform_file file;
  octavo_status status = platform_file_open(path, "a file with labels", &file, error);
  if (status != OCTAVO_OK)
    return status;
  status = add_lines(path, (const char *)file.data, file.size, labels, error);
  platform_file_close(&file);
  return status;
}

octavo_status labels_from_options(const convert_options *options, const graph_metadata *metadata,
                                  uint64_t classes, label_list *labels, octavo_error *error) {
  memset(labels, 0, sizeof *labels);
  const char *const names[RULE_SOURCES] = {
      [RULE_NETWORK] = "the network's metadata 'octavo.labels'",
      [RULE_PRESET] = "--preset",
      [RULE_OPTION] = options->labels,
  };
  const rule_source source = rule_sources_find(options, metadata).labels;
  const char *name = names[source];
  octavo_status status = OCTAVO_OK;
  if (source == RULE_DEFAULT)
    return OCTAVO_OK;
  if (source == RULE_OPTION)
    status = read_labels(name, labels, error);
  else if (source == RULE_PRESET)
    status = add_preset(preprocessing_preset_find(options->preset)->labels, labels, error);
  else
    status = add_lines(name, metadata->labels, strlen(metadata->labels), labels, error);
  if (status == OCTAVO_OK && labels->count != classes)
    status = octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "%.200s: expected %llu labels, as many as the network tells classes "
                              "apart, found %u",
                              name, (unsigned long long)classes, labels->count);
  if (status != OCTAVO_OK)
    labels_free(labels);
  return status;
}
