#include "converter/calibrate/report.h"

#include "common/atomic_file.h"
#include "tests/converter/tiny_network.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace {

using testing::HasSubstr;
using testing::StartsWith;

class CalibrationReport : public testing::Test {
protected:
  CalibrationReport() {
    NetworkBuilder b;
    b.Output(b.Convolution("c\"1", b.Input({1, 8, 8, 3}), 4, 3, true));
    g_ = b.Take();
    for (auto &stage : stages_)
      stage.resize(g_->tensor_count);
    seen_.resize(g_->tensor_count);
    for (uint32_t s = 0; s < CALIBRATION_STAGES; s++) {
      c_.stages[s] = stages_[s].data();
      c_.stage_images[s] = s == 0 ? 0 : s * 2;
      const int32_t y = g_->nodes[0].outputs[0];
      stages_[s][(size_t)y] = {0.0f, s == 4 ? 2.5f : 1.5f};
    }
    seen_[(size_t)g_->nodes[0].outputs[0]] = {0.0f, 7.25f};
    c_.ranges = c_.stages[CALIBRATION_STAGES - 1];
    c_.seen = seen_.data();
    c_.tensor_count = g_->tensor_count;
  }

  Graph g_;
  std::vector<value_range> stages_[CALIBRATION_STAGES], seen_;
  calibration c_ = {};
  TemporaryFolder folder_;
  octavo_error error_ = {};
};

TEST_F(CalibrationReport, OneRowForEachActivation) {
  const std::string path = folder_.Path("c.csv");
  ASSERT_EQ(calibration_report_write(&c_, g_.get(), path.c_str(), &error_), OCTAVO_OK);
  std::stringstream stream;
  stream << std::ifstream(path).rdbuf();
  const std::string text = stream.str();
  EXPECT_THAT(text,
              StartsWith("tensor,seen_min,seen_max,min_0,max_0,min_2,max_2,min_4,max_4,min_6,max_6,"
                         "min_8,max_8,movement,enough\n\"input\","));
  /* (2.5 - 1.5) / 2.5 of the range in the last quarter */
  EXPECT_THAT(text, HasSubstr("\n\"c\"\"1_out\",0,7.25,,,0,1.5,0,1.5,0,1.5,0,2.5,0.4000,no\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
}

TEST_F(CalibrationReport, AFullDiskLeavesNothing) {
  const std::string path = folder_.Path("c.csv");
  for (size_t step = 0; step < 12; step++) {
    atomic_file_fail_at(step);
    EXPECT_EQ(calibration_report_write(&c_, g_.get(), path.c_str(), &error_), OCTAVO_ERROR_IO);
    EXPECT_FALSE(std::filesystem::exists(path)) << step;
  }
  atomic_file_fail_at(SIZE_MAX);
}

} // namespace
