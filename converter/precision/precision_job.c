#include "converter/precision/precision_job.h"

#include "converter/accuracy.h"

static const graph *choose_graph(const precision_job *job, const layer_precision *precisions) {
  for (uint32_t n = 0; n < job->g->node_count; n++)
    if (precisions[n] == PRECISION_INT8)
      return job->g;
  return job->plain != NULL ? job->plain : job->g;
}

octavo_status precision_build(const precision_job *job, const layer_precision *precisions,
                              built_model *built, octavo_error *error) {
  const label_list none = {0};
  const quantize_settings settings = {.ranges = job->ranges, .precisions = precisions};
  graph *g = NULL;
  octavo_status status = quantize_graph(choose_graph(job, precisions), &settings, &g, error);
  if (status == OCTAVO_OK)
    status = built_model_create(g, job->rule, &none, built, error);
  graph_free(g);
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
