#include "runtime/kernels/selected.h"

#include <gtest/gtest.h>

#include <string>

#include "platforms/platform.h"
#include "platforms/posix/cpu_features.h"
#include "runtime/kernels/convolution.h"

namespace {

std::string Kernel(const std::string &layers) {
  octavo_kernel_selected selected[OCTAVO_KERNELS_SELECTED_MAX];
  const uint32_t count = octavo_kernels_selected(selected);
  for (uint32_t i = 0; i < count; i++)
    if (layers == selected[i].layers)
      return std::string(selected[i].from) + " " + selected[i].kernel;
  return "";
}

// The best of what the processor has, as our own detection, not cpuinfo's, sees it.
std::string Expected() {
  char text[128];
  platform_cpu_features(text, sizeof text);
  const std::string features = " " + std::string(text) + " ";
  const struct {
    const char *feature, *kernel;
  } best[] = {{"amx-int8", "avx512amx"}, {"avx512-vnni", "avx512vnni"},
              {"avx-vnni", "avxvnni"},   {"avx512", "avx512skx"},
              {"avx2", "avx2"},          {"avx", "avx"},
              {"sse4.1", "sse4.1"},      {"i8mm", "neoni8mm"},
              {"dot", "neondot"},        {"neon", "neon"}};
  for (const auto &row : best)
    if (features.find(std::string(" ") + row.feature + " ") != std::string::npos)
      return std::string("XNNPACK ") + row.kernel;
  return std::string(platform_cpu_isa()) == "x86-64" ? "XNNPACK sse2" : "XNNPACK scalar";
}

TEST(KernelsSelected, FollowTheInstructions) {
  EXPECT_EQ(Kernel("int8 fully connected"), Expected());
  octavo_kernels_own = false;
  EXPECT_EQ(Kernel("int8 convolution"), Expected());
  octavo_kernels_own = true;
  const octavo_convolution_kernel *own = octavo_convolution_kernel_find();
  EXPECT_EQ(Kernel("int8 convolution"), own ? std::string("Octavo ") + own->name : Expected());
}

} // namespace
