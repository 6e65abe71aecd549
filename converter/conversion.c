#include "converter/conversion_steps.h"

#include "common/utf8.h"
#include "converter/accuracy.h"
#include "converter/conversion_correct.h"
#include "converter/parallel.h"
#include "converter/test_vectors.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/exactness.h"
#include "runtime/memory.h"
#include "runtime/model.h"

#include <math.h>
#include <string.h>

/* Seconds that a report takes for each network to measure how fast it is. */
#define LATENCY_SECONDS 0.25

/* A path may be any bytes, the strings of a model file are UTF-8. */
static octavo_status add_provenance(conversion *c, octavo_error *error) {
  char *source = octavo_memory_copy_string(platform_path_name(c->options->source));
  if (source == NULL)
    return octavo_error_memory(error, strlen(c->options->source), "a path");
  utf8_mend(source);
  const bool calibrated = conversion_calibrates(c);
  built_model *result = c->quantized != NULL ? &c->int8_model : &c->float_model;
  char method[200];
  octavo_model_info info = {
      .tool = "octavo-convert " OCTAVO_VERSION,
      .source = source,
      .mode = cli_mode_names[c->options->mode],
      .calibrator = calibrated ? conversion_method(c, method, sizeof method) : "",
      .calibration_images = calibrated ? c->calibration_images.count : 0,
      .seed = c->options->seed,
      .accuracy_source = c->accuracy_float,
      .accuracy_model = c->quantized != NULL ? c->accuracy_int8 : c->accuracy_float,
      .accuracy_images = c->test_images.count,
  };
  memcpy(info.source_sha256, c->source_sha256, sizeof info.source_sha256);
  if (calibrated)
    memcpy(info.calibration_sha256, c->calibration_images.sha256, sizeof info.calibration_sha256);
  model_writer_set_provenance(result->writer, &info);
  octavo_memory_free(source);
  return OCTAVO_OK;
}

static octavo_status find_bit_exact(conversion *c, octavo_error *error) {
  if (c->quantized == NULL)
    return OCTAVO_OK;
  octavo_exactness *tensors = NULL;
  const octavo_status status = octavo_find_exactness(c->int8_model.model, &tensors, error);
  c->bit_exact = status == OCTAVO_OK;
  for (uint32_t t = 0; c->bit_exact && t < c->int8_model.model->tensor_count; t++)
    c->bit_exact = tensors[t] != OCTAVO_LOOSE;
  octavo_memory_free(tensors);
  return status;
}

/* The last things that go into the file; what comes after sees its final bytes. */
static octavo_status complete(conversion *c, octavo_error *error) {
  octavo_status status = add_provenance(c, error);
  if (status != OCTAVO_OK)
    return status;
  const graph_tensor *input = &c->network->tensors[c->network->inputs[0]];
  const uint32_t count =
      c->options->test_vectors != 0 ? c->options->test_vectors : test_vectors_default(input);
  const image_sample *images = c->calibration_images.count > 0 ? &c->calibration_images : NULL;
  built_model *result = c->quantized != NULL ? &c->int8_model : &c->float_model;
  status = test_vectors_add(result, count, images, c->options->seed, error);
  if (status == OCTAVO_OK)
    status = octavo_model_verify(result->model, c->threads, error);
  if (status != OCTAVO_OK)
    octavo_error_prefix(error, "self-check");
  return status == OCTAVO_OK ? find_bit_exact(c, error) : status;
}

static octavo_status compare(conversion *c, octavo_error *error) {
  /* A network that is quantized already needs no images. */
  if (c->calibration_images.count == 0)
    return OCTAVO_OK;
  const diagnosis_job job = {.source = c->network,
                             .quantized = c->quantized,
                             .float_model = c->float_model.model,
                             .model = c->int8_model.model,
                             .rule = &c->rule,
                             .ranges = &c->ranges,
                             .images = &c->calibration_images,
                             .threads = c->threads,
                             .seconds = LATENCY_SECONDS,
                             .progress = c->progress};
  return diagnose(&job, &c->quality, c->options->report.count > 0 ? &c->layers : NULL, error);
}

static octavo_status measure(conversion *c, octavo_error *error) {
  float percent[ACCURACY_MAX_MODELS] = {NAN, NAN};
  const accuracy_job job = {.models = {c->float_model.model, c->int8_model.model},
                            .model_count = c->quantized != NULL ? 2 : 1,
                            .images = &c->test_images,
                            .threads = c->threads,
                            .progress = c->progress};
  const octavo_status status = accuracy_measure(&job, percent, error);
  c->accuracy_float = percent[0];
  c->accuracy_int8 = percent[1];
  return status;
}

typedef octavo_status (*step)(conversion *c, octavo_error *error);

static octavo_status build_float(conversion *c, octavo_error *error) {
  return built_model_create(c->network, c->is_image ? &c->rule : NULL, &c->labels, &c->float_model,
                            error);
}

static octavo_status run_steps(conversion *c, const step *steps, size_t count,
                               octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (size_t i = 0; i < count && status == OCTAVO_OK; i++) {
    if (platform_interrupted())
      return octavo_error_set(error, OCTAVO_ERROR_IO, "interrupted");
    if (steps[i] != NULL)
      status = steps[i](c, error);
  }
  return status;
}

octavo_status conversion_run(conversion *c, const convert_options *options, FILE *progress,
                             octavo_error *error) {
  const uint64_t begin = platform_nanoseconds();
  memset(c, 0, sizeof *c);
  c->options = options;
  c->progress = progress;
  c->threads = parallel_threads(options->threads);
  c->accuracy_float = c->accuracy_int8 = NAN;
  const bool quantizes = options->mode != CONVERT_FLOAT, writes = !options->search;
  const step planning[] = {conversion_read_network, conversion_write_plan};
  const step converting[] = {
      conversion_read_network,
      conversion_lower_network,
      conversion_check_options,
      conversion_resolve_input,
      conversion_resolve_labels,
      conversion_open_images,
      options->mode == CONVERT_STATIC ? conversion_even_out : NULL,
      build_float,
      quantizes ? conversion_quantize : NULL,
      options->data != NULL && writes ? measure : NULL,
      writes ? complete : NULL,
      quantizes && writes ? compare : NULL,
  };
  const octavo_status status =
      options->write_plan != NULL
          ? run_steps(c, planning, sizeof planning / sizeof planning[0], error)
          : run_steps(c, converting, sizeof converting / sizeof converting[0], error);
  c->nanoseconds = platform_nanoseconds() - begin;
  return status;
}

const built_model *conversion_result(const conversion *c) {
  return c->quantized != NULL ? &c->int8_model : &c->float_model;
}

void conversion_free(conversion *c) {
  diagnosis_free(&c->layers);
  selfcheck_free(&c->quality);
  built_model_free(&c->int8_model);
  built_model_free(&c->float_model);
  front_free(&c->front);
  octavo_memory_free(c->choices);
  octavo_memory_free(c->precisions);
  eager_plan_free(&c->plan);
  calibration_free(&c->ranges);
  input_cache_free(&c->inputs);
  image_sample_close(&c->test_images);
  image_sample_close(&c->calibration_images);
  labels_free(&c->labels);
  octavo_memory_free(c->unsupported);
  graph_free(c->quantized);
  graph_free(c->corrected);
  graph_free(c->network);
  memset(c, 0, sizeof *c);
}
