/* Weights that lie in a file beside the model. */
#ifndef OCTAVO_CONVERTER_ONNX_EXTERNAL_DATA_H
#define OCTAVO_CONVERTER_ONNX_EXTERNAL_DATA_H

#include "platforms/platform.h"

#include "onnx.pb-c.h"

typedef struct external_data {
  const uint8_t *data;
  size_t size;
  platform_file file;
} external_data;

/* Opens what the tensor names in its external_data. The path must stay inside `folder` (NULL:
 * refused), and no part of it may be a symbolic link. Errors: FORMAT, IO, UNSUPPORTED. */
octavo_status external_data_open(const Onnx__TensorProto *proto, const char *folder,
                                 external_data *external, octavo_error *error);

/* All-zero is allowed. */
void external_data_close(external_data *external);

#endif
