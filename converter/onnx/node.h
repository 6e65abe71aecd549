/* One node of the source model while it is imported: how the files in converter/operators/ read
 * its operands and attributes, and add to the graph. */
#ifndef OCTAVO_CONVERTER_ONNX_NODE_H
#define OCTAVO_CONVERTER_ONNX_NODE_H

#include "converter/graph.h"

#include "onnx.pb-c.h"

/* Elements of the largest activation and the largest dimension that are accepted. */
#define ONNX_MAX_ELEMENTS  (1u << 27)
#define ONNX_MAX_DIMENSION OCTAVO_FORMAT_MAX_DIMENSION
/* Bytes of constants that small nodes may multiply into. */
#define ONNX_MAX_COMPUTED (1u << 30)
/* Operands of one node: the largest DenseNet concatenates 50. */
#define ONNX_MAX_INPUTS 256u
/* Results of one node. */
#define ONNX_MAX_OUTPUTS 256u

typedef struct onnx_shape {
  uint32_t rank;
  int64_t dims[GRAPH_MAX_RANK];
} onnx_shape;

typedef struct onnx_node {
  graph *graph;
  const Onnx__NodeProto *proto;
  const char *name;   /* the layer's name, or its first output's */
  const char *folder; /* of external data; NULL = none */
  int64_t opset;
  int64_t source_batch;            /* what the source calls the batch; 1 if it is dynamic */
  int32_t inputs[ONNX_MAX_INPUTS]; /* tensors, GRAPH_NONE = left out */
  uint32_t input_count;            /* trailing inputs that are left out are not counted */
  uint64_t *computed_bytes;        /* of all constants computed from others so far */
  int32_t output;                  /* set by onnx_emit, onnx_emit_constant and onnx_alias */
  /* Outputs beyond the first, of those that onnx_emit_output gave. */
  int32_t others[ONNX_MAX_OUTPUTS - 1];
  uint32_t other_count;
  octavo_error *error;
} onnx_node;

/* ---- Errors: no node name needed, the importer puts it in front. ----------------------------- */

/* The operator is as ONNX has it, but Octavo does not support it: `format` gives the reason, a few
 * words. The import goes on to find all others. */
octavo_status onnx_unsupported(const onnx_node *n, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The operator is not as ONNX has it. The import ends. */
octavo_status onnx_invalid(const onnx_node *n, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- Operands ------------------------------------------------------------------------------- */

/* Between `least` and `most` inputs, the first `least` of them not left out. */
octavo_status onnx_expect_inputs(const onnx_node *n, uint32_t least, uint32_t most);

bool onnx_has_input(const onnx_node *n, uint32_t i);
/* Valid until something is added to the graph. */
const graph_tensor *onnx_input(const onnx_node *n, uint32_t i);
bool onnx_is_constant(const onnx_node *n, uint32_t i);
/* Whether all inputs that are not left out are constants. */
bool onnx_all_constant(const onnx_node *n);
onnx_shape onnx_shape_of(const graph_tensor *tensor);

/* Input `i` must be an activation: float32 and no constant. */
octavo_status onnx_expect_activation(const onnx_node *n, uint32_t i);
/* Input `i` must be a constant of float32 elements of rank `rank` (any if GRAPH_NONE). `what` names
 * it. */
octavo_status onnx_expect_floats(const onnx_node *n, uint32_t i, int32_t rank, const char *what);
/* Input `i` must be a constant with one number. */
octavo_status onnx_read_number(const onnx_node *n, uint32_t i, const char *what, double *number);
/* Input `i` must be a constant list of at most GRAPH_MAX_RANK whole numbers. */
octavo_status onnx_read_ints(const onnx_node *n, uint32_t i, const char *what, onnx_shape *ints);

/* Input `i` must be a constant list of exactly `count` whole numbers. */
octavo_status onnx_read_list(const onnx_node *n, uint32_t i, const char *what, uint32_t count,
                             int64_t *values);

/* ---- Attributes (attributes.c) -------------------------------------------------------------- */

bool onnx_has_attribute(const onnx_node *n, const char *name);
octavo_status onnx_attribute_int(const onnx_node *n, const char *name, int64_t missing,
                                 int64_t *value);
octavo_status onnx_attribute_float(const onnx_node *n, const char *name, float missing,
                                   float *value);
/* At most GRAPH_MAX_RANK; rank 0 if there is no such attribute. */
octavo_status onnx_attribute_ints(const onnx_node *n, const char *name, onnx_shape *ints);
/* A required list of exactly `count` numbers. */
octavo_status onnx_attribute_list(const onnx_node *n, const char *name, uint32_t count,
                                  int64_t *values);
/* Whether the string attribute is `text`; `missing` if there is no such attribute. */
bool onnx_attribute_is(const onnx_node *n, const char *name, const char *text, bool missing);

/* Axes as an attribute or, if the node has it, the input `i`; `found` tells whether there were any.
 * Negative ones count from the end of `rank`; each is checked, and none may come twice. */
octavo_status onnx_read_axes(const onnx_node *n, uint32_t i, uint32_t rank, onnx_shape *axes,
                             bool *found);
/* Checks an axis, and makes a negative one positive. */
octavo_status onnx_check_axis(const onnx_node *n, int64_t *axis, uint32_t rank);

/* ---- Adding to the graph -------------------------------------------------------------------- */

/* Adds the node that gives the source node's output. *node is valid until the next is added. */
octavo_status onnx_emit(onnx_node *n, uint32_t op, const int32_t *inputs, uint32_t input_count,
                        const onnx_shape *shape, graph_node **node);
/* The same for output `i`, for operators with several. To be called in their order. */
octavo_status onnx_emit_output(onnx_node *n, uint32_t i, uint32_t op, const int32_t *inputs,
                               uint32_t input_count, const onnx_shape *shape, graph_node **node);
/* Adds a node before that, for source nodes that become several. */
octavo_status onnx_emit_step(onnx_node *n, uint32_t op, const int32_t *inputs, uint32_t input_count,
                             const onnx_shape *shape, graph_node **node, int32_t *output);
/* Adds a float32 constant that stands in for input `i` and takes over its name. `data` is copied.
 */
octavo_status onnx_add_constant(onnx_node *n, uint32_t i, const onnx_shape *shape,
                                const float *data, int32_t *index);
/* The source node's output is this constant. `data` is copied. */
octavo_status onnx_emit_constant(onnx_node *n, graph_type type, const onnx_shape *shape,
                                 const void *data);
/* The source node's output is that tensor itself. */
void onnx_alias(onnx_node *n, int32_t tensor);

/* Elements of a shape whose dimensions are checked: none negative or too large. */
octavo_status onnx_count(const onnx_node *n, const onnx_shape *shape, uint64_t *count);

#endif
