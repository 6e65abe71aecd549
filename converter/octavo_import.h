/* The other way round: a lowered graph from an `.octavo` file. */
#ifndef OCTAVO_CONVERTER_OCTAVO_IMPORT_H
#define OCTAVO_CONVERTER_OCTAVO_IMPORT_H

#include "converter/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* On success *result is the caller's (graph_free), with no memory plan; its metadata is empty,
 * since the model tells its preprocessing and labels. Errors: MEMORY. */
octavo_status octavo_import(const octavo_model *model, graph **result, octavo_error *error);

/* Tells whether the file begins as an `.octavo` file does. Errors: IO. */
octavo_status octavo_import_recognises(const char *path, bool *result, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
