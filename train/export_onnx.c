#include "export_onnx.h"

#include "common/onnx/proto.h"
#include "common/utf8.h"
#include "export_nodes.h"
#include "export_qdq.h"
#include "qat/plan.h"
#include "runtime/error.h"

#include <stdio.h>
#include <string.h>

typedef struct exporter {
  const network *n;
  proto_graph proto;
  const char **names; /* of each layer's output tensor */
} exporter;

static octavo_status add_parameters(exporter *e, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; status == OCTAVO_OK && i < e->n->parameter_count; i++) {
    const parameter *p = e->n->parameters[i];
    int64_t dims[4] = {0};
    for (uint32_t k = 0; k < p->rank; k++)
      dims[k] = p->dims[k];
    float *data = proto_constant(&e->proto, p->name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, p->rank,
                                 dims, p->count * sizeof *data);
    if (data != NULL)
      status = parameter_get(e->n, p, data, error);
  }
  return status;
}

/* A ReLU node after tensor `raw` if the layer has one. Returns what later layers read. */
static const char *add_relu(exporter *e, const architecture_layer *spec, const char *raw) {
  if (!spec->relu)
    return raw;
  const char *output = export_name(&e->proto, spec->name, ".relu_output");
  proto_node(&e->proto, "Relu", export_name(&e->proto, spec->name, ".relu"), 1, &raw, output);
  return output;
}

static const char *add_convolution(exporter *e, const architecture_layer *spec,
                                   const char *output) {
  const char *inputs[] = {e->names[spec->inputs[0]], export_name(&e->proto, spec->name, ".weight"),
                          export_name(&e->proto, spec->name, ".bias")};
  export_convolution(&e->proto, spec, spec->bias ? 3 : 2, inputs, output);
  return output;
}

/* ONNX's own default of epsilon is 1e-5, as in training. */
static const char *add_batch_norm(exporter *e, const architecture_layer *spec, const char *output) {
  const char *inputs[] = {e->names[spec->inputs[0]], export_name(&e->proto, spec->name, ".weight"),
                          export_name(&e->proto, spec->name, ".bias"),
                          export_name(&e->proto, spec->name, ".running_mean"),
                          export_name(&e->proto, spec->name, ".running_var")};
  proto_node(&e->proto, "BatchNormalization", spec->name, 5, inputs, output);
  return add_relu(e, spec, output);
}

/* Adds a node of two inputs. */
static const char *add_binary(exporter *e, const architecture_layer *spec, const char *op,
                              const char *suffix, const char *x, const char *y,
                              const char *output) {
  const char *inputs[] = {x, y};
  proto_node(&e->proto, op, export_name(&e->proto, spec->name, suffix), 2, inputs, output);
  return output;
}

/* x / 2 · (1 + erf(x / √2)): the operator set has no GELU of its own before version 20. */
static void add_gelu(exporter *e, const architecture_layer *spec, const char *x,
                     const char *output) {
  const char *scaled = add_binary(e, spec, "Div", ".div", x,
                                  export_number(&e->proto, spec->name, ".sqrt2", 1.41421356f),
                                  export_name(&e->proto, spec->name, ".div_output"));
  const char *erf = export_name(&e->proto, spec->name, ".erf_output");
  proto_node(&e->proto, "Erf", export_name(&e->proto, spec->name, ".erf"), 1, &scaled, erf);
  const char *doubled =
      add_binary(e, spec, "Add", ".add", erf, export_number(&e->proto, spec->name, ".one", 1.0f),
                 export_name(&e->proto, spec->name, ".add_output"));
  const char *product = add_binary(e, spec, "Mul", ".mul", x, doubled,
                                   export_name(&e->proto, spec->name, ".mul_output"));
  add_binary(e, spec, "Mul", "", product, export_number(&e->proto, spec->name, ".half", 0.5f),
             output);
}

static const char *add_activation(exporter *e, const architecture_layer *spec, const char *output) {
  const char *x = e->names[spec->inputs[0]];
  switch (spec->function) {
  case ARCHITECTURE_RELU:
    proto_node(&e->proto, "Relu", spec->name, 1, &x, output);
    break;
  case ARCHITECTURE_RELU6: {
    const char *inputs[] = {x, export_number(&e->proto, spec->name, ".min", 0.0f),
                            export_number(&e->proto, spec->name, ".max", 6.0f)};
    proto_node(&e->proto, "Clip", spec->name, 3, inputs, output);
    break;
  }
  case ARCHITECTURE_GELU:
    add_gelu(e, spec, x, output);
    break;
  case ARCHITECTURE_SCALE:
    add_binary(e, spec, "Mul", "", x, export_number(&e->proto, spec->name, ".factor", spec->factor),
               output);
    break;
  default:
    proto_fail(&e->proto, OCTAVO_ERROR_UNSUPPORTED, "%s: no function is known for ONNX",
               spec->name);
  }
  return output;
}

static const char *add_sum(exporter *e, const architecture_layer *spec, const char *output) {
  const char *inputs[] = {e->names[spec->inputs[0]], e->names[spec->inputs[1]]};
  proto_node(&e->proto, "Add", spec->name, 2, inputs, output);
  return add_relu(e, spec, output);
}

static const char *add_max_pool(exporter *e, const architecture_layer *spec, const char *output) {
  export_window(&e->proto,
                proto_node(&e->proto, "MaxPool", spec->name, 1, &e->names[spec->inputs[0]], output),
                spec);
  return output;
}

static const char *add_average_pool(exporter *e, const architecture_layer *spec,
                                    const char *output) {
  export_window(
      &e->proto,
      proto_node(&e->proto, "AveragePool", spec->name, 1, &e->names[spec->inputs[0]], output),
      spec);
  return output;
}

static const char *add_global_average(exporter *e, const architecture_layer *spec,
                                      const char *output) {
  proto_node(&e->proto, "GlobalAveragePool", spec->name, 1, &e->names[spec->inputs[0]], output);
  return output;
}

static const char *add_linear(exporter *e, const architecture_layer *spec, const char *output) {
  const char *flat = export_flatten(&e->proto, spec, e->names[spec->inputs[0]]);
  const char *inputs[] = {flat, export_name(&e->proto, spec->name, ".weight"),
                          export_name(&e->proto, spec->name, ".bias")};
  export_linear(&e->proto, spec, spec->bias ? 3 : 2, inputs, output);
  return output;
}

/* Each adds a layer's nodes, one of which writes `output`, and returns the tensor that later layers
 * read. */
static const char *(*const add_layer[ARCHITECTURE_KINDS])(exporter *, const architecture_layer *,
                                                          const char *) = {
    [ARCHITECTURE_CONVOLUTION] = add_convolution,
    [ARCHITECTURE_BATCH_NORM] = add_batch_norm,
    [ARCHITECTURE_ADD] = add_sum,
    [ARCHITECTURE_MAX_POOL] = add_max_pool,
    [ARCHITECTURE_AVERAGE_POOL] = add_average_pool,
    [ARCHITECTURE_GLOBAL_AVERAGE] = add_global_average,
    [ARCHITECTURE_LINEAR] = add_linear,
    [ARCHITECTURE_ACTIVATION] = add_activation,
};

static void add_layers(exporter *e) {
  const architecture *plan = e->n->plan;
  const architecture_layer *image = &plan->layers[0];
  proto_input(&e->proto, "input", 4,
              (const int64_t[]){0, image->channels, image->height, image->width});
  e->names[0] = "input";
  for (uint32_t i = 1; i < plan->count && e->proto.status == OCTAVO_OK; i++) {
    const architecture_layer *spec = &plan->layers[i];
    const char *output =
        i + 1 == plan->count ? "logits" : export_name(&e->proto, spec->name, "_output");
    e->names[i] = add_layer[spec->kind](e, spec, output);
  }
  proto_output(&e->proto, "logits", 2, (const int64_t[]){0, network_classes(e->n)});
}

/* The graph as trained: batch norm on its own. */
static octavo_status add_float_graph(exporter *e, octavo_error *error) {
  const octavo_status status = add_parameters(e, error);
  e->names = proto_alloc(&e->proto, e->n->count, sizeof *e->names);
  if (status == OCTAVO_OK && e->names != NULL)
    add_layers(e);
  return status;
}

static void add_channels(exporter *e, const char *key, const double values[3]) {
  char text[64];
  snprintf(text, sizeof text, "%.9g,%.9g,%.9g", (double)(float)values[0], (double)(float)values[1],
           (double)(float)values[2]);
  proto_metadata(&e->proto, key, text);
}

static void add_labels(exporter *e, const export_facts *facts) {
  size_t size = 1;
  for (uint32_t i = 0; i < facts->class_count; i++) {
    const size_t length = strlen(facts->classes[i]);
    if (utf8_name_fault(facts->classes[i], length) != NULL)
      return;
    size += length + 1;
  }
  char *text = proto_alloc(&e->proto, size, 1);
  if (text == NULL)
    return;
  size_t used = 0;
  for (uint32_t i = 0; i < facts->class_count; i++)
    used += (size_t)snprintf(text + used, size - used, "%s\n", facts->classes[i]);
  proto_metadata(&e->proto, "octavo.labels", text);
}

octavo_status export_onnx(const network *n, const char *name, const export_facts *facts,
                          const char *path, octavo_error *error) {
  exporter e = {.n = n};
  proto_begin(&e.proto, name);
  octavo_status status =
      qat_is_planned(n->plan) ? export_qdq(&e.proto, n, error) : add_float_graph(&e, error);
  add_channels(&e, "octavo.mean", facts->mean);
  add_channels(&e, "octavo.std", facts->deviation);
  add_labels(&e, facts);
  if (status == OCTAVO_OK)
    status = proto_save(&e.proto, "octavo-train", path, error);
  proto_end(&e.proto);
  return status;
}
