/* octavo-convert: a trained ONNX network becomes a model file. */
#include "common/atomic_file.h"
#include "converter/conversion.h"
#include "converter/doctor/doctor.h"
#include "converter/report/report.h"
#include "converter/summary.h"
#include "platforms/platform.h"

#include <stdio.h>
#include <stdlib.h>

static octavo_status write_results(const conversion *c, octavo_error *error) {
  const convert_options *options = c->options;
  const built_model *result = conversion_result(c);
  octavo_status status = atomic_file_save(options->output, result->bytes, result->size, error);
  if (status == OCTAVO_OK && options->json != NULL)
    status = summary_write_json(c, options->json, error);
  for (uint32_t i = 0; i < options->report.count && status == OCTAVO_OK; i++)
    status = report_write(c, options->report.values[i], error);
  if (status == OCTAVO_OK && !options->quiet)
    status = summary_print(c, options->verbose, stdout, error);
  return status;
}

static octavo_status convert(const convert_options *options, octavo_error *error) {
  conversion c;
  octavo_status status = conversion_run(&c, options, options->quiet ? NULL : stderr, error);
  if (status == OCTAVO_OK)
    status = write_results(&c, error);
  conversion_free(&c);
  return status;
}

static octavo_status diagnose_images(const convert_options *options, octavo_error *error) {
  return doctor_run(options, options->quiet ? NULL : stdout, options->quiet ? NULL : stderr, error);
}

int main(int argc, char **argv) {
  convert_options options;
  const int code = cli_parse(argc, argv, &options);
  if (code != OPTIONS_RUN)
    return code;
  platform_interrupt_catch();
  octavo_error error = {{0}};
  const octavo_status status =
      options.doctor ? diagnose_images(&options, &error) : convert(&options, &error);
  if (status == OCTAVO_OK)
    return EXIT_SUCCESS;
  fprintf(stderr, "octavo-convert: %s\n", error.text);
  return EXIT_FAILURE;
}
