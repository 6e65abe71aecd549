// Averages of weights against arithmetic.
#include "train/averaging.h"

#include "tests/train/small_network.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

namespace {

class Averaging : public SmallNetwork {
protected:
  void SetUp() override {
    SmallNetwork::SetUp();
    SetAll(8.0f);
    ASSERT_EQ(averaging_create(net_, &error_), OCTAVO_OK) << error_.text;
  }
  // Every parameter has its own numbers, all multiples of `scale`.
  static float Number(size_t k, size_t i) {
    return static_cast<float>(1 + (7 * k + i) % 13);
  }
  void SetAll(float scale) {
    for (size_t k = 0; k < Parameters().size(); k++)
      for (size_t i = 0; i < Count(Parameters()[k]); i++)
        Raw(Parameters()[k]->value)[i] = scale * Number(k, i);
    ASSERT_EQ(network_refresh(net_, &error_), OCTAVO_OK);
  }
  // Batch norm's running statistics are among the parameters.
  void ExpectAverages(double scale) {
    for (size_t k = 0; k < Parameters().size(); k++)
      for (size_t i = 0; i < Count(Parameters()[k]); i++)
        ASSERT_NEAR(Parameters()[k]->average[i], scale * Number(k, i), 1e-6 * 13 * 8)
            << Parameters()[k]->name;
  }
  void ExpectValues(double scale) {
    for (size_t k = 0; k < Parameters().size(); k++)
      for (size_t i = 0; i < Count(Parameters()[k]); i++)
        ASSERT_NEAR(Raw(Parameters()[k]->value)[i], scale * Number(k, i), 1e-6 * 13 * 8)
            << Parameters()[k]->name;
  }
  void Step(const averaging &a, uint64_t done, uint64_t total) {
    ASSERT_EQ(averaging_step(net_, &a, done, total, &error_), OCTAVO_OK) << error_.text;
  }
  std::vector<float> Logits() {
    EXPECT_EQ(network_forward(net_, false, &error_), OCTAVO_OK) << error_.text;
    return std::vector<float>(network_logits(net_), network_logits(net_) + 20);
  }
};

TEST_F(Averaging, BeginsWithTheWeights) {
  ExpectAverages(8);
}

TEST_F(Averaging, MovingAverageWarmsUp) {
  const averaging ema = {AVERAGING_EMA, 0.75, 0, 0, 0};
  // (1 + t) / (10 + t) for t = 1, 2, 3; from t = 26 on it is more than 0.75.
  double expected = 8;
  const struct {
    uint64_t done;
    double kept, weights;
  } steps[] = {{1, 2.0 / 11, 4},   {2, 3.0 / 12, 2}, {3, 4.0 / 13, 1},
               {25, 26.0 / 35, 3}, {27, 0.75, 6},    {5000, 0.75, 2}};
  for (const auto &s : steps) {
    SetAll(static_cast<float>(s.weights));
    Step(ema, s.done, 5000);
    expected = s.kept * expected + (1 - s.kept) * s.weights;
    ExpectAverages(expected);
    ExpectValues(s.weights);
  }
}

TEST_F(Averaging, OfRunningStatisticsToo) {
  const averaging ema = {AVERAGING_EMA, 0.5, 0, 0, 0};
  parameter *mean = Find("bn1.running_mean"), *variance = Find("bn1.running_var");
  mean->average[3] = 2;
  Raw(mean->value)[3] = -2;
  variance->average[0] = 1;
  Raw(variance->value)[0] = 5;
  Step(ema, 1000, 1000);
  EXPECT_EQ(mean->average[3], 0);
  EXPECT_EQ(variance->average[0], 3);
}

TEST_F(Averaging, LookaheadMeetsEveryFewSteps) {
  const averaging lookahead = {AVERAGING_LOOKAHEAD, 0, 3, 0.25, 0};
  Find("fc.weight")->momentum[5] = 7;
  SetAll(4);
  Step(lookahead, 1, 100);
  Step(lookahead, 2, 100);
  ExpectAverages(8);
  ExpectValues(4);
  Step(lookahead, 3, 100);
  ExpectAverages(7); // 8 + (4 − 8) / 4
  ExpectValues(7);
  SetAll(3);
  Step(lookahead, 4, 100);
  ExpectValues(3);
  Step(lookahead, 6, 100);
  ExpectAverages(6);
  ExpectValues(6);
  EXPECT_EQ(Find("fc.weight")->momentum[5], 7);
}

TEST_F(Averaging, LookaheadsShareComesDown) {
  const averaging lookahead = {AVERAGING_LOOKAHEAD, 0, 5, 0.2, 2};
  SetAll(4);
  Step(lookahead, 50, 100); // keeps 0.8 · 0.25
  ExpectAverages(0.2 * 8 + 0.8 * 4);
  ExpectValues(4.8);
  SetAll(2.8f);
  Step(lookahead, 100, 100); // keeps 0.8
  ExpectAverages(0.8 * 4.8 + 0.2 * 2.8);
}

TEST_F(Averaging, NoneLeavesAllAlone) {
  const averaging none = {AVERAGING_NONE, 0.5, 1, 0.5, 0};
  SetAll(2);
  Step(none, 1, 1);
  ExpectAverages(8);
  ExpectValues(2);
}

// The copies that layers keep in other types or layouts follow.
TEST_F(Averaging, ExchangedWeightsAreComputedWith) {
  const tensor *input = network_input(net_);
  std::vector<uint16_t> image(input->bytes / 2);
  for (size_t i = 0; i < image.size(); i++)
    image[i] = static_cast<uint16_t>(0x3f80 + i % 64); // 1 to 1.5 in bfloat16, and so in float32
  std::memcpy(input->data, image.data(), input->bytes);
  ASSERT_EQ(initialize(net_, 1, &error_), OCTAVO_OK);
  const std::vector<float> first = Logits();
  for (parameter *p : Parameters())
    std::memcpy(p->average, p->value.data, p->value.bytes);
  ASSERT_EQ(initialize(net_, 2, &error_), OCTAVO_OK);
  const std::vector<float> second = Logits();
  ASSERT_NE(first, second);
  ASSERT_EQ(averaging_swap(net_, &error_), OCTAVO_OK) << error_.text;
  EXPECT_EQ(Logits(), first);
  ASSERT_EQ(averaging_swap(net_, &error_), OCTAVO_OK) << error_.text;
  EXPECT_EQ(Logits(), second);
  // And those that lookahead goes on from.
  const averaging all_the_way_back = {AVERAGING_LOOKAHEAD, 0, 1, 0, 0};
  Step(all_the_way_back, 1, 1);
  EXPECT_EQ(Logits(), first);
}

} // namespace
