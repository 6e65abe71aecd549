#include "platforms/norm_loops.h"

#if defined(__x86_64__)

/* What the compiler assumes of x86-64-v4 and -v3; it asks the operating system too. */
size_t norm_loops_list(const norm_loops *list[NORM_LOOPS_MOST]) {
  size_t count = 0;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    list[count++] = &norm_loops_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("bmi2"))
    list[count++] = &norm_loops_avx2;
  list[count++] = &norm_loops_baseline;
  return count;
}

#else

size_t norm_loops_list(const norm_loops *list[NORM_LOOPS_MOST]) {
  list[0] = &norm_loops_baseline;
  return 1;
}

#endif
