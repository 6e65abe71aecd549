#include "converter/doctor/subject.h"

#include "converter/octavo_import.h"
#include "converter/onnx/onnx_import.h"
#include "converter/passes/passes.h"
#include "runtime/error.h"

#include <string.h>

static bool rule_options_given(const convert_options *o) {
  return o->preset != NULL || o->labels != NULL || o->size != NULL || o->resize != NULL ||
         o->crop != CROP_AUTO || o->scale.count + o->mean.count + o->std.count > 0 || o->bgr;
}

static octavo_status open_model_file(const convert_options *options, doctor_subject *s,
                                     octavo_error *error) {
  const char *path = options->source;
  if (rule_options_given(options))
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "%.200s is a model file, which says itself what it does to images and "
                            "what its classes are called: options about these go with an ONNX file",
                            path);
  octavo_status status = octavo_model_open(path, &s->model, error);
  if (status == OCTAVO_OK && octavo_model_preprocessing(s->model, &s->rule) != OCTAVO_OK)
    status = octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "%.200s: the model says nothing about images; give the ONNX file it "
                              "was made from",
                              path);
  return status;
}

static octavo_status build(const convert_options *options, graph *g, doctor_subject *s,
                           octavo_error *error) {
  octavo_status status = passes_run(g, NULL, error);
  if (status != OCTAVO_OK)
    return status;
  const graph_tensor *input = &g->tensors[g->inputs[0]];
  if (g->input_count != 1 || input->rank != 4)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "%.200s: expected one input of rank 4, an image, found %u inputs, the "
                            "first of rank %u",
                            options->source, g->input_count, input->rank);
  label_list labels = {NULL, 0};
  status = preprocessing_from_options(options, &g->metadata, input->shape, &s->rule, error);
  if (status == OCTAVO_OK)
    status = labels_from_options(options, &g->metadata,
                                 graph_element_count(&g->tensors[g->outputs[0]]), &labels, error);
  if (status == OCTAVO_OK)
    status = built_model_create(g, &s->rule, &labels, &s->built, error);
  labels_free(&labels);
  s->model = s->built.model;
  return status;
}

static octavo_status open_network(const convert_options *options, doctor_subject *s,
                                  char **unsupported, octavo_error *error) {
  graph *g = NULL;
  octavo_status status = onnx_import_listing(options->source, &g, unsupported, error);
  if (status == OCTAVO_OK)
    status = build(options, g, s, error);
  graph_free(g);
  return status;
}

octavo_status doctor_subject_open(const convert_options *options, doctor_subject *subject,
                                  char **unsupported, octavo_error *error) {
  memset(subject, 0, sizeof *subject);
  *unsupported = NULL;
  bool model_file = false;
  octavo_status status = octavo_import_recognises(options->source, &model_file, error);
  if (status == OCTAVO_OK)
    status = model_file ? open_model_file(options, subject, error)
                        : open_network(options, subject, unsupported, error);
  if (status != OCTAVO_OK) {
    doctor_subject_close(subject);
    return status;
  }
  octavo_tensor_info input = {0}, output = {0};
  octavo_model_input(subject->model, 0, &input);
  octavo_model_output(subject->model, 0, &output);
  subject->is_int8 = input.type == OCTAVO_INT8;
  subject->classes =
      (uint32_t)(output.type == OCTAVO_INT8 ? output.bytes : output.bytes / sizeof(float));
  return OCTAVO_OK;
}

void doctor_subject_close(doctor_subject *subject) {
  if (subject->built.model == NULL)
    octavo_model_close(subject->model);
  built_model_free(&subject->built);
  memset(subject, 0, sizeof *subject);
}
