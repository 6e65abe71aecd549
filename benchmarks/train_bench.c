/* octavo-train-bench: how fast networks are trained. */
#include "common/measurement.h"
#include "requests.h"
#include "train_bench_report.h"

static octavo_status take_steps(train_subject *s, const train_bench_settings *settings,
                                measurement *m, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  double milliseconds = 0, spent = 0;
  for (uint32_t i = 0; status == OCTAVO_OK && i < settings->warmup; i++)
    status = train_subject_step(s, &milliseconds, error);
  s->time = (profile){0};
  while (status == OCTAVO_OK &&
         (settings->steps > 0 ? m->count < settings->steps : spent < settings->seconds * 1e3)) {
    status = train_subject_step(s, &milliseconds, error);
    if (status == OCTAVO_OK)
      status = measurement_add(m, milliseconds, error);
    spent += milliseconds;
  }
  return status;
}

static octavo_status bench(train_subject *s, const train_bench_settings *settings,
                           octavo_error *error) {
  train_bench_results results = {.settings = settings, .subject = s};
  measurement m = {0};
  stamp_begin(&results.conditions, s->d.threads);
  octavo_status status = take_steps(s, settings, &m, error);
  stamp_end(&results.conditions);
  results.peak_bytes = platform_memory_peak();
  if (status == OCTAVO_OK)
    status = measurement_summarize(&m, &results.milliseconds, error);
  measurement_free(&m);
  if (status != OCTAVO_OK)
    return status;
  stamp_check_spread(&results.conditions, settings->network, &results.milliseconds);
  status = train_bench_report_print(&results, stdout, error);
  if (status == OCTAVO_OK && settings->json != NULL)
    status = train_bench_report_json(&results, settings->json, error);
  return status;
}

/* ---- --stdin --------------------------------------------------------------------------------- */

static octavo_status answer(train_subject *s, uint32_t steps, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  s->time = (profile){0};
  printf("{\"milliseconds\":[");
  for (uint32_t i = 0; status == OCTAVO_OK && i < steps; i++) {
    double milliseconds = 0;
    status = train_subject_step(s, &milliseconds, error);
    printf("%s%.6f", i ? "," : "", milliseconds);
  }
  printf("],\"outside_convolutions\":%.6f,\"loss\":%.6f,\"peak_bytes\":%zu}\n",
         profile_share_outside_convolutions(&s->time), s->loss, platform_memory_peak());
  fflush(stdout);
  return status;
}

static octavo_status serve(train_subject *s, octavo_error *error) {
  char version[32];
  onednn_version(version, sizeof version);
  printf("{\"create_ms\":%.6f,\"first_ms\":%.6f,\"idle_bytes\":%zu,\"precision\":\"%s\","
         "\"threads\":%u,\"versions\":\"Octavo %s, oneDNN %s\"}\n",
         s->create_ms, s->first_ms, s->idle_bytes, train_subject_precision(s), s->d.threads,
         octavo_version(), version);
  fflush(stdout);
  octavo_status status = OCTAVO_OK;
  uint32_t steps = 0;
  while (status == OCTAVO_OK && requests_read(&steps, &status, error))
    status = answer(s, steps, error);
  return status;
}

int main(int argc, char **argv) {
  train_bench_settings settings;
  const int code = train_bench_settings_parse(argc, argv, &settings);
  if (code != OPTIONS_RUN)
    return code;
  platform_interrupt_catch();
  const train_subject_request request = {.network = settings.network,
                                         .batch = settings.batch,
                                         .size = settings.size,
                                         .classes = settings.classes,
                                         .threads = settings.threads,
                                         .precision = (train_precision)settings.precision,
                                         .seed = settings.seed};
  octavo_error error = {0};
  train_subject s;
  octavo_status status = train_subject_open(&request, &s, &error);
  if (status == OCTAVO_OK)
    status = settings.from_stdin ? serve(&s, &error) : bench(&s, &settings, &error);
  train_subject_close(&s);
  if (status == OCTAVO_OK)
    return 0;
  fprintf(stderr, "octavo-train-bench: %s\n", error.text);
  return 1;
}
