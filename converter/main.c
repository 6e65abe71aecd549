/* octavo-convert: a trained ONNX network becomes a model file. */
#include "common/atomic_file.h"
#include "converter/calibrate/report.h"
#include "converter/conversion.h"
#include "converter/summary.h"
#include "platforms/platform.h"

#include <stdio.h>
#include <stdlib.h>

static octavo_status write_front(const conversion *c, octavo_error *error) {
  const convert_options *options = c->options;
  const octavo_status status =
      options->json != NULL ? summary_write_front(c, options->json, error) : OCTAVO_OK;
  return status == OCTAVO_OK ? front_print(&c->front, c->network, stdout, error) : status;
}

static octavo_status write_results(const conversion *c, octavo_error *error) {
  const convert_options *options = c->options;
  const built_model *result = conversion_result(c);
  octavo_status status = OCTAVO_OK;
  if (options->calib_report != NULL)
    status = calibration_report_write(&c->ranges, c->network, options->calib_report, error);
  if (status == OCTAVO_OK)
    status = atomic_file_save(options->output, result->bytes, result->size, error);
  if (status == OCTAVO_OK && options->json != NULL)
    status = summary_write_json(c, options->json, error);
  if (status == OCTAVO_OK && !options->quiet)
    status = summary_print(c, options->verbose, stdout, error);
  return status;
}

int main(int argc, char **argv) {
  convert_options options;
  const int code = cli_parse(argc, argv, &options);
  if (code != OPTIONS_RUN)
    return code;
  platform_interrupt_catch();
  octavo_error error = {{0}};
  conversion c;
  octavo_status status = conversion_run(&c, &options, options.quiet ? NULL : stderr, &error);
  if (status == OCTAVO_OK)
    status = options.search ? write_front(&c, &error) : write_results(&c, &error);
  conversion_free(&c);
  if (status == OCTAVO_OK)
    return EXIT_SUCCESS;
  fprintf(stderr, "octavo-convert: %s\n", error.text);
  return EXIT_FAILURE;
}
