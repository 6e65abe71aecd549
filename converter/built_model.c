#include "converter/built_model.h"

#include "converter/emit.h"
#include "runtime/memory.h"

#include <string.h>

static void drop_bytes(built_model *built) {
  octavo_model_close(built->model);
  octavo_memory_free_aligned(built->bytes);
  built->model = NULL;
  built->bytes = NULL;
  built->size = 0;
}

octavo_status built_model_refresh(built_model *built, octavo_error *error) {
  drop_bytes(built);
  const octavo_status status =
      model_writer_finish(built->writer, &built->bytes, &built->size, error);
  return status == OCTAVO_OK
             ? octavo_model_open_memory(built->bytes, built->size, &built->model, error)
             : status;
}

octavo_status built_model_create(graph *g, const octavo_preprocessing *rule,
                                 const label_list *labels, built_model *built,
                                 octavo_error *error) {
  memset(built, 0, sizeof *built);
  octavo_status status = plan_graph(g, &built->plan, error);
  if (status != OCTAVO_OK)
    return status;
  built->writer = model_writer_create();
  status = emit_graph(g, built->writer, error);
  if (status == OCTAVO_OK) {
    model_writer_set_preprocessing(built->writer, rule);
    for (uint32_t i = 0; i < labels->count; i++)
      model_writer_add_label(built->writer, labels->texts[i]);
    status = built_model_refresh(built, error);
  }
  if (status != OCTAVO_OK)
    built_model_free(built);
  return status;
}

void built_model_free(built_model *built) {
  drop_bytes(built);
  model_writer_free(built->writer);
  memset(built, 0, sizeof *built);
}
