#include "platforms/platform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "tests/common/temporary_folder.h"

namespace {

using testing::HasSubstr;

struct Opened {
  explicit Opened(const std::string &path) {
    status = platform_file_open(path.c_str(), "a model file", &file, &error);
  }
  ~Opened() {
    platform_file_close(&file);
  }
  Opened(const Opened &) = delete;
  Opened &operator=(const Opened &) = delete;

  octavo_status status;
  platform_file file = {};
  octavo_error error = {};
};

TEST(FileMap, GivesTheBytes) {
  TemporaryFolder folder;
  const std::string bytes(100000, 'x');
  Opened opened(folder.write("a", bytes));
  ASSERT_EQ(opened.status, OCTAVO_OK) << opened.error.text;
  ASSERT_EQ(opened.file.size, bytes.size());
  EXPECT_EQ(memcmp(opened.file.data, bytes.data(), bytes.size()), 0);
  // Dropped pages come back from the file; ranges outside are ignored.
  platform_file_drop(&opened.file, 1, 99999);
  platform_file_drop(&opened.file, 99999, 2);
  platform_file_drop(&opened.file, SIZE_MAX, 2);
  EXPECT_EQ(memcmp(opened.file.data, bytes.data(), bytes.size()), 0);
}

// A large write is cached in large pages where the file system has them, which could be mapped as
// such and then go and come back as a whole.
TEST(FileMap, DroppedPagesStayAwayWhenTheirNeighboursAreRead) {
  constexpr size_t kMegabyte = size_t{1} << 20, kSize = 64 * kMegabyte;
  TemporaryFolder folder;
  Opened opened(folder.write("a", std::string(kSize, 'x')));
  ASSERT_EQ(opened.status, OCTAVO_OK) << opened.error.text;
  const size_t before = platform_memory_resident();
  if (before == 0)
    GTEST_SKIP() << "this system does not tell";
  const volatile uint8_t *data = opened.file.data;
  for (size_t at = 0; at < kSize; at += 4096)
    ASSERT_EQ(data[at], 'x');
  for (size_t at = 0; at < kSize; at += 2 * kMegabyte)
    platform_file_drop(&opened.file, at, kMegabyte);
  for (size_t at = kMegabyte; at < kSize; at += 2 * kMegabyte)
    ASSERT_EQ(data[at], 'x');
  EXPECT_LT(platform_memory_resident(), before + kSize / 4 * 3);
}

TEST(FileMap, SurvivesReplacementByRenaming) {
  TemporaryFolder folder;
  Opened opened(folder.write("a", "old bytes"));
  octavo_error error = {};
  const std::string other = folder.write("b", "NEW BYTES");
  ASSERT_EQ(platform_rename(other.c_str(), folder.path("a").c_str(), &error), OCTAVO_OK);
  EXPECT_EQ(memcmp(opened.file.data, "old bytes", 9), 0);
}

TEST(FileMap, EmptyFileHasDataAndNoBytes) {
  TemporaryFolder folder;
  Opened opened(folder.write("a", ""));
  EXPECT_EQ(opened.status, OCTAVO_OK);
  EXPECT_EQ(opened.file.size, 0u);
  EXPECT_NE(opened.file.data, nullptr);
}

TEST(FileMap, RefusesWhatIsNoFile) {
  TemporaryFolder folder;
  const std::string fifo = folder.path("fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const struct {
    std::string path;
    const char *message;
  } cases[] = {
      {folder.path(), "is a folder, expected a model file"},
      {fifo, "is a FIFO, expected a model file"},
      {"/dev/zero", "/dev/zero: is a device, expected a model file"},
      {folder.path("none"), "cannot be opened: No such file or directory"},
      {"", "cannot be opened"},
  };
  for (const auto &c : cases) {
    Opened opened(c.path); // must not wait for a writer of the FIFO
    EXPECT_EQ(opened.status, OCTAVO_ERROR_IO) << c.path;
    EXPECT_THAT(opened.error.text, HasSubstr(c.message));
    EXPECT_EQ(opened.file.data, nullptr);
  }
}

// 5 GB that take no room on the disk. A 64-bit program maps them, a 32-bit one must say why not.
TEST(FileMap, MoreThan32BitsOfBytes) {
  TemporaryFolder folder;
  const std::string path = folder.write("large", "x");
  constexpr uint64_t kBytes = uint64_t{5} << 30;
  if (truncate(path.c_str(), static_cast<off_t>(kBytes)) != 0)
    GTEST_SKIP() << "this file system has no holes, or no such large files";
  Opened opened(path);
  if (sizeof(void *) == 8) {
    ASSERT_EQ(opened.status, OCTAVO_OK) << opened.error.text;
    EXPECT_EQ(opened.file.size, kBytes);
  } else {
    EXPECT_EQ(opened.status, OCTAVO_ERROR_IO);
    EXPECT_EQ(opened.error.text, path + ": is larger than memory can address");
  }
}

TEST(FileMap, CloseAcceptsNothing) {
  platform_file_close(nullptr);
  platform_file file = {};
  platform_file_close(&file);
}

} // namespace
