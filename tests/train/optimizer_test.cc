// One step of SGD against the formula of PyTorch's documentation, and three against PyTorch.
#include "train/optimizer.h"

#include "tests/train/pytorch_values.h"
#include "tests/train/small_network.h"

#include <cmath>
#include <string>
#include <vector>

namespace {

class Optimizer : public SmallNetwork {
protected:
  // Different numbers everywhere, and a momentum of zero.
  void Fill() {
    int k = 0;
    for (parameter *p : Parameters()) {
      for (size_t i = 0; i < Count(p); i++)
        Raw(p->value)[i] = 0.5f + 0.001f * static_cast<float>(k++ % 1000);
      for (size_t i = 0; parameter_trained(p) && i < Count(p); i++)
        Raw(p->gradient)[i] = 0.25f - 0.002f * static_cast<float>(k++ % 500);
    }
  }

  static double Gradient(int step, size_t i) {
    return (step == 0 ? 0.125 : -0.0625) * static_cast<double>(i % 5);
  }

  // Two steps on all parameters; `decays` says which of them shall shrink.
  void Check(const sgd &settings, bool (*decays)(const parameter *)) {
    constexpr double kRate = 0.1;
    Fill();
    std::vector<std::vector<double>> weight, buffer;
    for (parameter *p : Parameters()) {
      weight.emplace_back(Raw(p->value), Raw(p->value) + Count(p));
      buffer.emplace_back(Count(p), 0.0);
    }
    for (int step = 0; step < 2; step++) {
      for (size_t k = 0; k < weight.size(); k++) {
        const parameter *p = Parameters()[k];
        for (size_t i = 0; parameter_trained(p) && i < Count(p); i++) {
          Raw(p->gradient)[i] = static_cast<float>(Gradient(step, i));
          double g = Gradient(step, i) + (decays(p) ? settings.weight_decay * weight[k][i] : 0.0);
          // The documentation's first step sets the buffer to the gradient, which 0.9 · 0 + g is.
          buffer[k][i] = step == 0 ? g : settings.momentum * buffer[k][i] + g;
          g = settings.nesterov ? g + settings.momentum * buffer[k][i] : buffer[k][i];
          weight[k][i] -= kRate * g;
        }
      }
      ASSERT_EQ(sgd_step(net_, &settings, kRate, &error_), OCTAVO_OK) << error_.text;
      for (size_t k = 0; k < weight.size(); k++) {
        const parameter *p = Parameters()[k];
        for (size_t i = 0; i < Count(p); i++) {
          ASSERT_NEAR(Raw(p->value)[i], weight[k][i], 5e-7) << p->name << " " << i;
          if (parameter_trained(p)) {
            ASSERT_NEAR(p->momentum[i], buffer[k][i], 5e-7) << p->name << " " << i;
          }
        }
      }
    }
  }

  static bool WeightsOnly(const parameter *p) {
    const std::string name = p->name;
    return p->rank == 4 || name == "fc.weight";
  }
  static bool AllTrained(const parameter *p) {
    return parameter_trained(p);
  }
};

TEST_F(Optimizer, DecaySparesBatchNormAndBiases) {
  Check({0.9, 0.05, false, false}, WeightsOnly);
}
TEST_F(Optimizer, NesterovToo) {
  Check({0.9, 0.05, true, false}, WeightsOnly);
}
TEST_F(Optimizer, DecaysAllIfAsked) {
  Check({0.9, 0.05, true, true}, AllTrained);
}
TEST_F(Optimizer, WithoutMomentumOrDecayItIsTheGradientAlone) {
  Check({0, 0, false, false}, WeightsOnly);
}

TEST_F(Optimizer, ThreeStepsAsPyTorchTakesThem) {
  for (const bool nesterov : {false, true}) {
    const sgd settings = {0.9, 0.1, nesterov, false};
    parameter *const both[] = {Find("conv1.weight"), Find("fc.bias")};
    for (parameter *p : both)
      p->momentum[0] = 0;
    Raw(both[0]->value)[0] = 0.5f;
    Raw(both[1]->value)[0] = -1.25f;
    const float gradients[] = {1.0f, -0.5f, 0.25f};
    for (int step = 0; step < 3; step++) {
      for (parameter *p : both)
        Raw(p->gradient)[0] = gradients[step];
      ASSERT_EQ(sgd_step(net_, &settings, 0.25, &error_), OCTAVO_OK) << error_.text;
      for (int k = 0; k < 2; k++)
        EXPECT_NEAR(Raw(both[k]->value)[0], (nesterov ? kSgdNesterov : kSgdPlain)[step][k], 1e-6)
            << both[k]->name << ", step " << step;
    }
  }
}

} // namespace
