/* Writes ONNX models, piece by piece as protobuf-c structs; all memory belongs to the proto_graph.
 * Errors stick: after the first one all functions do nothing, and proto_save reports it. One
 * thread.
 */
#ifndef OCTAVO_COMMON_ONNX_PROTO_H
#define OCTAVO_COMMON_ONNX_PROTO_H

#include "octavo.h"
#include "onnx.pb-c.h"

#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct proto_block proto_block;

typedef struct proto_graph {
  Onnx__GraphProto graph;
  proto_block *blocks;
  uint32_t node_capacity, initializer_capacity, metadata_capacity;
  Onnx__StringStringEntryProto **metadata;
  size_t metadata_count;
  octavo_status status; /* the first error */
  octavo_error error;
} proto_graph;

void proto_begin(proto_graph *p, const char *name);
void proto_end(proto_graph *p);

/* Zeroed memory that lives until proto_end; NULL after an error. */
void *proto_alloc(proto_graph *p, size_t count, size_t size);
char *proto_format(proto_graph *p, const char *format, va_list arguments);
char *proto_name(proto_graph *p, const char *base, const char *suffix);
/* Records the first error. */
void proto_fail(proto_graph *p, octavo_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds a node that reads `inputs` and writes the one tensor `output`. NULL after an error, which
 * the functions for attributes accept. */
Onnx__NodeProto *proto_node(proto_graph *p, const char *op, const char *name, size_t input_count,
                            const char *const *inputs, const char *output);
void proto_attribute_int(proto_graph *p, Onnx__NodeProto *node, const char *name, int64_t value);
void proto_attribute_ints(proto_graph *p, Onnx__NodeProto *node, const char *name, size_t count,
                          const int64_t *values);

/* Adds a constant and returns its data to be filled, `bytes` long, of an ONNX element type. NULL
 * after an error. */
void *proto_constant(proto_graph *p, const char *name, int32_t type, size_t rank,
                     const int64_t *shape, size_t bytes);

/* Adds a float tensor with a dynamic first dimension "N" and the others as given to the graph's
 * inputs or outputs. */
void proto_input(proto_graph *p, const char *name, size_t rank, const int64_t *shape);
void proto_output(proto_graph *p, const char *name, size_t rank, const int64_t *shape);

/* Adds an entry to the model's metadata, in which programs leave what ONNX has no place for. Both
 * texts are UTF-8 and copied; keys must differ. */
void proto_metadata(proto_graph *p, const char *key, const char *value);

/* Writes the file, opset 13, with the name of the program that made it. */
octavo_status proto_save(proto_graph *p, const char *producer, const char *path,
                         octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
