/* Pseudo-random numbers: xoshiro256**, seeded through splitmix64; the same on every machine. */
#ifndef OCTAVO_COMMON_RANDOM_H
#define OCTAVO_COMMON_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One thread at a time. */
typedef struct random_state {
  uint64_t s[4];
} random_state;

/* Every seed, 0 too, gives a good state. */
void random_seed(random_state *state, uint64_t seed);

uint64_t random_next(random_state *state);

/* Even in [0, bound), bound ≥ 1, without bias. */
uint64_t random_below(random_state *state, uint64_t bound);

/* Even in [0, 1), 53 bits. */
double random_uniform(random_state *state);

/* Mean 0, standard deviation 1 (Box and Muller). */
double random_normal(random_state *state);

/* Fisher and Yates. */
void random_shuffle(random_state *state, uint32_t *values, size_t count);

#ifdef __cplusplus
}
#endif

#endif
