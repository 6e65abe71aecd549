#include "converter/conversion_steps.h"

#include "common/sha256.h"
#include "converter/onnx/onnx_import.h"
#include "platforms/platform.h"
#include "runtime/error.h"

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

octavo_status conversion_read_network(conversion *c, octavo_error *error) {
  octavo_status status = hash_source(c, error);
  return status == OCTAVO_OK
             ? onnx_import_listing(c->options->source, &c->network, &c->unsupported, error)
             : status;
}

octavo_status conversion_write_plan(conversion *c, octavo_error *error) {
  return eager_plan_write(c->network, platform_path_name(c->options->source),
                          calibrator_names[c->options->calibrator], c->options->write_plan, error);
}

octavo_status conversion_lower_network(conversion *c, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  if (c->options->plan != NULL)
    status = eager_plan_read(c->options->plan, c->network, &c->plan, error);
  if (status == OCTAVO_OK)
    status = passes_run(c->network, &c->passes, error);
  c->is_given = status == OCTAVO_OK && quantize_is_given(c->network);
  return status;
}

bool conversion_calibrates(const conversion *c) {
  return cli_mode_calibrates(c->options->mode) && !c->is_given;
}

/* Networks that take no image are converted where no images are needed for it. */
static bool needs_images(const conversion *c) {
  return conversion_calibrates(c) || c->options->data != NULL || c->options->calibration != NULL;
}

octavo_status conversion_resolve_input(conversion *c, octavo_error *error) {
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

octavo_status conversion_resolve_labels(conversion *c, octavo_error *error) {
  const graph_tensor *output = &c->network->tensors[c->network->outputs[0]];
  return labels_from_options(c->options, &c->network->metadata, graph_element_count(output),
                             &c->labels, error);
}

octavo_status conversion_open_images(conversion *c, octavo_error *error) {
  const convert_options *o = c->options;
  octavo_status status = OCTAVO_OK;
  if (o->calibration != NULL && c->is_image)
    status = image_sample_open(o->calibration, DATASET_TRAIN, o->calibration_count, o->seed,
                               c->progress, &c->calibration_images, error);
  c->inputs = (input_cache){.sample = &c->calibration_images, .threads = c->threads};
  if (status == OCTAVO_OK && o->data != NULL)
    status = image_sample_open(o->data, DATASET_TEST, UINT32_MAX, o->seed, c->progress,
                               &c->test_images, error);
  return status;
}

/* Only now it is known that the source is quantized, and what the plan observes with. */
static octavo_status check_usage(const conversion *c, octavo_error *error) {
  const convert_options *o = c->options;
  if (c->is_given && o->mode != CONVERT_STATIC && o->mode != CONVERT_FLOAT)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "--mode %s: %.200s is quantized already and keeps its scales; expected "
                            "--mode static or float",
                            cli_mode_names[o->mode], o->source);
  if (c->is_given && o->mode == CONVERT_STATIC)
    return cli_check_run(o, CLI_RUN_GIVEN, error);
  bool percentile =
      calibrator_find(calibrator_names[o->calibrator])->choose == calibrator_percentile;
  for (uint32_t i = 0; i < c->plan.layer_count; i++)
    percentile |= c->plan.layers[i].observer != NULL &&
                  c->plan.layers[i].observer->choose == calibrator_percentile;
  if (o->plan != NULL && cli_is_given(o, "percentile") && !percentile)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "--percentile: found with a plan that observes nothing with "
                            "percentile, and without --calibrator percentile");
  return OCTAVO_OK;
}

octavo_status conversion_check_options(conversion *c, octavo_error *error) {
  const octavo_status status = check_usage(c, error);
  c->is_misused = status != OCTAVO_OK;
  if (status != OCTAVO_OK)
    return status;
  if (conversion_calibrates(c) && c->options->calibration == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "int8 needs images to calibrate with: give --calib DIR, a folder of "
                            "images like those the network was trained on, or --mode float for a "
                            "float32 model");
  return OCTAVO_OK;
}
