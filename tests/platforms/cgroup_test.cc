#include "platforms/posix/cgroup.h"

#include <gtest/gtest.h>

#include "tests/common/temporary_folder.h"

namespace {

const char kMountV2[] = "25 20 0:22 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";
const char kMountV1[] =
    "20 1 0:1 / / rw - ext4 /dev/sda rw\n"
    "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n";

TEST(Cgroup, Version2TakesTheSmallestOnTheWayUp) {
  TemporaryFolder root;
  root.write("proc/self/cgroup", "0::/user/app/worker\n");
  root.write("proc/self/mountinfo", kMountV2);
  root.write("sys/fs/cgroup/user/cpu.max", "max 100000\n");
  root.write("sys/fs/cgroup/user/app/cpu.max", "150000 100000\n");
  root.write("sys/fs/cgroup/user/app/worker/cpu.max", "400000 100000\n");
  root.write("sys/fs/cgroup/user/app/worker/cpu.stat",
             "usage_usec 5\nnr_periods 9\nnr_throttled 3\nthrottled_usec 8\n");
  EXPECT_DOUBLE_EQ(platform_cgroup_cpus(root.path().c_str()), 1.5);
  EXPECT_EQ(platform_cgroup_throttled(root.path().c_str()), 3u);
}

TEST(Cgroup, Version2QuotaAtTheMountPoint) {
  TemporaryFolder root;
  root.write("proc/self/cgroup", "0::/\n");
  root.write("proc/self/mountinfo", kMountV2);
  root.write("sys/fs/cgroup/cpu.max", "50000 100000\n");
  root.write("cpu.max", "1000 100000\n"); // above the mount: none of ours
  EXPECT_DOUBLE_EQ(platform_cgroup_cpus(root.path().c_str()), 0.5);
}

TEST(Cgroup, Version1) {
  TemporaryFolder root;
  root.write("proc/self/cgroup", "5:cpuset:/other\n4:cpu,cpuacct:/docker/abc\n0::/docker/abc\n");
  root.write("proc/self/mountinfo", kMountV1);
  root.write("sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "250000\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us", "100000\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  EXPECT_DOUBLE_EQ(platform_cgroup_cpus(root.path().c_str()), 2.5);
}

// In a container without a namespace the mount shows the group's own folder as its root.
TEST(Cgroup, MountThatBeginsAtTheGroup) {
  TemporaryFolder root;
  root.write("proc/self/cgroup", "0::/docker/abc/child\n");
  root.write("proc/self/mountinfo",
             "25 20 0:22 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  root.write("sys/fs/cgroup/child/cpu.max", "300000 100000\n");
  EXPECT_DOUBLE_EQ(platform_cgroup_cpus(root.path().c_str()), 3.0);
}

TEST(Cgroup, NothingOrNonsenseIsNoLimit) {
  TemporaryFolder root;
  EXPECT_DOUBLE_EQ(platform_cgroup_cpus(root.path().c_str()), 0.0);
  root.write("proc/self/cgroup", "0::/\nnonsense\n::\n");
  root.write("proc/self/mountinfo", "nonsense\n - \n1 2 - cgroup2 x y\n" + std::string(kMountV2));
  root.write("sys/fs/cgroup/cpu.max", "abc def\n");
  EXPECT_DOUBLE_EQ(platform_cgroup_cpus(root.path().c_str()), 0.0);
  root.write("sys/fs/cgroup/cpu.max", "100000 0\n");
  EXPECT_DOUBLE_EQ(platform_cgroup_cpus(root.path().c_str()), 0.0);
  EXPECT_EQ(platform_cgroup_throttled(root.path().c_str()), 0u);
}

} // namespace
