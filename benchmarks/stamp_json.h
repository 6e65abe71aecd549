/* A stamp for reports that are made with jansson. */
#ifndef OCTAVO_BENCHMARKS_STAMP_JSON_H
#define OCTAVO_BENCHMARKS_STAMP_JSON_H

#include "common/stamp.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What stamp_write writes. NULL if memory is short, or room for a temporary file. */
json_t *stamp_json(const stamp *s);

#ifdef __cplusplus
}
#endif

#endif
