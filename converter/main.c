/* octavo-convert: a trained ONNX network becomes a model file. */
#include "common/atomic_file.h"
#include "converter/calibrate/report.h"
#include "converter/conversion.h"
#include "converter/doctor/doctor.h"
#include "converter/export_job.h"
#include "converter/operators_page.h"
#include "converter/report/report.h"
#include "converter/summary.h"
#include "platforms/platform.h"

#include <stdio.h>
#include <stdlib.h>

#define EXIT_USAGE 2

static octavo_status write_front(const conversion *c, octavo_error *error) {
  const convert_options *options = c->options;
  const octavo_status status =
      options->json != NULL ? summary_write_front(c, options->json, error) : OCTAVO_OK;
  return status == OCTAVO_OK ? front_print(&c->front, c->network, stdout, error) : status;
}

static octavo_status write_results(const conversion *c, octavo_error *error) {
  const convert_options *options = c->options;
  if (options->export_qdq)
    return export_job_conversion(c, error);
  const built_model *result = conversion_result(c);
  octavo_status status = OCTAVO_OK;
  if (options->calib_report != NULL)
    status = calibration_report_write(&c->ranges, c->network, options->calib_report, error);
  if (status == OCTAVO_OK)
    status = atomic_file_save(options->output, result->bytes, result->size, error);
  if (status == OCTAVO_OK && options->json != NULL)
    status = summary_write_json(c, options->json, error);
  for (uint32_t i = 0; i < options->report.count && status == OCTAVO_OK; i++)
    status = report_write(c, options->report.values[i], error);
  if (status == OCTAVO_OK && !options->quiet)
    status = summary_print(c, options->verbose, stdout, error);
  return status;
}

static octavo_status diagnose_images(const convert_options *options, char **unsupported,
                                     octavo_error *error) {
  return doctor_run(options, options->quiet ? NULL : stdout, options->quiet ? NULL : stderr,
                    unsupported, error);
}

static octavo_status write_what_was_asked(const conversion *c, octavo_error *error) {
  const convert_options *options = c->options;
  if (options->search)
    return write_front(c, error);
  if (options->write_plan == NULL)
    return write_results(c, error);
  if (!options->quiet)
    printf("%s: the plan. Edit it, then: octavo-convert %s --mode static-eager --plan %s --calib "
           "DIR -o FILE\n",
           options->write_plan, options->source, options->write_plan);
  return OCTAVO_OK;
}

static octavo_status convert(conversion *c, const convert_options *options, octavo_error *error) {
  const octavo_status status = conversion_run(c, options, options->quiet ? NULL : stderr, error);
  return status == OCTAVO_OK ? write_what_was_asked(c, error) : status;
}

int main(int argc, char **argv) {
  convert_options options;
  const int code = cli_parse(argc, argv, &options);
  if (code != OPTIONS_RUN)
    return code;
  if (options.operators) {
    operators_page_write(stdout);
    return EXIT_SUCCESS;
  }
  platform_interrupt_catch();
  octavo_error error = {{0}};
  conversion c = {0};
  bool is_misused = false;
  octavo_status status;
  if (options.doctor) {
    status = diagnose_images(&options, &c.unsupported, &error);
  } else if (options.export_qdq && export_job_is_model(options.source)) {
    status = cli_check_run(&options, CLI_RUN_EXPORT_MODEL, &error);
    is_misused = status != OCTAVO_OK;
    if (status == OCTAVO_OK)
      status = export_job_model(&options, &error);
  } else {
    status = convert(&c, &options, &error);
    is_misused = c.is_misused;
  }
  if (c.plan.problems != NULL)
    fputs(c.plan.problems, stderr);
  if (c.unsupported != NULL)
    fprintf(stderr, "Operators that are not supported, and their layers:\n%s", c.unsupported);
  conversion_free(&c);
  if (status == OCTAVO_OK)
    return EXIT_SUCCESS;
  fprintf(stderr, "octavo-convert: %s\n", error.text);
  return is_misused ? EXIT_USAGE : EXIT_FAILURE;
}
