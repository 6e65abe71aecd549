#include "platforms/arm/first_core.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/common/temporary_folder.h"

namespace {

class Machine {
public:
  explicit Machine(const std::string &online) {
    root_.write("sys/devices/system/cpu/online", online + "\n");
  }
  void Write(uint32_t cpu, const std::string &file, const std::string &text) {
    root_.write("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/" + file, text + "\n");
  }
  void WriteCpuinfo(const std::string &text) {
    root_.write("proc/cpuinfo", text);
  }
  uint32_t Midr() const {
    return platform_first_core_midr(root_.path().c_str());
  }

private:
  TemporaryFolder root_;
};

// Arm's manual: implementer (Arm is 0x41), variant, 0xf, part (Cortex-A53 0xd03, A72 0xd08),
// revision.
constexpr uint32_t kCortexA55 = 0x411fd052, kCortexA72 = 0x410fd083;

TEST(FirstCore, OfEqualCoresTheFirst) {
  Machine m("0-3");
  m.Write(0, "regs/identification/midr_el1", "0x00000000410fd083");
  m.Write(1, "regs/identification/midr_el1", "0x00000000410fd034");
  EXPECT_EQ(m.Midr(), kCortexA72);
}

TEST(FirstCore, ThatWithMoreCapacityHoweverFastTheOthersAre) {
  Machine m("0-5");
  for (uint32_t cpu = 0; cpu < 6; cpu++) {
    const bool big = cpu >= 4;
    m.Write(cpu, "cpu_capacity", big ? "1024" : "485");
    m.Write(cpu, "cpufreq/cpuinfo_max_freq", big ? "1800000" : "2016000");
    m.Write(cpu, "regs/identification/midr_el1", big ? "0x00000000410fd083" : "0x00000000410fd034");
  }
  EXPECT_EQ(m.Midr(), kCortexA72);
}

TEST(FirstCore, ThatWithTheHighestFrequencyWhereCapacityIsUnknown) {
  Machine m("0-1");
  m.Write(0, "cpufreq/cpuinfo_max_freq", "1416000");
  m.Write(1, "cpufreq/cpuinfo_max_freq", "1800000");
  m.Write(0, "regs/identification/midr_el1", "0x00000000410fd034");
  m.Write(1, "regs/identification/midr_el1", "0x00000000410fd083");
  EXPECT_EQ(m.Midr(), kCortexA72);
}

TEST(FirstCore, TheFieldsOfCpuinfoWhereTheRegisterIsNotTold) {
  Machine m("0-1");
  m.Write(1, "cpu_capacity", "1024");
  m.WriteCpuinfo(
      "processor\t: 0\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x0\n"
      "CPU part\t: 0xd08\nCPU revision\t: 3\n\n"
      "processor\t: 1\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x1\n"
      "CPU part\t: 0xd05\nCPU revision\t: 2\n");
  EXPECT_EQ(m.Midr(), kCortexA55);
}

TEST(FirstCore, NoneWhereNothingIsTold) {
  const TemporaryFolder empty;
  EXPECT_EQ(platform_first_core_midr(empty.path().c_str()), 0u);
  Machine m("0");
  m.WriteCpuinfo("processor\t: 0\nCPU implementer\t: 0x41\n");
  EXPECT_EQ(m.Midr(), 0u);
}

} // namespace
