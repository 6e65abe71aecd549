#include "platforms/norm_loops.h"

#if defined(__x86_64__)

static const norm_loops *const norms[] = {&norm_loops_avx512, &norm_loops_avx2,
                                          &norm_loops_baseline};
static const fake_loops *const fakes[] = {&fake_loops_avx512, &fake_loops_avx2,
                                          &fake_loops_baseline};

/* Which of the rows above is the first that can run: all after it can too. What the compiler
 * assumes of x86-64-v4 and -v3; it asks the operating system too. */
static size_t find_first(void) {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
      !__builtin_cpu_supports("bmi2"))
    return 2;
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  return avx512 ? 0 : 1;
}

#else

static const norm_loops *const norms[] = {&norm_loops_baseline};
static const fake_loops *const fakes[] = {&fake_loops_baseline};

static size_t find_first(void) {
  return 0;
}

#endif

enum { LOOPS = sizeof norms / sizeof norms[0] };

size_t norm_loops_list(const norm_loops *list[NORM_LOOPS_MOST]) {
  const size_t first = find_first();
  for (size_t i = first; i < LOOPS; i++)
    list[i - first] = norms[i];
  return LOOPS - first;
}

size_t fake_loops_list(const fake_loops *list[NORM_LOOPS_MOST]) {
  const size_t first = find_first();
  for (size_t i = first; i < LOOPS; i++)
    list[i - first] = fakes[i];
  return LOOPS - first;
}
