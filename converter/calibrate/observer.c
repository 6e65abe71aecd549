#include "converter/calibrate/observer.h"

#include "runtime/error.h"
#include "runtime/memory.h"

#include <string.h>

static void observe(void *context, uint32_t operator_index, uint32_t which,
                    const octavo_tensor_info *info, const void *data) {
  observer *o = context;
  const graph_node *node = &o->g->nodes[operator_index];
  const uint32_t slot = o->slots[node->outputs[which]];
  const size_t count = info->bytes / sizeof(float);
  value_range *seen = &o->extremes[slot];
  if (count == 0)
    return;
  if (histogram_extremes(data, count, &seen->min, &seen->max))
    histogram_add_within(&o->histograms[slot], data, count, seen->min, seen->max);
  else if (o->broken == NULL)
    o->broken = node;
}

octavo_status observer_init(observer *o, const graph *g, octavo_model *model, const uint32_t *slots,
                            uint32_t slot_count, octavo_error *error) {
  memset(o, 0, sizeof *o);
  o->g = g;
  o->slots = slots;
  o->histogram_count = slot_count;
  o->histograms = octavo_memory_alloc(slot_count, sizeof *o->histograms);
  if (o->histograms == NULL)
    return octavo_error_memory(error, slot_count * sizeof *o->histograms, "histograms");
  for (uint32_t i = 0; i < slot_count; i++)
    histogram_init(&o->histograms[i]);
  const octavo_status status = octavo_session_create(model, NULL, &o->session, error);
  if (status == OCTAVO_OK)
    octavo_session_observe(o->session, observe, o);
  else
    observer_free(o);
  return status;
}

void observer_free(observer *o) {
  octavo_session_free(o->session);
  octavo_memory_free(o->histograms);
  memset(o, 0, sizeof *o);
}

octavo_status observer_take(observer *o, const image_sample *images, uint32_t i,
                            value_range *extremes, octavo_error *error) {
  o->extremes = extremes;
  octavo_status status = image_sample_feed(images, i, o->session, error);
  if (status == OCTAVO_OK)
    status = octavo_session_run(o->session, error);
  if (status == OCTAVO_OK && o->broken != NULL)
    return octavo_error_set(
        error, OCTAVO_ERROR_ARGUMENT,
        "layer '%s' (%s): expected finite results, found NaN or infinity; check "
        "--scale, --mean and --std, and that the network is not damaged",
        o->broken->name, o->broken->source_op);
  return status;
}
