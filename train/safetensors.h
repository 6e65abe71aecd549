/* The safetensors format: eight bytes of header length, a JSON header that names each tensor's
 * type, shape and place, and the tensors' bytes. Little-endian. */
#ifndef OCTAVO_TRAIN_SAFETENSORS_H
#define OCTAVO_TRAIN_SAFETENSORS_H

#include "octavo.h"
#include "platforms/platform.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct safetensors_entry {
  const char *name;
  uint32_t rank;
  const uint32_t *dims;
  const float *data;
  size_t count; /* product of dims */
} safetensors_entry;

/* Writes float32 tensors in the given order; the file appears whole or not at all. `metadata` is an
 * object of strings, or NULL; it stays the caller's. Errors: IO, MEMORY. */
octavo_status safetensors_save(const char *path, const safetensors_entry *entries, uint32_t count,
                               json_t *metadata, octavo_error *error);

typedef struct safetensors {
  platform_file file;
  json_t *header;
  const uint8_t *data;
  size_t data_bytes;
} safetensors;

/* Opens and checks the header: every tensor lies in the file with the size that its shape and type
 * make, and nothing comes after the last. On failure *s is all zero. Errors: IO, FORMAT, MEMORY. */
octavo_status safetensors_open(const char *path, safetensors *s, octavo_error *error);
void safetensors_close(safetensors *s); /* all zero is allowed */

/* A string of the metadata; NULL if there is none. Owned by *s. */
const char *safetensors_metadata(const safetensors *s, const char *key);

/* Whether the file has a tensor of that name. */
bool safetensors_has(const safetensors *s, const char *name);

/* The name of some tensor, for messages; NULL if the file has none. Owned by *s. */
const char *safetensors_first_name(const safetensors *s);

/* Copies the tensor `name` of the given shape to `data`; float16, bfloat16 and float64 are
 * converted. Errors: FORMAT (missing, other type, other shape: the message says what was found, but
 * not in which file). */
octavo_status safetensors_read(const safetensors *s, const char *name, uint32_t rank,
                               const uint32_t *dims, float *data, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
