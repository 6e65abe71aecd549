#include "platforms/posix/cpu_clusters.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <string>
#include <thread>

#include "tests/common/temporary_folder.h"

namespace {

// A machine of which /sys tells what a test says.
class Machine {
public:
  void Online(const std::string &list) {
    root_.write("sys/devices/system/cpu/online", list + "\n");
  }
  void Write(uint32_t cpu, const std::string &file, const std::string &text) {
    root_.write("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/" + file, text + "\n");
  }
  uint32_t Clusters() {
    return platform_cpu_clusters_at(root_.path().c_str(), clusters);
  }
  uint32_t PreferFast(uint32_t threads) {
    return platform_cpu_prefer_fast_at(root_.path().c_str(), threads);
  }
  platform_cluster clusters[PLATFORM_CLUSTERS_MAX];

private:
  TemporaryFolder root_;
};

TEST(CpuClusters, BigAndLittleByCapacity) {
  Machine m;
  m.Online("0-5");
  for (uint32_t cpu = 0; cpu < 6; cpu++) {
    const bool big = cpu >= 4;
    m.Write(cpu, "cpu_capacity", big ? "1024" : "485");
    m.Write(cpu, "cpufreq/cpuinfo_min_freq", "408000");
    m.Write(cpu, "cpufreq/cpuinfo_max_freq", big ? "1800000" : "1416000");
    m.Write(cpu, "cpufreq/scaling_max_freq", big ? "1200000" : "1416000");
    m.Write(cpu, "cpufreq/scaling_cur_freq", "600000");
    m.Write(cpu, "cpufreq/scaling_governor", "schedutil");
  }
  ASSERT_EQ(m.Clusters(), 2u);
  const platform_cluster &little = m.clusters[0], &big = m.clusters[1];
  EXPECT_EQ(little.cpus[0], 0x0fu);
  EXPECT_EQ(little.count, 4u);
  EXPECT_FALSE(little.fast);
  EXPECT_EQ(big.cpus[0], 0x30u);
  EXPECT_EQ(big.count, 2u);
  EXPECT_TRUE(big.fast);
  EXPECT_EQ(big.capacity, 1024u);
  EXPECT_DOUBLE_EQ(big.lowest_mhz, 408);
  EXPECT_DOUBLE_EQ(big.highest_mhz, 1800);
  EXPECT_DOUBLE_EQ(big.limit_mhz, 1200);
  EXPECT_DOUBLE_EQ(big.frequency_mhz, 600);
  EXPECT_STREQ(big.governor, "schedutil");
}

TEST(CpuClusters, ByFrequencyWhereCapacityIsNotTold) {
  Machine m;
  m.Online("0,2-3,70");
  m.Write(0, "cpufreq/cpuinfo_max_freq", "5000000");
  m.Write(2, "cpufreq/cpuinfo_max_freq", "3800000");
  m.Write(3, "cpufreq/cpuinfo_max_freq", "3800000");
  m.Write(70, "cpufreq/cpuinfo_max_freq", "5200000"); // a favoured core of the same kind
  ASSERT_EQ(m.Clusters(), 3u);
  EXPECT_TRUE(m.clusters[0].fast);
  EXPECT_FALSE(m.clusters[1].fast);
  EXPECT_EQ(m.clusters[1].cpus[0], 0x0cu);
  EXPECT_TRUE(m.clusters[2].fast);
  EXPECT_EQ(m.clusters[2].cpus[1], 0x40u);
}

TEST(CpuClusters, AlikeAndUnknownAreFast) {
  Machine m;
  EXPECT_EQ(m.Clusters(), 0u);
  m.Online("0-3");
  ASSERT_EQ(m.Clusters(), 1u);
  EXPECT_EQ(m.clusters[0].count, 4u);
  EXPECT_TRUE(m.clusters[0].fast);
  EXPECT_EQ(m.clusters[0].capacity, 0u);
  EXPECT_STREQ(m.clusters[0].governor, "");
}

TEST(CpuClusters, MoreKindsThanFitAndNonsense) {
  Machine m;
  m.Online("0-11");
  for (uint32_t cpu = 0; cpu < 12; cpu++)
    m.Write(cpu, "cpu_capacity", std::to_string(100 + cpu));
  ASSERT_EQ(m.Clusters(), PLATFORM_CLUSTERS_MAX);
  EXPECT_EQ(m.clusters[PLATFORM_CLUSTERS_MAX - 1].count, 5u);
  m.Online("3-1,x");
  EXPECT_EQ(m.Clusters(), 0u);
  m.Online("1000-99999");
  ASSERT_EQ(m.Clusters(), 1u);
  EXPECT_EQ(m.clusters[0].count, 24u);
}

// The first CPU that this process may use is the fast one of the machine.
class PreferFast : public testing::Test {
protected:
  void SetUp() override {
    cpu_set_t allowed;
    ASSERT_EQ(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    if (CPU_COUNT(&allowed) < 2)
      GTEST_SKIP() << "one CPU alone";
    std::string online;
    for (uint32_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
      if (!CPU_ISSET(cpu, &allowed))
        continue;
      machine_.Write(cpu, "cpu_capacity", online.empty() ? "1024" : "300");
      online += (online.empty() ? "" : ",") + std::to_string(cpu);
    }
    machine_.Online(online);
  }
  uint32_t Bound(uint32_t threads, uint32_t *usable) {
    uint32_t bound = 0;
    std::thread thread([&] {
      bound = machine_.PreferFast(threads);
      std::thread child([&] { *usable = platform_cpu_count(); });
      child.join();
    });
    thread.join();
    return bound;
  }
  Machine machine_;
};

TEST_F(PreferFast, BindsTheThreadAndThoseItMakes) {
  uint32_t usable = 0;
  EXPECT_EQ(Bound(0, &usable), 1u);
  EXPECT_EQ(usable, 1u);
  EXPECT_EQ(Bound(1, &usable), 1u);
  EXPECT_EQ(usable, 1u);
}

TEST_F(PreferFast, LeavesMoreThreadsThanFastCpusAlone) {
  uint32_t usable = 0;
  EXPECT_EQ(Bound(2, &usable), 0u);
  EXPECT_EQ(usable, platform_cpu_count());
}

TEST_F(PreferFast, LeavesMachinesOfOneKindAlone) {
  Machine alike;
  alike.Online("0-1023");
  EXPECT_EQ(alike.PreferFast(0), 0u);
}

} // namespace
