// Linear layers against plain C++.
#include "tests/train/network_harness.h"

namespace {

class Linear : public NetworkHarness {};

TEST_P(Linear, UnitsAndBatches) {
  for (uint32_t batch : {1u, 3u, 16u})
    for (uint32_t units : {1u, 2u, 10u, 33u})
      Check({3, 4, batch}, [&](architecture *a) { architecture_linear(a, 0, "fc", units); });
}

TEST_P(Linear, TwoInARow) {
  Check({3, 4, 5}, [](architecture *a) {
    architecture_linear(a, architecture_linear(a, 0, "first", 24), "second", 10);
  });
}

TEST_P(Linear, WithoutBias) {
  Check({3, 4, 5}, [](architecture *a) {
    const uint32_t x = architecture_linear(a, 0, "fc", 10);
    a->layers[x].bias = false;
  });
}

// Its inputs count in the order channel, row, column, whatever the layout before it.
TEST_P(Linear, OfAnImageWithManyChannels) {
  for (uint32_t channels : {10u, 16u, 33u})
    Check({3, 5, 3}, [&](architecture *a) {
      const uint32_t x = architecture_convolution(a, 0, "conv", "", channels, {3, 2, 1}, 1);
      architecture_linear(a, x, "fc", 10);
    });
}

OCTAVO_BOTH_PRECISIONS(Linear);

} // namespace
