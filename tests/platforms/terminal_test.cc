#include "platforms/platform.h"

#include <gtest/gtest.h>

namespace {

TEST(Terminal, AFileIsNone) {
  FILE *file = tmpfile();
  ASSERT_NE(file, nullptr);
  EXPECT_FALSE(platform_terminal(file));
  EXPECT_EQ(platform_terminal_width(file), 80u);
  fclose(file);
}

} // namespace
