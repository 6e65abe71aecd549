#include "run.h"

#include "runtime/exactness.h"
#include "runtime/memory.h"

#include <inttypes.h>

/* How far the results of a model can be compared, in layers. */
typedef struct reach {
  uint32_t exact; /* to the last bit */
  uint32_t close; /* within a tolerance: float32, or follows from it */
} reach;

static octavo_status count_layers(const octavo_model *model, reach *layers, octavo_error *error) {
  octavo_exactness *exactness = NULL;
  const octavo_status status = octavo_find_exactness(model, &exactness, error);
  *layers = (reach){0};
  for (uint32_t i = 0; status == OCTAVO_OK && i < model->operator_count; i++) {
    const octavo_format_tensor *y = octavo_model_operator_output(model, &model->operators[i], 0);
    if (exactness[y - model->tensors] == OCTAVO_EXACT)
      layers->exact++;
    else
      layers->close++;
  }
  octavo_memory_free(exactness);
  return status;
}

static void print(const reach *layers, uint32_t vectors) {
  const char *plural = vectors == 1 ? "" : "s";
  if (layers->close == 0)
    printf("bit-exact: %" PRIu32 " test vector%s, %" PRIu32 " layer%s\n", vectors, plural,
           layers->exact, layers->exact == 1 ? "" : "s");
  else
    printf("agrees: %" PRIu32 " test vector%s; %" PRIu32 " layers to the last bit, %" PRIu32
           " with float32 arithmetic within the tolerance\n",
           vectors, plural, layers->exact, layers->close);
}

static void write_json(octavo_status status, const reach *layers, uint32_t vectors,
                       const octavo_error *error, json_writer *json) {
  json_writer_object(json, "verify");
  json_writer_boolean(json, "passed", status == OCTAVO_OK);
  json_writer_string(json, "result",
                     status != OCTAVO_OK  ? "failed"
                     : layers->close == 0 ? "bit-exact"
                                          : "agrees");
  json_writer_integer(json, "test_vectors", vectors);
  json_writer_integer(json, "exact_layers", layers->exact);
  json_writer_integer(json, "close_layers", layers->close);
  if (status != OCTAVO_OK)
    json_writer_string(json, "error", error->text);
  json_writer_close(json);
}

bool run_verify(const run_options *options, octavo_model *model, json_writer *json) {
  octavo_error error = {{0}};
  octavo_model_info info = {0};
  reach layers;
  octavo_model_describe(model, &info);
  octavo_status status = count_layers(model, &layers, &error);
  if (status == OCTAVO_OK)
    status = octavo_model_verify(model, options->threads, &error);
  if (json != NULL)
    write_json(status, &layers, info.test_vectors, &error, json);
  else if (status == OCTAVO_OK)
    print(&layers, info.test_vectors);
  if (status != OCTAVO_OK)
    fprintf(stderr, "octavo-run: %s\n", error.text);
  return status == OCTAVO_OK;
}
