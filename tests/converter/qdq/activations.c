/* Writes what an int8 model computes, layer by layer, for compare.js and compare.py.
 *
 *   qdq_activations MODEL.octavo DATA COUNT OUT [ends]
 *
 * OUT.json lists the tensors: the input, then the first output of each layer, as ONNX has them
 * (NCHW). OUT.bin holds their elements for each of COUNT test images of DATA, int8 or float32.
 * `ends`: only the input and the last layer. */
#include "converter/image_sample.h"
#include "runtime/memory.h"
#include "runtime/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct writer {
  FILE *bytes;
  uint8_t *buffer; /* as large as the largest tensor */
  uint32_t first;  /* layers before are left out */
} writer;

static size_t element_size(const octavo_tensor_info *info) {
  return info->type == OCTAVO_INT8 ? 1 : 4;
}

/* Images go out channels first. */
static void write_tensor(const writer *w, const octavo_tensor_info *info, const void *data) {
  const size_t size = element_size(info);
  if (info->rank != 4) {
    fwrite(data, 1, info->bytes, w->bytes);
    return;
  }
  const size_t area = (size_t)info->shape[1] * info->shape[2], channels = info->shape[3];
  const uint8_t *from = data;
  for (size_t k = 0; k < area; k++)
    for (size_t c = 0; c < channels; c++)
      memcpy(w->buffer + (c * area + k) * size, from + (k * channels + c) * size, size);
  fwrite(w->buffer, 1, info->bytes, w->bytes);
}

static void observe(void *context, uint32_t operator_index, uint32_t which,
                    const octavo_tensor_info *info, const void *data) {
  const writer *w = context;
  if (which == 0 && operator_index >= w->first)
    write_tensor(w, info, data);
}

static void describe_tensor(FILE *json, const char *layer, const char *kind,
                            const octavo_tensor_info *info) {
  fprintf(json,
          "{\"layer\": \"%s\", \"kind\": \"%s\", \"tensor\": \"%s\", \"type\": \"%s\", "
          "\"scale\": %.9g, \"zero_point\": %d, \"shape\": [",
          layer, kind, info->name, info->type == OCTAVO_INT8 ? "int8" : "float32",
          (double)info->scale, info->zero_point);
  for (uint32_t i = 0; i < info->rank; i++) {
    const uint32_t axis = info->rank != 4 || i == 0 ? i : i == 1 ? 3 : i - 1;
    fprintf(json, "%s%u", i == 0 ? "" : ", ", info->shape[axis]);
  }
  fputs("]}", json);
}

static bool describe(const octavo_model *model, const image_sample *images, uint32_t first,
                     const char *path) {
  FILE *json = fopen(path, "w");
  if (json == NULL)
    return false;
  octavo_tensor_info input;
  octavo_operator_info op;
  octavo_model_input(model, 0, &input);
  fputs("{\"tensors\": [\n", json);
  describe_tensor(json, "", "input", &input);
  for (uint32_t i = first; i < octavo_model_operator_count(model); i++) {
    octavo_model_operator(model, i, &op);
    fputs(",\n", json);
    describe_tensor(json, op.name, op.kind, &op.output);
  }
  fputs("],\n\"labels\": [", json);
  for (uint32_t i = 0; i < images->count; i++)
    fprintf(json, "%s%u", i == 0 ? "" : ",", image_sample_label(images, i));
  fputs("]}\n", json);
  return fclose(json) == 0;
}

static octavo_status run(octavo_session *session, const octavo_model *model,
                         const image_sample *images, writer *w, octavo_error *error) {
  octavo_tensor_info input;
  octavo_model_input(model, 0, &input);
  octavo_session_observe(session, observe, w);
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; i < images->count && status == OCTAVO_OK; i++) {
    status = image_sample_feed(images, i, session, error);
    if (status != OCTAVO_OK)
      break;
    write_tensor(w, &input, octavo_session_input(session, 0));
    status = octavo_session_run(session, error);
  }
  return status;
}

static octavo_status write_all(const char *path, const char *data, uint32_t count, const char *out,
                               bool ends, octavo_error *error) {
  octavo_model *model = NULL;
  octavo_session *session = NULL;
  image_sample images = {0};
  char name[4096];
  octavo_status status = octavo_model_open(path, &model, error);
  if (status == OCTAVO_OK)
    status = octavo_session_create(model, NULL, &session, error);
  if (status == OCTAVO_OK)
    status = image_sample_open(data, DATASET_TEST, count, 0, NULL, &images, error);
  if (status == OCTAVO_OK) {
    writer w = {.buffer = octavo_memory_alloc(model->header.arena_size + 64, 1),
                .first = ends ? octavo_model_operator_count(model) - 1 : 0};
    snprintf(name, sizeof name, "%s.bin", out);
    w.bytes = fopen(name, "wb");
    snprintf(name, sizeof name, "%s.json", out);
    status = w.buffer == NULL || w.bytes == NULL || !describe(model, &images, w.first, name)
                 ? OCTAVO_ERROR_IO
                 : run(session, model, &images, &w, error);
    if (w.bytes != NULL && fclose(w.bytes) != 0)
      status = OCTAVO_ERROR_IO;
    octavo_memory_free(w.buffer);
  }
  image_sample_close(&images);
  octavo_session_free(session);
  octavo_model_close(model);
  return status;
}

int main(int argc, char **argv) {
  octavo_error error = {{0}};
  if (argc != 5 && argc != 6) {
    fputs("usage: qdq_activations MODEL.octavo DATA COUNT OUT [ends]\n", stderr);
    return 2;
  }
  if (write_all(argv[1], argv[2], (uint32_t)strtoul(argv[3], NULL, 10), argv[4], argc == 6,
                &error) == OCTAVO_OK)
    return EXIT_SUCCESS;
  fprintf(stderr, "qdq_activations: %s\n", error.text);
  return EXIT_FAILURE;
}
