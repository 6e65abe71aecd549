/* The images of a sample as the input of models: read, decoded and preprocessed once, however many
 * models of one network are run on them, as far as memory for that is set aside. */
#ifndef OCTAVO_CONVERTER_INPUT_CACHE_H
#define OCTAVO_CONVERTER_INPUT_CACHE_H

#include "converter/image_sample.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A network's input is float32, or int8 with one scale for almost all choices of precisions. */
#define INPUT_CACHE_ROWS 4

/* What all rows keep, usually: 256 images of 224x224 as float32 and as int8 with several scales. */
#define INPUT_CACHE_BYTES ((size_t)256 << 20)

typedef struct input_row {
  octavo_type type;
  float scale;
  int32_t zero_point;
  const image_sample *sample; /* borrowed */
  uint32_t images;
  uint32_t kept;  /* the first of them; the others are read again whenever they are fed */
  size_t each;    /* bytes of one image */
  uint8_t *bytes; /* owned; image after image; NULL if none is kept */
} input_row;

typedef struct input_cache {
  const image_sample *sample; /* borrowed */
  uint32_t threads;
  size_t limit;                     /* bytes that all rows may keep; 0 = INPUT_CACHE_BYTES */
  input_row rows[INPUT_CACHE_ROWS]; /* all zero: free */
  uint32_t next;                    /* row that is given up next */
} input_cache;

/* The first `images` images as input 0 of `model`, whose preprocessing is the same for all that the
 * cache is used for. What *inputs points to stays valid until input_cache_free, or until the cache
 * was asked for INPUT_CACHE_ROWS other kinds of input. To be called from one thread. Errors: those
 * of sessions and images; IO if interrupted. */
octavo_status input_cache_get(input_cache *cache, octavo_model *model, uint32_t images,
                              const input_row **inputs, octavo_error *error);

/* Puts image `i` of the row into input 0 of a session of a model that the row was got for. Any
 * thread. Errors: those of image_sample_feed. */
octavo_status input_row_feed(const input_row *inputs, uint32_t i, octavo_session *session,
                             octavo_error *error);

/* An all-zero *cache is allowed; it is all zero afterwards. */
void input_cache_free(input_cache *cache);

#ifdef __cplusplus
}
#endif

#endif
