#include "converter/diagnosis/diagnosis.h"
#include "tests/converter/tiny_conversion.h"

namespace {

class Diagnosis : public testing::Test {
protected:
  void Diagnose(uint32_t threads) {
    Free();
    octavo_error error = {};
    const diagnosis_job job = c_.Job(threads);
    ASSERT_EQ(diagnose(&job, &quality_, &d_, &error), OCTAVO_OK) << error.text;
  }
  void Free() {
    selfcheck_free(&quality_);
    diagnosis_free(&d_);
  }
  void TearDown() override {
    Free();
  }

  TinyConversion c_{true};
  selfcheck_result quality_ = {};
  diagnosis d_ = {};
};

TEST_F(Diagnosis, EveryLayerIsDescribed) {
  Diagnose(1);
  ASSERT_EQ(d_.layer_count, octavo_model_operator_count(c_.int8_model.model));
  EXPECT_GT(d_.latency_float, 0.0);
  EXPECT_GT(d_.latency_model, 0.0);
  for (uint32_t i = 0; i < d_.layer_count; i++) {
    const layer_diagnosis &layer = d_.layers[i];
    const std::string name = layer.info.name;
    EXPECT_NE(layer.time.kernel, nullptr) << name;
    const bool known = layer.observed;
    EXPECT_EQ(known, layer.float_time.kernel != nullptr) << name;
    if (!known)
      continue; /* the conversion in front of the softmax */
    const octavo_tensor_info &output = layer.info.output;
    const size_t elements = output.bytes / (output.type == OCTAVO_INT8 ? 1 : 4);
    EXPECT_EQ(layer.activations.histogram.count, elements * c_.images.count) << name;
    EXPECT_EQ(layer.is_float, name == "softmax");
    EXPECT_EQ(layer.weights.channels > 0, name == "conv1" || name == "conv2" || name == "fc");
  }
}

/* With ranges of everything that was seen nothing is clipped; with half of it, what lies outside.
 */
TEST_F(Diagnosis, NothingIsClippedByMinMax) {
  Diagnose(1);
  for (uint32_t i = 0; i < d_.layer_count; i++)
    EXPECT_EQ(d_.layers[i].activations.clipped, 0u) << d_.layers[i].info.name;
}

TEST_F(Diagnosis, ThreadsDoNotMatter) {
  Diagnose(1);
  std::vector<double> snr;
  std::vector<uint64_t> bins;
  for (uint32_t i = 0; i < d_.layer_count; i++) {
    snr.push_back(d_.layers[i].isolated_snr_db);
    bins.push_back(d_.layers[i].activations.histogram.bins[40]);
  }
  Diagnose(3);
  for (uint32_t i = 0; i < d_.layer_count; i++) {
    if (!std::isnan(snr[i])) {
      EXPECT_EQ(d_.layers[i].isolated_snr_db, snr[i]);
    }
    EXPECT_EQ(d_.layers[i].activations.histogram.bins[40], bins[i]);
  }
}

TEST_F(Diagnosis, TheWorstComeFirstAndFloatLayersLast) {
  layer_diagnosis layers[5] = {};
  const double snr[] = {30.0, (double)NAN, 12.5, (double)INFINITY, 12.5};
  for (int i = 0; i < 5; i++)
    layers[i].isolated_snr_db = snr[i];
  diagnosis d = {};
  d.layers = layers;
  d.layer_count = 5;
  uint32_t order[5];
  diagnosis_rank(&d, order);
  EXPECT_THAT(order, testing::ElementsAre(2u, 4u, 0u, 3u, 1u));
}

TEST_F(Diagnosis, WithoutDetailsOnlyTheRatios) {
  octavo_error error = {};
  const diagnosis_job job = c_.Job();
  ASSERT_EQ(diagnose(&job, &quality_, nullptr, &error), OCTAVO_OK) << error.text;
  EXPECT_GT(quality_.layers[0].isolated_snr_db, 25.0);
}

} // namespace
