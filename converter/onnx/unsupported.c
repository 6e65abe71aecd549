#include "converter/onnx/unsupported.h"

#include "runtime/memory.h"

#include <stdio.h>
#include <string.h>

/* "a" + "b" + "c" in one new string. */
static char *join(const char *a, const char *b, const char *c) {
  const size_t size = strlen(a) + strlen(b) + strlen(c) + 1;
  char *text = octavo_memory_alloc(size, 1);
  if (text != NULL)
    snprintf(text, size, "%s%s%s", a, b, c);
  return text;
}

static unsupported_row *find_row(unsupported_list *list, const char *what) {
  for (uint32_t i = 0; i < list->row_count; i++)
    if (strcmp(list->rows[i].what, what) == 0)
      return &list->rows[i];
  return NULL;
}

static bool extend_row(unsupported_row *row, const char *name) {
  row->count++;
  if (strlen(row->layers) >= sizeof((octavo_error *)NULL)->text) /* no message shows more */
    return true;
  char *longer = join(row->layers, ", ", name);
  if (longer == NULL)
    return false;
  octavo_memory_free(row->layers);
  row->layers = longer;
  return true;
}

/* Takes over `what`. */
static bool add_row(unsupported_list *list, char *what, const char *name) {
  char *layers = octavo_memory_copy_string(name);
  unsupported_row *rows =
      octavo_memory_resize(list->rows, (size_t)list->row_count + 1, sizeof *rows);
  if (rows != NULL)
    list->rows = rows;
  if (rows == NULL || layers == NULL) {
    octavo_memory_free(layers);
    octavo_memory_free(what);
    return false;
  }
  rows[list->row_count++] = (unsupported_row){.what = what, .layers = layers, .count = 1};
  return true;
}

bool unsupported_add(unsupported_list *list, const char *op, const char *reason, const char *name) {
  char *what = reason == NULL ? octavo_memory_copy_string(op) : join(op, ": ", reason);
  if (what == NULL)
    return false;
  list->count++;
  unsupported_row *row = find_row(list, what);
  if (row == NULL)
    return add_row(list, what, name);
  octavo_memory_free(what);
  return extend_row(row, name);
}

/* Writes the list with at most `limit` bytes of layer names per row; returns the length. */
static int write_list(const unsupported_list *list, int limit, char *text, size_t size) {
  int length = snprintf(text, size, "%u operator%s of this network %s not supported: ", list->count,
                        list->count == 1 ? "" : "s", list->count == 1 ? "is" : "are");
  for (uint32_t i = 0; i < list->row_count; i++) {
    const unsupported_row *row = &list->rows[i];
    const bool cut = strlen(row->layers) > (size_t)limit;
    const size_t used = (size_t)length < size ? (size_t)length : size - 1;
    length += snprintf(text + used, size - used, "%s%s (%u: %.*s%s)", i == 0 ? "" : ", ", row->what,
                       row->count, limit, row->layers, cut ? "…" : "");
  }
  return length;
}

/* "; not checked, since they come behind these: Mul (2), Conv (1)", as many as there is room for.
 */
static void write_unchecked(const unsupported_list *unchecked, char *text, size_t size) {
  int length =
      snprintf(text, size, "%s",
               unchecked->count == 0 ? "" : "; not checked, since they come behind these: ");
  for (uint32_t i = 0; i < unchecked->row_count; i++) {
    const unsupported_row *row = &unchecked->rows[i];
    char type[64];
    const int needed =
        snprintf(type, sizeof type, "%s%.40s (%u)", i == 0 ? "" : ", ", row->what, row->count);
    if ((size_t)(length + needed) + sizeof ", …" > size) {
      snprintf(text + length, size - (size_t)length, ", …");
      return;
    }
    length += snprintf(text + length, size - (size_t)length, "%s", type);
  }
}

octavo_status unsupported_report(const unsupported_list *list, const unsupported_list *unchecked,
                                 octavo_error *error) {
  if (list->count == 0)
    return OCTAVO_OK;
  octavo_error text;
  char behind[180];
  write_unchecked(unchecked, behind, sizeof behind);
  const size_t room = sizeof text.text - strlen(behind);
  int limit = (int)room;
  while (write_list(list, limit, text.text, room) >= (int)room && limit > 8)
    limit = limit * 3 / 4;
  return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED, "%s%s", text.text, behind);
}

void unsupported_clear(unsupported_list *list) {
  for (uint32_t i = 0; i < list->row_count; i++) {
    octavo_memory_free(list->rows[i].what);
    octavo_memory_free(list->rows[i].layers);
  }
  octavo_memory_free(list->rows);
  *list = (unsupported_list){0};
}
