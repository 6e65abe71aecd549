#include "common/progress.h"

#include <gtest/gtest.h>

#include <string>

namespace {

TEST(Progress, IsSilentInAPipe) {
  testing::internal::CaptureStderr();
  progress p;
  progress_begin(&p, stderr, "working", "images", 100);
  for (uint64_t i = 0; i <= 100; i++)
    progress_update(&p, i);
  progress_end(&p);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

// The drawing itself, as if stderr were a terminal of 80 columns.
TEST(Progress, DrawsBarCountsAndClears) {
  testing::internal::CaptureStderr();
  progress p;
  progress_begin(&p, stderr, "working", "images", 4);
  p.terminal = true;
  p.begun -= 2000000000u; // two seconds ago: 2 images make 1/s
  progress_update(&p, 2);
  progress_update(&p, 3); // too soon after the last
  progress_end(&p);
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("working ["), std::string::npos) << text;
  EXPECT_NE(text.find(" 50 %"), std::string::npos) << text;
  EXPECT_NE(text.find("2/4 images, 1/s, 0:02 left"), std::string::npos) << text;
  EXPECT_EQ(text.find("3/4"), std::string::npos) << text;
  EXPECT_EQ(text.substr(text.size() - 4), "\r\033[K");
}

TEST(Progress, ALineNeverWraps) {
  testing::internal::CaptureStderr();
  const std::string label(79, 'x');
  progress p;
  progress_begin(&p, stderr, label.c_str(), "images", 4);
  p.terminal = true;
  progress_update(&p, 2);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "\r\033[K" + label);
}

TEST(Progress, UnknownTotalOrTooMany) {
  testing::internal::CaptureStderr();
  progress p;
  progress_begin(&p, stderr, "reading", "images", 0);
  p.terminal = true;
  progress_update(&p, 7);
  progress_begin(&p, stderr, "reading", "images", 3);
  p.terminal = true;
  progress_update(&p, 9);
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("7 images"), std::string::npos) << text;
  EXPECT_NE(text.find("9/3 images"), std::string::npos) << text;
}

} // namespace
