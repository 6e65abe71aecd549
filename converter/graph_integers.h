/* Memory of graph_integers, for the files that make and copy graphs. */
#ifndef OCTAVO_CONVERTER_GRAPH_INTEGERS_H
#define OCTAVO_CONVERTER_GRAPH_INTEGERS_H

#include "converter/graph.h"

/* Frees it with what it owns; NULL is allowed. */
void graph_integers_free(graph_integers *integers);

/* A deep copy for a tensor of as many elements; NULL: out of memory. */
graph_integers *graph_integers_copy(const graph_integers *from);

#endif
