// history.csv there and back, and the curves.
#include "train/history.h"

#include "tests/common/temporary_folder.h"

#include <gtest/gtest.h>

#include <string>

namespace {

class History : public ::testing::Test {
protected:
  ~History() override {
    history_free(&h_);
    history_free(&back_);
  }
  void Fill(bool tta) {
    h_.tta = back_.tta = tta;
    const history_row rows[] = {{1, 0.5, 2.25, 0.125, 2.5, 0.25, 3.0625, 0.375},
                                {2, 0.25, 1.25, 0.5, 1.5, 0.625, 6.5, 0.75}};
    for (const history_row &row : rows)
      ASSERT_EQ(history_add(&h_, &row, &error_), OCTAVO_OK);
    path_ = folder_.path("history.csv");
    ASSERT_EQ(history_write_csv(&h_, path_.c_str(), &error_), OCTAVO_OK) << error_.text;
  }
  std::string Svg() {
    const std::string path = folder_.path("curves.svg");
    EXPECT_EQ(history_write_svg(&h_, path.c_str(), &error_), OCTAVO_OK) << error_.text;
    return folder_.read("curves.svg");
  }
  static int CountOf(const std::string &text, const std::string &part) {
    int count = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
      count++;
    return count;
  }
  TemporaryFolder folder_;
  octavo_error error_{};
  history h_{}, back_{};
  std::string path_;
};

TEST_F(History, LinesWithoutTestTimeAugmentation) {
  Fill(false);
  EXPECT_EQ(folder_.read("history.csv"),
            "epoch,lr,train_loss,train_accuracy,test_loss,test_accuracy,seconds\n"
            "1,0.5,2.25,0.125,2.5,0.25,3.062\n"
            "2,0.25,1.25,0.5,1.5,0.625,6.500\n");
  EXPECT_EQ(CountOf(Svg(), "<polyline"), 4);
}

TEST_F(History, LinesWithIt) {
  Fill(true);
  EXPECT_EQ(folder_.read("history.csv"),
            "epoch,lr,train_loss,train_accuracy,test_loss,test_accuracy,seconds,tta_accuracy\n"
            "1,0.5,2.25,0.125,2.5,0.25,3.062,0.375\n"
            "2,0.25,1.25,0.5,1.5,0.625,6.500,0.75\n");
  const std::string svg = Svg();
  EXPECT_EQ(CountOf(svg, "<polyline"), 5);
  // Accuracies reach from 12.5 % at the bottom (y = 230) to 75 % at the top (30).
  EXPECT_NE(svg.find("points=\"420.0,150.0 740.0,30.0 \""), std::string::npos) << svg;
}

TEST_F(History, ReadsBackWhatItWrote) {
  Fill(true);
  ASSERT_EQ(history_read_csv(&back_, path_.c_str(), 2, &error_), OCTAVO_OK) << error_.text;
  ASSERT_EQ(back_.count, 2u);
  EXPECT_EQ(back_.rows[1].epoch, 2u);
  EXPECT_EQ(back_.rows[1].test_accuracy, 0.625);
  EXPECT_EQ(back_.rows[1].seconds, 6.5);
  EXPECT_EQ(back_.rows[1].tta_accuracy, 0.75);
}

TEST_F(History, RefusesLinesOfAnotherLength) {
  Fill(true);
  back_.tta = false;
  EXPECT_EQ(history_read_csv(&back_, path_.c_str(), 2, &error_), OCTAVO_ERROR_FORMAT);
  EXPECT_NE(std::string(error_.text).find("2 lines of 7 numbers under the heading, found 0"),
            std::string::npos)
      << error_.text;
}

} // namespace
