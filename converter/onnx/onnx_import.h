/* Reads an ONNX model: checks the bytes, unpacks them, and builds an imported graph, with all
 * shapes known and all arithmetic on constants done. */
#ifndef OCTAVO_CONVERTER_ONNX_IMPORT_H
#define OCTAVO_CONVERTER_ONNX_IMPORT_H

#include "converter/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ONNX_MIN_OPSET 9
#define ONNX_MAX_OPSET 22

/* Reads the model at `path`. On success *result is an imported graph, the caller's to free; on
 * failure NULL. Weights in external files are read from the folder of the model, and only from
 * there. All operators that are not supported are named in one message, by type and layer, as far
 * as it has room.
 * Inputs and outputs that the model has as uint8 are int8 here, less 128, as their zero points are.
 * Any thread. Errors: IO, FORMAT (damaged, or against the ONNX specification), UNSUPPORTED,
 * MEMORY. */
octavo_status onnx_import(const char *path, graph **result, octavo_error *error);

/* The same; where that message had to leave some out, *listing, if wanted, has them all, a type a
 * line; else NULL. The caller's (octavo_memory_free). */
octavo_status onnx_import_listing(const char *path, graph **result, char **listing,
                                  octavo_error *error);

/* onnx_import from `size` bytes at `data`. `name` is what messages call them. `folder` is where
 * external weights are looked for; NULL: models that have any are refused. */
octavo_status onnx_import_memory(const uint8_t *data, size_t size, const char *name,
                                 const char *folder, graph **result, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
