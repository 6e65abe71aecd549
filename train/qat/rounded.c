#include "rounded.h"

#include "fold.h"
#include "grid.h"
#include "runtime/error.h"
#include "runtime/memory.h"

octavo_status rounded_create(rounded *r, network *n, const layer *l, const parameter *weight,
                             const parameter *bias, octavo_error *error) {
  *r = (rounded){.bias_parameter = bias};
  octavo_status status =
      tensor_plain(&r->weights, n->d, weight->order_rank, weight->order, dnnl_f32, error);
  if (status == OCTAVO_OK)
    status = operation_reorder(&r->copy, n->d, &weight->value, &r->weights, error);
  if (status == OCTAVO_OK && bias != NULL)
    status = tensor_create(&r->bias, n->d, bias->value.desc, error);
  if (status != OCTAVO_OK)
    return status;
  r->scales = octavo_memory_alloc(l->spec->channels, sizeof *r->scales);
  if (r->scales == NULL)
    return octavo_error_memory(error, l->spec->channels, "scales of weights");
  n->values[l->index].weight_scales = r->scales;
  return OCTAVO_OK;
}

void rounded_free(rounded *r) {
  operation_free(&r->copy);
  tensor_free(&r->weights);
  tensor_free(&r->bias);
  octavo_memory_free(r->scales);
  *r = (rounded){0};
}

octavo_status rounded_refresh(const rounded *r, const network *n, const layer *l,
                              octavo_error *error) {
  const octavo_status status = operation_run(&r->copy, n->d, error);
  if (status == OCTAVO_OK && r->copy.primitive != NULL && n->phase.quantize) {
    const uint32_t channels = l->spec->channels;
    const size_t count = r->weights.bytes / sizeof(float);
    fake_quantize_rows(r->weights.data, channels, count / channels, r->scales);
  }
  return status;
}

void rounded_set_bias(const rounded *r, const network *n, const layer *l) {
  if (r->bias.memory == NULL)
    return;
  const float input_scale = n->values[qat_source(n, l->index)].scale;
  const float *bias = r->bias_parameter->value.data;
  float *result = r->bias.data;
  for (uint32_t c = 0; c < l->spec->channels; c++)
    result[c] = n->phase.quantize ? fake_round_bias(bias[c], input_scale * r->scales[c]) : bias[c];
}
