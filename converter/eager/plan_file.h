/* The plan of eager quantization: a text file in which the user says what is fused, where quantized
 * regions begin and end, and what observes each module. One line per module or fused group, in the
 * order in which they run:
 *
 *   quantize                    a quantized region begins (PyTorch: QuantStub)
 *   conv1 + bn1 + relu  mse     fused to one layer; its output is observed by the calibrator mse
 *   pool                        on its own, observer as by --calibrator
 *   dequantize                  the region ends (DeQuantStub): float32 from here on
 *   # a comment, also behind a line
 *
 * A layer that only moves values has the range of its input, and a concatenation one range with all
 * its inputs, the union of what their observers chose.
 *
 * Names with blanks, '+', '#', quotes or line breaks stand in "quotes", in which \n is a line feed,
 * \r a carriage return, and \ before any other character makes that literal. */
#ifndef OCTAVO_CONVERTER_EAGER_PLAN_FILE_H
#define OCTAVO_CONVERTER_EAGER_PLAN_FILE_H

#include "converter/calibrate/calibrator.h"
#include "converter/quantize/quantize.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct eager_layer {
  char *name;                 /* of the first module of its line */
  bool quantized;             /* inside a region */
  const calibrator *observer; /* NULL = the default one */
} eager_layer;

/* All zero: empty. */
typedef struct eager_plan {
  eager_layer *layers; /* in the order of the file */
  uint32_t layer_count;
  char *problems; /* what is wrong with a plan that was refused, one a line: "FILE:7: ..." */
} eager_plan;

/* Writes a plan for the imported network `g`: one region over all of it, convolution, batch norm
 * and activation fused, `observer` for all results, with explanations. The file appears whole or
 * not at all. Errors: IO, MEMORY. */
octavo_status eager_plan_write(const graph *g, const char *network, const char *observer,
                               const char *path, octavo_error *error);

/* Reads a plan for the imported network `g` and marks in it which layers stay separate. On success
 * *plan is the caller's (eager_plan_free). Errors: IO; MEMORY; FORMAT if any line makes no sense:
 * then plan->problems tells them all, and *plan is to be freed too. */
octavo_status eager_plan_read(const char *path, graph *g, eager_plan *plan, octavo_error *error);

/* The same of a plan that is in memory; `path` is what messages call it. */
octavo_status eager_plan_read_memory(const char *path, const char *text, size_t size, graph *g,
                                     eager_plan *plan, octavo_error *error);

/* The layer a lowered node is, by name; NULL for what no line tells. */
const eager_layer *eager_plan_find(const eager_plan *plan, const char *name);

/* What the plan says about the nodes of the lowered network: precisions[node], and choices[tensor],
 * the calibrator of each result, where it names one. Nodes that only move values go with what they
 * move. Errors: ARGUMENT (a layer in a quantized region has no int8 form). */
octavo_status eager_plan_apply(const eager_plan *plan, const graph *g, layer_precision *precisions,
                               const calibrator **choices, octavo_error *error);

/* An all-zero *plan is allowed; it is all zero afterwards. */
void eager_plan_free(eager_plan *plan);

#ifdef __cplusplus
}
#endif

#endif
