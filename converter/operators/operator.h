/* What the converter says of each ONNX operator that it supports. */
#ifndef OCTAVO_CONVERTER_OPERATORS_OPERATOR_H
#define OCTAVO_CONVERTER_OPERATORS_OPERATOR_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct onnx_node onnx_node;
typedef octavo_status (*onnx_import_function)(onnx_node *n);

/* The most operators of the runtime that one of ONNX can become. */
#define ONNX_MAX_BECOMES 3

typedef struct onnx_operator {
  const char *name; /* as in ONNX */
  int64_t since;    /* the operator set that has it */
  onnx_import_function import;
  /* For OPERATORS.md: what the network may have in its place (octavo_opcode; 0 ends the list; none:
   * it is computed while converting, or has no effect), and what is not supported of it. */
  uint16_t becomes[ONNX_MAX_BECOMES];
  const char *limits;
} onnx_operator;

/* NULL if it is not supported, or not in that operator set. */
const onnx_operator *onnx_operator_find(const char *name, int64_t opset);

/* The same for ONNX Runtime's own, domain com.microsoft. */
const onnx_operator *onnx_operator_find_microsoft(const char *name);
const onnx_operator *onnx_operator_table_microsoft(size_t *count);

/* All rows, sorted by name. */
const onnx_operator *onnx_operator_table(size_t *count);

#ifdef __cplusplus
}
#endif

#endif
