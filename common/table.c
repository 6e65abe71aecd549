#include "table.h"

#include "runtime/error.h"
#include "runtime/memory.h"

#include <stdarg.h>
#include <string.h>

struct table {
  char *alignment;
  size_t columns;
  char **cells; /* row by row, the headings first */
  size_t count, capacity;
  bool failed;
};

/* Takes ownership of `text`, which may be NULL. */
static void append(table *t, char *text) {
  if (text != NULL && t->count == t->capacity) {
    const size_t larger = t->capacity == 0 ? 32 : t->capacity * 2;
    char **cells = octavo_memory_resize(t->cells, larger, sizeof *cells);
    if (cells != NULL) {
      t->cells = cells;
      t->capacity = larger;
    }
  }
  if (text == NULL || t->count == t->capacity) {
    octavo_memory_free(text);
    t->failed = true;
    return;
  }
  t->cells[t->count++] = text;
}

/* A copy that is one Markdown cell. */
static char *cell_text(const char *text) {
  char *copy = octavo_memory_alloc(2 * strlen(text) + 1, 1);
  if (copy == NULL)
    return NULL;
  char *to = copy;
  for (const char *from = text; *from != '\0'; from++) {
    if (*from == '|')
      *to++ = '\\';
    *to++ = *from == '\n' || *from == '\r' || *from == '\t' ? ' ' : *from;
  }
  return copy;
}

table *table_create(const char *alignment, const char *const *headings) {
  table *t = octavo_memory_alloc(1, sizeof *t);
  if (t == NULL)
    return NULL;
  t->columns = strlen(alignment);
  t->alignment = octavo_memory_copy_string(alignment);
  t->failed = t->alignment == NULL;
  for (size_t i = 0; i < t->columns; i++)
    append(t, cell_text(headings[i]));
  if (t->failed) {
    table_free(t);
    return NULL;
  }
  return t;
}

void table_cell(table *t, const char *format, ...) {
  if (t == NULL || t->failed)
    return;
  va_list arguments;
  va_start(arguments, format);
  char small[256];
  va_list again;
  va_copy(again, arguments);
  const int length = vsnprintf(small, sizeof small, format, arguments);
  va_end(arguments);
  if (length < 0) {
    t->failed = true;
  } else if ((size_t)length < sizeof small) {
    append(t, cell_text(small));
  } else {
    char *large = octavo_memory_alloc((size_t)length + 1, 1);
    if (large != NULL)
      vsnprintf(large, (size_t)length + 1, format, again);
    append(t, large == NULL ? NULL : cell_text(large));
    octavo_memory_free(large);
  }
  va_end(again);
}

/* Characters, not bytes: UTF-8 continuation bytes take no room. */
static size_t width_of(const char *text) {
  size_t width = 0;
  for (; *text != '\0'; text++)
    width += ((unsigned char)*text & 0xc0) != 0x80;
  return width;
}

static void repeat(FILE *stream, char c, size_t count) {
  for (size_t i = 0; i < count; i++)
    fputc(c, stream);
}

static void print_cell(FILE *stream, const char *text, size_t width, bool right) {
  const size_t own = width_of(text);
  fputs("| ", stream);
  if (right)
    repeat(stream, ' ', width - own);
  fputs(text, stream);
  if (!right)
    repeat(stream, ' ', width - own);
  fputc(' ', stream);
}

static void print_rule(const table *t, const size_t *widths, FILE *stream) {
  for (size_t c = 0; c < t->columns; c++) {
    const bool right = t->alignment[c] == 'r';
    fputs("| ", stream);
    repeat(stream, '-', widths[c] - (right ? 1 : 0));
    fputs(right ? ": " : " ", stream);
  }
  fputs("|\n", stream);
}

octavo_status table_print(const table *t, FILE *stream, octavo_error *error) {
  if (t == NULL || t->failed)
    return octavo_error_memory(error, sizeof *t, "a table");
  size_t *widths = octavo_memory_alloc(t->columns, sizeof *widths);
  if (widths == NULL)
    return octavo_error_memory(error, t->columns * sizeof *widths, "a table");
  for (size_t c = 0; c < t->columns; c++)
    widths[c] = 3; /* the shortest rule that every Markdown reader takes */
  for (size_t i = 0; i < t->count; i++) {
    const size_t width = width_of(t->cells[i]);
    if (width > widths[i % t->columns])
      widths[i % t->columns] = width;
  }
  const size_t rows = (t->count + t->columns - 1) / t->columns;
  for (size_t r = 0; r < rows; r++) {
    for (size_t c = 0; c < t->columns; c++) {
      const size_t i = r * t->columns + c;
      print_cell(stream, i < t->count ? t->cells[i] : "", widths[c], t->alignment[c] == 'r');
    }
    fputs("|\n", stream);
    if (r == 0)
      print_rule(t, widths, stream);
  }
  octavo_memory_free(widths);
  return OCTAVO_OK;
}

void table_free(table *t) {
  if (t == NULL)
    return;
  for (size_t i = 0; i < t->count; i++)
    octavo_memory_free(t->cells[i]);
  octavo_memory_free(t->cells);
  octavo_memory_free(t->alignment);
  octavo_memory_free(t);
}
