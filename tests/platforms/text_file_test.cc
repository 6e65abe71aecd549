#include "platforms/posix/text_file.h"

#include <gtest/gtest.h>

#include "tests/common/temporary_folder.h"

namespace {

TEST(TextFile, ReadsAndTrims) {
  TemporaryFolder folder;
  char text[8];
  EXPECT_TRUE(platform_text_read(folder.write("a", "powersave\n").c_str(), text, sizeof text));
  EXPECT_STREQ(text, "powersa");
  EXPECT_TRUE(platform_text_read(folder.write("b", "ab \n\n").c_str(), text, sizeof text));
  EXPECT_STREQ(text, "ab");
  EXPECT_FALSE(platform_text_read(folder.write("c", " \n").c_str(), text, sizeof text));
  EXPECT_STREQ(text, "");
  EXPECT_FALSE(platform_text_read(folder.path("none").c_str(), text, sizeof text));
}

TEST(TextFile, Numbers) {
  TemporaryFolder folder;
  int64_t number = 5;
  EXPECT_TRUE(platform_text_number(folder.write("a", "-1\n").c_str(), &number));
  EXPECT_EQ(number, -1);
  EXPECT_FALSE(platform_text_number(folder.write("b", "max\n").c_str(), &number));
  EXPECT_EQ(number, -1);
}

TEST(TextFile, Fields) {
  TemporaryFolder folder;
  const std::string path =
      folder.write("cpuinfo", "model\t\t: 7\nmodel name\t: A chip \ncpu MHz : 1.5\n" +
                                  std::string(5000, 'x') + "\ncpu MHz : 2.5\nVmHWM:\t 12 kB\n");
  char value[32];
  EXPECT_TRUE(platform_text_field(path.c_str(), "model name", value, sizeof value));
  EXPECT_STREQ(value, "A chip");
  EXPECT_TRUE(platform_text_field(path.c_str(), "model", value, sizeof value));
  EXPECT_STREQ(value, "7");
  EXPECT_TRUE(platform_text_field_nth(path.c_str(), "cpu MHz", 1, value, sizeof value));
  EXPECT_STREQ(value, "2.5");
  EXPECT_FALSE(platform_text_field_nth(path.c_str(), "cpu MHz", 2, value, sizeof value));
  EXPECT_STREQ(value, "");
  EXPECT_TRUE(platform_text_field(path.c_str(), "VmHWM", value, sizeof value));
  EXPECT_STREQ(value, "12 kB");
}

} // namespace
