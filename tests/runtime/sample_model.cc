#include "tests/runtime/sample_model.h"

#include "converter/writer/model_writer.h"
#include "tests/runtime/every_operator.h"

#include <cmath>
#include <cstring>

namespace {

void AddTensors(model_writer *w) {
  const uint32_t image[] = {1, 4, 4, 3}, kernel[] = {2, 3, 3, 3}, channels[] = {2};
  const uint32_t features[] = {1, 4, 4, 2}, pooled[] = {1, 2, 2, 2}, matrix[] = {3, 8};
  const uint32_t scores[] = {1, 3};
  int8_t kernel_data[2 * 3 * 3 * 3], matrix_data[3 * 8];
  for (size_t i = 0; i < sizeof kernel_data; i++)
    kernel_data[i] = static_cast<int8_t>(i * 37 % 255 - 127);
  for (size_t i = 0; i < sizeof matrix_data; i++)
    matrix_data[i] = static_cast<int8_t>(i * 61 % 255 - 127);
  const float kernel_scales[] = {0.01f, 0.02f};
  const int32_t bias[] = {100, -200};
  model_writer_add_activation(w, "image", OCTAVO_INT8, 4, image, 0.02f, -3, 0);
  model_writer_add_channel_constant(w, "conv.weight", 4, kernel, kernel_data, kernel_scales);
  model_writer_add_constant(w, "conv.bias", OCTAVO_INT32, 1, channels, bias, 0);
  model_writer_add_activation(w, "features", OCTAVO_INT8, 4, features, 0.05f, 4, 64);
  model_writer_add_activation(w, "pooled", OCTAVO_INT8, 4, pooled, 0.05f, 4, 128);
  model_writer_add_constant(w, "fc.weight", OCTAVO_INT8, 2, matrix, matrix_data, 0.03f);
  model_writer_add_activation(w, "scores", OCTAVO_INT8, 2, scores, 0.25f, 0, 64);
  model_writer_add_activation(w, "logits", OCTAVO_FLOAT32, 2, scores, 0, 0, 192);
  model_writer_add_activation(w, "classes", OCTAVO_FLOAT32, 2, scores, 0, 0, 256);
}

void AddOperators(model_writer *w) {
  octavo_attributes convolution = {}, pool = {}, clamp = {};
  convolution.convolution = {3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, INFINITY, {}};
  pool.pool = {2, 2, 2, 2, 1, 1, 0, 0, 0, 0, 0, {}};
  clamp.clamp = {-INFINITY, INFINITY, {}};
  const int32_t convolve_in[] = {kImage, kKernel, kKernelBias}, features = kFeatures;
  const int32_t multiply_in[] = {kPooled, kMatrix, -1}, pooled = kPooled, scores = kScores;
  const int32_t logits = kLogits, classes = kClasses;
  model_writer_add_operator(w, "conv", OCTAVO_OP_CONVOLUTION, &convolution, 3, convolve_in, 1,
                            &features);
  model_writer_add_operator(w, "pool", OCTAVO_OP_MAX_POOL, &pool, 1, &features, 1, &pooled);
  model_writer_add_operator(w, "fc", OCTAVO_OP_FULLY_CONNECTED, &clamp, 3, multiply_in, 1, &scores);
  model_writer_add_operator(w, "real", OCTAVO_OP_DEQUANTIZE, nullptr, 1, &scores, 1, &logits);
  model_writer_add_operator(w, "softmax", OCTAVO_OP_SOFTMAX, nullptr, 1, &logits, 1, &classes);
  const int32_t inputs[] = {kImage}, outputs[] = {kClasses, kLogits};
  model_writer_set_inputs(w, 1, inputs);
  model_writer_set_outputs(w, 2, outputs);
}

void AddDescription(model_writer *w) {
  octavo_preprocessing rule = {};
  rule.width = rule.height = 4;
  rule.resize_width = 6;
  rule.resize_height = 5;
  rule.channels = 3;
  rule.scale = 1.0f / 255;
  for (int c = 0; c < 3; c++) {
    rule.mean[c] = 0.5f;
    rule.std[c] = 0.25f;
  }
  model_writer_set_preprocessing(w, &rule);
  for (const char *label : {"cat", "dog", "élan"})
    model_writer_add_label(w, label);
  octavo_model_info info = {};
  info.tool = "sample";
  info.source = "sample.onnx";
  info.mode = "static";
  info.calibrator = "mse";
  info.source_sha256[0] = 0xab;
  info.calibration_sha256[31] = 0xcd;
  info.calibration_images = 7;
  info.seed = 42;
  info.accuracy_source = 91.5f;
  info.accuracy_model = NAN;
  info.accuracy_images = 200;
  model_writer_set_provenance(w, &info);
  const int8_t input[48] = {1, 2, 3};
  const float output[6] = {0.5f};
  const uint32_t checksums[kSampleOperators] = {1, 2, 3, 0, 0};
  model_writer_add_test(w, input, sizeof input, output, sizeof output, checksums, kSampleOperators);
}

} // namespace

Bytes SampleModel() {
  model_writer *w = model_writer_create();
  AddTensors(w);
  AddOperators(w);
  AddDescription(w);
  return Finish(w);
}
