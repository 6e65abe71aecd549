// Poolings against plain C++.
#include "tests/train/network_harness.h"

namespace {

class Pool : public NetworkHarness {
protected:
  void CheckOne(uint32_t size, uint32_t channels, architecture_kind kind,
                architecture_window window) {
    SCOPED_TRACE("size " + std::to_string(size) + ", channels " + std::to_string(channels) +
                 ", kernel " + std::to_string(window.kernel) + ", stride " +
                 std::to_string(window.stride) + ", padding " + std::to_string(window.padding));
    Check({3, size, 3}, [&](architecture *a) {
      uint32_t x = architecture_convolution(a, 0, "first", "", channels, {1, 1, 0}, 1);
      x = architecture_pool(a, x, "pool", kind, window);
      architecture_linear(a, x, "fc", 7);
    });
  }
  void CheckAll(architecture_kind kind) {
    for (uint32_t size : {6u, 7u}) {
      CheckOne(size, 16, kind, {2, 2, 0});
      CheckOne(size, 16, kind, {3, 1, 1});
      CheckOne(size, 16, kind, {3, 2, 1});
      CheckOne(size, 16, kind, {3, 2, 0});
    }
    CheckOne(2, 16, kind, {3, 2, 1});
    CheckOne(1, 16, kind, {3, 2, 1});
    for (uint32_t channels : {3u, 10u, 24u, 33u})
      CheckOne(6, channels, kind, {3, 2, 1});
  }
};

TEST_P(Pool, Maximum) {
  CheckAll(ARCHITECTURE_MAX_POOL);
}

TEST_P(Pool, AverageOfThePixelsWithin) {
  CheckAll(ARCHITECTURE_AVERAGE_POOL);
}

TEST_P(Pool, GlobalAverage) {
  for (uint32_t size : {1u, 2u, 7u})
    for (uint32_t channels : {3u, 16u, 24u, 33u})
      CheckOne(size, channels, ARCHITECTURE_GLOBAL_AVERAGE, {});
}

// ReLU before a maximum: equal pixels, all 0, have no gradient whichever is taken.
TEST_P(Pool, MaximumAfterRelu) {
  Check({3, 8, 3}, [](architecture *a) {
    uint32_t x = architecture_convolution(a, 0, "first", "", 16, {3, 1, 1}, 1);
    x = architecture_batch_norm(a, x, "bn", "", true);
    x = architecture_pool(a, x, "pool", ARCHITECTURE_MAX_POOL, {3, 2, 1});
    x = architecture_convolution(a, x, "second", "", 24, {3, 1, 1}, 1);
    x = architecture_pool(a, x, "global", ARCHITECTURE_GLOBAL_AVERAGE, {});
    architecture_linear(a, x, "fc", 7);
  });
}

OCTAVO_BOTH_PRECISIONS(Pool);

} // namespace
