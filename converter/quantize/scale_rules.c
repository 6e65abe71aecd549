#include "converter/quantize/scale_rules.h"

#include "converter/quantize/weights.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>

#define RATIO_ANY 0.0f, INFINITY

static const scale_rule rules[] = {
    {OCTAVO_OP_CONVOLUTION, SCALE_OWN, RATIO_ANY, true},
    {OCTAVO_OP_FULLY_CONNECTED, SCALE_OWN, RATIO_ANY, true},
    {OCTAVO_OP_ADD, SCALE_OWN, 0x1p-10f, 0x1p+8f, false},
    {OCTAVO_OP_MAX_POOL, SCALE_OF_INPUT, RATIO_ANY, false},
    {OCTAVO_OP_AVERAGE_POOL, SCALE_OWN, 0x1p-8f, 0x1p+7f, false},
    {OCTAVO_OP_GLOBAL_AVERAGE_POOL, SCALE_OWN, 0x1p-8f, 0x1p+7f, false},
    {OCTAVO_OP_CLIP, SCALE_OF_INPUT, RATIO_ANY, false},
    {OCTAVO_OP_SOFTMAX, SCALE_OF_SOFTMAX, RATIO_ANY, false},
    {OCTAVO_OP_CONCATENATION, SCALE_UNIFIED, RATIO_ANY, false},
    {OCTAVO_OP_RESHAPE, SCALE_OF_INPUT, RATIO_ANY, false},
    {OCTAVO_OP_PAD, SCALE_OF_INPUT, RATIO_ANY, false},
    {OCTAVO_OP_TRANSPOSE, SCALE_OF_INPUT, RATIO_ANY, false},
    {OCTAVO_OP_SLICE, SCALE_OF_INPUT, RATIO_ANY, false},
    {OCTAVO_OP_RESIZE, SCALE_OF_INPUT, RATIO_ANY, false},
    {OCTAVO_OP_MEAN, SCALE_OWN, 0x1p-8f, 0x1p+7f, false},
    {OCTAVO_OP_QUANTIZE, SCALE_OWN, 0x1p-8f, 0x1p+7f, false},
    {OCTAVO_OP_UNARY, SCALE_OWN, RATIO_ANY, false},
    {OCTAVO_OP_MULTIPLY, SCALE_OWN, RATIO_ANY, false},
    {OCTAVO_OP_SUBTRACT, SCALE_OWN, 0x1p-10f, 0x1p+8f, false},
};

const scale_rule *scale_rule_find(uint32_t opcode) {
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
    if (rules[i].opcode == opcode)
      return &rules[i];
  return NULL;
}

/* Tensors that share a scale form a group; its number is that of one of them. */
typedef struct solver {
  const scale_problem *problem;
  int32_t *parents;
  value_range *ranges;                 /* per group */
  bool *ranged, *fixed;                /* per group: has a range; may not be raised */
  quantization_parameters *parameters; /* per group */
} solver;

static bool is_int8(const solver *s, uint32_t node) {
  return s->problem->precisions[node] == PRECISION_INT8;
}

static int32_t group_of(const solver *s, int32_t tensor) {
  while (s->parents[tensor] != tensor)
    tensor = s->parents[tensor];
  return tensor;
}

static void join(const solver *s, int32_t a, int32_t b) {
  const int32_t x = group_of(s, a), y = group_of(s, b);
  s->parents[x > y ? x : y] = x > y ? y : x;
}

static void join_node(const solver *s, const graph_node *node, const scale_rule *rule) {
  if (rule->source == SCALE_OF_INPUT)
    join(s, node->inputs[0], node->outputs[0]);
  for (uint32_t i = 0; rule->source == SCALE_UNIFIED && i < node->input_count; i++)
    join(s, node->inputs[i], node->outputs[0]);
}

static void widen(const solver *s, int32_t tensor, value_range range) {
  const int32_t group = group_of(s, tensor);
  s->ranges[group] = s->ranged[group] ? range_union(s->ranges[group], range) : range;
  s->ranged[group] = true;
}

static octavo_status check_node(const scale_problem *problem, const graph_node *node,
                                const scale_rule *rule, octavo_error *error) {
  if (rule == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "layer '%s' (%s) has no int8 form; use --mode float", node->name,
                            node->source_op);
  for (uint32_t i = 0; !rule->weighted && i < node->input_count; i++)
    if (node->inputs[i] != GRAPH_NONE && problem->g->tensors[node->inputs[i]].constant)
      return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "layer '%s' (%s): expected activations as operands, found the "
                              "constant '%s', which has no int8 form; use --mode float",
                              node->name, node->source_op,
                              problem->g->tensors[node->inputs[i]].name);
  return OCTAVO_OK;
}

static octavo_status make_groups(const solver *s, octavo_error *error) {
  const graph *g = s->problem->g;
  for (uint32_t n = 0; n < g->node_count; n++) {
    if (!is_int8(s, n))
      continue;
    const scale_rule *rule = scale_rule_find(g->nodes[n].op);
    const octavo_status status = check_node(s->problem, &g->nodes[n], rule, error);
    if (status != OCTAVO_OK)
      return status;
    join_node(s, &g->nodes[n], rule);
  }
  return OCTAVO_OK;
}

/* What a float32 layer wrote is quantized for its int8 readers by its own range. */
static void widen_quantized_inputs(const solver *s, const graph_node *node,
                                   const scale_rule *rule) {
  const graph *g = s->problem->g;
  for (uint32_t i = 0; i < (rule->weighted ? 1 : node->input_count); i++) {
    const int32_t producer = graph_producer(g, node->inputs[i]);
    if (producer != GRAPH_NONE && !is_int8(s, (uint32_t)producer))
      widen(s, node->inputs[i], s->problem->ranges[node->inputs[i]]);
  }
}

static octavo_status collect_ranges(const solver *s, octavo_error *error) {
  const graph *g = s->problem->g;
  for (uint32_t i = 0; i < g->input_count; i++)
    widen(s, g->inputs[i], s->problem->ranges[g->inputs[i]]);
  for (uint32_t n = 0; n < g->node_count; n++) {
    const graph_node *node = &g->nodes[n];
    if (!is_int8(s, n))
      continue;
    const scale_rule *rule = scale_rule_find(node->op);
    const scale_source source = rule->source;
    widen_quantized_inputs(s, node, rule);
    if (source == SCALE_OWN)
      widen(s, node->outputs[0], s->problem->ranges[node->outputs[0]]);
    if (node->op == OCTAVO_OP_PAD)
      widen(s, node->outputs[0],
            (value_range){node->attributes.pad.value, node->attributes.pad.value});
    if (source == SCALE_OF_SOFTMAX)
      s->fixed[group_of(s, node->outputs[0])] = true;
  }
  for (uint32_t t = 0; t < g->tensor_count; t++) {
    if (s->fixed[t] && s->ranged[t])
      return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "tensor '%s': a softmax inside the network has a scale of its own "
                              "and cannot be concatenated in int8; keep it in float32 "
                              "(--keep-float, or the plan)",
                              g->tensors[t].name);
    s->parameters[t] = s->fixed[t] ? (quantization_parameters){1.0f / 256.0f, -128}
                                   : scale_from_range(s->ranges[t]);
  }
  return OCTAVO_OK;
}

/* Raises the scale of a group to `needed`; returns whether that changed it. */
static bool raise_scale(const solver *s, int32_t group, float needed) {
  if (s->fixed[group] || s->parameters[group].scale >= needed)
    return false;
  s->parameters[group].scale = needed;
  return true;
}

static bool limit_node(const solver *s, const graph_node *node, const scale_rule *rule) {
  const graph *g = s->problem->g;
  const int32_t out = group_of(s, node->outputs[0]);
  bool changed = false;
  for (uint32_t i = 0; i < (rule->weighted ? 1 : node->input_count); i++) {
    const int32_t in = group_of(s, node->inputs[i]);
    float below = rule->ratio_below;
    if (rule->weighted) {
      const graph_tensor *weights = &g->tensors[node->inputs[1]];
      const float max = weights_absolute_max(weights->data, graph_element_count(weights));
      below = REQUANTIZATION_BELOW / (max / 127.0f);
    }
    /* Slightly inside, since the kernels compute the ratio in float. */
    changed |= raise_scale(s, out, s->parameters[in].scale / below * 1.0001f);
    if (in != out)
      changed |= raise_scale(s, in, s->parameters[out].scale * rule->ratio_min);
  }
  return changed;
}

static octavo_status meet_limits(const solver *s, octavo_error *error) {
  const graph *g = s->problem->g;
  bool changed = true;
  for (uint32_t round = 0; changed && round <= g->node_count; round++) {
    changed = false;
    for (uint32_t n = 0; n < g->node_count; n++)
      if (is_int8(s, n))
        changed |= limit_node(s, &g->nodes[n], scale_rule_find(g->nodes[n].op));
  }
  return changed ? octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                                    "no scales satisfy the limits of the int8 kernels: the ranges "
                                    "of the activations differ too much; use --mode float")
                 : OCTAVO_OK;
}

static octavo_status solve(const solver *s, octavo_error *error) {
  const uint32_t count = s->problem->g->tensor_count;
  for (uint32_t t = 0; t < count; t++)
    s->parents[t] = (int32_t)t;
  octavo_status status = make_groups(s, error);
  if (status == OCTAVO_OK)
    status = collect_ranges(s, error);
  if (status == OCTAVO_OK)
    status = meet_limits(s, error);
  for (uint32_t t = 0; t < count && status == OCTAVO_OK; t++)
    s->parameters[t] = s->parameters[group_of(s, (int32_t)t)];
  return status;
}

octavo_status scales_assign(const scale_problem *problem, quantization_parameters *parameters,
                            octavo_error *error) {
  const uint32_t count = problem->g->tensor_count;
  const solver s = {
      .problem = problem,
      .parents = octavo_memory_alloc(count, sizeof *s.parents),
      .ranges = octavo_memory_alloc(count, sizeof *s.ranges),
      .ranged = octavo_memory_alloc(count, sizeof *s.ranged),
      .fixed = octavo_memory_alloc(count, sizeof *s.fixed),
      .parameters = parameters,
  };
  octavo_status status = OCTAVO_OK;
  if (s.parents == NULL || s.ranges == NULL || s.ranged == NULL || s.fixed == NULL)
    status = octavo_error_memory(error, count * sizeof *s.ranges, "the scales");
  else
    status = solve(&s, error);
  octavo_memory_free(s.fixed);
  octavo_memory_free(s.ranged);
  octavo_memory_free(s.ranges);
  octavo_memory_free(s.parents);
  return status;
}
