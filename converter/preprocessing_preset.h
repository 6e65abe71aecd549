/* What is usual for a data set: the rows of preprocessing_preset.c. */
#ifndef OCTAVO_CONVERTER_PREPROCESSING_PRESET_H
#define OCTAVO_CONVERTER_PREPROCESSING_PRESET_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct preprocessing_preset {
  const char *name;
  float mean[3], std[3];
  uint32_t size;             /* width and height of the input; 0 = the network's */
  uint32_t resize;           /* short side before the centre crop; 0 = stretch to the size */
  const char *const *labels; /* NULL-terminated; NULL = none */
} preprocessing_preset;

/* NULL if there is none of that name. */
const preprocessing_preset *preprocessing_preset_find(const char *name);

#ifdef __cplusplus
}
#endif

#endif
