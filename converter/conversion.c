#include "converter/conversion.h"

#include "common/sha256.h"
#include "converter/accuracy.h"
#include "converter/onnx/onnx_import.h"
#include "converter/parallel.h"
#include "converter/quantize/quantize.h"
#include "converter/test_vectors.h"
#include "platforms/platform.h"
#include "runtime/error.h"

#include <math.h>
#include <string.h>

/* Nanoseconds that a report may take to measure how fast both networks are. */
#define LATENCY_BUDGET 500000000u

static octavo_status hash_source(conversion *c, octavo_error *error) {
  platform_file file;
  const octavo_status status =
      platform_file_open(c->options->source, "an ONNX network", &file, error);
  if (status != OCTAVO_OK)
    return status;
  c->source_bytes = file.size;
  sha256_of(file.data, file.size, c->source_sha256);
  platform_file_close(&file);
  return OCTAVO_OK;
}

static octavo_status read_network(conversion *c, octavo_error *error) {
  octavo_status status = hash_source(c, error);
  if (status == OCTAVO_OK)
    status = onnx_import(c->options->source, &c->network, error);
  return status == OCTAVO_OK ? passes_run(c->network, &c->passes, error) : status;
}

static octavo_status resolve_input(conversion *c, octavo_error *error) {
  const graph *g = c->network;
  const graph_tensor *input = &g->tensors[g->inputs[0]];
  c->is_image = g->input_count == 1 && input->rank == 4;
  if (!c->is_image && c->options->mode == CONVERT_FLOAT && c->options->data == NULL)
    return OCTAVO_OK;
  if (!c->is_image)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "%.200s: expected one input of rank 4, an image, found %u inputs, the "
                            "first of rank %u; only --mode float can take that",
                            c->options->source, g->input_count, input->rank);
  return preprocessing_from_options(c->options, &g->metadata, input->shape, &c->rule, error);
}

static octavo_status resolve_labels(conversion *c, octavo_error *error) {
  const graph_tensor *output = &c->network->tensors[c->network->outputs[0]];
  return labels_from_options(c->options, &c->network->metadata, graph_element_count(output),
                             &c->labels, error);
}

static octavo_status open_images(conversion *c, octavo_error *error) {
  const convert_options *o = c->options;
  octavo_status status = OCTAVO_OK;
  if (o->calibration != NULL && c->is_image)
    status = image_sample_open(o->calibration, DATASET_TRAIN, o->calibration_count, o->seed,
                               c->progress, &c->calibration_images, error);
  if (status == OCTAVO_OK && o->data != NULL)
    status = image_sample_open(o->data, DATASET_TEST, UINT32_MAX, o->seed, c->progress,
                               &c->test_images, error);
  return status;
}

static octavo_status quantize(conversion *c, octavo_error *error) {
  const convert_options *o = c->options;
  const calibration_job job = {.g = c->network,
                               .model = c->float_model.model,
                               .images = &c->calibration_images,
                               .calibrator = calibrator_find(calibrator_names[o->calibrator]),
                               .threads = c->threads,
                               .progress = c->progress};
  octavo_status status = calibrate(&job, &c->ranges, error);
  if (status == OCTAVO_OK)
    status = quantize_graph(c->network, &(quantize_settings){.ranges = c->ranges.ranges},
                            &c->quantized, error);
  if (status == OCTAVO_OK)
    status = built_model_create(c->quantized, &c->rule, &c->labels, &c->int8_model, error);
  return status;
}

static void add_provenance(conversion *c) {
  built_model *result = c->quantized != NULL ? &c->int8_model : &c->float_model;
  octavo_model_info info = {
      .tool = "octavo-convert " OCTAVO_VERSION,
      .source = platform_path_name(c->options->source),
      .mode = c->quantized != NULL ? "static" : "float",
      .calibrator = c->quantized != NULL ? calibrator_names[c->options->calibrator] : "",
      .calibration_images = c->quantized != NULL ? c->calibration_images.count : 0,
      .seed = c->options->seed,
      .accuracy_source = c->accuracy_float,
      .accuracy_model = c->quantized != NULL ? c->accuracy_int8 : c->accuracy_float,
      .accuracy_images = c->test_images.count,
  };
  memcpy(info.source_sha256, c->source_sha256, sizeof info.source_sha256);
  if (c->quantized != NULL)
    memcpy(info.calibration_sha256, c->calibration_images.sha256, sizeof info.calibration_sha256);
  model_writer_set_provenance(result->writer, &info);
}

/* The last things that go into the file; what comes after sees its final bytes. */
static octavo_status complete(conversion *c, octavo_error *error) {
  add_provenance(c);
  const graph_tensor *input = &c->network->tensors[c->network->inputs[0]];
  const uint32_t count =
      c->options->test_vectors != 0 ? c->options->test_vectors : test_vectors_default(input);
  const image_sample *images = c->calibration_images.count > 0 ? &c->calibration_images : NULL;
  built_model *result = c->quantized != NULL ? &c->int8_model : &c->float_model;
  octavo_status status = test_vectors_add(result, count, images, c->options->seed, error);
  if (status == OCTAVO_OK)
    status = octavo_model_verify(result->model, c->threads, error);
  if (status != OCTAVO_OK)
    octavo_error_prefix(error, "self-check");
  return status;
}

static octavo_status compare(conversion *c, octavo_error *error) {
  const diagnosis_job job = {.source = c->network,
                             .quantized = c->quantized,
                             .float_model = c->float_model.model,
                             .model = c->int8_model.model,
                             .rule = &c->rule,
                             .ranges = &c->ranges,
                             .images = &c->calibration_images,
                             .threads = c->threads,
                             .time_budget = LATENCY_BUDGET,
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

static octavo_status check_options(conversion *c, octavo_error *error) {
  if (c->options->mode == CONVERT_STATIC && c->options->calibration == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "int8 needs images to calibrate with: give --calib DIR, a folder of "
                            "images like those the network was trained on, or --mode float for a "
                            "float32 model");
  return OCTAVO_OK;
}

octavo_status conversion_run(conversion *c, const convert_options *options, FILE *progress,
                             octavo_error *error) {
  const uint64_t begin = platform_nanoseconds();
  memset(c, 0, sizeof *c);
  c->options = options;
  c->progress = progress;
  c->threads = options->threads != 0 ? options->threads : platform_cpu_count();
  c->threads = c->threads > PARALLEL_MAX_THREADS ? PARALLEL_MAX_THREADS : c->threads;
  c->accuracy_float = c->accuracy_int8 = NAN;
  const bool is_static = options->mode == CONVERT_STATIC;
  const step steps[] = {
      check_options,
      read_network,
      resolve_input,
      resolve_labels,
      open_images,
      build_float,
      is_static ? quantize : NULL,
      options->data != NULL ? measure : NULL,
      complete,
      is_static ? compare : NULL,
  };
  octavo_status status = OCTAVO_OK;
  for (size_t i = 0; i < sizeof steps / sizeof steps[0] && status == OCTAVO_OK; i++) {
    if (platform_interrupted())
      return octavo_error_set(error, OCTAVO_ERROR_IO, "interrupted");
    if (steps[i] != NULL)
      status = steps[i](c, error);
  }
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
  calibration_free(&c->ranges);
  image_sample_close(&c->test_images);
  image_sample_close(&c->calibration_images);
  labels_free(&c->labels);
  graph_free(c->quantized);
  graph_free(c->network);
  memset(c, 0, sizeof *c);
}
