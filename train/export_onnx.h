/* A trained network as ONNX: the graph as trained, batch norm on its own, names as in torchvision;
 * with fake quantization what export_qdq.h says. */
#ifndef OCTAVO_TRAIN_EXPORT_ONNX_H
#define OCTAVO_TRAIN_EXPORT_ONNX_H

#include "network.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the network takes and tells apart: octavo-convert needs it, so it goes along. */
typedef struct export_facts {
  double mean[3], deviation[3]; /* red first, of pixels scaled to [0, 1] */
  char *const *classes;         /* names */
  uint32_t class_count;
} export_facts;

/* Writes the file; input "input" [N, 3, size, size], output "logits" [N, classes]; metadata
 * "octavo.mean" and "octavo.std", "R,G,B" exact to float32, and "octavo.labels", the names of the
 * classes, one a line, if all are UTF-8 without control characters. Errors: IO, MEMORY. */
octavo_status export_onnx(const network *n, const char *name, const export_facts *facts,
                          const char *path, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
