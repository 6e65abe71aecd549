#include "converter/onnx/unsupported.h"

#include "common/utf8.h"
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
  const size_t length = row->length + strlen(", ") + strlen(name);
  if (length >= row->room) {
    const size_t room = 2 * length + 1;
    char *longer = octavo_memory_resize(row->layers, room, 1);
    if (longer == NULL)
      return false;
    row->layers = longer;
    row->room = room;
  }
  snprintf(row->layers + row->length, row->room - row->length, ", %s", name);
  row->length = length;
  row->count++;
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
  rows[list->row_count++] = (unsupported_row){.what = what,
                                              .layers = layers,
                                              .length = strlen(layers),
                                              .room = strlen(layers) + 1,
                                              .count = 1};
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
static int write_list(const unsupported_list *list, int limit, char *text, size_t size,
                      bool *is_cut) {
  *is_cut = false;
  int length = snprintf(text, size, "%u operator%s of this network %s not supported: ", list->count,
                        list->count == 1 ? "" : "s", list->count == 1 ? "is" : "are");
  for (uint32_t i = 0; i < list->row_count; i++) {
    const unsupported_row *row = &list->rows[i];
    const bool cut = row->length > (size_t)limit;
    const int shown = (int)utf8_prefix(row->layers, (size_t)limit);
    *is_cut |= cut;
    const size_t used = (size_t)length < size ? (size_t)length : size - 1;
    length += snprintf(text + used, size - used, "%s%s (%u: %.*s%s)", i == 0 ? "" : ", ", row->what,
                       row->count, shown, row->layers, cut ? "…" : "");
  }
  return length;
}

/* "; not checked, since they come behind these: Mul (2), Conv (1)", as many as there is room for:
 * whether that is all. */
static bool write_unchecked(const unsupported_list *unchecked, char *text, size_t size) {
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
      return false;
    }
    length += snprintf(text + length, size - (size_t)length, "%s", type);
  }
  return true;
}

octavo_status unsupported_report(const unsupported_list *list, const unsupported_list *unchecked,
                                 bool *is_cut, octavo_error *error) {
  *is_cut = false;
  if (list->count == 0)
    return OCTAVO_OK;
  octavo_error text;
  char behind[180];
  bool layers_cut = false;
  const bool all_behind = write_unchecked(unchecked, behind, sizeof behind);
  const size_t room = sizeof text.text - strlen(behind);
  int limit = (int)room, length = write_list(list, limit, text.text, room, &layers_cut);
  while (length >= (int)room && limit > 8) {
    limit = limit * 3 / 4;
    length = write_list(list, limit, text.text, room, &layers_cut);
  }
  *is_cut = layers_cut || !all_behind || length >= (int)room;
  return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED, "%s%s", text.text, behind);
}

/* Space for the numbers and words of a line, and for those between the lists. */
#define LINE_ROOM 32
static const char between[] = "not checked, since they come behind these:\n";

static size_t lines_room(const unsupported_list *list) {
  size_t room = 0;
  for (uint32_t i = 0; i < list->row_count; i++)
    room += strlen(list->rows[i].what) + list->rows[i].length + LINE_ROOM;
  return room;
}

static size_t write_lines(const unsupported_list *list, char *text, size_t used, size_t size) {
  for (uint32_t i = 0; i < list->row_count; i++)
    used += (size_t)snprintf(text + used, size - used, "  %s (%u): %s\n", list->rows[i].what,
                             list->rows[i].count, list->rows[i].layers);
  return used;
}

char *unsupported_text(const unsupported_list *list, const unsupported_list *unchecked) {
  const size_t size = lines_room(list) + lines_room(unchecked) + sizeof between;
  char *text = octavo_memory_alloc(size, 1);
  if (text == NULL)
    return NULL;
  size_t used = write_lines(list, text, 0, size);
  if (unchecked->count > 0)
    used += (size_t)snprintf(text + used, size - used, "%s", between);
  write_lines(unchecked, text, used, size);
  return text;
}

void unsupported_clear(unsupported_list *list) {
  for (uint32_t i = 0; i < list->row_count; i++) {
    octavo_memory_free(list->rows[i].what);
    octavo_memory_free(list->rows[i].layers);
  }
  octavo_memory_free(list->rows);
  *list = (unsupported_list){0};
}
