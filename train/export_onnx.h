/* A trained network as ONNX: the graph as trained, batch norm on its own, names as in torchvision.
 */
#ifndef OCTAVO_TRAIN_EXPORT_ONNX_H
#define OCTAVO_TRAIN_EXPORT_ONNX_H

#include "network.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the file; input "input" [N, 3, size, size], output "logits" [N, classes]. Errors: IO,
 * MEMORY. */
octavo_status export_onnx(const network *n, const char *name, const char *path,
                          octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
