/* Which variants of the trainer's loops of batch norm and fake quantization this processor can
 * run. */
#ifndef OCTAVO_PLATFORMS_NORM_LOOPS_H
#define OCTAVO_PLATFORMS_NORM_LOOPS_H

#include "train/norm/loops.h"
#include "train/qat/loops.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NORM_LOOPS_MOST = 3 };

/* Each writes them to `list`, the fastest first, and returns how many (at least one). */
size_t norm_loops_list(const norm_loops *list[NORM_LOOPS_MOST]);
size_t fake_loops_list(const fake_loops *list[NORM_LOOPS_MOST]);

#ifdef __cplusplus
}
#endif

#endif
