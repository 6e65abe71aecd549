/* Corrections: changes to a network that make its int8 form come closer to it. They work on the
 * lowered float graph, before quantize_graph. */
#ifndef OCTAVO_CONVERTER_CORRECT_H
#define OCTAVO_CONVERTER_CORRECT_H

#include "converter/input_cache.h"
#include "converter/preprocessing.h"
#include "converter/quantize/quantize.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum correction_kind {
  CORRECT_EQUALIZE = 1, /* bits of a set */
  CORRECT_ROUND = 2,
  CORRECT_BIAS = 4,
} correction_kind;

/* Reads "bias,round", "none" and the like. `set` becomes the union of correction_kind. Errors:
 * ARGUMENT, naming those there are. */
octavo_status correction_parse(const char *list, uint32_t *set, octavo_error *error);

/* The names of the set with `separator` between them, in the order in which they are applied; ""
 * for none. Returns `text`, `size` bytes. */
const char *correction_names(uint32_t set, const char *separator, char *text, size_t size);

typedef struct correction_job {
  graph *g;                          /* lowered, float; what is corrected */
  octavo_model *reference;           /* the float network, opened: operator i is node i of `g` */
  const value_range *ranges;         /* per tensor of `g` */
  const layer_precision *precisions; /* per node of `g` */
  const octavo_preprocessing *rule;
  input_cache *inputs; /* images */
  uint32_t threads;
  FILE *progress; /* NULL = nowhere */
} correction_job;

typedef struct correction_report {
  uint32_t layers; /* that were changed */
  uint32_t images; /* that it took */
} correction_report;

/* Cross-layer equalization (Nagel et al. 2019, arXiv:1906.04721, section 4.1): where one layer with
 * weights alone reads another's output, and nothing or a ReLU lies between, what the first puts out
 * is divided channel by channel by numbers that the second multiplies its weights by, so that the
 * ranges of both layers' weights become equal. The network computes the same. A clamp at another
 * value than 0, such as that of ReLU6, would have to differ from channel to channel: such pairs
 * stay as they are. Adds to *layers how many were changed. Errors: MEMORY. */
octavo_status correct_equalize(graph *g, uint32_t *layers, octavo_error *error);

/* Chooses how each weight of the int8 layers is rounded (rounding.h) on samples of what the int8
 * network feeds it with, and leaves that with the float weights (graph_quantization.decided).
 * Results do not depend on the number of threads. Errors: those of quantize_graph, sessions and
 * images; IO if interrupted. */
octavo_status correct_round(const correction_job *job, correction_report *report,
                            octavo_error *error);

/* Bias correction (Nagel et al. 2019, section 4.2, the empirical one): layer by layer, in order,
 * the mean error of the int8 output against float over images, all layers before it corrected, is
 * taken off the bias; what the range of the output clips is no part of it. Changes the biases of
 * `g`, the input for quantize_graph with the same ranges and precisions. Results do not depend on
 * the number of threads. Errors: those of quantize_graph, sessions and images; IO if interrupted.
 */
octavo_status correct_bias(const correction_job *job, correction_report *report,
                           octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
