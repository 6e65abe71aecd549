// Activations against plain C++.
#include "tests/train/network_harness.h"

namespace {

class Activation : public NetworkHarness {};

constexpr architecture_function kFunctions[] = {ARCHITECTURE_RELU, ARCHITECTURE_RELU6,
                                                ARCHITECTURE_GELU, ARCHITECTURE_SCALE};

// Factor 5, so that ReLU6 meets both its ends; before it a convolution, whose output must stay.
TEST_P(Activation, AfterAConvolution) {
  for (architecture_function function : kFunctions)
    for (uint32_t channels : {10u, 16u}) {
      SCOPED_TRACE("function " + std::to_string(function));
      Check({3, 5, 3}, [&](architecture *a) {
        uint32_t x = architecture_convolution(a, 0, "first", "", channels, {3, 1, 1}, 1);
        x = architecture_activation(a, x, "wide", "", ARCHITECTURE_SCALE);
        a->layers[x].factor = 5;
        x = architecture_activation(a, x, "tested", "", function);
        a->layers[x].factor = 0.25f;
        x = architecture_convolution(a, x, "second", "", 16, {3, 1, 1}, 1);
        architecture_linear(a, x, "fc", 7);
      });
    }
}

// After a batch norm, where it may take the place of its input.
TEST_P(Activation, AfterABatchNorm) {
  for (architecture_function function : kFunctions)
    for (bool read_twice : {false, true}) {
      SCOPED_TRACE("function " + std::to_string(function));
      Check({3, 5, 3}, [&](architecture *a) {
        uint32_t x = architecture_convolution(a, 0, "first", "", 16, {3, 1, 1}, 1);
        const uint32_t norm = architecture_batch_norm(a, x, "bn", "", false);
        x = architecture_activation(a, norm, "tested", "", function);
        a->layers[x].factor = 0.25f;
        x = architecture_convolution(a, x, "second", "", 16, {3, 1, 1}, 1);
        if (read_twice)
          x = architecture_add(a, x, norm, "add", "", false);
        architecture_linear(a, x, "fc", 7);
      });
    }
}

OCTAVO_BOTH_PRECISIONS(Activation);

} // namespace
