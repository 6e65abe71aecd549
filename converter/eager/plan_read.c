#include "converter/eager/modules.h"
#include "converter/eager/plan_file.h"
#include "converter/eager/plan_lines.h"
#include "converter/layer_names.h"
#include "converter/writer/byte_buffer.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <stdarg.h>
#include <string.h>

#define MAX_PROBLEMS 50 /* told one by one */

typedef struct plan_reader {
  const char *path;
  graph *g;
  eager_plan *plan;
  uint32_t *lines; /* per node: where it is listed; 0 = not yet */
  uint32_t line;   /* at hand, from 1 */
  uint32_t region; /* line on which the open region began; 0 = none is open */
  int32_t last;    /* the first module of the line before */
  byte_buffer problems;
  uint32_t problem_count;
  bool out_of_memory;
} plan_reader;

static void problem(plan_reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void problem(plan_reader *r, const char *format, ...) {
  octavo_error where, what;
  char text[sizeof what.text];
  va_list arguments;
  if (r->problem_count++ >= MAX_PROBLEMS)
    return;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  octavo_error_set(&where, OCTAVO_ERROR_FORMAT, "%.200s:%u: ", r->path, r->line);
  octavo_error_set(&what, OCTAVO_ERROR_FORMAT, "%.500s\n", text);
  if (!byte_buffer_append(&r->problems, where.text, strlen(where.text)) ||
      !byte_buffer_append(&r->problems, what.text, strlen(what.text)))
    r->out_of_memory = true;
}

/* ---- A line that names modules -------------------------------------------------------------- */

/* Finds the modules of a line; false if one is not there, or not for this line. */
static bool find_modules(plan_reader *r, const plan_line *line, uint32_t *nodes) {
  bool found = true;
  for (uint32_t i = 0; i < line->module_count; i++) {
    const char *name = line->modules[i];
    octavo_error error;
    if (layer_find(r->g, "modules", name, strlen(name), &nodes[i], &error) != OCTAVO_OK) {
      problem(r, "%s", error.text);
      found = false;
      continue;
    }
    if (module_kind_of(r->g, nodes[i]) == MODULE_NONE) {
      problem(r, "'%s' (%s) only moves values and follows the layer before it: leave it out", name,
              r->g->nodes[nodes[i]].source_op);
      found = false;
    } else if (r->lines[nodes[i]] != 0) {
      problem(r, "'%s' is in line %u already", name, r->lines[nodes[i]]);
      found = false;
    } else {
      r->lines[nodes[i]] = r->line;
    }
  }
  return found;
}

static bool check_group(plan_reader *r, const uint32_t *nodes, uint32_t count) {
  const module_kind first = module_kind_of(r->g, nodes[0]);
  for (uint32_t i = 1; i < count; i++) {
    const graph_node *before = &r->g->nodes[nodes[i - 1]], *node = &r->g->nodes[nodes[i]];
    if (module_only_reader(r->g, nodes[i - 1]) != (int32_t)nodes[i]) {
      problem(r,
              "'%s' cannot be fused with '%s': expected it to be the only one that reads its "
              "result",
              node->name, before->name);
      return false;
    }
    if (!module_fuses(first, module_kind_of(r->g, nodes[i - 1]), module_kind_of(r->g, nodes[i]))) {
      problem(r,
              "'%s' (%s) cannot be fused behind '%s' (%s): expected a batch norm behind a "
              "convolution or linear layer, or an activation behind one of these or an add",
              node->name, node->source_op, before->name, before->source_op);
      return false;
    }
  }
  return true;
}

static void check_order(plan_reader *r, uint32_t node) {
  if (r->last != GRAPH_NONE && (int32_t)node < r->last)
    problem(r,
            "'%s' runs before '%s' of the line before: expected layers in the order in which "
            "they run",
            r->g->nodes[node].name, r->g->nodes[r->last].name);
  r->last = (int32_t)node;
}

static const calibrator *find_observer(plan_reader *r, const char *name) {
  if (name[0] == '\0')
    return NULL;
  const calibrator *observer = calibrator_find(name);
  if (observer == NULL)
    problem(r, "expected a calibrator (--help tells them) behind the modules, found '%s'", name);
  else if (r->region == 0)
    problem(r, "a calibrator outside of a quantized region has nothing to choose");
  return observer;
}

static void add_layer(plan_reader *r, const char *name, const calibrator *observer) {
  eager_plan *plan = r->plan;
  eager_layer *layers =
      octavo_memory_resize(plan->layers, (size_t)plan->layer_count + 1, sizeof *layers);
  if (layers != NULL)
    plan->layers = layers;
  char *copy = octavo_memory_copy_string(name);
  if (layers == NULL || copy == NULL) {
    octavo_memory_free(copy);
    r->out_of_memory = true;
    return;
  }
  plan->layers[plan->layer_count++] = (eager_layer){copy, r->region != 0, observer};
}

static void read_layer(plan_reader *r, const plan_line *line) {
  uint32_t nodes[PLAN_LINE_MODULES];
  const bool found = find_modules(r, line, nodes);
  const calibrator *observer = find_observer(r, line->observer);
  if (!found || !check_group(r, nodes, line->module_count))
    return;
  check_order(r, nodes[0]);
  for (uint32_t i = 0; i < line->module_count; i++)
    r->g->nodes[nodes[i]].separate = i == 0;
  add_layer(r, line->modules[0], observer);
}

/* ---- The whole file ---------------------------------------------------------------------------
 */

static void read_line(plan_reader *r, const char *text, size_t length) {
  plan_line line;
  plan_line_parse(text, length, &line);
  switch (line.kind) {
  case PLAN_LINE_EMPTY:
    break;
  case PLAN_LINE_BROKEN:
    problem(r, "%s", line.problem);
    break;
  case PLAN_LINE_QUANTIZE:
    if (r->region != 0)
      problem(r, "the quantized region of line %u has not ended: expected dequantize first",
              r->region);
    r->region = r->line;
    break;
  case PLAN_LINE_DEQUANTIZE:
    if (r->region == 0)
      problem(r, "no quantized region is open: expected quantize first");
    r->region = 0;
    break;
  case PLAN_LINE_LAYER:
    read_layer(r, &line);
    break;
  }
}

static void read_lines(plan_reader *r, const char *text, size_t size) {
  const char *end = text + size;
  while (text < end && !r->out_of_memory) {
    const char *stop = memchr(text, '\n', (size_t)(end - text));
    r->line++;
    read_line(r, text, (size_t)((stop == NULL ? end : stop) - text));
    text = stop == NULL ? end : stop + 1;
  }
}

#define NAMED_MISSING 5

static void check_complete(plan_reader *r) {
  char names[NAMED_MISSING * 64] = "";
  size_t used = 0;
  uint32_t missing = 0;
  if (r->region != 0)
    problem(r, "the quantized region of line %u does not end: expected dequantize", r->region);
  for (uint32_t n = 0; n < r->g->node_count; n++) {
    if (r->lines[n] != 0 || module_kind_of(r->g, n) == MODULE_NONE)
      continue;
    if (missing++ < NAMED_MISSING)
      used += (size_t)snprintf(names + used, sizeof names - used, "%s'%.58s'",
                               missing == 1 ? "" : ", ", r->g->nodes[n].name);
  }
  if (missing > 0)
    problem(r, "expected a line for each module, found none for %u of them: %s%s", missing, names,
            missing > NAMED_MISSING ? ", ..." : "");
}

static octavo_status finish(plan_reader *r, octavo_error *error) {
  if (r->problem_count > 0 && !byte_buffer_append(&r->problems, NULL, 1))
    r->out_of_memory = true;
  if (r->out_of_memory)
    return octavo_error_memory(error, 0, "the plan");
  if (r->problem_count == 0)
    return OCTAVO_OK;
  r->plan->problems = octavo_memory_copy_string((const char *)r->problems.data);
  if (r->plan->problems == NULL)
    return octavo_error_memory(error, r->problems.size, "the plan");
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                          "the plan %.200s does not fit the network: %u problem%s%s; --write-plan "
                          "writes one that does",
                          r->path, r->problem_count, r->problem_count == 1 ? "" : "s",
                          r->problem_count > MAX_PROBLEMS ? ", the first 50 above" : "");
}

octavo_status eager_plan_read_memory(const char *path, const char *text, size_t size, graph *g,
                                     eager_plan *plan, octavo_error *error) {
  *plan = (eager_plan){0};
  plan_reader r = {.path = path, .g = g, .plan = plan, .last = GRAPH_NONE};
  octavo_status status = OCTAVO_OK;
  r.lines = octavo_memory_alloc(g->node_count, sizeof *r.lines);
  if (r.lines == NULL) {
    status = octavo_error_memory(error, g->node_count * sizeof *r.lines, "the plan");
  } else {
    read_lines(&r, text, size);
    check_complete(&r);
    status = finish(&r, error);
  }
  byte_buffer_free(&r.problems);
  octavo_memory_free(r.lines);
  return status;
}

octavo_status eager_plan_read(const char *path, graph *g, eager_plan *plan, octavo_error *error) {
  *plan = (eager_plan){0};
  platform_file file;
  octavo_status status = platform_file_open(path, "a quantization plan", &file, error);
  if (status != OCTAVO_OK)
    return status;
  status = eager_plan_read_memory(path, (const char *)file.data, file.size, g, plan, error);
  platform_file_close(&file);
  return status;
}

const eager_layer *eager_plan_find(const eager_plan *plan, const char *name) {
  for (uint32_t i = 0; i < plan->layer_count; i++)
    if (strcmp(plan->layers[i].name, name) == 0)
      return &plan->layers[i];
  return NULL;
}

void eager_plan_free(eager_plan *plan) {
  for (uint32_t i = 0; i < plan->layer_count; i++)
    octavo_memory_free(plan->layers[i].name);
  octavo_memory_free(plan->layers);
  octavo_memory_free(plan->problems);
  *plan = (eager_plan){0};
}
