#include "converter/conversion.h"

#include "common/sha256.h"
#include "converter/accuracy.h"
#include "converter/calibrate/choices.h"
#include "converter/conversion_correct.h"
#include "converter/layer_names.h"
#include "converter/onnx/onnx_import.h"
#include "converter/parallel.h"
#include "converter/quantize/quantize.h"
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
  return status == OCTAVO_OK ? onnx_import(c->options->source, &c->network, error) : status;
}

static octavo_status write_plan(conversion *c, octavo_error *error) {
  return eager_plan_write(c->network, platform_path_name(c->options->source),
                          calibrator_names[c->options->calibrator], c->options->write_plan, error);
}

static octavo_status lower_network(conversion *c, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  if (c->options->plan != NULL)
    status = eager_plan_read(c->options->plan, c->network, &c->plan, error);
  if (status == OCTAVO_OK)
    status = passes_run(c->network, &c->passes, error);
  c->is_given = status == OCTAVO_OK && quantize_is_given(c->network);
  return status;
}

/* A network that is quantized already keeps its scales. */
static bool calibrates(const conversion *c) {
  return cli_mode_calibrates(c->options->mode) && !c->is_given;
}

/* Networks that take no image are converted where no images are needed for it. */
static bool needs_images(const conversion *c) {
  return calibrates(c) || c->options->data != NULL || c->options->calibration != NULL;
}

static octavo_status resolve_input(conversion *c, octavo_error *error) {
  const graph *g = c->network;
  const graph_tensor *input = &g->tensors[g->inputs[0]];
  c->is_image = g->input_count == 1 && input->rank == 4;
  if (!c->is_image && !needs_images(c))
    return OCTAVO_OK;
  if (!c->is_image)
    return octavo_error_set(
        error, OCTAVO_ERROR_ARGUMENT,
        "%.200s: expected one input of rank 4, an image, found %u inputs, the "
        "first of rank %u; only --mode float and dynamic without images can take that",
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

static octavo_status quantize_source(conversion *c, bool *kept, layer_precision *precisions,
                                     octavo_error *error) {
  const graph *g = c->network;
  const octavo_status status = layer_mark(g, "--keep-float", &c->options->keep_float, kept, error);
  for (uint32_t n = 0; n < g->node_count; n++)
    precisions[n] = kept[n] ? PRECISION_FLOAT : PRECISION_INT8;
  return status == OCTAVO_OK ? quantize_given(g, precisions, &c->quantized, &c->given, error)
                             : status;
}

/* Scales and weights are those of the source. */
static octavo_status take_given(conversion *c, octavo_error *error) {
  bool *kept = octavo_memory_alloc(c->network->node_count, sizeof *kept);
  layer_precision *precisions = octavo_memory_alloc(c->network->node_count, sizeof *precisions);
  octavo_status status =
      kept == NULL || precisions == NULL
          ? octavo_error_memory(error, c->network->node_count * sizeof *precisions, "precisions")
          : quantize_source(c, kept, precisions, error);
  octavo_memory_free(precisions);
  octavo_memory_free(kept);
  if (status == OCTAVO_OK)
    status = built_model_create(c->quantized, c->is_image ? &c->rule : NULL, &c->labels,
                                &c->int8_model, error);
  return status;
}

static octavo_status calibrate_ranges(conversion *c, octavo_error *error) {
  const convert_options *o = c->options;
  const calibration_job job = {.g = c->network,
                               .model = c->float_model.model,
                               .images = &c->calibration_images,
                               .calibrator = calibrator_find(calibrator_names[o->calibrator]),
                               .threads = c->threads,
                               .progress = c->progress,
                               .percentile = o->percentile,
                               .choices = c->choices};
  const octavo_status status =
      calibrator_choices_read(c->network, &o->calibrator_for, c->choices, error);
  return status == OCTAVO_OK ? calibrate(&job, &c->ranges, error) : status;
}

/* What the options say about single layers. */
static octavo_status apply_options(conversion *c, bool *kept, octavo_error *error) {
  const graph *g = c->network;
  octavo_status status = layer_mark(g, "--keep-float", &c->options->keep_float, kept, error);
  quantize_choose_precisions(g, c->precisions);
  for (uint32_t n = 0; n < g->node_count && status == OCTAVO_OK; n++) {
    if (c->options->require_int8 && !quantize_has_int8_form(g, n))
      status = octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                                "--require-int8: layer '%s' (%s) has no int8 form",
                                g->nodes[n].name, g->nodes[n].source_op);
    else if (kept[n])
      c->precisions[n] = PRECISION_FLOAT;
  }
  return status;
}

static octavo_status choose_precisions(conversion *c, octavo_error *error) {
  const graph *g = c->network;
  c->precisions = octavo_memory_alloc(g->node_count, sizeof *c->precisions);
  c->choices = octavo_memory_alloc(g->tensor_count, sizeof *c->choices);
  bool *kept = octavo_memory_alloc(g->node_count, sizeof *kept);
  octavo_status status = OCTAVO_OK;
  if (c->precisions == NULL || c->choices == NULL || kept == NULL)
    status = octavo_error_memory(error, g->node_count * sizeof *c->precisions, "precisions");
  else if (c->options->mode == CONVERT_DYNAMIC)
    quantize_choose_dynamic(g, c->precisions);
  else if (c->options->plan != NULL)
    status = eager_plan_apply(&c->plan, g, c->precisions, c->choices, error);
  else
    status = apply_options(c, kept, error);
  octavo_memory_free(kept);
  return status;
}

static octavo_status search_precisions(conversion *c, octavo_error *error) {
  const precision_job job = {.g = c->network,
                             .reference = c->float_model.model,
                             .ranges = c->ranges.ranges,
                             .rule = &c->rule,
                             .calibration = &c->calibration_images,
                             .test = &c->test_images,
                             .threads = c->threads,
                             .progress = c->progress};
  if (c->options->search)
    return front_measure(&job, c->precisions, &c->front, error);
  if (isnan(c->options->max_drop))
    return OCTAVO_OK;
  return max_drop_solve(&job, c->options->max_drop, c->precisions, &c->drop, error);
}

static octavo_status quantize(conversion *c, octavo_error *error) {
  if (c->is_given)
    return take_given(c, error);
  octavo_status status = choose_precisions(c, error);
  if (status == OCTAVO_OK && calibrates(c))
    status = calibrate_ranges(c, error);
  if (status == OCTAVO_OK && calibrates(c))
    status = conversion_correct(c, error);
  if (status == OCTAVO_OK)
    status = search_precisions(c, error);
  if (status != OCTAVO_OK || c->options->search)
    return status;
  const quantize_settings settings = {.ranges = c->ranges.ranges, .precisions = c->precisions};
  status = quantize_graph(c->network, &settings, &c->quantized, error);
  if (status == OCTAVO_OK)
    status = built_model_create(c->quantized, c->is_image ? &c->rule : NULL, &c->labels,
                                &c->int8_model, error);
  return status;
}

static void add_provenance(conversion *c) {
  const bool calibrated = calibrates(c);
  built_model *result = c->quantized != NULL ? &c->int8_model : &c->float_model;
  char method[200];
  octavo_model_info info = {
      .tool = "octavo-convert " OCTAVO_VERSION,
      .source = platform_path_name(c->options->source),
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

static octavo_status check_options(conversion *c, octavo_error *error) {
  const convert_options *o = c->options;
  const bool changes = o->search || !isnan(o->max_drop) || o->weights == WEIGHTS_PER_TENSOR;
  if (c->is_given && (changes || (o->mode != CONVERT_STATIC && o->mode != CONVERT_FLOAT)))
    return octavo_error_set(
        error, OCTAVO_ERROR_ARGUMENT,
        "%.200s is quantized already and keeps its scales: only --mode static "
        "and float go with that, without --max-drop, --search and --weights per-tensor",
        o->source);
  if (calibrates(c) && o->calibration == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "int8 needs images to calibrate with: give --calib DIR, a folder of "
                            "images like those the network was trained on, or --mode float for a "
                            "float32 model");
  return OCTAVO_OK;
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
  c->threads = options->threads != 0 ? options->threads : platform_cpu_count();
  c->threads = c->threads > PARALLEL_MAX_THREADS ? PARALLEL_MAX_THREADS : c->threads;
  c->accuracy_float = c->accuracy_int8 = NAN;
  const bool quantizes = options->mode != CONVERT_FLOAT, writes = !options->search;
  const step planning[] = {read_network, write_plan};
  const step converting[] = {
      read_network,
      lower_network,
      check_options,
      resolve_input,
      resolve_labels,
      open_images,
      options->mode == CONVERT_STATIC ? conversion_even_out : NULL,
      build_float,
      quantizes ? quantize : NULL,
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
  image_sample_close(&c->test_images);
  image_sample_close(&c->calibration_images);
  labels_free(&c->labels);
  graph_free(c->quantized);
  graph_free(c->network);
  memset(c, 0, sizeof *c);
}
