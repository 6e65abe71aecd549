// history.csv damaged, and with memory or disk short.
#include "train/history.h"

#include "common/atomic_file.h"

#include "tests/common/allocation_failures.h"
#include "tests/common/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace {

using testing::HasSubstr;

constexpr char kFile[] = "epoch,lr,train_loss,train_accuracy,test_loss,test_accuracy,seconds\n"
                         "1,0.1,2.25,0.125,2.5,0.25,1.500\n"
                         "2,0.05,1.25,0.5,1.5,0.75,3.000\n";

class HistoryFailures : public ::testing::Test {
protected:
  void TearDown() override {
    history_free(&history_);
  }
  octavo_status Read(const std::string &text, uint32_t epochs) {
    history_free(&history_);
    return history_read_csv(&history_, folder_.write("h.csv", text).c_str(), epochs, &error_);
  }
  octavo_status AddTwo(octavo_error *error) {
    history_row row{};
    row.epoch = 1;
    const octavo_status status = history_add(&history_, &row, error);
    row.epoch = 2;
    return status == OCTAVO_OK ? history_add(&history_, &row, error) : status;
  }

  TemporaryFolder folder_;
  history history_{};
  octavo_error error_{};
};

// A run may be killed after it wrote this file and before it saved the checkpoint.
TEST_F(HistoryFailures, LinesBeyondTheCheckpointDoNotCount) {
  ASSERT_EQ(Read(kFile, 1), OCTAVO_OK) << error_.text;
  ASSERT_EQ(history_.count, 1u);
  EXPECT_EQ(history_.rows[0].train_loss, 2.25);
}

TEST_F(HistoryFailures, DamageIsRefused) {
  EXPECT_EQ(Read(kFile, 3), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error_.text, HasSubstr("h.csv: expected 3 lines of "));
  EXPECT_THAT(error_.text, HasSubstr("numbers under the heading, found 2"));
  const std::string file = kFile;
  for (size_t size = 0; size < file.size(); size++)
    EXPECT_EQ(Read(file.substr(0, size), 2), OCTAVO_ERROR_FORMAT) << size;
  EXPECT_EQ(Read("heading\n0,1,1,1,1,1,1\n", 1), OCTAVO_ERROR_FORMAT);
  EXPECT_EQ(Read("heading\n1,1,1,x,1,1,1\n", 1), OCTAVO_ERROR_FORMAT);
  EXPECT_EQ(history_read_csv(&history_, folder_.path("none").c_str(), 1, &error_), OCTAVO_ERROR_IO);
}

TEST_F(HistoryFailures, AllocationFailures) {
  FailEachAllocation([&](octavo_error *error) {
    history_free(&history_);
    octavo_status status = AddTwo(error);
    const std::string csv = folder_.path("h.csv"), svg = folder_.path("c.svg");
    if (status == OCTAVO_OK)
      status = history_write_csv(&history_, csv.c_str(), error);
    if (status == OCTAVO_OK)
      status = history_write_svg(&history_, svg.c_str(), error);
    history_free(&history_);
    return status == OCTAVO_OK ? history_read_csv(&history_, csv.c_str(), 2, error) : status;
  });
}

TEST_F(HistoryFailures, AFailingDiskKeepsTheOldFile) {
  ASSERT_EQ(AddTwo(&error_), OCTAVO_OK);
  const std::string path = folder_.write("h.csv", "old");
  for (size_t step = 0; step < 6; step++) {
    atomic_file_fail_at(step); // create, heading, two rows, sync, rename
    EXPECT_EQ(history_write_csv(&history_, path.c_str(), &error_), OCTAVO_ERROR_IO) << step;
    EXPECT_EQ(folder_.read("h.csv"), "old");
  }
  atomic_file_fail_at(SIZE_MAX);
  EXPECT_EQ(folder_.names().size(), 1u);
}

} // namespace
