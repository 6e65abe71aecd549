/* octavo-eval: models over a set of images, compared. */
#include "eval_report.h"

#include "platforms/platform.h"

int main(int argc, char **argv) {
  eval_settings settings;
  const int code = eval_settings_parse(argc, argv, &settings);
  if (code != OPTIONS_RUN)
    return code;
  platform_interrupt_catch();
  platform_cpu_prefer_fast(settings.threads);
  octavo_error error = {0};
  evaluation e;
  octavo_status status = evaluation_run(&settings, &e, &error);
  if (status == OCTAVO_OK)
    status = eval_report_print(&e, &settings, stdout, &error);
  if (status == OCTAVO_OK && settings.json != NULL)
    status = eval_report_json(&e, &settings, settings.json, &error);
  evaluation_free(&e);
  if (status != OCTAVO_OK) {
    fprintf(stderr, "octavo-eval: %s\n", error.text);
    return 1;
  }
  return 0;
}
