#include "converter/eager/modules.h"

typedef struct kind_row {
  uint32_t op;
  module_kind kind;
} kind_row;

static const kind_row kinds[] = {
    {OCTAVO_OP_CONVOLUTION, MODULE_WEIGHTED}, {OCTAVO_OP_FULLY_CONNECTED, MODULE_WEIGHTED},
    {GRAPH_OP_MATMUL, MODULE_WEIGHTED},       {OCTAVO_OP_ADD, MODULE_ADD},
    {GRAPH_OP_BATCH_NORM, MODULE_AFFINE},     {GRAPH_OP_MULTIPLY, MODULE_AFFINE},
    {GRAPH_OP_SUBTRACT, MODULE_AFFINE},       {GRAPH_OP_DIVIDE, MODULE_AFFINE},
    {GRAPH_OP_ADD_CONSTANT, MODULE_AFFINE},   {OCTAVO_OP_CLIP, MODULE_ACTIVATION},
    {OCTAVO_OP_RESHAPE, MODULE_NONE},         {OCTAVO_OP_PAD, MODULE_NONE},
    {GRAPH_OP_IDENTITY, MODULE_NONE},         {GRAPH_OP_TRANSPOSE, MODULE_NONE},
    {OCTAVO_OP_SLICE, MODULE_NONE},
};

module_kind module_kind_of(const graph *g, uint32_t node) {
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (kinds[i].op == g->nodes[node].op)
      return kinds[i].kind;
  return MODULE_OTHER;
}

bool module_fuses(module_kind first, module_kind last, module_kind next) {
  if (next == MODULE_AFFINE)
    return first == MODULE_WEIGHTED && (last == MODULE_WEIGHTED || last == MODULE_AFFINE);
  return next == MODULE_ACTIVATION &&
         (first == MODULE_WEIGHTED || first == MODULE_ADD || first == MODULE_ACTIVATION);
}

int32_t module_only_reader(const graph *g, uint32_t node) {
  int32_t reader = graph_only_consumer(g, g->nodes[node].outputs[0]);
  while (reader != GRAPH_NONE && module_kind_of(g, (uint32_t)reader) == MODULE_NONE)
    reader = graph_only_consumer(g, g->nodes[reader].outputs[0]);
  return reader;
}
