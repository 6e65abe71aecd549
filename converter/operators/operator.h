/* What the converter says of each ONNX operator that it supports. */
#ifndef OCTAVO_CONVERTER_OPERATORS_OPERATOR_H
#define OCTAVO_CONVERTER_OPERATORS_OPERATOR_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct onnx_node onnx_node;
typedef octavo_status (*onnx_import_function)(onnx_node *n);

typedef struct onnx_operator {
  const char *name; /* as in ONNX */
  int64_t since;    /* the operator set that has it */
  onnx_import_function import;
} onnx_operator;

/* NULL if it is not supported, or not in that operator set. */
const onnx_operator *onnx_operator_find(const char *name, int64_t opset);

#ifdef __cplusplus
}
#endif

#endif
