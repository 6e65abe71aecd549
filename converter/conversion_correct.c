#include "converter/conversion_correct.h"

#include <stdio.h>

octavo_status conversion_even_out(conversion *c, octavo_error *error) {
  octavo_status status = correction_parse(c->options->correct, &c->corrections, error);
  if (c->is_given) { /* its weights are not to be touched */
    c->corrections = 0;
    return status;
  }
  if (status == OCTAVO_OK && (c->corrections & CORRECT_EQUALIZE) != 0)
    status = correct_equalize(c->network, &c->equalized.layers, error);
  if (status == OCTAVO_OK && c->options->weights == WEIGHTS_PER_TENSOR)
    status = quantize_per_tensor(c->network, error);
  return status;
}

static correction_job job_of(conversion *c) {
  return (correction_job){.g = c->corrected,
                          .reference = c->float_model.model,
                          .ranges = c->ranges.ranges,
                          .precisions = c->precisions,
                          .rule = &c->rule,
                          .inputs = &c->inputs,
                          .threads = c->threads,
                          .progress = c->progress};
}

octavo_status conversion_decide_rounding(conversion *c, octavo_error *error) {
  if ((c->corrections & (CORRECT_ROUND | CORRECT_BIAS)) == 0)
    return OCTAVO_OK;
  c->corrected = graph_copy(c->network, error);
  if (c->corrected == NULL)
    return OCTAVO_ERROR_MEMORY;
  const correction_job job = job_of(c);
  return (c->corrections & CORRECT_ROUND) != 0 ? correct_round(&job, &c->rounded, error)
                                               : OCTAVO_OK;
}

octavo_status conversion_correct_bias(conversion *c, octavo_error *error) {
  const correction_job job = job_of(c);
  return (c->corrections & CORRECT_BIAS) != 0 ? correct_bias(&job, &c->bias_corrected, error)
                                              : OCTAVO_OK;
}

const char *conversion_method(const conversion *c, char *text, size_t size) {
  const convert_options *o = c->options;
  char corrections[64], percentile[32] = "";
  correction_names(c->corrections, ", ", corrections, sizeof corrections);
  if (calibrator_find(calibrator_names[o->calibrator])->choose == calibrator_percentile)
    snprintf(percentile, sizeof percentile, " %g", o->percentile);
  snprintf(text, size, "%s%s%s%s%s%s", calibrator_names[o->calibrator], percentile,
           o->calibrator_for.count > 0 ? " (others for single layers)" : "",
           o->weights == WEIGHTS_PER_TENSOR ? ", weights per tensor" : "",
           corrections[0] != '\0' ? ", " : "", corrections);
  return text;
}
