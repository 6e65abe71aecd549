/* The converter's one graph. The importer fills it, passes rewrite it, the quantizer gives its
 * tensors integer types, the emitter writes it out.
 *
 * It goes through two stages:
 *   imported: as the source model has it. Tensors in the source's layout (NCHW, OIHW), any
 * graph_op. Of a model that is quantized already, quantized activations are int8 tensors between
 * QUANTIZE and DEQUANTIZE nodes, all layers compute in float32. lowered:  after passes_run.
 * Activations NHWC, weights OHWI / OI, only operators that the runtime has (op <
 * GRAPH_OP_FIRST_IMPORTED, and op is the octavo_opcode, `attributes` its record), nodes in
 * execution order, constants float32, no dead node or tensor. shape[0] of every activation is 1,
 * the batch. The quantizer turns a lowered float graph into a lowered int8 graph of the same
 * layers.
 *
 * Tensors and nodes are named by index; indices stay valid until graph_compact. One thread. */
#ifndef OCTAVO_CONVERTER_GRAPH_H
#define OCTAVO_CONVERTER_GRAPH_H

#include "runtime/error.h"
#include "runtime/format.h"

#ifdef __cplusplus
extern "C" {
#endif

#define GRAPH_MAX_RANK 8
#define GRAPH_NONE     (-1)

typedef enum graph_type {
  GRAPH_INT8 = OCTAVO_INT8,
  GRAPH_FLOAT32 = OCTAVO_FLOAT32,
  GRAPH_INT32 = OCTAVO_INT32,
  GRAPH_INT64, /* imported stage only: shapes, axes */
  GRAPH_UINT8,
  GRAPH_BOOL,
} graph_type;

typedef enum graph_op {
  /* 1 .. 99 are octavo_opcode */
  GRAPH_OP_FIRST_IMPORTED = 100, /* from here on: gone after the passes */
  GRAPH_OP_BATCH_NORM,           /* x, scale, bias, mean, var; attribute epsilon */
  GRAPH_OP_IDENTITY,             /* also Dropout, Cast between floats, ... */
  GRAPH_OP_TRANSPOSE,            /* ints[]: permutation */
  GRAPH_OP_MATMUL,               /* a, constant b [I,O] */
  GRAPH_OP_MULTIPLY,             /* x, constant, broadcast; so the next two. Of two activations:
                                    OCTAVO_OP_MULTIPLY, OCTAVO_OP_SUBTRACT */
  GRAPH_OP_SUBTRACT,
  GRAPH_OP_DIVIDE,
  GRAPH_OP_ADD_CONSTANT, /* x, constant, broadcast */
  GRAPH_OP_REDUCE_MEAN,  /* ints[]: axes; flag: keep dims */
  GRAPH_OP_AFFINE,       /* x, scale [C], shift [C]: x · scale + shift along the last axis */
} graph_op;

typedef struct graph_quantization {
  float scale; /* one scale for the tensor, 0 if not quantized or per channel */
  int32_t zero_point;
  /* Owned; one per output channel (axis 0), or NULL. Of float32 weights: the scales that were
   * decided on for the time when they become int8. */
  float *scales;
  uint32_t scale_count;
  int8_t *decided; /* owned; of float32 weights with scales: the int8 values decided on, or NULL */
} graph_quantization;

/* What a float32 constant is in a source model that is quantized already: value = integer · scale,
 * zero point 0. Whoever changes the values drops it. */
typedef struct graph_integers {
  float *scales; /* owned; one, or one per index along `axis` */
  uint32_t scale_count;
  uint32_t axis;   /* 0, the output channels, in a lowered graph */
  int32_t *values; /* owned; int32 biases: one per element. NULL: int8, which rounding value / scale
                      gives back */
  uint32_t value_count;
} graph_integers;

typedef struct graph_tensor {
  char *name; /* owned; as in the source model; unique, not empty */
  graph_type type;
  uint32_t rank;
  int64_t shape[GRAPH_MAX_RANK]; /* the batch is 1 here, whatever the source calls it */
  bool constant;
  void *data; /* owned; constants only: dense, `bytes` long */
  size_t bytes;
  graph_quantization quantization;
  graph_integers *integers; /* owned; NULL = it is not such a constant */
  uint64_t arena_offset;    /* set by the memory plan */
} graph_tensor;

typedef struct graph_node {
  uint32_t op;     /* graph_op or octavo_opcode */
  char *name;      /* owned; the layer's name in the source model; unique, not empty */
  char *source_op; /* owned; the operator's name in the source, such as "Conv", for messages */
  int32_t *inputs, *outputs; /* owned; tensor indices, GRAPH_NONE = left out */
  uint32_t input_count, output_count;
  octavo_attributes attributes; /* of runtime operators */
  int64_t ints[GRAPH_MAX_RANK]; /* permutation, axes, ... of imported ones */
  uint32_t int_count;
  float number; /* epsilon, ... */
  bool flag;
  bool separate; /* a layer of its own by the user's plan: not to be fused into another */
  bool removed;  /* until graph_compact */
} graph_node;

/* What the source model says about its input and classes besides the graph. */
typedef struct graph_metadata {
  uint32_t channels;     /* how many numbers mean and std have, 1 or 3; 0 = it says neither */
  float mean[3], std[3]; /* red first, of pixels scaled to [0, 1] */
  char *labels;          /* owned; UTF-8, one a line; NULL = none */
} graph_metadata;

typedef struct graph {
  graph_tensor *tensors;
  graph_node *nodes;
  uint32_t tensor_count, tensor_capacity;
  uint32_t node_count, node_capacity;
  int32_t *inputs,
      *outputs; /* owned; tensor indices of the model's inputs and outputs, in source order */
  uint32_t input_count, output_count;
  graph_metadata metadata;
} graph;

graph *graph_create(octavo_error *error);               /* NULL: out of memory */
void graph_free(graph *g);                              /* NULL is allowed */
graph *graph_copy(const graph *g, octavo_error *error); /* deep */

/* Adds an activation (data NULL) or a constant (`data` is copied). `name` is copied, and made
 * unique by a suffix if taken. On success *index is the new tensor. */
octavo_status graph_add_tensor(graph *g, const char *name, graph_type type, uint32_t rank,
                               const int64_t *shape, const void *data, int32_t *index,
                               octavo_error *error);

/* Says of a constant that it stands for integers: a deep copy of `from`, whose `values` may be
 * NULL. `from` NULL: it stands for none. */
octavo_status graph_set_integers(graph *g, int32_t tensor, const graph_integers *from,
                                 octavo_error *error);

/* Adds a node at position `position` (graph.node_count = at the end), with zeroed attributes.
 * Arrays and names are copied. */
octavo_status graph_insert_node(graph *g, uint32_t position, uint32_t op, const char *name,
                                const char *source_op, const int32_t *inputs, uint32_t input_count,
                                const int32_t *outputs, uint32_t output_count, uint32_t *index,
                                octavo_error *error);

/* The node that writes a tensor, or GRAPH_NONE; linear in the size of the graph. */
int32_t graph_producer(const graph *g, int32_t tensor);
/* How many operands of live nodes read a tensor, plus one for each time it is an output of the
 * model. */
uint32_t graph_use_count(const graph *g, int32_t tensor);
/* The only node that reads a tensor that is no output of the model; GRAPH_NONE if there is none or
 * more than one. */
int32_t graph_only_consumer(const graph *g, int32_t tensor);
/* Makes every reader of `from`, and the model's outputs, read `to`. An output keeps its name: `to`
 * takes it over. */
void graph_replace_uses(graph *g, int32_t from, int32_t to);
/* Marks a node as removed; it is skipped by all of the above at once and vanishes in graph_compact.
 */
void graph_remove_node(graph *g, uint32_t node);
/* Drops removed nodes, nodes whose results nobody reads, and tensors nobody uses. Indices change.
 */
octavo_status graph_compact(graph *g, octavo_error *error);

/* The tensor, or live node, of that name, or GRAPH_NONE. */
int32_t graph_find_tensor(const graph *g, const char *name);
int32_t graph_find_node(const graph *g, const char *name);
/* "base_suffix" into `name`, which has room for OCTAVO_FORMAT_MAX_NAME and a NUL: a base so long
 * that a suffix of up to 11 bytes, and a number to make the name unique, do not fit is cut behind
 * one of its characters. */
void graph_derive_name(const char *base, const char *suffix, char *name);
/* Gives a tensor that stands in for another its name, and the other way round. */
void graph_swap_names(graph *g, int32_t a, int32_t b);
/* Whether the node only quantizes or dequantizes. */
bool graph_is_conversion(const graph_node *node);
/* What a layer clamps its results to besides what it is for: a CLIP to nothing. Returns whether it
 * does. */
bool graph_clamp(const graph_node *node, float *min, float *max);

/* Elements of a tensor, and bytes of an element. */
uint64_t graph_element_count(const graph_tensor *tensor);
size_t graph_type_size(graph_type type);

#ifdef __cplusplus
}
#endif

#endif
