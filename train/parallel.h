/* The loops of the trainer that are not oneDNN's, on the same OpenMP threads as oneDNN's. */
#ifndef OCTAVO_TRAIN_PARALLEL_H
#define OCTAVO_TRAIN_PARALLEL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* From now on oneDNN and parallel_for use that many threads. */
void parallel_set_threads(uint32_t threads);

/* Calls body(context, begin, end) for parts that cover [0, count) once, in parallel. What is in
 * which part depends on the number of threads only. */
void parallel_for(size_t count, void (*body)(void *context, size_t begin, size_t end),
                  void *context);

/* Calls body(context, part) for each part in [0, parts), in parallel; a thread has parts beside
 * each other. */
void parallel_parts(size_t parts, void (*body)(void *context, size_t part), void *context);

#ifdef __cplusplus
}
#endif

#endif
