/* Any bytes as a plan of eager quantization for one network: read and obeyed, or refused with every
 * problem told. */
#include "converter/eager/plan_file.h"
#include "converter/passes/passes.h"
#include "runtime/memory.h"

#include <math.h>
#include <stdlib.h>

#define TENSORS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(octavo_status status) {
  if (status != OCTAVO_OK)
    abort();
}

static int32_t tensor(graph *g, uint32_t rank, const int64_t *shape, const float *data) {
  int32_t index = GRAPH_NONE;
  check(graph_add_tensor(g, "t", GRAPH_FLOAT32, rank, shape, data, &index, NULL));
  return index;
}

static int32_t layer(graph *g, uint32_t op, const char *name, const int32_t *inputs,
                     uint32_t count) {
  const int32_t y = tensor(g, 4, (const int64_t[]){1, 2, 4, 4}, NULL);
  uint32_t index = 0;
  check(graph_insert_node(g, g->node_count, op, name, "Op", inputs, count, &y, 1, &index, NULL));
  octavo_attributes *attributes = &g->nodes[index].attributes;
  if (op == OCTAVO_OP_CONVOLUTION) {
    octavo_attributes_convolution *c = &attributes->convolution;
    c->kernel_height = c->kernel_width = c->stride_height = c->stride_width = 1;
    c->dilation_height = c->dilation_width = c->groups = 1;
    c->clamp_min = -INFINITY;
    c->clamp_max = INFINITY;
  } else if (op != GRAPH_OP_BATCH_NORM) {
    attributes->clamp.clamp_min = op == OCTAVO_OP_CLIP ? 0.0f : -INFINITY;
    attributes->clamp.clamp_max = INFINITY;
  }
  return y;
}

static int32_t *one(int32_t value) {
  int32_t *list = octavo_memory_alloc(1, sizeof *list);
  if (list == NULL)
    abort();
  *list = value;
  return list;
}

/* conv -> bn -> relu -> conv 2 -> add of relu -> clip, as imported: NCHW. */
static graph *network(void) {
  graph *g = graph_create(NULL);
  const int32_t x = tensor(g, 4, (const int64_t[]){1, 2, 4, 4}, NULL);
  const int32_t weights =
      tensor(g, 4, (const int64_t[]){2, 2, 1, 1}, (const float[]){1.0f, 2.0f, 3.0f, 4.0f});
  const int32_t ones = tensor(g, 1, (const int64_t[]){2}, (const float[]){1.0f, 1.0f});
  const int32_t conv = layer(g, OCTAVO_OP_CONVOLUTION, "conv", (const int32_t[]){x, weights}, 2);
  const int32_t bn =
      layer(g, GRAPH_OP_BATCH_NORM, "bn", (const int32_t[]){conv, ones, ones, ones, ones}, 5);
  const int32_t relu = layer(g, OCTAVO_OP_CLIP, "relu", &bn, 1);
  const int32_t second =
      layer(g, OCTAVO_OP_CONVOLUTION, "conv 2", (const int32_t[]){relu, weights}, 2);
  const int32_t sum = layer(g, OCTAVO_OP_ADD, "add", (const int32_t[]){second, relu}, 2);
  g->inputs = one(x);
  g->outputs = one(layer(g, OCTAVO_OP_CLIP, "line\nfeed", &sum, 1));
  g->input_count = g->output_count = 1;
  return g;
}

/* A plan that was read fits the network: the passes fuse what it allows, and every layer finds its
 * precision. */
static void obey(graph *g, const eager_plan *plan) {
  octavo_error error = {.text = ""};
  check(passes_run(g, NULL, &error));
  layer_precision precisions[TENSORS_MAX];
  const calibrator *choices[TENSORS_MAX] = {NULL};
  if (g->tensor_count > TENSORS_MAX || g->node_count > TENSORS_MAX)
    abort();
  if (eager_plan_apply(plan, g, precisions, choices, &error) != OCTAVO_OK && error.text[0] == '\0')
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  octavo_error error = {.text = ""};
  graph *g = network();
  eager_plan plan;
  const octavo_status status =
      eager_plan_read_memory("fuzz", (const char *)data, size, g, &plan, &error);
  if (status == OCTAVO_OK)
    obey(g, &plan);
  else if (error.text[0] == '\0' || plan.problems == NULL)
    abort();
  eager_plan_free(&plan);
  graph_free(g);
  return 0;
}
