/* Small pictures of ten drawn shapes, for when no real images are given: anti-aliased, in random
 * colour, size, place and rotation, on a shaded and noisy background. */
#ifndef OCTAVO_COMMON_SHAPES_H
#define OCTAVO_COMMON_SHAPES_H

#include "random.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SHAPES_COUNT 10

/* Names of the classes, in bytewise order. */
extern const char *const shapes_names[SHAPES_COUNT];

/* The seed of picture `index` of a class in a split (0 training, 1 test): a set of pictures takes
 * the first ones, so a larger set has a smaller one's, and sets of other seeds have other pictures.
 */
uint64_t shapes_seed(uint64_t seed, uint32_t split, uint32_t shape, uint32_t index);

/* Draws a shape of class `shape` < SHAPES_COUNT to `rgb`, size · size · 3 bytes without gaps. The
 * picture depends on the arguments alone. */
void shapes_draw(uint32_t shape, uint32_t size, random_state *random, uint8_t *rgb);

#ifdef __cplusplus
}
#endif

#endif
