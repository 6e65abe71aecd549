#include "parallel.h"

#include <omp.h>

/* Shorter loops are not worth waking a thread for. */
static const size_t GRAIN = 16384;

void parallel_set_threads(uint32_t threads) {
  omp_set_dynamic(0);
  omp_set_num_threads((int)threads);
}

void parallel_for(size_t count, void (*body)(void *context, size_t begin, size_t end),
                  void *context) {
  const int threads = omp_get_max_threads();
  if (count <= GRAIN || threads == 1) {
    body(context, 0, count);
    return;
  }
  /* Whole cache lines, so that threads do not write to the same one. */
  const size_t part = (count / (size_t)threads / 16 + 1) * 16;
#pragma omp parallel for schedule(static, 1)
  for (int i = 0; i < threads; i++) {
    const size_t begin = (size_t)i * part;
    const size_t end = begin + part < count ? begin + part : count;
    if (begin < end)
      body(context, begin, end);
  }
}

void parallel_parts(size_t parts, void (*body)(void *context, size_t part), void *context) {
  const size_t threads = (size_t)omp_get_max_threads();
  if (parts == 1 || threads == 1) {
    for (size_t i = 0; i < parts; i++)
      body(context, i);
    return;
  }
#pragma omp parallel for schedule(static)
  for (size_t i = 0; i < parts; i++)
    body(context, i);
}
