#include "converter/diagnosis/hints.h"

#include <gmock/gmock.h>

#include <cmath>
#include <string>
#include <vector>

namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/* Three layers with weights, sound in every respect. */
class Hints : public testing::Test {
protected:
  void SetUp() override {
    for (layer_diagnosis &layer : layers_) {
      layer.info.name = "body.conv";
      layer.isolated_snr_db = layer.snr_db = 38.0;
      layer.observed = true;
      layer.activations.quantized = true;
      layer.activations.seen = layer.activations.chosen = {-1.0f, 1.0f};
      layer.activations.channels = 4;
      layer.activations.alive = alive_;
      value_histogram_init(&layer.activations.histogram, {-1.0f, 1.0f});
      for (uint64_t &bin : layer.activations.histogram.bins)
        bin = 100;
      layer.activations.histogram.count = 6400;
      layer.weights.channels = 4;
      layer.weights.widest = layer.weights.narrowest = 1.0f;
    }
    d_.layers = layers_;
    d_.layer_count = 3;
    facts_ = {&d_, &ranges_, "mse", 512, 50000};
  }

  std::string Layer(uint32_t index) {
    std::string all;
    char text[HINT_BYTES];
    for (uint32_t i = 0; i < hints_layer_rules(); i++)
      if (hints_layer(&facts_, index, i, text))
        all += std::string(text) + "\n";
    return all;
  }
  std::string General() {
    std::string all;
    char text[HINT_BYTES];
    for (uint32_t i = 0; i < hints_general_rules(); i++)
      if (hints_general(&facts_, i, text))
        all += std::string(text) + "\n";
    return all;
  }

  uint8_t alive_[4] = {1, 1, 1, 1}, half_[4] = {1, 0, 0, 1};
  layer_diagnosis layers_[3] = {};
  diagnosis d_ = {};
  calibration ranges_ = {};
  hint_facts facts_ = {};
};

TEST_F(Hints, NothingToSayAboutWhatIsSound) {
  for (uint32_t i = 0; i < 3; i++)
    EXPECT_THAT(Layer(i), IsEmpty());
  EXPECT_THAT(General(), IsEmpty());
}

TEST_F(Hints, Clipping) {
  layers_[1].activations.clipped = 77; /* of 6400 */
  EXPECT_THAT(Layer(1), HasSubstr("1.2 % of the values are clipped: try --calibrator minmax"));
  facts_.calibrator = "minmax";
  EXPECT_THAT(Layer(1), HasSubstr("--calib-count"));
  layers_[1].activations.clipped = 6;
  EXPECT_THAT(Layer(1), IsEmpty());
}

TEST_F(Hints, OutliersThatStretchTheRange) {
  facts_.calibrator = "minmax";
  value_histogram &h = layers_[1].activations.histogram;
  for (int i = 0; i < VALUE_HISTOGRAM_BINS; i++)
    h.bins[i] = i >= 28 && i < 36 ? 10000 : 0;
  h.bins[63] = 3;
  h.count = 80003;
  EXPECT_THAT(Layer(1), HasSubstr("8 times wider"));
  h.bins[63] = 3000;
  h.count = 83000;
  EXPECT_THAT(Layer(1), IsEmpty()) << "not few";
}

TEST_F(Hints, ChannelsThatDiffer) {
  layers_[1].weights.widest = 40.0f;
  EXPECT_THAT(Layer(1), HasSubstr("factor of 40"));
  EXPECT_THAT(Layer(1), HasSubstr("equalization"));
}

TEST_F(Hints, ErrorsThatArrive) {
  layers_[1].snr_db = 15.0;
  EXPECT_THAT(Layer(1), HasSubstr("comes from the layers before"));
}

TEST_F(Hints, KeepFloat) {
  layers_[1].isolated_snr_db = 25.0;
  EXPECT_THAT(Layer(1), IsEmpty()) << "well enough inside";
  layers_[1].isolated_snr_db = 15.0;
  EXPECT_THAT(Layer(1), HasSubstr("--keep-float body.conv"));
  layers_[0].isolated_snr_db = 25.0;
  EXPECT_THAT(Layer(0), HasSubstr("First and last layers"));
  layers_[2].isolated_snr_db = (double)NAN;
  EXPECT_THAT(Layer(2), IsEmpty()) << "is float32 already";
}

TEST_F(Hints, DeadChannels) {
  layers_[1].activations.alive = half_;
  EXPECT_THAT(Layer(1), HasSubstr("2 of 4 channels gave 0"));
}

TEST_F(Hints, Images) {
  facts_.images = 24;
  EXPECT_THAT(General(), HasSubstr("Only 24 images"));
  EXPECT_THAT(General(), HasSubstr("--calib-count"));
  facts_.images = facts_.images_available = 24;
  EXPECT_THAT(General(), HasSubstr("a larger folder"));
  facts_.images = 500;
  ranges_.movement_worst = 0.2f;
  EXPECT_THAT(General(), HasSubstr("moved a range by 20 %"));
}

} // namespace
