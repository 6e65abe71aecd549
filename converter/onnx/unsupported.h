/* The operators of a network that cannot be imported, collected so that one message names all. */
#ifndef OCTAVO_CONVERTER_ONNX_UNSUPPORTED_H
#define OCTAVO_CONVERTER_ONNX_UNSUPPORTED_H

#include "runtime/error.h"

typedef struct unsupported_row {
  char *what;          /* owned: "Sigmoid", or "MaxPool (column-major indices)" */
  char *layers;        /* owned: "/a/Sigmoid, /b/Sigmoid" */
  size_t length, room; /* of `layers`, without and with what is kept for more */
  uint32_t count;
} unsupported_row;

typedef struct unsupported_list {
  unsupported_row *rows;
  uint32_t row_count, count;
} unsupported_list;

/* Adds the layer `name` of type `op`; `reason` NULL: the type itself is unknown. False: out of
 * memory. */
bool unsupported_add(unsupported_list *list, const char *op, const char *reason, const char *name);

/* Fills *error with all of them, as far as the text is long enough: each row keeps at least its
 * type and number of layers. `unchecked` are operators that the converter knows, but whose inputs
 * come from these, so that nothing tells whether it supports them; types alone are named. *is_cut:
 * the text had to leave some out. Returns OCTAVO_ERROR_UNSUPPORTED, or OCTAVO_OK for an empty list.
 */
octavo_status unsupported_report(const unsupported_list *list, const unsupported_list *unchecked,
                                 bool *is_cut, octavo_error *error);

/* All of both lists, a type a line: "  Sigmoid (2): /a/Sigmoid, /b/Sigmoid". The caller's
 * (octavo_memory_free); NULL: out of memory. */
char *unsupported_text(const unsupported_list *list, const unsupported_list *unchecked);

void unsupported_clear(unsupported_list *list);

#endif
