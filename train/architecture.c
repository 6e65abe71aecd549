#include "architecture.h"

#include "runtime/error.h"
#include "runtime/memory.h"

#include <inttypes.h>
#include <stdio.h>

/* Adds a layer that begins as a copy of what `x` gives out. NULL after an error. */
static architecture_layer *add_layer(architecture *a, architecture_kind kind, uint32_t x,
                                     const char *prefix, const char *name) {
  if (a->status != OCTAVO_OK)
    return NULL;
  architecture_layer *layers =
      octavo_memory_resize(a->layers, (size_t)a->count + 1, sizeof *a->layers);
  if (layers == NULL) {
    a->status = octavo_error_memory(&a->error, (a->count + 1) * sizeof *a->layers, "the network");
    return NULL;
  }
  a->layers = layers;
  architecture_layer *layer = &layers[a->count];
  *layer = (architecture_layer){.kind = kind};
  if (kind != ARCHITECTURE_INPUT) {
    layer->channels = layers[x].channels;
    layer->height = layers[x].height;
    layer->width = layers[x].width;
    layer->inputs[0] = x;
    layer->input_count = 1;
  }
  snprintf(layer->name, sizeof layer->name, "%s%s", prefix, name);
  a->count++;
  return layer;
}

static uint32_t last(const architecture *a) {
  return a->count > 0 ? a->count - 1 : 0;
}

void architecture_begin(architecture *a, uint32_t channels, uint32_t size) {
  *a = (architecture){0};
  architecture_layer *layer = add_layer(a, ARCHITECTURE_INPUT, 0, "input", "");
  if (layer == NULL)
    return;
  layer->channels = channels;
  layer->height = size;
  layer->width = size;
}

void architecture_free(architecture *a) {
  octavo_memory_free(a->layers);
  *a = (architecture){0};
}

static void slide(architecture *a, architecture_layer *layer, architecture_window window) {
  layer->kernel = window.kernel;
  layer->stride = window.stride;
  layer->padding = window.padding;
  const uint32_t room = 2 * window.padding;
  if (layer->height + room < window.kernel || layer->width + room < window.kernel) {
    a->status =
        octavo_error_set(&a->error, OCTAVO_ERROR_ARGUMENT,
                         "%s: the image is too small for this network: %" PRIu32 " x %" PRIu32
                         " is left there, expected at least %" PRIu32 "; choose a larger --size",
                         layer->name, layer->height, layer->width, window.kernel - room);
    return;
  }
  layer->height = (layer->height + room - window.kernel) / window.stride + 1;
  layer->width = (layer->width + room - window.kernel) / window.stride + 1;
}

uint32_t architecture_convolution(architecture *a, uint32_t x, const char *prefix, const char *name,
                                  uint32_t channels, architecture_window window, uint32_t groups) {
  architecture_layer *layer = add_layer(a, ARCHITECTURE_CONVOLUTION, x, prefix, name);
  if (layer != NULL) {
    slide(a, layer, window);
    layer->channels = channels;
    layer->groups = groups;
  }
  return last(a);
}

uint32_t architecture_batch_norm(architecture *a, uint32_t x, const char *prefix, const char *name,
                                 bool relu) {
  architecture_layer *layer = add_layer(a, ARCHITECTURE_BATCH_NORM, x, prefix, name);
  if (layer != NULL) {
    layer->relu = relu;
    layer->running_share = 0.1f;
    layer->shift_rate = 1.0f;
  }
  return last(a);
}

uint32_t architecture_add(architecture *a, uint32_t x, uint32_t y, const char *prefix,
                          const char *name, bool relu) {
  architecture_layer *layer = add_layer(a, ARCHITECTURE_ADD, x, prefix, name);
  if (layer != NULL) {
    layer->inputs[1] = y;
    layer->input_count = 2;
    layer->relu = relu;
  }
  return last(a);
}

uint32_t architecture_pool(architecture *a, uint32_t x, const char *name, architecture_kind kind,
                           architecture_window window) {
  architecture_layer *layer = add_layer(a, kind, x, name, "");
  if (layer != NULL && kind == ARCHITECTURE_GLOBAL_AVERAGE) {
    layer->kernel = layer->height;
    layer->stride = 1;
    layer->height = 1;
    layer->width = 1;
  } else if (layer != NULL) {
    slide(a, layer, window);
  }
  return last(a);
}

uint32_t architecture_linear(architecture *a, uint32_t x, const char *name, uint32_t units) {
  architecture_layer *layer = add_layer(a, ARCHITECTURE_LINEAR, x, name, "");
  if (layer != NULL) {
    layer->channels = units;
    layer->height = 1;
    layer->width = 1;
    layer->bias = true;
  }
  return last(a);
}

uint32_t architecture_activation(architecture *a, uint32_t x, const char *prefix, const char *name,
                                 architecture_function function) {
  architecture_layer *layer = add_layer(a, ARCHITECTURE_ACTIVATION, x, prefix, name);
  if (layer != NULL)
    layer->function = function;
  return last(a);
}

uint32_t architecture_norm_function(architecture *a, uint32_t x, const char *prefix,
                                    const char *name, const char *function_name,
                                    architecture_function function) {
  const bool fused = function == ARCHITECTURE_RELU;
  x = architecture_batch_norm(a, x, prefix, name, fused);
  return fused ? x : architecture_activation(a, x, prefix, function_name, function);
}

octavo_status architecture_check(const architecture *a, octavo_error *error) {
  return a->status == OCTAVO_OK ? OCTAVO_OK
                                : octavo_error_set(error, a->status, "%s", a->error.text);
}

/* Weights of a convolution or linear layer, without bias. */
static uint64_t count_weights(const architecture *a, const architecture_layer *layer) {
  const architecture_layer *input = &a->layers[layer->inputs[0]];
  switch (layer->kind) {
  case ARCHITECTURE_CONVOLUTION:
    return (uint64_t)layer->channels * (input->channels / layer->groups) * layer->kernel *
           layer->kernel;
  case ARCHITECTURE_LINEAR:
    return (uint64_t)layer->channels * input->channels * input->height * input->width;
  default:
    return 0;
  }
}

uint64_t architecture_parameters(const architecture *a) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < a->count; i++) {
    const architecture_layer *layer = &a->layers[i];
    if (!layer->frozen)
      sum += count_weights(a, layer);
    if (layer->kind == ARCHITECTURE_BATCH_NORM)
      sum += (layer->frozen ? 1 : 2) * (uint64_t)layer->channels;
    if (layer->bias)
      sum += layer->channels;
  }
  return sum;
}

uint64_t architecture_macs(const architecture *a) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < a->count; i++)
    sum += count_weights(a, &a->layers[i]) * a->layers[i].height * a->layers[i].width;
  return sum;
}
