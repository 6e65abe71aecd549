// Runs a small network of the trainer and the plain C++ one (reference_network.h) side by side and
// compares all that can be seen through train/network.h: logits, every parameter's gradient, batch
// norm's running statistics. Layouts of activations and fusions of layers do not matter to it.
#ifndef OCTAVO_TESTS_TRAIN_NETWORK_HARNESS_H
#define OCTAVO_TESTS_TRAIN_NETWORK_HARNESS_H

#include "common/random.h"
#include "tests/train/reference_network.h"
#include "train/network.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

// The image; the batch.
struct NetworkShape {
  uint32_t channels, size, batch;
};

using NetworkBuilder = std::function<void(architecture *)>;

// Parameter: whether in bfloat16. Skipped where the CPU has none.
//
// The last layer must be linear: what it reads shows in the logits, and the logits' gradient,
// random numbers, reaches all layers through it.
class NetworkHarness : public ::testing::TestWithParam<bool> {
protected:
  void SetUp() override;
  void TearDown() override;

  // Two training passes, forward and backward, with other images each, then one without training.
  void Check(NetworkShape shape, const NetworkBuilder &build);

  // The steps of Check, for tests that do more in between.
  void Make(NetworkShape shape, const NetworkBuilder &build);
  void Train();       // one pass
  void CheckLogits(); // of the last pass
  void CheckParameters();
  void CheckInference();
  // How much of a tensor's norm rounding may change.
  double Tolerance() const;

  onednn d_{};
  octavo_error error_{};
  architecture plan_{};
  network *net_ = nullptr;
  std::unique_ptr<reference::Network> reference_;

private:
  void FillReference();
  void CopyParameters();
  void DrawImage();
  void SetImage();
  void CheckGradient(const parameter *p);
  void CheckUnmetTaps(const std::string &name, const std::vector<float> &gradient);
  // `size` is the norm that the tolerance goes by, if it is more than that of `expected`.
  void Compare(const std::vector<float> &found, const reference::Numbers &expected, double size,
               const std::string &what);

  NetworkShape shape_{};
  random_state random_{};
  reference::Numbers image_, logits_gradient_;
  double margin_ = 0; // over all passes
};

#define OCTAVO_BOTH_PRECISIONS(Suite)                                                              \
  INSTANTIATE_TEST_SUITE_P(Precision, Suite, ::testing::Values(false, true),                       \
                           [](const auto &p) { return p.param ? "bfloat16" : "float32"; })

#endif
