/* The tiny network on its way through the converter, for tests of what looks at the result. */
#ifndef OCTAVO_TESTS_CONVERTER_TINY_CONVERSION_H
#define OCTAVO_TESTS_CONVERTER_TINY_CONVERSION_H

#include "converter/built_model.h"
#include "converter/calibrate/calibrate.h"
#include "converter/diagnosis/diagnosis.h"
#include "converter/quantize/quantize.h"
#include "tests/converter/tiny_network.h"

#include <gmock/gmock.h>

class TinyConversion {
public:
  explicit TinyConversion(bool softmax = false) {
    octavo_error error = {};
    WriteImages(folder_.Path("images"), 20);
    source = TinyNetwork(softmax);
    Check(built_model_create(source.get(), &rule, &no_labels, &float_model, &error), error);
    Check(image_sample_open(folder_.Path("images").c_str(), DATASET_TRAIN, 20, 1, nullptr, &images,
                            &error),
          error);
    calibration_job job = {};
    job.g = source.get();
    job.model = float_model.model;
    job.images = &images;
    job.calibrator = calibrator_find("minmax");
    job.threads = 1;
    Check(calibrate(&job, &ranges, &error), error);
    quantized = Quantize(nullptr);
    Check(built_model_create(quantized.get(), &rule, &no_labels, &int8_model, &error), error);
  }
  ~TinyConversion() {
    built_model_free(&int8_model);
    built_model_free(&float_model);
    calibration_free(&ranges);
    image_sample_close(&images);
  }

  Graph Quantize(const layer_precision *precisions) {
    octavo_error error = {};
    graph *g = nullptr;
    const quantize_settings settings = {ranges.ranges, precisions};
    Check(quantize_graph(source.get(), &settings, &g, &error), error);
    return Graph(g);
  }

  diagnosis_job Job(uint32_t threads = 1) const {
    diagnosis_job job = {};
    job.source = source.get();
    job.quantized = quantized.get();
    job.float_model = float_model.model;
    job.model = int8_model.model;
    job.rule = &rule;
    job.ranges = &ranges;
    job.images = &images;
    job.threads = threads;
    return job;
  }

  static void Check(octavo_status status, const octavo_error &error) {
    EXPECT_EQ(status, OCTAVO_OK) << error.text;
  }

  const octavo_preprocessing rule = {8,
                                     8,
                                     8,
                                     8,
                                     OCTAVO_RESIZE_STRETCH,
                                     false,
                                     3,
                                     1.0f / 255.0f,
                                     {0.5f, 0.4f, 0.5f},
                                     {0.25f, 0.25f, 0.2f}};
  const label_list no_labels = {nullptr, 0};
  Graph source, quantized;
  built_model float_model = {}, int8_model = {};
  image_sample images = {};
  calibration ranges = {};

private:
  TemporaryFolder folder_;
};

#endif
