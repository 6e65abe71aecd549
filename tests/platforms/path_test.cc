#include "platforms/platform.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "runtime/memory.h"
#include "tests/common/temporary_folder.h"

namespace {

std::string Take(char *text) {
  const std::string copy = text == nullptr ? "(null)" : text;
  octavo_memory_free(text);
  return copy;
}

TEST(Path, NameAndFolder) {
  EXPECT_STREQ(platform_path_name("a/b.c"), "b.c");
  EXPECT_STREQ(platform_path_name("b.c"), "b.c");
  EXPECT_STREQ(platform_path_name("a/"), "");
  EXPECT_EQ(platform_path_folder_length("a/b/c"), 4u);
  EXPECT_EQ(platform_path_folder_length("c"), 0u);
}

TEST(Path, Join) {
  EXPECT_EQ(Take(platform_path_join("a", "b")), "a/b");
  EXPECT_EQ(Take(platform_path_join("a/", "b")), "a/b");
  EXPECT_EQ(Take(platform_path_join("", "b")), "b");
  EXPECT_EQ(Take(platform_path_join("/", "b")), "/b");
  octavo_memory_fail_at(0, 0);
  EXPECT_EQ(platform_path_join("a", "b"), nullptr);
  octavo_memory_fail_at(SIZE_MAX, 0);
}

TEST(Path, Kind) {
  TemporaryFolder folder;
  const std::string file = folder.write("file", "x");
  EXPECT_EQ(platform_path(file.c_str()), PLATFORM_PATH_FILE);
  EXPECT_EQ(platform_path(folder.path().c_str()), PLATFORM_PATH_FOLDER);
  EXPECT_EQ(platform_path(folder.path("none").c_str()), PLATFORM_PATH_MISSING);
  EXPECT_EQ(platform_path("/dev/null"), PLATFORM_PATH_OTHER);
}

TEST(Path, ResolveFollowsLinks) {
  TemporaryFolder folder;
  folder.write("file", "x");
  std::filesystem::create_symlink("file", folder.path("link"));
  const std::string real = std::filesystem::canonical(folder.path("file")).string();
  EXPECT_EQ(Take(platform_path_resolve(folder.path("link").c_str())), real);
  EXPECT_EQ(Take(platform_path_resolve("no/such/file")), "no/such/file");
}

} // namespace
