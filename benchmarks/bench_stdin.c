#include "bench_stdin.h"

#include "common/subject.h"
#include "requests.h"

#include <stdio.h>

static octavo_status answer(subject *s, uint32_t runs, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  printf("[");
  for (uint32_t i = 0; status == OCTAVO_OK && i < runs; i++) {
    double milliseconds = 0;
    status = subject_run(s, &milliseconds, error);
    printf("%s%.6f", i ? "," : "", milliseconds);
  }
  printf("]\n");
  fflush(stdout);
  return status;
}

octavo_status bench_stdin_serve(const bench_settings *settings, octavo_error *error) {
  octavo_session_options options;
  octavo_session_options_init(&options);
  options.threads = settings->threads;
  options.batch = settings->batch;
  subject s;
  octavo_status status =
      subject_open(settings->models.values[0], &options, settings->seed, &s, error);
  if (status != OCTAVO_OK)
    return status;
  printf("{\"open_ms\":%.6f,\"create_ms\":%.6f,\"first_ms\":%.6f,\"resident_bytes\":%zu}\n",
         s.open_ms, s.create_ms, s.first_ms, s.resident_bytes);
  fflush(stdout);
  uint32_t runs = 0;
  while (status == OCTAVO_OK && requests_read(&runs, &status, error))
    status = answer(&s, runs, error);
  subject_close(&s);
  return status;
}
