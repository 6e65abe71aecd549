#include "history.h"

#include "common/atomic_file.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char HEADING[] = "epoch,lr,train_loss,train_accuracy,test_loss,test_accuracy,seconds";

octavo_status history_add(history *h, const history_row *row, octavo_error *error) {
  history_row *rows = octavo_memory_resize(h->rows, (size_t)h->count + 1, sizeof *rows);
  if (rows == NULL)
    return octavo_error_memory(error, (h->count + 1) * sizeof *rows, "the history");
  h->rows = rows;
  rows[h->count++] = *row;
  return OCTAVO_OK;
}

void history_free(history *h) {
  octavo_memory_free(h->rows);
  *h = (history){0};
}

octavo_status history_write_csv(const history *h, const char *path, octavo_error *error) {
  atomic_file *file = NULL;
  octavo_status status = atomic_file_create(path, &file, error);
  if (status == OCTAVO_OK)
    status = atomic_file_print(file, error, "%s%s\n", HEADING, h->tta ? ",tta_accuracy" : "");
  for (uint32_t i = 0; status == OCTAVO_OK && i < h->count; i++) {
    const history_row *r = &h->rows[i];
    status = atomic_file_print(file, error, "%" PRIu32 ",%.9g,%.9g,%.9g,%.9g,%.9g,%.3f", r->epoch,
                               r->rate, r->train_loss, r->train_accuracy, r->test_loss,
                               r->test_accuracy, r->seconds);
    if (status == OCTAVO_OK && h->tta)
      status = atomic_file_print(file, error, ",%.9g", r->tta_accuracy);
    if (status == OCTAVO_OK)
      status = atomic_file_write(file, "\n", 1, error);
  }
  if (status == OCTAVO_OK)
    return atomic_file_commit(file, error);
  atomic_file_abort(file);
  return status;
}

static int columns(const history *h) {
  return h->tta ? 8 : 7;
}

/* One line of numbers. */
static bool parse_row(const char *line, int count, history_row *row) {
  double numbers[8] = {0};
  for (int i = 0; i < count; i++) {
    char *end = NULL;
    numbers[i] = strtod(line, &end);
    if (end == line || *end != (i < count - 1 ? ',' : '\n'))
      return false;
    line = end + 1;
  }
  if (!(numbers[0] >= 1.0 && numbers[0] < UINT32_MAX))
    return false;
  *row = (history_row){(uint32_t)numbers[0], numbers[1], numbers[2], numbers[3],
                       numbers[4],           numbers[5], numbers[6], numbers[7]};
  return true;
}

static octavo_status parse(history *h, char *text, uint32_t epochs, const char *path,
                           octavo_error *error) {
  const char *line = strchr(text, '\n');
  for (uint32_t i = 0; i < epochs; i++) {
    history_row row;
    if (line == NULL || !parse_row(line + 1, columns(h), &row))
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "%s: expected %" PRIu32 " lines of %d numbers under the heading, "
                              "found %" PRIu32,
                              path, epochs, columns(h), i);
    const octavo_status status = history_add(h, &row, error);
    if (status != OCTAVO_OK)
      return status;
    line = strchr(line + 1, '\n');
  }
  return OCTAVO_OK;
}

octavo_status history_read_csv(history *h, const char *path, uint32_t epochs, octavo_error *error) {
  platform_file file;
  octavo_status status = platform_file_open(path, "the history of the run", &file, error);
  if (status != OCTAVO_OK)
    return status;
  char *text = octavo_memory_alloc(file.size + 1, 1);
  if (text == NULL) {
    status = octavo_error_memory(error, file.size, "the history");
  } else {
    memcpy(text, file.data, file.size);
    status = parse(h, text, epochs, path, error);
  }
  octavo_memory_free(text);
  platform_file_close(&file);
  return status;
}
