// Convolutions against plain C++, in float32 and bfloat16.
#include "tests/train/network_harness.h"

namespace {

constexpr architecture_window kPoint{1, 1, 0};

class Convolution : public NetworkHarness {
protected:
  // A convolution of `inputs` channels, whose inputs and gradients come through others.
  void CheckOne(NetworkShape shape, uint32_t inputs, uint32_t outputs, architecture_window window,
                uint32_t groups) {
    SCOPED_TRACE(std::to_string(inputs) + " to " + std::to_string(outputs) + " channels, kernel " +
                 std::to_string(window.kernel) + ", stride " + std::to_string(window.stride) +
                 ", padding " + std::to_string(window.padding) + ", groups " +
                 std::to_string(groups) + ", size " + std::to_string(shape.size) + ", batch " +
                 std::to_string(shape.batch));
    Check(shape, [&](architecture *a) {
      uint32_t x = architecture_convolution(a, 0, "first", "", inputs, kPoint, 1);
      x = architecture_convolution(a, x, "tested", "", outputs, window, groups);
      x = architecture_convolution(a, x, "last", "", 16, kPoint, 1);
      architecture_linear(a, x, "fc", 7);
    });
  }
};

TEST_P(Convolution, KernelsAndStrides) {
  for (uint32_t kernel : {1u, 3u, 7u})
    for (uint32_t stride : {1u, 2u})
      for (uint32_t size : {8u, 9u})
        CheckOne({3, size, 2}, 16, 16, {kernel, stride, kernel / 2}, 1);
}

TEST_P(Convolution, WithoutPaddingAndWithMoreThanHalfAKernel) {
  CheckOne({3, 7, 2}, 16, 16, {3, 1, 0}, 1);
  CheckOne({3, 7, 2}, 16, 16, {3, 2, 0}, 1);
  CheckOne({3, 7, 2}, 16, 16, {3, 1, 2}, 1);
  CheckOne({3, 8, 2}, 16, 16, {2, 2, 0}, 1);
}

TEST_P(Convolution, ChannelsThatFillNoBlock) {
  for (uint32_t inputs : {3u, 10u, 24u, 33u})
    for (uint32_t outputs : {3u, 10u, 24u, 33u})
      CheckOne({3, 6, 2}, inputs, outputs, {3, 1, 1}, 1);
  for (uint32_t channels : {10u, 24u, 33u})
    CheckOne({3, 6, 2}, channels, channels, {1, 2, 0}, 1);
}

TEST_P(Convolution, OfTheImageItself) {
  for (uint32_t channels : {1u, 3u, 10u, 24u, 33u})
    for (uint32_t kernel : {3u, 7u})
      Check({channels, 9, 3}, [&](architecture *a) {
        const uint32_t x =
            architecture_convolution(a, 0, "tested", "", 24, {kernel, 2, kernel / 2}, 1);
        architecture_linear(a, x, "fc", 7);
      });
}

TEST_P(Convolution, Grouped) {
  for (uint32_t stride : {1u, 2u}) {
    CheckOne({3, 6, 2}, 32, 32, {3, stride, 1}, 2);
    CheckOne({3, 6, 2}, 24, 12, {3, stride, 1}, 3);
    CheckOne({3, 6, 2}, 33, 66, {3, stride, 1}, 11);
    CheckOne({3, 6, 2}, 24, 24, {1, stride, 0}, 4);
  }
}

TEST_P(Convolution, Depthwise) {
  for (uint32_t channels : {3u, 10u, 16u, 24u, 33u})
    for (uint32_t stride : {1u, 2u})
      CheckOne({3, 6, 3}, channels, channels, {3, stride, 1}, channels);
  CheckOne({3, 9, 3}, 24, 24, {7, 2, 3}, 24);
  CheckOne({3, 6, 3}, 16, 32, {3, 1, 1}, 16); // two outputs for each input
}

TEST_P(Convolution, Batches) {
  for (uint32_t batch : {1u, 3u, 5u, 17u}) {
    CheckOne({3, 5, batch}, 16, 24, {3, 1, 1}, 1);
    CheckOne({3, 5, batch}, 16, 16, {3, 2, 1}, 16);
  }
}

// Here outer rows and columns of the kernel never meet a pixel.
TEST_P(Convolution, ImagesSmallerThanTheKernel) {
  for (uint32_t size : {1u, 2u})
    for (uint32_t stride : {1u, 2u})
      for (uint32_t kernel : {3u, 5u, 7u})
        for (uint32_t groups : {1u, 16u})
          CheckOne({3, size, 3}, 16, 16, {kernel, stride, kernel / 2}, groups);
  for (uint32_t batch : {1u, 8u}) {
    CheckOne({3, 1, batch}, 33, 10, {3, 2, 1}, 1);
    CheckOne({3, 2, batch}, 33, 10, {3, 2, 1}, 1);
    CheckOne({3, 2, batch}, 32, 32, {3, 2, 1}, 4);
    CheckOne({3, 3, batch}, 24, 24, {7, 1, 3}, 1);
  }
  CheckOne({3, 3, 2}, 16, 16, {7, 2, 3}, 1); // the outermost rows only
  CheckOne({3, 2, 2}, 16, 16, {3, 1, 2}, 1); // more output than image
}

TEST_P(Convolution, WithBias) {
  for (uint32_t channels : {10u, 24u})
    for (uint32_t size : {1u, 2u, 6u})
      Check({3, size, 3}, [&](architecture *a) {
        uint32_t x = architecture_convolution(a, 0, "first", "", channels, {3, 2, 1}, 1);
        a->layers[x].bias = true;
        x = architecture_convolution(a, x, "second", "", channels, {3, 1, 1}, 1);
        a->layers[x].bias = true;
        architecture_linear(a, x, "fc", 7);
      });
}

TEST_P(Convolution, OfASmallImageItself) {
  for (uint32_t size : {1u, 2u})
    Check({3, size, 3}, [&](architecture *a) {
      const uint32_t x = architecture_convolution(a, 0, "tested", "", 16, {3, 2, 1}, 1);
      architecture_linear(a, x, "fc", 7);
    });
}

OCTAVO_BOTH_PRECISIONS(Convolution);

} // namespace
