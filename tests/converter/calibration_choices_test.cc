#include "converter/calibrate/choices.h"

#include "tests/converter/tiny_network.h"

#include <gmock/gmock.h>

namespace {

using testing::HasSubstr;

class Choices : public testing::Test {
protected:
  octavo_status Read(const std::vector<const char *> &lists) {
    option_strings strings = {};
    for (const char *list : lists)
      strings.values[strings.count++] = list;
    choices_.assign(g_->tensor_count, nullptr);
    return calibrator_choices_read(g_.get(), &strings, choices_.data(), &error_);
  }
  const calibrator *Of(uint32_t node) {
    return choices_[(size_t)g_->nodes[node].outputs[0]];
  }

  Graph g_ = TinyNetwork();
  std::vector<const calibrator *> choices_;
  octavo_error error_ = {};
};

TEST_F(Choices, AreThoseOfTheLayersThatWereNamed) {
  ASSERT_EQ(Read({"conv1=minmax,add=entropy", "fc=percentile"}), OCTAVO_OK) << error_.text;
  EXPECT_EQ(Of(0), calibrator_find("minmax"));
  EXPECT_EQ(Of(1), nullptr);
  EXPECT_EQ(Of(2), calibrator_find("entropy"));
  EXPECT_EQ(Of(5), calibrator_find("percentile"));
  EXPECT_EQ(Read({}), OCTAVO_OK);
}

TEST_F(Choices, UnknownOnesAreRefused) {
  EXPECT_EQ(Read({"conv3=mse"}), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error_.text, HasSubstr("'conv3'; the closest names are conv"));
  EXPECT_EQ(Read({"conv1=mean"}), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error_.text, HasSubstr("found 'mean'"));
  for (const char *wrong : {"conv1", "=mse", "conv1=", "conv1=mse,,fc=mse",
                            "conv1=a-name-longer-than-any-calibrator-has-mse"})
    EXPECT_EQ(Read({wrong}), OCTAVO_ERROR_ARGUMENT) << wrong;
}

TEST_F(Choices, TheLastEqualsSignCounts) {
  g_->nodes[0].name[1] = '='; /* "conv1" */
  EXPECT_EQ(Read({"c=nv1=minmax"}), OCTAVO_OK) << error_.text;
  EXPECT_EQ(Of(0), calibrator_find("minmax"));
}

} // namespace
