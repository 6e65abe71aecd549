#include "plan.h"

#include "runtime/error.h"
#include "runtime/memory.h"

#include <stdio.h>
#include <string.h>

typedef struct planner {
  const architecture *plain;
  architecture *result;
  uint32_t *map;  /* from layers of `plain` to what their readers read now */
  bool *absorbed; /* by the layer that reads it: not rounded */
} planner;

/* The only layer that reads `i`; NULL if there are none or several. */
static const architecture_layer *only_reader(const architecture *a, uint32_t i) {
  const architecture_layer *found = NULL;
  for (uint32_t r = i + 1; r < a->count; r++)
    for (uint32_t k = 0; k < a->layers[r].input_count; k++) {
      if (a->layers[r].inputs[k] != i)
        continue;
      if (found != NULL)
        return NULL;
      found = &a->layers[r];
    }
  return found;
}

static bool clamps(const architecture_layer *l) {
  return l->kind == ARCHITECTURE_ACTIVATION &&
         (l->function == ARCHITECTURE_RELU || l->function == ARCHITECTURE_RELU6);
}

static bool scales(const architecture_layer *l) {
  return l->kind == ARCHITECTURE_ACTIVATION && l->function == ARCHITECTURE_SCALE &&
         l->factor > 0.0f;
}

/* Whether int8 computes layer `i` and the one that reads it in one. */
static bool is_absorbed(const planner *p, uint32_t i) {
  const architecture *a = p->plain;
  const architecture_layer *l = &a->layers[i], *reader = only_reader(a, i);
  if (reader == NULL || l->relu || clamps(l))
    return false;
  switch (l->kind) {
  case ARCHITECTURE_CONVOLUTION: {
    /* A maximum may come before the batch norm where the factors cannot become negative: then the
     * order of the two does not matter. */
    const architecture_layer *next = reader->kind == ARCHITECTURE_MAX_POOL
                                         ? only_reader(a, (uint32_t)(reader - a->layers))
                                         : NULL;
    return reader->kind == ARCHITECTURE_BATCH_NORM || clamps(reader) ||
           (next != NULL && next->kind == ARCHITECTURE_BATCH_NORM && next->frozen);
  }
  case ARCHITECTURE_MAX_POOL:
    return reader->kind == ARCHITECTURE_BATCH_NORM && p->absorbed[l->inputs[0]];
  case ARCHITECTURE_LINEAR:
    return scales(reader) || clamps(reader);
  case ARCHITECTURE_BATCH_NORM:
  case ARCHITECTURE_ADD:
    return clamps(reader);
  default:
    return false;
  }
}

static octavo_status check_layer(const planner *p, uint32_t i, octavo_error *error) {
  const architecture_layer *l = &p->plain->layers[i];
  if (l->kind == ARCHITECTURE_ACTIVATION && l->function == ARCHITECTURE_GELU)
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "--qat: layer '%s': expected ReLU, which int8 inference computes, "
                            "found GELU; train with --activation relu, then --qat with the same",
                            l->name);
  const bool needs_absorbed =
      l->kind == ARCHITECTURE_ACTIVATION || l->kind == ARCHITECTURE_BATCH_NORM;
  if (needs_absorbed && !p->absorbed[l->inputs[0]])
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "--qat: layer '%s': expected it right behind a layer that int8 "
                            "inference computes together with it, found '%s', which others read or "
                            "which is rounded before; train this network without --qat",
                            l->name, p->plain->layers[l->inputs[0]].name);
  return OCTAVO_OK;
}

static uint32_t append(planner *p, const architecture_layer *layer) {
  p->result->layers[p->result->count] = *layer;
  return p->result->count++;
}

static void add_fake_quantize(planner *p, uint32_t i, architecture_function function) {
  const architecture_layer *l = &p->plain->layers[i];
  architecture_layer fake = {.kind = ARCHITECTURE_FAKE_QUANTIZE,
                             .inputs = {p->map[i]},
                             .input_count = 1,
                             .channels = l->channels,
                             .height = l->height,
                             .width = l->width,
                             .function = function};
  snprintf(fake.name, sizeof fake.name, "%.50s.quantize", l->name);
  p->map[i] = append(p, &fake);
}

static void add_layer(planner *p, uint32_t i) {
  const architecture_layer *l = &p->plain->layers[i];
  architecture_function function = l->relu ? ARCHITECTURE_RELU : ARCHITECTURE_NO_FUNCTION;
  if (clamps(l)) {
    function = l->function;
    p->map[i] = p->map[l->inputs[0]];
  } else {
    architecture_layer copy = *l;
    for (uint32_t k = 0; k < copy.input_count; k++)
      copy.inputs[k] = p->map[copy.inputs[k]];
    copy.relu = false;
    copy.quantized = true;
    p->map[i] = append(p, &copy);
  }
  if (!p->absorbed[i] && l->kind != ARCHITECTURE_MAX_POOL)
    add_fake_quantize(p, i, function);
}

static octavo_status add_all(planner *p, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; status == OCTAVO_OK && i < p->plain->count; i++) {
    p->absorbed[i] = is_absorbed(p, i);
    status = check_layer(p, i, error);
    if (status == OCTAVO_OK)
      add_layer(p, i);
  }
  return status;
}

octavo_status qat_plan(const architecture *plain, architecture *result, octavo_error *error) {
  const size_t count = plain->count;
  *result = (architecture){.layers = octavo_memory_alloc(2 * count, sizeof *result->layers)};
  planner p = {.plain = plain,
               .result = result,
               .map = octavo_memory_alloc(count, sizeof *p.map),
               .absorbed = octavo_memory_alloc(count, sizeof *p.absorbed)};
  octavo_status status = OCTAVO_OK;
  if (result->layers == NULL || p.map == NULL || p.absorbed == NULL)
    status = octavo_error_memory(error, 2 * count * sizeof *result->layers, "the network");
  else
    status = add_all(&p, error);
  octavo_memory_free(p.map);
  octavo_memory_free(p.absorbed);
  if (status != OCTAVO_OK)
    architecture_free(result);
  return status;
}

/* The image is rounded in every such network. */
bool qat_is_planned(const architecture *a) {
  return a->count > 1 && a->layers[1].kind == ARCHITECTURE_FAKE_QUANTIZE;
}
