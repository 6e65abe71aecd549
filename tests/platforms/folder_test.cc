#include "platforms/platform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/common/allocation_failures.h"
#include "tests/common/temporary_folder.h"

namespace {

TEST(Folder, ListsSortedByBytesWithKinds) {
  TemporaryFolder folder;
  for (const char *name : {"b", "B", "a10", "a2", ".dot", "\xc3\xa4"})
    folder.write(name, "x");
  std::filesystem::create_directories(folder.path("c"));
  std::filesystem::create_symlink("c", folder.path("link-to-folder"));
  std::filesystem::create_symlink("none", folder.path("link-to-nothing"));
  ASSERT_EQ(mkfifo(folder.path("fifo").c_str(), 0600), 0);
  platform_folder list = {};
  octavo_error error = {};
  ASSERT_EQ(platform_folder_list(folder.path().c_str(), &list, &error), OCTAVO_OK) << error.text;
  const std::pair<const char *, platform_path_kind> expected[] = {
      {".dot", PLATFORM_PATH_FILE},
      {"B", PLATFORM_PATH_FILE},
      {"a10", PLATFORM_PATH_FILE},
      {"a2", PLATFORM_PATH_FILE},
      {"b", PLATFORM_PATH_FILE},
      {"c", PLATFORM_PATH_FOLDER},
      {"fifo", PLATFORM_PATH_OTHER},
      {"link-to-folder", PLATFORM_PATH_FOLDER},
      {"link-to-nothing", PLATFORM_PATH_MISSING},
      {"\xc3\xa4", PLATFORM_PATH_FILE},
  };
  ASSERT_EQ(list.count, std::size(expected));
  for (size_t i = 0; i < list.count; i++) {
    EXPECT_STREQ(list.entries[i].name, expected[i].first);
    EXPECT_EQ(list.entries[i].kind, expected[i].second) << expected[i].first;
  }
  platform_folder_free(&list);
  platform_folder_free(&list);
  platform_folder_free(nullptr);
}

TEST(Folder, EmptyAndMissing) {
  TemporaryFolder folder;
  platform_folder list = {};
  octavo_error error = {};
  EXPECT_EQ(platform_folder_list(folder.path().c_str(), &list, &error), OCTAVO_OK);
  EXPECT_EQ(list.count, 0u);
  platform_folder_free(&list);
  EXPECT_EQ(platform_folder_list(folder.path("none").c_str(), &list, &error), OCTAVO_ERROR_IO);
  EXPECT_THAT(error.text, testing::HasSubstr("none: cannot be opened as a folder"));
  const std::string file = folder.write("file", "x");
  EXPECT_EQ(platform_folder_list(file.c_str(), &list, &error), OCTAVO_ERROR_IO);
}

TEST(Folder, CreateIsIdempotent) {
  TemporaryFolder folder;
  octavo_error error = {};
  const std::string path = folder.path("new");
  EXPECT_EQ(platform_folder_create(path.c_str(), &error), OCTAVO_OK);
  EXPECT_EQ(platform_folder_create(path.c_str(), &error), OCTAVO_OK);
  EXPECT_EQ(platform_folder_create(folder.path("no/ne").c_str(), &error), OCTAVO_ERROR_IO);
  const std::string file = folder.write("file", "x");
  EXPECT_EQ(platform_folder_create(file.c_str(), &error), OCTAVO_ERROR_IO);
}

TEST(Folder, AllocationFailures) {
  TemporaryFolder folder;
  for (int i = 0; i < 70; i++) // more than the first allocation of the list holds
    folder.write(std::to_string(i), "x");
  FailEachAllocation([&](octavo_error *error) {
    platform_folder list = {};
    const octavo_status status = platform_folder_list(folder.path().c_str(), &list, error);
    EXPECT_EQ(list.count, status == OCTAVO_OK ? 70u : 0u);
    platform_folder_free(&list);
    return status;
  });
}

} // namespace
