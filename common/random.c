#include "random.h"

#include <math.h>

/* splitmix64 (Steele, Lea and Flood 2014): fills the state of another generator. */
static uint64_t splitmix(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

void random_seed(random_state *state, uint64_t seed) {
  for (int i = 0; i < 4; i++)
    state->s[i] = splitmix(&seed);
}

static uint64_t rotate_left(uint64_t x, unsigned n) {
  return x << n | x >> (64 - n);
}

/* xoshiro256** (Blackman and Vigna 2018). */
uint64_t random_next(random_state *state) {
  uint64_t *s = state->s;
  const uint64_t result = rotate_left(s[1] * 5, 7) * 9;
  const uint64_t shifted = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = rotate_left(s[3], 45);
  return result;
}

uint64_t random_below(random_state *state, uint64_t bound) {
  /* 2^64 mod bound: that many of the smallest values are drawn again, so that the rest divides
   * evenly. */
  const uint64_t rejected = (0 - bound) % bound;
  for (;;) {
    const uint64_t value = random_next(state);
    if (value >= rejected)
      return value % bound;
  }
}

double random_uniform(random_state *state) {
  return (double)(random_next(state) >> 11) * 0x1.0p-53;
}

double random_normal(random_state *state) {
  const double radius = sqrt(-2.0 * log(1.0 - random_uniform(state)));
  return radius * cos(6.283185307179586 * random_uniform(state));
}

void random_shuffle(random_state *state, uint32_t *values, size_t count) {
  for (size_t i = count; i > 1; i--) {
    const size_t other = (size_t)random_below(state, i);
    const uint32_t value = values[i - 1];
    values[i - 1] = values[other];
    values[other] = value;
  }
}
