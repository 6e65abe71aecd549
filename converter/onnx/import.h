/* What the files of the importer share. */
#ifndef OCTAVO_CONVERTER_ONNX_IMPORT_INTERNAL_H
#define OCTAVO_CONVERTER_ONNX_IMPORT_INTERNAL_H

#include "converter/graph.h"
#include "converter/name_map.h"
#include "converter/onnx/unsupported.h"

#include "onnx.pb-c.h"

/* Values in the name map: a tensor's index, or one of these. */
#define ONNX_VALUE_UNKNOWN     (-2) /* the output of an operator that is not supported */
#define ONNX_VALUE_UNAVAILABLE (-3) /* an output beyond the first, such as Dropout's mask */

typedef struct onnx_importer {
  graph *graph;
  const Onnx__ModelProto *model;
  const char *folder;
  int64_t opset;
  int64_t source_batch;
  uint64_t computed_bytes;
  name_map values;
  unsupported_list unsupported;
  unsupported_list unchecked; /* behind those */
  char **listing;             /* as of onnx_import_listing; may be NULL */
  octavo_error *error;
} onnx_importer;

/* Defines a value once; a second time is an error. */
octavo_status importer_define(onnx_importer *importer, const char *name, int32_t value);
/* Names must be there, valid UTF-8, and not longer than an .octavo file can hold. */
octavo_status importer_check_name(const onnx_importer *importer, const char *name,
                                  const char *what);

/* Adds the graph's inputs, without those that are initializers (values.c). */
octavo_status importer_add_inputs(onnx_importer *importer);
octavo_status importer_add_initializers(onnx_importer *importer);
octavo_status importer_set_outputs(onnx_importer *importer);

/* Fills the graph's metadata (metadata.c). */
octavo_status importer_read_metadata(onnx_importer *importer);

#endif
