/* What the files of the exporter share. All memory is the proto_graph's. */
#ifndef OCTAVO_CONVERTER_EXPORTER_H
#define OCTAVO_CONVERTER_EXPORTER_H

#include "common/onnx/proto.h"
#include "converter/graph.h"
#include "converter/name_map.h"

typedef struct exporter {
  const graph *g;
  proto_graph proto;
  const char **real; /* per tensor: the float32 value that layers read; NULL = not written yet */
  const char **integers;   /* per int8 tensor: the value that DequantizeLinear reads */
  name_map names;          /* those of the graph, and those that were made up */
  bool is_short_of_memory; /* for `names` */
} exporter;

/* Makes the graph's names known. False: out of memory. */
bool exporter_take_names(exporter *e);
/* `base` and `suffix`, and a number if the graph or the exporter has that name already. Never NULL.
 */
const char *exporter_name(exporter *e, const char *base, const char *suffix);

bool exporter_is_output(const exporter *e, int32_t tensor);

/* proto_node. */
Onnx__NodeProto *exporter_node(exporter *e, const char *op, const char *name, size_t input_count,
                               const char *const *inputs, const char *output);

/* Adds a scale and a zero point, both of `count` elements; `count` 0: single numbers. */
typedef struct exporter_scale {
  const char *scale, *zero_point;
} exporter_scale;
exporter_scale exporter_add_scale(exporter *e, const char *base, const float *scales,
                                  uint32_t count, int32_t zero_point, int32_t type);

/* QuantizeLinear and DequantizeLinear. `axis`: of several scales; -1 = there is one. */
void exporter_quantize(exporter *e, const char *name, const char *x, exporter_scale scale,
                       const char *y);
void exporter_dequantize(exporter *e, const char *name, const char *x, exporter_scale scale,
                         int64_t axis, const char *y);

/* An int64 or a float32 constant; returns its name, made of `base` and `suffix`. */
const char *exporter_longs(exporter *e, const char *base, const char *suffix, size_t count,
                           const int64_t *values);
const char *exporter_number(exporter *e, const char *base, const char *suffix, float value);

/* ---- constants.c ---------------------------------------------------------------------------- */

/* Weights and bias of a layer, in ONNX's order, dequantized where they are integers: the names of
 * inputs 1 and 2; returns how many there are. */
size_t exporter_add_weights(exporter *e, const graph_node *node, const char *names[2]);

/* ---- layers.c ------------------------------------------------------------------------------- */

/* Adds the operator of a layer, which gives the value `body`, and what ONNX needs a node of its own
 * for behind it, which gives `result`; where there is nothing the two are one. False: ONNX has no
 * such operator. */
bool exporter_add_layer(exporter *e, const graph_node *node, const char *body, const char *result);
/* How to name the result of a layer behind which something must come; NULL if nothing must. */
const char *exporter_tail(const exporter *e, const graph_node *node);

/* Where an axis of a tensor of that rank lies in ONNX. */
int64_t exporter_axis(uint32_t rank, uint32_t axis);
/* The shape that a tensor has in ONNX. */
void exporter_shape(const graph_tensor *t, int64_t shape[GRAPH_MAX_RANK]);

/* The value that a layer reads as its input `input`. */
const char *exporter_real(const exporter *e, const graph_node *node, uint32_t input);
/* Adds a node of two inputs. */
const char *exporter_binary(exporter *e, const char *op, const char *name, const char *a,
                            const char *b, const char *output);

/* Each adds the operator of a layer, which gives the value `output`. */
typedef void (*exporter_layer)(exporter *e, const graph_node *node, const char *output);

/* moving.c */
void exporter_transpose(exporter *e, const graph_node *node, const char *output);
void exporter_slice(exporter *e, const graph_node *node, const char *output);
void exporter_resize(exporter *e, const graph_node *node, const char *output);
void exporter_mean(exporter *e, const graph_node *node, const char *output);
/* functions.c */
void exporter_unary(exporter *e, const graph_node *node, const char *output);

/* ---- notes.c -------------------------------------------------------------------------------- */

struct export_notes;
void exporter_add_notes(exporter *e, const struct export_notes *notes);

#endif
