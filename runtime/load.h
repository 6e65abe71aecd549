/* Reading and checking an `.octavo` file; FORMAT.md numbers the rules that the comments name.
 *
 * octavo_load runs the steps below in their order. Each relies on those before it, copies what it
 * reads to memory of the model before it checks it, and on failure leaves what it allocated to
 * octavo_model_close. Errors: FORMAT, UNSUPPORTED, MEMORY. */
#ifndef OCTAVO_RUNTIME_LOAD_H
#define OCTAVO_RUNTIME_LOAD_H

#include "error.h"
#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Checks all of model->base, model->size, which the caller set, and fills the rest. */
octavo_status octavo_load(octavo_model *model, octavo_error *error);

/* Header and section table: magic, version, sizes, bounds (rules 1 to 4). */
octavo_status octavo_load_container(octavo_model *model, octavo_error *error);

/* Copies the tables, checks their checksums and those of the sections that stay in the file (13).
 */
octavo_status octavo_load_sections(octavo_model *model, octavo_error *error);

/* STRINGS (7). */
octavo_status octavo_load_strings(const octavo_model *model, octavo_error *error);

/* TENSORS and how they fill WEIGHTS (5, 6, 7). */
octavo_status octavo_load_tensors(const octavo_model *model, octavo_error *error);

/* OPERATORS, OPERANDS, INPUTS, OUTPUTS: indices and order (8, 9). */
octavo_status octavo_load_graph(const octavo_model *model, octavo_error *error);

/* What each operator checks itself (9, 10, 11). */
octavo_status octavo_load_operators(const octavo_model *model, octavo_error *error);

/* The arena (12). */
octavo_status octavo_load_plan(const octavo_model *model, octavo_error *error);

/* PREPROCESSING, LABELS, PROVENANCE, TESTS. */
octavo_status octavo_load_description(octavo_model *model, octavo_error *error);

/* ---- Shared by the steps -------------------------------------------------------------------- */

/* What a file that does not begin with the magic seems to be, and what to do about it. */
const char *octavo_load_guess(const uint8_t *data, size_t size);

/* "STRINGS" for OCTAVO_SECTION_STRINGS; `type` is a valid one. */
const char *octavo_load_section_name(uint32_t type);

/* Whether `offset` is where a string of STRINGS begins; if not, the error says it of `what`. */
octavo_status octavo_load_check_string(const octavo_model *model, uint32_t offset,
                                       octavo_error *error, const char *what, uint32_t index);

/* Whether all bytes are zero. */
bool octavo_load_is_zero(const void *data, size_t size);

/* Whether the names at the `count` offsets differ from each other; if not, the error names one and
 * says that it is `what`. Sorts `names`. */
octavo_status octavo_load_check_unique(const char **names, size_t count, const char *what,
                                       octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
