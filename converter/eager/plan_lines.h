/* A plan's text, line by line, before anybody asks what its names mean. */
#ifndef OCTAVO_CONVERTER_EAGER_PLAN_LINES_H
#define OCTAVO_CONVERTER_EAGER_PLAN_LINES_H

#include "runtime/format.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PLAN_LINE_MODULES 8

typedef enum plan_line_kind {
  PLAN_LINE_EMPTY, /* or a comment */
  PLAN_LINE_QUANTIZE,
  PLAN_LINE_DEQUANTIZE,
  PLAN_LINE_LAYER,
  PLAN_LINE_BROKEN, /* `problem` says why */
} plan_line_kind;

typedef struct plan_line {
  plan_line_kind kind;
  char modules[PLAN_LINE_MODULES][OCTAVO_FORMAT_MAX_NAME + 1];
  uint32_t module_count;
  char observer[32]; /* "" = none */
  const char *problem;
} plan_line;

/* Reads `length` bytes without their line break. */
void plan_line_parse(const char *text, size_t length, plan_line *line);

#ifdef __cplusplus
}
#endif

#endif
