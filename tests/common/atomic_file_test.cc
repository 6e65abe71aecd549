#include "common/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/common/allocation_failures.h"
#include "tests/common/temporary_folder.h"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(AtomicFile, AppearsOnlyWithCommit) {
  TemporaryFolder folder;
  folder.write("out", "old");
  octavo_error error = {};
  atomic_file *file = nullptr;
  ASSERT_EQ(atomic_file_create(folder.path("out").c_str(), &file, &error), OCTAVO_OK);
  ASSERT_EQ(atomic_file_write(file, "new ", 4, &error), OCTAVO_OK);
  ASSERT_EQ(atomic_file_print(file, &error, "%d", 42), OCTAVO_OK);
  EXPECT_EQ(folder.read("out"), "old");
  EXPECT_EQ(folder.names().size(), 2u);
  ASSERT_EQ(atomic_file_commit(file, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(folder.read("out"), "new 42");
  EXPECT_THAT(folder.names(), ElementsAre("out"));
}

TEST(AtomicFile, AbortLeavesNothing) {
  TemporaryFolder folder;
  octavo_error error = {};
  atomic_file *file = nullptr;
  ASSERT_EQ(atomic_file_create(folder.path("out").c_str(), &file, &error), OCTAVO_OK);
  ASSERT_EQ(atomic_file_write(file, "x", 1, &error), OCTAVO_OK);
  atomic_file_abort(file);
  EXPECT_THAT(folder.names(), IsEmpty());
  atomic_file_abort(nullptr);
}

// Steps of a save: create, write, sync, rename, folder sync. Only after the rename is the new file
// there.
TEST(AtomicFile, EachFailingStepKeepsAWholeFile) {
  for (size_t step = 0; step < 5; step++) {
    TemporaryFolder folder;
    folder.write("out", "old");
    octavo_error error = {};
    atomic_file_fail_at(step);
    EXPECT_EQ(atomic_file_save(folder.path("out").c_str(), "new", 3, &error), OCTAVO_ERROR_IO);
    atomic_file_fail_at(SIZE_MAX);
    EXPECT_THAT(error.text, HasSubstr("out")) << step;
    EXPECT_EQ(folder.read("out"), step < 4 ? "old" : "new") << step;
    EXPECT_THAT(folder.names(), ElementsAre("out")) << step;
  }
}

TEST(AtomicFile, CommitAfterAFailedWriteFails) {
  TemporaryFolder folder;
  octavo_error error = {};
  atomic_file *file = nullptr;
  ASSERT_EQ(atomic_file_create(folder.path("out").c_str(), &file, &error), OCTAVO_OK);
  atomic_file_fail_at(0);
  EXPECT_EQ(atomic_file_print(file, &error, "x"), OCTAVO_ERROR_IO);
  atomic_file_fail_at(SIZE_MAX);
  EXPECT_EQ(atomic_file_commit(file, &error), OCTAVO_ERROR_IO);
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(AtomicFile, SweepRemovesWhatKilledProcessesLeft) {
  // The number of a process that has ended.
  const pid_t gone = fork();
  if (gone == 0)
    _exit(0);
  ASSERT_EQ(waitpid(gone, nullptr, 0), gone);
  const std::string dead = std::to_string(gone);
  const std::string alive = std::to_string(getpid());
  TemporaryFolder folder;
  folder.write("x.tmp-" + dead + "-0", "half");
  folder.write("y.tmp-1.tmp-" + dead + "-12", "half");
  const std::vector<std::string> kept = {
      "a.tmp-" + alive + "-0",        "b.tmp-" + dead,       "c.tmp-" + dead + "-0.old", "d.tmp--0",
      "e.tmp-99999999999999999999-1", "f.tmp-" + dead + "-", ".tmp-" + dead + "-0",      "x"};
  for (const std::string &name : kept)
    folder.write(name, "x");
  std::filesystem::create_directory(folder.path("g.tmp-" + dead + "-0"));
  octavo_error error = {};
  ASSERT_EQ(atomic_file_sweep(folder.path().c_str(), &error), OCTAVO_OK) << error.text;
  std::vector<std::string> expected = kept;
  expected.push_back("g.tmp-" + dead + "-0");
  EXPECT_THAT(folder.names(), testing::UnorderedElementsAreArray(expected));
  EXPECT_EQ(atomic_file_sweep(folder.path("none").c_str(), &error), OCTAVO_ERROR_IO);
  folder.write("x.tmp-" + dead + "-0", "half");
  FailEachAllocation([&](octavo_error *e) {
    folder.write("x.tmp-" + dead + "-0", "half");
    return atomic_file_sweep(folder.path().c_str(), e);
  });
}

TEST(AtomicFile, RefusesFoldersAndDevices) {
  TemporaryFolder folder;
  octavo_error error = {};
  EXPECT_EQ(atomic_file_save(folder.path().c_str(), "x", 1, &error), OCTAVO_ERROR_IO);
  EXPECT_THAT(error.text, HasSubstr("is a folder"));
  EXPECT_EQ(atomic_file_save("/dev/null", "x", 1, &error), OCTAVO_ERROR_IO);
  EXPECT_THAT(error.text, HasSubstr("device"));
  EXPECT_EQ(atomic_file_save(folder.path("none/x").c_str(), "x", 1, &error), OCTAVO_ERROR_IO);
  EXPECT_EQ(atomic_file_save("", "x", 1, &error), OCTAVO_ERROR_IO);
}

TEST(AtomicFile, WritesThroughALink) {
  TemporaryFolder folder;
  folder.write("real", "old");
  std::filesystem::create_symlink("real", folder.path("link"));
  octavo_error error = {};
  ASSERT_EQ(atomic_file_save(folder.path("link").c_str(), "new", 3, &error), OCTAVO_OK);
  EXPECT_EQ(folder.read("real"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path("link")));
}

TEST(AtomicFile, AllocationFailures) {
  TemporaryFolder folder;
  const std::string path = folder.path("out");
  FailEachAllocation([&](octavo_error *error) {
    const octavo_status status = atomic_file_save(path.c_str(), "new", 3, error);
    // The last allocation is made after the rename, for the name of the folder to sync.
    EXPECT_LE(folder.names().size(), 1u);
    return status;
  });
  EXPECT_EQ(folder.read("out"), "new");
}

} // namespace
