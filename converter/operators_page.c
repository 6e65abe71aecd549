#include "converter/operators_page.h"

#include "converter/onnx/onnx_import.h"
#include "converter/operators/operator.h"
#include "converter/quantize/scale_rules.h"
#include "runtime/operator.h"

static const char head[] =
    "# Operators\n\n"
    "What `octavo-convert` takes, from its own tables: `octavo-convert --operators` prints this "
    "page.\n\n"
    "- The first dimension of every activation is the batch; it may be dynamic, and counts as 1. "
    "All others are\n"
    "  fixed. Inputs have 2 to %d dimensions and are float32, or float64 and float16, which are "
    "computed in\n"
    "  float32.\n"
    "- Constants are initializers, and what nodes compute from them and from shapes.\n"
    "- A network that needs anything else is refused, and the message names the layers.\n\n"
    "## ONNX\n\n"
    "*Becomes*: the operators of the runtime that may stand in its place; none where it is "
    "computed "
    "while converting\n"
    "or has no effect. *int8*: whether those have an int8 form, for `--mode static`.\n\n"
    "| Operator | Operator sets | Becomes | int8 | Limits |\n"
    "|---|---|---|---|---|\n";

static const char microsoft_head[] = "\n## ONNX Runtime's own\n\n"
                                     "Domain com.microsoft, as its quantizer writes them.\n\n"
                                     "| Operator | Becomes | int8 | Limits |\n"
                                     "|---|---|---|---|\n";

static const char runtime_head[] = "\n## Runtime\n\n"
                                   "*int8*: whether it gives int8 results in a network converted "
                                   "with `--mode static`.\n\n"
                                   "| Opcode | Operator | int8 |\n"
                                   "|---|---|---|\n";

static const char *yes_or_no(bool is) {
  return is ? "yes" : "no";
}

static void write_becomes(const onnx_operator *op, FILE *stream) {
  bool int8 = true;
  for (size_t i = 0; i < ONNX_MAX_BECOMES && op->becomes[i] != 0; i++) {
    fprintf(stream, "%s%s", i == 0 ? "" : ", ", octavo_operator_find(op->becomes[i])->kind);
    int8 = int8 && scale_rule_find(op->becomes[i]) != NULL;
  }
  fprintf(stream, " | %s", op->becomes[0] == 0 ? "" : yes_or_no(int8));
}

static void write_microsoft(FILE *stream) {
  size_t count = 0;
  const onnx_operator *rows = onnx_operator_table_microsoft(&count);
  fputs(microsoft_head, stream);
  for (size_t i = 0; i < count; i++) {
    fprintf(stream, "| %s | ", rows[i].name);
    write_becomes(&rows[i], stream);
    fprintf(stream, " | %s |\n", rows[i].limits);
  }
}

static void write_onnx(FILE *stream) {
  size_t count = 0;
  const onnx_operator *rows = onnx_operator_table(&count);
  for (size_t i = 0; i < count; i++) {
    const int64_t since = rows[i].since < ONNX_MIN_OPSET ? ONNX_MIN_OPSET : rows[i].since;
    fprintf(stream, "| %s | %d–%d | ", rows[i].name, (int)since, ONNX_MAX_OPSET);
    write_becomes(&rows[i], stream);
    fprintf(stream, " | %s |\n", rows[i].limits);
  }
}

static void write_runtime(FILE *stream) {
  size_t count = 0;
  const octavo_operator_type *const *rows = octavo_operator_table(&count);
  for (size_t i = 0; i < count; i++)
    fprintf(stream, "| %u | %s | %s |\n", rows[i]->opcode, rows[i]->kind,
            yes_or_no(scale_rule_find(rows[i]->opcode) != NULL));
}

void operators_page_write(FILE *stream) {
  fprintf(stream, head, OCTAVO_MAX_RANK);
  write_onnx(stream);
  write_microsoft(stream);
  fputs(runtime_head, stream);
  write_runtime(stream);
}
