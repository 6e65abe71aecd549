#include "platforms/platform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/common/allocation_failures.h"
#include "tests/common/temporary_folder.h"

namespace {

using testing::HasSubstr;

TEST(Durable, CreateRefusesAnExistingFile) {
  TemporaryFolder folder;
  octavo_error error = {};
  FILE *file = platform_file_create(folder.path("x").c_str(), "the name", &error);
  ASSERT_NE(file, nullptr) << error.text;
  fputs("abc", file);
  EXPECT_EQ(platform_file_sync(file, "x", &error), OCTAVO_OK);
  EXPECT_EQ(folder.read("x"), "abc"); // before it is closed
  fclose(file);
  EXPECT_EQ(platform_file_create(folder.path("x").c_str(), "the name", &error), nullptr);
  EXPECT_THAT(error.text, HasSubstr("the name: cannot be created: File exists"));
  EXPECT_EQ(folder.read("x"), "abc");
}

TEST(Durable, SyncReportsAFullDisk) {
  FILE *full = fopen("/dev/full", "wb");
  if (full == nullptr)
    GTEST_SKIP() << "/dev/full is absent";
  octavo_error error = {};
  fputs("abc", full);
  EXPECT_EQ(platform_file_sync(full, "name", &error), OCTAVO_ERROR_IO);
  EXPECT_THAT(error.text, HasSubstr("name: cannot be written to the disk"));
  fclose(full);
}

TEST(Durable, RenameReplacesAndReports) {
  TemporaryFolder folder;
  folder.write("a", "new");
  folder.write("b", "old");
  octavo_error error = {};
  EXPECT_EQ(platform_rename(folder.path("a").c_str(), folder.path("b").c_str(), &error), OCTAVO_OK);
  EXPECT_EQ(folder.read("b"), "new");
  EXPECT_EQ(platform_rename(folder.path("a").c_str(), folder.path("b").c_str(), &error),
            OCTAVO_ERROR_IO);
  EXPECT_EQ(platform_folder_sync(folder.path("b").c_str(), &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(platform_folder_sync("name-in-the-working-folder", &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(platform_folder_sync(folder.path("none/b").c_str(), &error), OCTAVO_ERROR_IO);
}

TEST(Durable, Remove) {
  TemporaryFolder folder;
  const std::string path = folder.write("a", "x");
  EXPECT_TRUE(platform_remove(path.c_str()));
  EXPECT_TRUE(platform_remove(path.c_str())); // gone is gone
  EXPECT_FALSE(platform_remove(folder.path().c_str()));
}

TEST(Durable, AllocationFailures) {
  TemporaryFolder folder;
  const std::string path = folder.path("x");
  FailEachAllocation(
      [&](octavo_error *error) { return platform_folder_sync(path.c_str(), error); });
}

} // namespace
