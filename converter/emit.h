/* A lowered graph, float or int8, becomes a model file. */
#ifndef OCTAVO_CONVERTER_EMIT_H
#define OCTAVO_CONVERTER_EMIT_H

#include "converter/graph.h"
#include "converter/writer/model_writer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Hands tensors (at their arena_offset), operators, inputs and outputs to `writer`, operators in
 * the graph's order, so that operator i of the file is node i of the graph. Labels, preprocessing,
 * provenance and test vectors are added by the caller. Errors: ARGUMENT (something that no file can
 * hold, such as a node that is not lowered), MEMORY; those of the writer show when it finishes. */
octavo_status emit_graph(const graph *g, model_writer *writer, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
