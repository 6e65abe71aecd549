/* Every allocation of the way from a float graph to a checked model fails in turn: an error each
 * time, and (under AddressSanitizer) no leak. */
#include "converter/built_model.h"
#include "converter/calibrate/calibrate.h"
#include "converter/calibrate/report.h"
#include "converter/correct/correct.h"
#include "converter/export/export_qdq.h"
#include "converter/octavo_import.h"
#include "converter/precision/front.h"
#include "converter/precision/max_drop.h"
#include "converter/quantize/given.h"
#include "converter/quantize/quantize.h"
#include "converter/selfcheck.h"
#include "converter/test_vectors.h"
#include "runtime/memory.h"
#include "tests/converter/quantized_network.h"
#include "tests/converter/tiny_conversion.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <functional>

namespace {

const label_list kNoLabels = {nullptr, 0};

/* Runs `work` with its n-th allocation failing, n = 0, 1, ... until it needs no more than n. */
void FailEach(const std::function<octavo_status(octavo_error *)> &work) {
  for (size_t n = 0;; n++) {
    ASSERT_LT(n, 5000u);
    octavo_error error = {};
    const size_t before = octavo_memory_count();
    octavo_memory_fail_at(n, 0);
    const octavo_status status = work(&error);
    octavo_memory_fail_at(SIZE_MAX, 0);
    const size_t made = octavo_memory_count() - before;
    if (status == OCTAVO_OK && made <= n) {
      EXPECT_GE(n, 20u) << "there is that much to allocate";
      return;
    }
    ASSERT_EQ(status, OCTAVO_ERROR_MEMORY) << "allocation " << n << ": " << error.text;
    ASSERT_STRNE(error.text, "") << "allocation " << n;
  }
}

TEST(Allocation, QuantizeGraph) {
  for (const bool excited : {false, true}) {
    Graph source = excited ? ExcitedNetwork() : TinyNetwork(true);
    const std::vector<value_range> ranges(source->tensor_count, {-1.0f, 1.0f});
    FailEach([&](octavo_error *error) {
      graph *g = nullptr;
      const quantize_settings settings = {ranges.data(), nullptr};
      const octavo_status status = quantize_graph(source.get(), &settings, &g, error);
      graph_free(g);
      return status;
    });
  }
}

TEST(Allocation, QuantizeGiven) {
  for (const char *file : {"qdq_uint8", "qdq_mixed"}) {
    const Graph source = Lower(std::string(OCTAVO_TEST_DATA) + "/onnx/" + file + ".onnx");
    FailEach([&](octavo_error *error) {
      graph *g = nullptr;
      const octavo_status status = quantize_given(source.get(), nullptr, &g, nullptr, error);
      graph_free(g);
      return status;
    });
  }
}

TEST(Allocation, ExportQdq) {
  const TemporaryFolder folder;
  const Graph g = TakeGiven(*Lower(std::string(OCTAVO_TEST_DATA) + "/onnx/qdq_uint8.onnx"));
  const char *const labels[] = {"a", "b"};
  const export_notes notes = {&kTinyRule, labels, 2};
  FailEach([&](octavo_error *error) {
    return export_qdq(g.get(), &notes, folder.Path("x.onnx").c_str(), error);
  });
}

TEST(Allocation, ImportOfModelFiles) {
  const Graph g = TakeGiven(*Lower(std::string(OCTAVO_TEST_DATA) + "/onnx/qdq_uint8.onnx"));
  const Model model(g.get());
  FailEach([&](octavo_error *error) {
    graph *read = nullptr;
    const octavo_status status = octavo_import(model.get(), &read, error);
    graph_free(read);
    return status;
  });
}

TEST(Allocation, BuildAndTestVectors) {
  Graph source = TinyNetwork();
  FailEach([&](octavo_error *error) {
    built_model built = {};
    octavo_status status = built_model_create(source.get(), &kTinyRule, &kNoLabels, &built, error);
    if (status == OCTAVO_OK)
      status = test_vectors_add(&built, 1, nullptr, 1, error);
    built_model_free(&built);
    return status;
  });
}

TEST(Allocation, CalibrateAndCompare) {
  TemporaryFolder folder;
  WriteImages(folder.Path(), 4);
  Graph source = TinyNetwork();
  built_model built = {};
  octavo_error error = {};
  ASSERT_EQ(built_model_create(source.get(), &kTinyRule, &kNoLabels, &built, &error), OCTAVO_OK);
  image_sample images = {};
  ASSERT_EQ(image_sample_open(folder.Path().c_str(), DATASET_TRAIN, 4, 1, nullptr, &images, &error),
            OCTAVO_OK);
  FailEach([&](octavo_error *e) {
    calibration ranges = {};
    const calibration_job job = {
        source.get(), built.model, &images, calibrator_find("minmax"), 1, nullptr,
        0.0,          nullptr,     false};
    const octavo_status status = calibrate(&job, &ranges, e);
    calibration_free(&ranges);
    return status;
  });
  FailEach([&](octavo_error *e) {
    selfcheck_result result = {};
    selfcheck_job job = {};
    job.reference = job.model = built.model;
    job.images = &images;
    job.threads = 1;
    const octavo_status status = selfcheck_compare(&job, &result, e);
    selfcheck_free(&result);
    return status;
  });
  image_sample_close(&images);
  built_model_free(&built);
}

TEST(Allocation, Diagnose) {
  TinyConversion conversion;
  FailEach([&](octavo_error *error) {
    selfcheck_result quality = {};
    diagnosis d = {};
    const diagnosis_job job = conversion.Job();
    const octavo_status status = diagnose(&job, &quality, &d, error);
    diagnosis_free(&d);
    selfcheck_free(&quality);
    return status;
  });
}

TEST(Allocation, RankAndFront) {
  TemporaryFolder folder;
  WriteImages(folder.Path(), 2);
  NetworkBuilder b;
  b.Output(b.FullyConnected("fc", b.GlobalAveragePool("mean", b.Input({1, 8, 8, 3})), 2));
  Graph source = b.Take();
  built_model built = {};
  octavo_error error = {};
  ASSERT_EQ(built_model_create(source.get(), &kTinyRule, &kNoLabels, &built, &error), OCTAVO_OK);
  image_sample images = {};
  ASSERT_EQ(image_sample_open(folder.Path().c_str(), DATASET_TRAIN, 2, 1, nullptr, &images, &error),
            OCTAVO_OK);
  const std::vector<value_range> ranges(source->tensor_count, {-1.0f, 1.0f});
  input_cache inputs = {};
  const precision_job job = {source.get(), true,    built.model, ranges.data(), &kTinyRule,
                             &inputs,      &images, 1,           nullptr};
  const auto empty = [&] {
    input_cache_free(&inputs);
    inputs.sample = &images;
    inputs.threads = 1;
  };
  FailEach([&](octavo_error *e) {
    empty();
    front f = {};
    const layer_precision precisions[2] = {PRECISION_INT8, PRECISION_INT8};
    const octavo_status status = front_measure(&job, precisions, &f, e);
    front_free(&f);
    return status;
  });
  FailEach([&](octavo_error *e) {
    empty();
    max_drop_result result;
    layer_precision precisions[2] = {PRECISION_INT8, PRECISION_INT8};
    return max_drop_solve(&job, 100.0, precisions, &result, e);
  });
  input_cache_free(&inputs);
  image_sample_close(&images);
  built_model_free(&built);
}

TEST(Allocation, Corrections) {
  TemporaryFolder folder;
  WriteImages(folder.Path(), 4);
  Graph source = TinyNetwork();
  built_model built = {};
  octavo_error error = {};
  ASSERT_EQ(built_model_create(source.get(), &kTinyRule, &kNoLabels, &built, &error), OCTAVO_OK);
  image_sample images = {};
  ASSERT_EQ(image_sample_open(folder.Path().c_str(), DATASET_TRAIN, 4, 1, nullptr, &images, &error),
            OCTAVO_OK);
  const std::vector<value_range> ranges(source->tensor_count, {-4.0f, 4.0f});
  for (const auto correct : {correct_bias, correct_round})
    FailEach([&](octavo_error *e) {
      Graph g(graph_copy(source.get(), e));
      if (g == nullptr)
        return OCTAVO_ERROR_MEMORY;
      input_cache inputs = {};
      inputs.sample = &images;
      inputs.threads = 1;
      const correction_job job = {g.get(), built.model, ranges.data(), nullptr, &kTinyRule,
                                  &inputs, 1,           nullptr};
      correction_report report;
      const octavo_status status = correct(&job, &report, e);
      input_cache_free(&inputs);
      return status;
    });
  FailEach([&](octavo_error *e) {
    Graph g(graph_copy(source.get(), e));
    uint32_t layers = 0;
    if (g == nullptr)
      return OCTAVO_ERROR_MEMORY;
    octavo_status status = correct_equalize(g.get(), &layers, e);
    if (status == OCTAVO_OK)
      status = quantize_per_tensor(g.get(), e);
    graph *quantized = nullptr;
    const quantize_settings settings = {ranges.data(), nullptr};
    if (status == OCTAVO_OK)
      status = quantize_graph(g.get(), &settings, &quantized, e);
    graph_free(quantized);
    return status;
  });
  image_sample_close(&images);
  built_model_free(&built);
}

} // namespace
