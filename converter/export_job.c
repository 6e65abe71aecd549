#include "converter/export_job.h"

#include "converter/export/export_qdq.h"
#include "converter/octavo_import.h"
#include "runtime/error.h"
#include "runtime/memory.h"
#include "runtime/model.h"

#include <stdio.h>

bool export_job_is_model(const char *path) {
  bool found = false;
  return octavo_import_recognises(path, &found, NULL) == OCTAVO_OK && found;
}

static octavo_status export_graph(const graph *g, const export_notes *notes,
                                  const convert_options *options, octavo_error *error) {
  const octavo_status status = export_qdq(g, notes, options->output, error);
  if (status != OCTAVO_OK || options->quiet)
    return status;
  uint32_t int8 = 0, layers = 0;
  for (uint32_t n = 0; n < g->node_count; n++) {
    if (graph_is_conversion(&g->nodes[n]))
      continue;
    int8 += g->tensors[g->nodes[n].outputs[0]].type == GRAPH_INT8;
    layers++;
  }
  printf("%s: an ONNX model with QuantizeLinear and DequantizeLinear nodes, operator set 13; %u of "
         "%u layers int8\n",
         options->output, int8, layers);
  if (notes->rule != NULL && notes->rule->bgr)
    printf("it does not tell that the network takes blue first, nor mean and std: ONNX has no "
           "place for that\n");
  return OCTAVO_OK;
}

static octavo_status export_model(const octavo_model *model, const char *const *labels,
                                  const convert_options *options, octavo_error *error) {
  octavo_preprocessing rule;
  export_notes notes = {.labels = labels, .label_count = model->label_count};
  if (model->has_preprocessing) {
    octavo_model_fill_preprocessing(model, &rule);
    notes.rule = &rule;
  }
  graph *g = NULL;
  octavo_status status = octavo_import(model, &g, error);
  if (status == OCTAVO_OK)
    status = export_graph(g, &notes, options, error);
  graph_free(g);
  return status;
}

octavo_status export_job_model(const convert_options *options, octavo_error *error) {
  octavo_model *model = NULL;
  octavo_status status = octavo_model_open(options->source, &model, error);
  if (status != OCTAVO_OK)
    return status;
  const char **labels = octavo_memory_alloc((size_t)model->label_count + 1, sizeof(*labels));
  if (labels == NULL)
    status = octavo_error_memory(error, model->label_count * sizeof(*labels), "labels");
  for (uint32_t i = 0; labels != NULL && i < model->label_count; i++)
    labels[i] = octavo_model_string(model, model->labels[i]);
  if (status == OCTAVO_OK)
    status = export_model(model, labels, options, error);
  octavo_memory_free(labels);
  octavo_model_close(model);
  return status;
}

octavo_status export_job_conversion(const conversion *c, octavo_error *error) {
  const graph *g = c->quantized != NULL ? c->quantized : c->network;
  const export_notes notes = {.rule = c->is_image ? &c->rule : NULL,
                              .labels = (const char *const *)c->labels.texts,
                              .label_count = c->labels.count};
  return export_graph(g, &notes, c->options, error);
}
