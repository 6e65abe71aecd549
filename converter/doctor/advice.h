/* What follows from the scores. */
#ifndef OCTAVO_CONVERTER_DOCTOR_ADVICE_H
#define OCTAVO_CONVERTER_DOCTOR_ADVICE_H

#include "converter/doctor/trial.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum doctor_finding {
  DOCTOR_SOUND,   /* nothing does better than what the model does now */
  DOCTOR_MISTAKE, /* something else does */
  DOCTOR_UNKNOWN, /* nothing makes the expected class the first */
} doctor_finding;

/* Fills `order` with the candidates' indices, the best first: by images that are right, then by
 * the mean logarithm of the probability; equal ones as listed, the present one first. */
void doctor_rank(const doctor_score *scores, uint32_t count, uint32_t *order);

/* `best` is the first of the ranking, candidate 0 the present one. A lead of a few images among
 * many that change either way is chance: the lead must be twice its standard deviation, unless
 * there are fewer than 5 images at all. */
doctor_finding doctor_find(const doctor_score *scores, uint32_t best, uint32_t images);

/* The options of octavo-convert that make a model feed itself like `candidate`, such as "--bgr
 * --mean 0.5 ..."; and, or "", what no option can do about it. */
void doctor_options(const doctor_candidate *candidate, char *text, size_t size);
const char *doctor_remedy(const doctor_candidate *candidate);

#ifdef __cplusplus
}
#endif

#endif
