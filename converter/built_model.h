/* A model file in the making: the bytes as of now, opened in the real runtime. */
#ifndef OCTAVO_CONVERTER_BUILT_MODEL_H
#define OCTAVO_CONVERTER_BUILT_MODEL_H

#include "converter/graph.h"
#include "converter/plan/plan.h"
#include "converter/preprocessing.h"
#include "converter/writer/model_writer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct built_model {
  model_writer *writer;
  uint8_t *bytes; /* what model_writer_finish gave last */
  size_t size;
  octavo_model *model; /* those bytes, opened */
  plan_result plan;
} built_model;

/* Plans the memory of a lowered graph and makes a model of it, opened, without test vectors and
 * provenance. `rule` NULL: the input is no image. On failure *built is all zero. Errors: those of
 * plan_graph, emit_graph and octavo_model_open_memory. */
octavo_status built_model_create(graph *g, const octavo_preprocessing *rule,
                                 const label_list *labels, built_model *built, octavo_error *error);

/* Makes the bytes anew from what the writer has now and opens them. Sessions of the old model must
 * have been freed. */
octavo_status built_model_refresh(built_model *built, octavo_error *error);

/* An all-zero *built is allowed; it is all zero afterwards. */
void built_model_free(built_model *built);

#ifdef __cplusplus
}
#endif

#endif
