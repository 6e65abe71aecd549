/* Where the time of training goes: by kind of layer and pass, and what is no layer.
 *
 * A profile is a stopwatch that never pauses between profile_start and profile_stop: each mark
 * gives the time since the mark before to one cell, so that the cells sum up to all of it. A
 * program that does not ask has NULL in network.profile, and a mark is then one comparison. One
 * thread marks. */
#ifndef OCTAVO_TRAIN_PROFILE_H
#define OCTAVO_TRAIN_PROFILE_H

#include "architecture.h"

#include <jansson.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum profile_part {
  PROFILE_CONVOLUTION,
  PROFILE_BATCH_NORM,
  PROFILE_ADD, /* also of two gradients for one value */
  PROFILE_ACTIVATION,
  PROFILE_POOL,
  PROFILE_FAKE_QUANTIZE,
  PROFILE_LINEAR,
  PROFILE_LOSS,
  PROFILE_OPTIMIZER,
  PROFILE_IMAGES, /* waiting for a batch, and bringing it to the network's input */
  PROFILE_OTHER,
  PROFILE_PARTS
} profile_part;

typedef enum profile_pass {
  PROFILE_FORWARD,
  PROFILE_BACKWARD,
  PROFILE_UPDATE, /* of the weights, with the copies of them that layers make after it */
  PROFILE_PASSES
} profile_pass;

typedef struct profile {
  uint64_t nanoseconds[PROFILE_PARTS][PROFILE_PASSES];
  uint64_t last;  /* mark, on platform_nanoseconds' clock */
  uint64_t steps; /* that were marked; counted by whoever takes them */
  bool running;
} profile;

/* Marks count from now on. An all-zero *p is a profile that was never started. */
void profile_start(profile *p);
/* The time since the last mark goes to PROFILE_OTHER; marks do nothing until the next start. */
void profile_stop(profile *p);

/* The part of a kind of layer; PROFILE_OTHER for a kind that has no row. */
profile_part profile_part_of(architecture_kind kind);

void profile_mark_running(profile *p, profile_part part, profile_pass pass);
static inline void profile_mark(profile *p, profile_part part, profile_pass pass) {
  if (p != NULL && p->running)
    profile_mark_running(p, part, pass);
}

/* Adds the cells and steps of `from`. */
void profile_add(profile *to, const profile *from);

double profile_seconds(const profile *p); /* of all cells */
/* Forward and backward passes of convolutions by all the rest, in [0, 1]: their weights' copies and
 * updates are the rest's. 0 if nothing was measured. */
double profile_share_outside_convolutions(const profile *p);

/* A row per part that took time: milliseconds of a step in each pass, and the share of all; then
 * the sentence that sets convolutions against the rest. Errors: MEMORY. */
octavo_status profile_print(const profile *p, FILE *stream, octavo_error *error);

/* Steps, seconds, and seconds and shares by part; NULL if memory is short. */
json_t *profile_json(const profile *p);

#ifdef __cplusplus
}
#endif

#endif
