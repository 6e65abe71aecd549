// Batch norm, alone and with the ReLU and the sum after it, against plain C++.
#include "tests/train/network_harness.h"

namespace {

class BatchNorm : public NetworkHarness {
protected:
  // One weight for each channel of the image: the norm's input keeps away from its mean, so that no
  // rounding pushes a value across the kink of a ReLU.
  static uint32_t Spread(architecture *a, const char *name, uint32_t channels) {
    return architecture_convolution(a, 0, name, "", channels, {1, 1, 0}, channels);
  }
};

uint32_t ConvolutionNorm(architecture *a, uint32_t x, const char *name, uint32_t channels,
                         architecture_window window, bool relu) {
  x = architecture_convolution(a, x, name, ".conv", channels, window, 1);
  return architecture_batch_norm(a, x, name, ".bn", relu);
}

TEST_P(BatchNorm, WithoutAndWithRelu) {
  for (uint32_t channels : {3u, 10u, 16u, 24u, 33u, 64u})
    for (bool relu : {false, true}) {
      SCOPED_TRACE(std::to_string(channels) + (relu ? " channels, ReLU" : " channels"));
      Check({channels, 5, 3}, [&](architecture *a) {
        uint32_t x = Spread(a, "spread", channels);
        x = architecture_batch_norm(a, x, "bn", "", relu);
        architecture_linear(a, x, "fc", 7);
      });
    }
}

TEST_P(BatchNorm, SizesAndBatches) {
  const struct {
    uint32_t size, batch;
  } rows[] = {{9, 1}, {4, 1}, {1, 64}, {1, 33}, {2, 9}, {7, 5}, {16, 2}};
  for (const auto &row : rows) {
    SCOPED_TRACE("size " + std::to_string(row.size) + ", batch " + std::to_string(row.batch));
    Check({16, row.size, row.batch}, [&](architecture *a) {
      uint32_t x = Spread(a, "spread", 16);
      x = architecture_batch_norm(a, x, "bn", "", true);
      architecture_linear(a, x, "fc", 7);
    });
  }
}

// After a convolution of all channels and before another: in the layouts that those choose.
TEST_P(BatchNorm, BetweenConvolutions) {
  for (uint32_t channels : {10u, 16u, 24u, 33u, 64u})
    for (bool relu : {false, true}) {
      SCOPED_TRACE(std::to_string(channels) + (relu ? " channels, ReLU" : " channels"));
      Check({3, 6, 3}, [&](architecture *a) {
        uint32_t x = ConvolutionNorm(a, 0, "one", channels, {3, 1, 1}, relu);
        x = ConvolutionNorm(a, x, "two", channels, {3, 1, 1}, relu);
        architecture_linear(a, x, "fc", 7);
      });
    }
}

// A residual block: norm, plus the identity, ReLU.
TEST_P(BatchNorm, ThenTheSumWithTheIdentityAndRelu) {
  for (uint32_t channels : {16u, 24u, 33u, 64u})
    for (bool relu : {false, true}) {
      SCOPED_TRACE(std::to_string(channels) + (relu ? " channels, ReLU" : " channels"));
      Check({3, 6, 3}, [&](architecture *a) {
        uint32_t x = ConvolutionNorm(a, 0, "stem", channels, {3, 1, 1}, true);
        for (const char *block : {"one", "two"}) {
          const uint32_t y = ConvolutionNorm(a, x, block, channels, {3, 1, 1}, false);
          x = architecture_add(a, y, x, block, ".add", relu);
        }
        architecture_linear(a, x, "fc", 7);
      });
    }
}

// The identity as the first of the two summed up.
TEST_P(BatchNorm, SecondInTheSum) {
  Check({3, 6, 3}, [](architecture *a) {
    const uint32_t x = ConvolutionNorm(a, 0, "stem", 16, {3, 1, 1}, true);
    uint32_t y = ConvolutionNorm(a, x, "branch", 16, {3, 1, 1}, false);
    y = architecture_add(a, x, y, "add", "", true);
    architecture_linear(a, y, "fc", 7);
  });
}

// Both branches end in a norm, and the input goes on to both.
TEST_P(BatchNorm, TwoSummedUp) {
  for (uint32_t channels : {16u, 24u})
    for (bool relu : {false, true})
      Check({3, 6, 3}, [&](architecture *a) {
        uint32_t x = ConvolutionNorm(a, 0, "stem", 16, {3, 1, 1}, true);
        const uint32_t y = ConvolutionNorm(a, x, "branch", channels, {3, 2, 1}, false);
        x = ConvolutionNorm(a, x, "projection", channels, {1, 2, 0}, false);
        x = architecture_add(a, y, x, "add", "", relu);
        architecture_linear(a, x, "fc", 7);
      });
}

// The norm's output is read by the sum and by another convolution too: it may not vanish in a fused
// layer.
TEST_P(BatchNorm, ReadTwice) {
  for (bool relu : {false, true})
    Check({3, 6, 3}, [&](architecture *a) {
      const uint32_t x = ConvolutionNorm(a, 0, "stem", 16, {3, 1, 1}, true);
      const uint32_t y = ConvolutionNorm(a, x, "branch", 16, {3, 1, 1}, relu);
      uint32_t sum = architecture_add(a, y, x, "add", "", true);
      const uint32_t z = ConvolutionNorm(a, y, "more", 16, {3, 1, 1}, false);
      sum = architecture_add(a, sum, z, "add2", "", true);
      architecture_linear(a, sum, "fc", 7);
    });
}

// The gradient of a sum goes on to both inputs: the one with a ReLU of its own may not spoil it for
// the other, whichever comes first.
TEST_P(BatchNorm, SummedUpWithASum) {
  for (bool early : {false, true})
    for (bool relu : {false, true})
      Check({3, 6, 3}, [&](architecture *a) {
        const uint32_t stem = ConvolutionNorm(a, 0, "stem", 16, {3, 1, 1}, true);
        uint32_t y = early ? ConvolutionNorm(a, stem, "branch", 16, {3, 1, 1}, false) : 0;
        uint32_t sum = ConvolutionNorm(a, stem, "one", 16, {3, 1, 1}, false);
        sum = architecture_add(a, sum, stem, "add", "", relu);
        y = early ? y : ConvolutionNorm(a, stem, "branch", 16, {3, 1, 1}, false);
        architecture_linear(a, architecture_add(a, sum, y, "add2", "", relu), "fc", 7);
      });
}

// Between the norm and the sum another layer reads the identity, and adds its gradient there.
TEST_P(BatchNorm, SummedUpWithWhatIsReadInBetween) {
  for (bool pool : {false, true})
    Check({3, 6, 3}, [&](architecture *a) {
      const uint32_t stem = ConvolutionNorm(a, 0, "stem", 16, {3, 1, 1}, true);
      const uint32_t y = ConvolutionNorm(a, stem, "branch", 16, {3, 1, 1}, false);
      const uint32_t z =
          pool ? architecture_pool(a, stem, "pool", ARCHITECTURE_AVERAGE_POOL, {3, 1, 1})
               : ConvolutionNorm(a, stem, "other", 16, {3, 1, 1}, false);
      const uint32_t sum = architecture_add(a, y, stem, "add", "", true);
      architecture_linear(a, architecture_add(a, sum, z, "add2", "", true), "fc", 7);
    });
}

// One norm in two sums.
TEST_P(BatchNorm, SummedUpTwice) {
  Check({3, 6, 3}, [](architecture *a) {
    const uint32_t stem = ConvolutionNorm(a, 0, "stem", 16, {3, 1, 1}, true);
    const uint32_t y = ConvolutionNorm(a, stem, "branch", 16, {3, 1, 1}, false);
    const uint32_t sum = architecture_add(a, y, stem, "add", "", true);
    architecture_linear(a, architecture_add(a, y, sum, "add2", "", true), "fc", 7);
  });
}

// The share of the running statistics that airbench94 has, and a scale that is not trained.
TEST_P(BatchNorm, OtherShareAndFrozenScale) {
  Check({3, 6, 3}, [](architecture *a) {
    const uint32_t x = ConvolutionNorm(a, 0, "stem", 16, {3, 1, 1}, true);
    a->layers[x].running_share = 0.4f;
    a->layers[x].frozen = true;
    architecture_linear(a, x, "fc", 7);
  });
}

// Sums whose terms keep clear of 0: ±1 from the norm and less from the other one.
TEST_P(BatchNorm, SumFarFromTheKink) {
  for (uint32_t channels : {10u, 16u, 33u})
    Check({channels, 6, 3}, [&](architecture *a) {
      uint32_t x = architecture_batch_norm(a, Spread(a, "spread", channels), "bn", "", false);
      const uint32_t half =
          architecture_pool(a, x, "average", ARCHITECTURE_AVERAGE_POOL, {3, 1, 1});
      x = architecture_add(a, x, half, "add", "", true);
      architecture_linear(a, x, "fc", 7);
    });
}

OCTAVO_BOTH_PRECISIONS(BatchNorm);

} // namespace
