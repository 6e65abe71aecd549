// The loss against plain C++ in double.
#include "train/loss.h"

#include "common/random.h"
#include "tests/train/reference_layers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

TEST(Loss, OfTwoClasses) {
  // Logits 0 and ln 3: probabilities 1/4 and 3/4.
  const float logits[] = {0, std::log(3.0f), 0, std::log(3.0f)};
  const uint32_t labels[] = {1, 0};
  float gradient[4];
  const loss_result plain = loss_cross_entropy(logits, labels, 2, 2, 2, 0, gradient);
  EXPECT_NEAR(plain.sum, -std::log(0.75) - std::log(0.25), 1e-6);
  EXPECT_EQ(plain.correct, 1u);
  // (p − t) / 2 images.
  const double expected[] = {0.125, -0.125, -0.375, 0.375};
  for (int i = 0; i < 4; i++)
    EXPECT_NEAR(gradient[i], expected[i], 1e-6) << i;
  // Smoothing 0.2 makes the targets 0.9 and 0.1.
  const loss_result smooth = loss_cross_entropy(logits, labels, 1, 2, 2, 0.2, gradient);
  EXPECT_NEAR(smooth.sum, -0.9 * std::log(0.75) - 0.1 * std::log(0.25), 1e-6);
  EXPECT_NEAR(gradient[1], 0.75 - 0.9, 1e-6);
  EXPECT_EQ(gradient[2], 0); // beyond `count`
}

// The first of the largest is the answer.
TEST(Loss, OfEqualLogits) {
  const float logits[] = {1, 2, 2};
  for (uint32_t label : {0u, 1u, 2u})
    EXPECT_EQ(loss_cross_entropy(logits, &label, 1, 1, 3, 0, nullptr).correct,
              label == 1 ? 1u : 0u);
}

TEST(Loss, AsPlainCxxComputesIt) {
  random_state random;
  random_seed(&random, 3);
  for (uint32_t classes : {2u, 10u, 33u})
    for (uint32_t count : {1u, 5u, 8u})
      for (double smoothing : {0.0, 0.1, 0.3}) {
        constexpr uint32_t kRows = 8;
        std::vector<float> logits(kRows * classes), gradient(logits.size(), -1);
        std::vector<uint32_t> labels(count);
        uint32_t correct = 0;
        for (float &z : logits)
          z = static_cast<float>(3 * random_normal(&random));
        for (uint32_t i = 0; i < count; i++) {
          labels[i] = static_cast<uint32_t>(random_below(&random, classes));
          const auto row = logits.begin() + i * classes;
          correct += std::max_element(row, row + classes) - row == labels[i];
        }
        const loss_result found = loss_cross_entropy(logits.data(), labels.data(), count, kRows,
                                                     classes, smoothing, gradient.data());
        reference::Numbers expected(logits.size());
        const double loss = reference::CrossEntropy({logits.begin(), logits.end()}, labels, classes,
                                                    smoothing, &expected);
        EXPECT_NEAR(found.sum / count, loss, 1e-12);
        EXPECT_EQ(found.correct, correct);
        for (size_t i = 0; i < gradient.size(); i++)
          EXPECT_NEAR(gradient[i], expected[i], 1e-7) << i; // one rounding of a number below 1
      }
}

// exp(1000) is no number that a double can hold.
TEST(Loss, OfHugeLogits) {
  const float logits[] = {1000, -1000, 999};
  const uint32_t labels[] = {1};
  float gradient[3];
  const double sum = loss_cross_entropy(logits, labels, 1, 1, 3, 0, gradient).sum;
  EXPECT_NEAR(sum, 2000 + std::log1p(std::exp(-1.0)), 1e-9);
  EXPECT_FLOAT_EQ(gradient[1], -1);
}

} // namespace
