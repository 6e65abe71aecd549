/* The weights of a layer: their range, and how much the output channels differ. */
#ifndef OCTAVO_CONVERTER_DIAGNOSIS_WEIGHT_STATISTICS_H
#define OCTAVO_CONVERTER_DIAGNOSIS_WEIGHT_STATISTICS_H

#include "converter/diagnosis/value_histogram.h"
#include "converter/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weight_statistics {
  uint32_t channels; /* of the output; 0 = the layer has no weights, and all else is 0 */
  value_range range;
  value_histogram histogram;
  uint32_t dead;           /* channels whose weights are all 0 */
  float widest, narrowest; /* the largest and the smallest magnitude by which a channel's int8
                                  steps are chosen; dead channels left out; 0 if all are */
} weight_statistics;

/* Of float weights whose first dimension counts output channels. */
weight_statistics weight_statistics_of(const graph_tensor *weights);

/* How many times wider the widest channel is than the narrowest: what one scale for all of them
 * would lose in the narrowest. 1 if there is nothing to compare. */
double weight_statistics_spread(const weight_statistics *s);

#ifdef __cplusplus
}
#endif

#endif
