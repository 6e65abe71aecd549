#include "platforms/platform.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "tests/common/temporary_folder.h"

namespace {

// Each runs in a process of its own, whose exit code tells the result.

TEST(InterruptDeathTest, FirstSignalOnlySetsTheFlag) {
  for (int number : {SIGINT, SIGTERM, SIGHUP}) {
    EXPECT_EXIT(
        {
          platform_interrupt_catch();
          const bool before = platform_interrupted();
          raise(number);
          _exit(!before && platform_interrupted() ? 7 : 1);
        },
        testing::ExitedWithCode(7), "")
        << number;
  }
}

TEST(InterruptDeathTest, SecondSignalEndsAndRemovesRegisteredFiles) {
  TemporaryFolder folder;
  const std::string kept = folder.write("kept", "x");
  const std::string removed = folder.write("removed", "x");
  EXPECT_EXIT(
      {
        platform_interrupt_catch();
        const int slot = platform_interrupt_register(kept.c_str());
        platform_interrupt_register(removed.c_str());
        platform_interrupt_unregister(slot);
        raise(SIGINT);
        raise(SIGTERM);
        _exit(1);
      },
      testing::ExitedWithCode(128 + SIGTERM), "");
  EXPECT_EQ(folder.names(), std::vector<std::string>{"kept"});
}

TEST(InterruptDeathTest, IgnoredSignalsStayIgnored) {
  EXPECT_EXIT(
      {
        signal(SIGHUP, SIG_IGN);
        platform_interrupt_catch();
        raise(SIGHUP);
        _exit(platform_interrupted() ? 1 : 7);
      },
      testing::ExitedWithCode(7), "");
}

TEST(Interrupt, SlotsRunOutHarmlessly) {
  int slots[17];
  for (int &slot : slots)
    slot = platform_interrupt_register("x");
  EXPECT_EQ(slots[16], -1);
  for (int slot : slots)
    platform_interrupt_unregister(slot);
  const int again = platform_interrupt_register("x");
  EXPECT_GE(again, 0);
  platform_interrupt_unregister(again);
}

} // namespace
