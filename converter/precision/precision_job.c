#include "converter/precision/precision_job.h"

#include "converter/accuracy.h"
#include "converter/correct/correct.h"

static bool any_int8(const precision_job *job, const layer_precision *precisions) {
  for (uint32_t n = 0; n < job->g->node_count; n++)
    if (precisions[n] == PRECISION_INT8)
      return true;
  return false;
}

/* A copy with the biases that suit these precisions. */
static octavo_status correct(const precision_job *job, const layer_precision *precisions, graph **g,
                             octavo_error *error) {
  *g = graph_copy(job->g, error);
  if (*g == NULL)
    return OCTAVO_ERROR_MEMORY;
  correction_report report;
  return correct_bias(&(correction_job){.g = *g,
                                        .reference = job->reference,
                                        .ranges = job->ranges,
                                        .precisions = precisions,
                                        .rule = job->rule,
                                        .inputs = job->calibration,
                                        .threads = job->threads},
                      &report, error);
}

octavo_status precision_build(const precision_job *job, const layer_precision *precisions,
                              built_model *built, octavo_error *error) {
  const label_list none = {0};
  const quantize_settings settings = {.ranges = job->ranges, .precisions = precisions};
  graph *corrected = NULL, *g = NULL;
  octavo_status status = OCTAVO_OK;
  if (job->corrects_bias && any_int8(job, precisions))
    status = correct(job, precisions, &corrected, error);
  if (status == OCTAVO_OK)
    status = quantize_graph(corrected != NULL ? corrected : job->g, &settings, &g, error);
  if (status == OCTAVO_OK)
    status = built_model_create(g, job->rule, &none, built, error);
  graph_free(g);
  graph_free(corrected);
  return status;
}

octavo_status precision_accuracy(const precision_job *job, const layer_precision *precisions,
                                 float *percent, octavo_error *error) {
  built_model built = {0};
  float found[ACCURACY_MAX_MODELS] = {0};
  octavo_status status = precision_build(job, precisions, &built, error);
  if (status == OCTAVO_OK)
    status = accuracy_measure(&(accuracy_job){.models = {built.model},
                                              .model_count = 1,
                                              .images = job->test,
                                              .threads = job->threads,
                                              .progress = job->progress},
                              found, error);
  *percent = found[0];
  built_model_free(&built);
  return status;
}
