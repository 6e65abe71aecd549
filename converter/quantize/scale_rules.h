/* Which activations share a scale, and what scale each gets: one row per operator. */
#ifndef OCTAVO_CONVERTER_SCALE_RULES_H
#define OCTAVO_CONVERTER_SCALE_RULES_H

#include "converter/graph.h"
#include "converter/quantize/quantize.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum scale_source {
  SCALE_OWN,        /* from the range calibrated at the output */
  SCALE_OF_INPUT,   /* the output has the input's */
  SCALE_UNIFIED,    /* inputs and output have one, which covers all inputs */
  SCALE_OF_SOFTMAX, /* 1/256, zero point −128 */
} scale_source;

typedef struct scale_rule {
  uint32_t opcode;
  scale_source source;
  /* What the kernel takes for scale of an input / scale of the output; for layers with weights
   * REQUANTIZATION_MIN and _BELOW hold instead. */
  float ratio_min, ratio_below;
  bool weighted; /* input 1 holds weights, input 2 the bias */
} scale_rule;

/* NULL if the operator has no int8 form. */
const scale_rule *scale_rule_find(uint32_t opcode);

typedef struct scale_problem {
  const graph *g;                    /* lowered, float */
  const layer_precision *precisions; /* per node */
  const value_range *ranges;         /* per tensor: calibrated */
} scale_problem;

/* Fills `parameters`, one per tensor of the graph; those of constants and of tensors that no
 * int8 layer reads or writes mean nothing. Scales are raised where a ratio would leave the kernels'
 * limits. Errors: ARGUMENT (no int8 form, limits that cannot be met), MEMORY. */
octavo_status scales_assign(const scale_problem *problem, quantization_parameters *parameters,
                            octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
