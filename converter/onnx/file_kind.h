/* Recognises files that are no ONNX models but are often given as one. */
#ifndef OCTAVO_CONVERTER_ONNX_FILE_KIND_H
#define OCTAVO_CONVERTER_ONNX_FILE_KIND_H

#include "runtime/error.h"

/* Fails with a message that says what the bytes are and what to do, if they are of a kind that is
 * known and no ONNX. Errors: FORMAT. */
octavo_status file_kind_check(const uint8_t *data, size_t size, octavo_error *error);

#endif
