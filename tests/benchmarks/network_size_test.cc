#include "tests/benchmarks/network_files.h"

#include <algorithm>

namespace {

// Weights as published (torchvision's for ImageNet networks), less what folding takes away: of
// BatchNormalization's two values per channel one remains, as bias.
struct Published {
  const char *name;
  uint64_t weights;
};

class NetworkSize : public ::testing::TestWithParam<Published> {};

TEST_P(NetworkSize, IsAsPublished) {
  const Model model = Parse(Bytes(GetParam().name));
  ASSERT_TRUE(model);
  EXPECT_EQ(CountWeights(*model->graph), GetParam().weights);
}

INSTANTIATE_TEST_SUITE_P(
    All, NetworkSize,
    ::testing::Values(Published{"resnet18", 11689512 - 4800},
                      Published{"mobilenetv2", 3504872 - 17056},
                      Published{"mobilenetv1", 4231976 - 10944},
                      Published{"squeezenet1.1", 1235496},
                      // 3·3·(3·16 + 6·16·16 + 16·32 + 5·32·32 + 32·64 + 5·64·64) + 16·32 + 32·64
                      // + 65·10 + biases 7·16 + 7·32 + 7·64
                      Published{"resnet20", 9 * (48 + 6 * 256 + 512 + 5 * 1024 + 2048 + 5 * 4096) +
                                                512 + 2048 + 650 + 7 * (16 + 32 + 64)},
                      Published{"resnet8", 9 * (48 + 2 * 256 + 512 + 1024 + 2048 + 4096) + 512 +
                                               2048 + 650 + 3 * (16 + 32 + 64)}),
    [](const auto &param) {
      std::string name = param.param.name;
      name.erase(std::remove(name.begin(), name.end(), '.'), name.end());
      return name;
    });

TEST(Networks, AllAreSound) {
  for (size_t i = 0; i < network_count; i++) {
    SCOPED_TRACE(networks[i].name);
    const Model model = Parse(Bytes(networks[i].name));
    ASSERT_TRUE(model);
    ExpectSound(networks[i], *model->graph);
  }
}

} // namespace
