/* Which options mean something to which kind of run: one given in vain would leave its user to
 * believe that it did something. */
#include "converter/cli.h"

#include "runtime/error.h"

#include <stdio.h>
#include <string.h>

enum {
  STATIC = 1 << CLI_RUN_STATIC,
  EAGER = 1 << CLI_RUN_EAGER,
  DYNAMIC = 1 << CLI_RUN_DYNAMIC,
  FLOATING = 1 << CLI_RUN_FLOAT,
  GIVEN = 1 << CLI_RUN_GIVEN,
  MODEL = 1 << CLI_RUN_EXPORT_MODEL,
  PLAN = 1 << CLI_RUN_WRITE_PLAN,
  DOCTOR = 1 << CLI_RUN_DOCTOR,
  CONVERSION = STATIC | EAGER | DYNAMIC | FLOATING | GIVEN,
};

static const struct {
  const char *name;   /* as one "goes with" */
  const char *reason; /* why some options do not go with it */
} runs[CLI_RUNS] = {
    [CLI_RUN_STATIC] = {"--mode static", "the program plans by itself"},
    [CLI_RUN_EAGER] = {"--mode static-eager",
                       "the plan says what stays in float32 and what observes each module"},
    [CLI_RUN_DYNAMIC] = {"--mode dynamic", "nothing is calibrated"},
    [CLI_RUN_FLOAT] = {"--mode float", "nothing is quantized"},
    [CLI_RUN_GIVEN] = {"a network that is quantized already", "its scales and weights are kept"},
    [CLI_RUN_EXPORT_MODEL] = {"--export-qdq of a model file", "that is written as it is"},
    [CLI_RUN_WRITE_PLAN] = {"--write-plan", "the plan is made from the network alone"},
    [CLI_RUN_DOCTOR] = {"--doctor", "nothing is converted"},
};

/* Options that are not here go with everything. */
static const struct {
  const char *name;
  uint32_t runs;
} rows[] = {
    {"output", CONVERSION | MODEL},
    {"mode", CONVERSION | PLAN},
    {"calib", CONVERSION},
    {"calib-count", CONVERSION},
    {"calibrator", STATIC | EAGER | PLAN},
    {"calibrator-for", STATIC},
    {"percentile", STATIC | EAGER},
    {"calib-report", STATIC},
    {"weights", STATIC},
    {"correct", STATIC},
    {"plan", EAGER},
    {"keep-float", STATIC | GIVEN},
    {"max-drop", STATIC},
    {"search", STATIC},
    {"require-int8", STATIC | GIVEN},
    {"preset", CONVERSION | DOCTOR},
    {"scale", CONVERSION | DOCTOR},
    {"mean", CONVERSION | DOCTOR},
    {"std", CONVERSION | DOCTOR},
    {"size", CONVERSION | DOCTOR},
    {"resize", CONVERSION | DOCTOR},
    {"crop", CONVERSION | DOCTOR},
    {"bgr", CONVERSION | DOCTOR},
    {"labels", CONVERSION | DOCTOR},
    {"data", CONVERSION | DOCTOR},
    {"test-vectors", CONVERSION},
    {"report", CONVERSION & ~FLOATING},
    {"expect", DOCTOR},
    {"json", CONVERSION | DOCTOR},
};

typedef octavo_error phrase;

static void append(phrase *text, const char *separator, const char *word) {
  const size_t used = strlen(text->text);
  snprintf(text->text + used, sizeof text->text - used, "%s%s", used == 0 ? "" : separator, word);
}

/* What an option goes with. */
static void name_runs(uint32_t set, phrase *text) {
  if ((set & CONVERSION) == CONVERSION) {
    append(text, ", ", "any conversion");
    set &= ~(uint32_t)CONVERSION;
  }
  for (uint32_t k = 0; k < CLI_RUNS; k++)
    if ((set >> k & 1) != 0)
      append(text, ", ", runs[k].name);
}

octavo_status cli_check_run(const convert_options *options, cli_run run, octavo_error *error) {
  phrase refused = {{0}}, others = {{0}};
  const char *first = NULL;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if ((rows[i].runs >> run & 1) != 0 || !cli_is_given(options, rows[i].name))
      continue;
    if (first == NULL) {
      first = rows[i].name;
      name_runs(rows[i].runs, &others);
    }
    append(&refused, ", --", rows[i].name);
  }
  if (first == NULL)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                          "--%.200s: found with %s, where it would do nothing, since %s; --%s goes "
                          "with %.150s",
                          refused.text, runs[run].name, runs[run].reason, first, others.text);
}
