/* octavo-bench: how long models take. */
#include "bench_report.h"
#include "bench_stdin.h"
#include "image_pool.h"

#include "runtime/error.h"
#include "runtime/kernels/convolution.h"
#include "runtime/memory.h"

static octavo_session_options session_options(const bench_settings *settings) {
  octavo_session_options options;
  octavo_session_options_init(&options);
  options.threads = settings->threads;
  options.batch = settings->batch;
  return options;
}

static octavo_status open_models(bench_results *r, octavo_error *error) {
  const octavo_session_options options = session_options(r->settings);
  octavo_status status = OCTAVO_OK;
  for (size_t i = 0; status == OCTAVO_OK && i < r->count; i++)
    status = subject_open(r->settings->models.values[i], &options, r->settings->seed,
                          &r->rows[i].model, error);
  return status;
}

static octavo_status measure_runs(bench_results *r, const image_pool *pool, octavo_error *error) {
  const measurement_plan plan = {.warmup = r->settings->warmup,
                                 .runs = r->settings->runs,
                                 .seconds = r->settings->seconds,
                                 .images = pool->images,
                                 .image_count = pool->count};
  subject *subjects = octavo_memory_alloc(r->count, sizeof *subjects);
  measurement *measured = octavo_memory_alloc(r->count, sizeof *measured);
  octavo_status status = OCTAVO_OK;
  if (subjects == NULL || measured == NULL) {
    status = octavo_error_memory(error, r->count * sizeof *subjects, "the measurement");
  } else {
    for (size_t i = 0; i < r->count; i++)
      subjects[i] = r->rows[i].model;
    status = measurement_run(subjects, r->count, &plan, measured, error);
    for (size_t i = 0; i < r->count; i++)
      r->rows[i].measured = measured[i];
  }
  octavo_memory_free(subjects);
  octavo_memory_free(measured);
  return status;
}

/* What is worked out, and measured apart, of each model. */
static octavo_status complete_row(const image_pool *pool, bench_row *row, octavo_error *error) {
  octavo_status status = measurement_summarize(&row->measured, &row->summary, error);
  if (status == OCTAVO_OK && pool->count > 0)
    status = image_pool_preprocess(pool, row->model.session, &row->preprocess_ms, error);
  return status;
}

static octavo_status profile_all(bench_results *r, octavo_error *error) {
  const octavo_session_options options = session_options(r->settings);
  subject **subjects = octavo_memory_alloc(r->count, sizeof(*subjects));
  layers **profiles = octavo_memory_alloc(r->count, sizeof(*profiles));
  octavo_status status = OCTAVO_OK;
  if (subjects == NULL || profiles == NULL) {
    status = octavo_error_memory(error, r->count * sizeof *subjects, "the profiles");
  } else {
    for (size_t i = 0; i < r->count; i++) {
      subjects[i] = &r->rows[i].model;
      profiles[i] = &r->rows[i].profile;
    }
    status = layers_measure(subjects, r->count, &options, r->settings->seconds, r->settings->seed,
                            profiles, error);
  }
  octavo_memory_free(subjects);
  octavo_memory_free(profiles);
  return status;
}

static octavo_status measure_all(bench_results *r, const image_pool *pool, octavo_error *error) {
  octavo_status status = open_models(r, error);
  if (status != OCTAVO_OK)
    return status;
  r->peak_bytes = platform_memory_peak();
  stamp_begin(&r->conditions, octavo_session_threads(r->rows[0].model.session));
  status = measure_runs(r, pool, error);
  stamp_end(&r->conditions);
  for (size_t i = 0; status == OCTAVO_OK && i < r->count; i++) {
    status = complete_row(pool, &r->rows[i], error);
    stamp_check_spread(&r->conditions, r->rows[i].model.path, &r->rows[i].summary);
  }
  if (status == OCTAVO_OK && r->settings->profile)
    status = profile_all(r, error);
  if (status == OCTAVO_OK && r->settings->compare)
    status = comparison_make(&r->rows[0].measured, &r->rows[1].measured, r->settings->seed,
                             &r->compared, error);
  return status;
}

static octavo_status report(const bench_results *r, octavo_error *error) {
  octavo_status status = bench_report_print(r, stdout, error);
  if (status == OCTAVO_OK && r->settings->json != NULL)
    status = bench_report_json(r, r->settings->json, error);
  if (status == OCTAVO_OK && r->settings->csv != NULL)
    status = bench_report_csv(r, r->settings->csv, error);
  return status;
}

/* Returns OCTAVO_ERROR_MISMATCH if a model is slower than --max-ms allows. */
static octavo_status check_limit(const bench_results *r, octavo_error *error) {
  for (size_t i = 0; r->settings->max_ms > 0 && i < r->count; i++) {
    if (r->rows[i].summary.p50 > r->settings->max_ms)
      return octavo_error_set(error, OCTAVO_ERROR_MISMATCH,
                              "%s: median %.4f ms, above the limit of %.4f ms",
                              r->rows[i].model.path, r->rows[i].summary.p50, r->settings->max_ms);
  }
  return OCTAVO_OK;
}

static void free_rows(bench_results *r) {
  for (size_t i = 0; r->rows != NULL && i < r->count; i++) {
    layers_free(&r->rows[i].profile);
    measurement_free(&r->rows[i].measured);
    subject_close(&r->rows[i].model);
  }
  octavo_memory_free(r->rows);
}

static octavo_status bench(const bench_settings *settings, octavo_error *error) {
  bench_results results = {
      .settings = settings, .count = settings->models.count, .process_ms = subject_process_time()};
  results.rows = octavo_memory_alloc(results.count, sizeof *results.rows);
  if (results.rows == NULL)
    return octavo_error_memory(error, results.count * sizeof *results.rows, "the results");
  image_pool pool = {0};
  octavo_status status = OCTAVO_OK;
  if (settings->images != NULL)
    status = image_pool_load(settings->images, (dataset_split)settings->split,
                             settings->image_limit, settings->seed, &pool, error);
  results.decode_ms = pool.decode_ms;
  if (status == OCTAVO_OK)
    status = measure_all(&results, &pool, error);
  if (status == OCTAVO_OK)
    status = report(&results, error);
  if (status == OCTAVO_OK)
    status = check_limit(&results, error);
  image_pool_free(&pool);
  free_rows(&results);
  return status;
}

int main(int argc, char **argv) {
  bench_settings settings;
  const int code = bench_settings_parse(argc, argv, &settings);
  if (code != OPTIONS_RUN)
    return code;
  platform_interrupt_catch();
  platform_cpu_prefer_fast(settings.threads);
  octavo_kernels_own = !settings.xnnpack;
  octavo_error error = {0};
  const octavo_status status =
      settings.from_stdin ? bench_stdin_serve(&settings, &error) : bench(&settings, &error);
  if (status != OCTAVO_OK) {
    fprintf(stderr, "octavo-bench: %s\n", error.text);
    return 1;
  }
  return 0;
}
