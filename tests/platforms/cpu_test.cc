#include "platforms/platform.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <thread>

#include "platforms/posix/cpu_features.h"

namespace {

bool HasWord(const std::string &list, const std::string &word) {
  return (" " + list + " ").find(" " + word + " ") != std::string::npos;
}

// Empty in an emulator that shows the file of the machine it runs on, whose processor is another.
std::string KernelFlags() {
  const std::string field =
      std::string(platform_cpu_isa()).rfind("x86", 0) == 0 ? "flags" : "Features";
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.rfind(field, 0) == 0)
      return line.substr(line.find(':') + 1);
  return "";
}

TEST(Cpu, CountIsBetweenOneAndThoseOnline) {
  platform_cpu cpu;
  platform_cpu_describe(&cpu);
  EXPECT_GE(platform_cpu_count(), 1u);
  EXPECT_LE(platform_cpu_count(), cpu.cpus);
}

TEST(Cpu, DescriptionIsFilled) {
  platform_cpu cpu;
  platform_cpu_describe(&cpu);
  EXPECT_STRNE(cpu.name, "");
  EXPECT_STREQ(cpu.isa, platform_cpu_isa());
  EXPECT_TRUE(cpu.l1d == 0 || (cpu.l1d >= 4096 && cpu.l1d <= (1u << 20))) << cpu.l1d;
  EXPECT_TRUE(cpu.l2 == 0 || cpu.l2 >= cpu.l1d) << cpu.l2;
}

// The kernel's view of the processor, by its own names.
TEST(Cpu, FeaturesAgreeWithTheKernels) {
  const struct {
    const char *isa, *ours, *kernels;
  } names[] = {{"x86-64", "sse4.1", "sse4_1"},     {"x86-64", "avx", "avx"},
               {"x86-64", "avx2", "avx2"},         {"x86-64", "fma", "fma"},
               {"x86-64", "f16c", "f16c"},         {"x86-64", "avx-vnni", "avx_vnni"},
               {"x86-64", "avx512", "avx512bw"},   {"x86-64", "avx512-vnni", "avx512_vnni"},
               {"x86-64", "amx-int8", "amx_int8"}, {"x86-64", "gfni", "gfni"},
               {"arm64", "neon", "asimd"},         {"arm64", "dot", "asimddp"},
               {"arm64", "fp16", "asimdhp"},       {"arm64", "i8mm", "i8mm"},
               {"arm64", "bf16", "bf16"},          {"arm64", "sve", "sve"}};
  const std::string flags = KernelFlags();
  if (flags.empty())
    GTEST_SKIP() << "/proc/cpuinfo tells no features of this processor";
  char text[128];
  platform_cpu_features(text, sizeof text);
  for (const auto &name : names) {
    if (std::string(name.isa) == platform_cpu_isa()) {
      EXPECT_EQ(HasWord(text, name.ours), HasWord(flags, name.kernels)) << name.ours;
    }
  }
}

TEST(Cpu, PinningLeavesOneCpuToTheThreadAlone) {
  const uint32_t before = platform_cpu_count();
  bool pinned = false;
  uint32_t inside = 0;
  std::thread thread([&] {
    pinned = platform_cpu_pin(before + 1); // wraps round
    inside = platform_cpu_count();
  });
  thread.join();
  if (!pinned)
    GTEST_SKIP() << "this system cannot bind threads to CPUs";
  EXPECT_EQ(inside, 1u);
  EXPECT_EQ(platform_cpu_count(), before);
}

} // namespace
