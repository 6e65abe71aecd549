#include "common/atomic_file.h"
#include "converter/eager/modules.h"
#include "converter/eager/plan_file.h"
#include "converter/quantize/scale_rules.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <inttypes.h>
#include <string.h>

static const char introduction[] =
    "#\n"
    "# One line for each layer, in the order in which they run. Modules with + between them are\n"
    "# fused: they become one layer, which rounds once, at its end. A module on a line of its own\n"
    "# rounds its own result. Behind the names: the calibrator that chooses the range of the\n"
    "# result; --calibrator, where there is none. Layers that take their input's scale need none.\n"
    "# A concatenation joins: one range, wide enough for all, serves its inputs and its result,\n"
    "# so it only copies. PyTorch's FloatFunctional.cat observes its result and rounds again.\n"
    "#\n"
    "# quantize    a quantized region begins (QuantStub in PyTorch)\n"
    "# dequantize  it ends (DeQuantStub); what follows runs in float32\n"
    "#\n"
    "# Names with blanks, '+', '#', quotes or line breaks stand in \"quotes\", where \\n is a "
    "line\n"
    "# feed, \\r a carriage return, and \\ before any other character makes that literal.\n"
    "#\n"
    "# To keep a layer in float32 put dequantize in front of it and quantize behind it.\n"
    "# To see what a fusion is worth take the + out and give each module its line.\n";

typedef struct plan_writer {
  const graph *g;
  const char *observer; /* to begin with */
  atomic_file *file;
  bool *done; /* per node: written already, as part of a group */
} plan_writer;

static bool is_plain(const char *name) {
  return name[strcspn(name, " \t\r\n+#\"\\")] == '\0' && strcmp(name, "quantize") != 0 &&
         strcmp(name, "dequantize") != 0;
}

static octavo_status write_name(const plan_writer *w, const char *name, octavo_error *error) {
  if (is_plain(name))
    return atomic_file_print(w->file, error, "%s", name);
  octavo_status status = atomic_file_print(w->file, error, "\"");
  for (const char *c = name; *c != '\0' && status == OCTAVO_OK; c++) {
    const bool escaped = strchr("\"\\\n\r", *c) != NULL;
    status = atomic_file_print(w->file, error, escaped ? "\\%c" : "%c",
                               *c == '\n'   ? 'n'
                               : *c == '\r' ? 'r'
                                            : *c);
  }
  return status == OCTAVO_OK ? atomic_file_print(w->file, error, "\"") : status;
}

static octavo_status write_comment(const plan_writer *w, const uint32_t *group, uint32_t count,
                                   octavo_error *error) {
  octavo_status status = atomic_file_print(w->file, error, "  #");
  for (uint32_t i = 0; i < count && status == OCTAVO_OK; i++)
    status = atomic_file_print(w->file, error, "%s %s", i == 0 ? "" : " +",
                               w->g->nodes[group[i]].source_op);
  const graph_tensor *y = &w->g->tensors[w->g->nodes[group[count - 1]].outputs[0]];
  for (uint32_t i = 0; i < y->rank && status == OCTAVO_OK; i++)
    status = atomic_file_print(w->file, error, "%s%" PRId64, i == 0 ? " -> " : " x ", y->shape[i]);
  return status == OCTAVO_OK ? atomic_file_print(w->file, error, "\n") : status;
}

/* The module and what is fused behind it. */
static uint32_t collect(const plan_writer *w, uint32_t node, uint32_t *group, uint32_t room) {
  uint32_t count = 0;
  group[count++] = node;
  const module_kind first = module_kind_of(w->g, node);
  for (int32_t next = module_only_reader(w->g, node); next != GRAPH_NONE && count < room;
       next = module_only_reader(w->g, (uint32_t)next)) {
    const module_kind last = module_kind_of(w->g, group[count - 1]);
    if (!module_fuses(first, last, module_kind_of(w->g, (uint32_t)next)))
      break;
    group[count++] = (uint32_t)next;
  }
  return count;
}

/* Whether a range is chosen for the result, rather than taken over from an operand. */
static bool is_observed(const graph *g, uint32_t node) {
  const module_kind kind = module_kind_of(g, node);
  if (kind != MODULE_OTHER)
    return kind != MODULE_ACTIVATION;
  const scale_rule *rule = scale_rule_find(g->nodes[node].op);
  return g->nodes[node].op == GRAPH_OP_REDUCE_MEAN || (rule != NULL && rule->source == SCALE_OWN);
}

#define GROUP_MAX 8

static octavo_status write_group(const plan_writer *w, uint32_t node, bool quantized,
                                 octavo_error *error) {
  uint32_t group[GROUP_MAX];
  const uint32_t count = collect(w, node, group, GROUP_MAX);
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; i < count && status == OCTAVO_OK; i++) {
    w->done[group[i]] = true;
    if (i > 0)
      status = atomic_file_print(w->file, error, " + ");
    if (status == OCTAVO_OK)
      status = write_name(w, w->g->nodes[group[i]].name, error);
  }
  if (status == OCTAVO_OK && quantized && is_observed(w->g, node))
    status = atomic_file_print(w->file, error, "  %s", w->observer);
  return status == OCTAVO_OK ? write_comment(w, group, count, error) : status;
}

/* A softmax at the end stays float32, as in the other modes. */
static bool ends_region(const graph *g, uint32_t node) {
  return g->nodes[node].op == OCTAVO_OP_SOFTMAX;
}

static octavo_status write_modules(const plan_writer *w, octavo_error *error) {
  bool quantized = false;
  octavo_status status = OCTAVO_OK;
  for (uint32_t n = 0; n < w->g->node_count && status == OCTAVO_OK; n++) {
    if (w->g->nodes[n].removed || w->done[n] || module_kind_of(w->g, n) == MODULE_NONE)
      continue;
    if (quantized == ends_region(w->g, n)) {
      quantized = !quantized;
      status = atomic_file_print(w->file, error, "%s\n", quantized ? "quantize" : "dequantize");
    }
    if (status == OCTAVO_OK)
      status = write_group(w, n, quantized, error);
  }
  if (status == OCTAVO_OK && quantized)
    status = atomic_file_print(w->file, error, "dequantize\n");
  return status;
}

octavo_status eager_plan_write(const graph *g, const char *network, const char *observer,
                               const char *path, octavo_error *error) {
  plan_writer w = {
      .g = g, .observer = observer, .done = octavo_memory_alloc(g->node_count, sizeof *w.done)};
  octavo_status status = OCTAVO_OK;
  if (w.done == NULL)
    status = octavo_error_memory(error, g->node_count * sizeof *w.done, "the plan");
  if (status == OCTAVO_OK)
    status = atomic_file_create(path, &w.file, error);
  if (status == OCTAVO_OK)
    status = atomic_file_print(w.file, error, "# Eager quantization of ");
  if (status == OCTAVO_OK)
    status = write_name(&w, network, error);
  if (status == OCTAVO_OK)
    status = atomic_file_print(
        w.file, error, ", for octavo-convert --mode static-eager --plan.\n%s\n", introduction);
  if (status == OCTAVO_OK)
    status = write_modules(&w, error);
  if (status == OCTAVO_OK)
    status = atomic_file_commit(w.file, error);
  else
    atomic_file_abort(w.file);
  octavo_memory_free(w.done);
  return status;
}
