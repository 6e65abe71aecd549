/* Any bytes as an ONNX model: imported and lowered, or refused with a message. */
#include "converter/onnx/onnx_import.h"
#include "converter/passes/passes.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  octavo_error error = {.text = ""};
  graph *g = NULL;
  octavo_status status = onnx_import_memory(data, size, "fuzz", NULL, &g, &error);
  if (status == OCTAVO_OK)
    status = passes_run(g, NULL, &error);
  graph_free(g);
  if (status != OCTAVO_OK && error.text[0] == '\0')
    abort();
  return 0;
}
