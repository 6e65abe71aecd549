/* The command line of octavo-convert, and what follows from it. */
#ifndef OCTAVO_CONVERTER_CLI_H
#define OCTAVO_CONVERTER_CLI_H

#include "common/options.h"
#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum convert_mode {
  CONVERT_STATIC,
  CONVERT_STATIC_EAGER,
  CONVERT_DYNAMIC,
  CONVERT_FLOAT
} convert_mode;
typedef enum convert_weights { WEIGHTS_PER_CHANNEL, WEIGHTS_PER_TENSOR } convert_weights;
typedef enum convert_crop { CROP_AUTO, CROP_CENTER, CROP_NONE } convert_crop;

/* What a run does, as far as options are concerned. */
typedef enum cli_run {
  CLI_RUN_STATIC, /* conversion of a float network, by mode */
  CLI_RUN_EAGER,
  CLI_RUN_DYNAMIC,
  CLI_RUN_FLOAT,
  CLI_RUN_GIVEN,        /* conversion of a network that is quantized already */
  CLI_RUN_EXPORT_MODEL, /* --export-qdq of an .octavo file */
  CLI_RUN_WRITE_PLAN,
  CLI_RUN_DOCTOR,
  CLI_RUNS,
} cli_run;

/* As given; strings point into argv. What was not given is NULL, or has count 0. */
typedef struct convert_options {
  const char *source, *output;
  int mode;       /* convert_mode */
  int calibrator; /* index into calibrator_names */
  option_strings calibrator_for;
  double percentile;
  int weights;                        /* convert_weights */
  const char *correct, *calib_report; /* `correct` is never NULL */
  const char *calibration, *data;
  uint32_t calibration_count;
  const char *plan, *write_plan;
  option_strings keep_float;
  double max_drop; /* points; NaN = not asked for */
  bool search, require_int8;
  uint64_t seed;
  uint32_t threads; /* 0 = as many as this process may use CPUs */
  const char *preset, *labels, *size, *resize;
  int crop; /* convert_crop */
  option_reals scale, mean, std;
  bool bgr;
  uint32_t test_vectors; /* 0 = by the size of the input */
  const char *json;
  option_strings report;
  bool doctor;
  const char *expect;
  option_arguments images; /* for the doctor */
  bool verbose, quiet;
  bool operators; /* only show the page of supported operators */
  bool export_qdq;
  uint64_t given; /* for cli_is_given */
} convert_options;

/* Whether the option of that name was on the command line. */
bool cli_is_given(const convert_options *options, const char *name);

/* Errors: ARGUMENT if options were given that mean nothing to such a run, naming them, the reason,
 * and what they go with. */
octavo_status cli_check_run(const convert_options *options, cli_run run, octavo_error *error);

/* Whether ranges of activations are calibrated in that mode. */
bool cli_mode_calibrates(int mode);

/* By convert_mode; NULL-terminated. */
extern const char *const cli_mode_names[];

/* Fills *options; see options_parse for the result. Combinations that cannot work end with 2 too.
 */
int cli_parse(int argc, char **argv, convert_options *options);

#ifdef __cplusplus
}
#endif

#endif
