/* The ways to feed a network that are mixed up most often, as one list of combinations. */
#ifndef OCTAVO_CONVERTER_DOCTOR_CANDIDATES_H
#define OCTAVO_CONVERTER_DOCTOR_CANDIDATES_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How the values lie in the network's input. */
typedef enum doctor_layout {
  DOCTOR_LAYOUT_RIGHT,
  DOCTOR_LAYOUT_INTERLEAVED, /* the bytes of rows of pixels, read as one plane per channel */
  DOCTOR_LAYOUT_TRANSPOSED,  /* columns taken for rows */
  DOCTOR_LAYOUTS
} doctor_layout;

/* What the network takes for its channels. */
typedef enum doctor_order {
  DOCTOR_RGB,
  DOCTOR_BGR,
  DOCTOR_GREY, /* luma, in each of three channels or the only one */
} doctor_order;

typedef struct doctor_candidate {
  octavo_preprocessing rule; /* its `bgr` goes with `order` */
  doctor_order order;
  doctor_layout layout;
  const char *values, *geometry; /* in words, constant */
  bool present;                  /* what the model does now */
} doctor_candidate;

extern const char *const doctor_order_names[];
extern const char *const doctor_layout_names[];

typedef struct doctor_candidates {
  doctor_candidate *list; /* the present one is the first */
  uint32_t count;
} doctor_candidates;

/* Every combination that makes a difference, and the present one. `distorted` says whether the
 * input is no square or some image has other proportions: else stretching and cutting out are the
 * same. On failure *result is all zero. Errors: MEMORY. */
octavo_status doctor_candidates_make(const octavo_preprocessing *present, bool distorted,
                                     doctor_candidates *result, octavo_error *error);

void doctor_candidates_free(doctor_candidates *candidates);

#ifdef __cplusplus
}
#endif

#endif
