#include "eval_confusion.h"

#include "common/table.h"
#include "runtime/error.h"

#include <string.h>

enum { MATRIX_MAX = 20, MISTAKES = 20 };

static uint32_t cell(const evaluation_row *row, uint32_t class_index, uint32_t output) {
  return row->confusion[(size_t)class_index * row->outputs + output];
}

/* What an output stands for: the model's label, or its number. */
static const char *output_name(const evaluation_row *row, uint32_t output, char *buffer,
                               size_t size) {
  const char *label = octavo_model_label(row->model.model, output);
  if (label != NULL)
    return label;
  snprintf(buffer, size, "%u", output);
  return buffer;
}

static octavo_status print_matrix(const evaluation_row *row, const dataset *set, FILE *stream,
                                  octavo_error *error) {
  char alignment[MATRIX_MAX + 2] = "l";
  char numbers[MATRIX_MAX][16];
  const char *headings[MATRIX_MAX + 1] = {"is \\ taken for"};
  for (uint32_t i = 0; i < row->outputs; i++) {
    alignment[i + 1] = 'r';
    headings[i + 1] = output_name(row, i, numbers[i], sizeof numbers[i]);
  }
  table *t = table_create(alignment, headings);
  for (uint32_t c = 0; c < row->labels.class_count; c++) {
    table_cell(t, "%s", dataset_class_name(set, c));
    for (uint32_t i = 0; i < row->outputs; i++)
      table_cell(t, "%u", cell(row, c, i));
  }
  const octavo_status status = table_print(t, stream, error);
  table_free(t);
  return status;
}

typedef struct mistake {
  uint32_t class_index, output, count;
} mistake;

/* The most frequent mistakes, most frequent first, to list[]. Returns how many there are. */
static uint32_t collect_mistakes(const evaluation_row *row, mistake *list) {
  uint32_t used = 0;
  for (uint32_t c = 0; c < row->labels.class_count; c++) {
    for (uint32_t i = 0; i < row->outputs; i++) {
      const mistake m = {c, i, cell(row, c, i)};
      if (m.count == 0 || i == row->labels.outputs[c])
        continue;
      uint32_t at = used;
      while (at > 0 && list[at - 1].count < m.count)
        at--;
      if (at == MISTAKES)
        continue;
      const uint32_t kept = used < MISTAKES ? used : MISTAKES - 1;
      memmove(&list[at + 1], &list[at], (kept - at) * sizeof *list);
      list[at] = m;
      used = kept + 1;
    }
  }
  return used;
}

static octavo_status print_mistakes(const evaluation_row *row, const dataset *set, FILE *stream,
                                    octavo_error *error) {
  mistake list[MISTAKES];
  const uint32_t count = collect_mistakes(row, list);
  table *t = table_create("llr", (const char *const[]){"is", "taken for", "times"});
  for (uint32_t i = 0; i < count; i++) {
    char number[16];
    table_cell(t, "%s", dataset_class_name(set, list[i].class_index));
    table_cell(t, "%s", output_name(row, list[i].output, number, sizeof number));
    table_cell(t, "%u", list[i].count);
  }
  const octavo_status status = table_print(t, stream, error);
  table_free(t);
  return status;
}

octavo_status eval_confusion_print(const evaluation_row *row, const dataset *set, FILE *stream,
                                   octavo_error *error) {
  fprintf(stream, "Confusion of %s\n\n", row->model.path);
  if (row->confusion == NULL) {
    fprintf(stream, "none: the images have no classes\n");
    return OCTAVO_OK;
  }
  if (row->labels.class_count <= MATRIX_MAX && row->outputs <= MATRIX_MAX)
    return print_matrix(row, set, stream, error);
  return print_mistakes(row, set, stream, error);
}

json_t *eval_confusion_json(const evaluation_row *row) {
  json_t *matrix = json_array();
  for (uint32_t c = 0; c < row->labels.class_count; c++) {
    json_t *line = json_array();
    for (uint32_t i = 0; i < row->outputs; i++)
      json_array_append_new(line, json_integer(cell(row, c, i)));
    json_array_append_new(matrix, line);
  }
  return matrix;
}
