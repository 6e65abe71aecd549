#include "converter/quantize/quantize.h"
#include "converter/quantize/scale_rules.h"
#include "converter/quantize/weights.h"
#include "runtime/error.h"
#include "runtime/memory.h"

static octavo_status decide(graph_tensor *weights, octavo_error *error) {
  const uint32_t channels = (uint32_t)weights->shape[0];
  const float scale = weights_channel_scale(weights->data, graph_element_count(weights));
  if (weights->quantization.scales != NULL || scale == 0.0f)
    return OCTAVO_OK;
  float *scales = octavo_memory_alloc(channels, sizeof *scales);
  if (scales == NULL)
    return octavo_error_memory(error, channels * sizeof *scales, "scales");
  for (uint32_t c = 0; c < channels; c++)
    scales[c] = scale;
  weights->quantization.scales = scales;
  weights->quantization.scale_count = channels;
  return OCTAVO_OK;
}

octavo_status quantize_per_tensor(graph *g, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t n = 0; n < g->node_count && status == OCTAVO_OK; n++) {
    const scale_rule *rule = scale_rule_find(g->nodes[n].op);
    if (rule == NULL || !rule->weighted)
      continue;
    graph_tensor *weights = &g->tensors[g->nodes[n].inputs[1]];
    if (weights->constant && weights->type == GRAPH_FLOAT32)
      status = decide(weights, error);
  }
  return status;
}
