/* converter/OPERATORS.md is what the program prints, and the table behind it is whole. */
#include "converter/operators/operator.h"
#include "tests/converter/program.h"

#include <gmock/gmock.h>

namespace {

TEST(OperatorsPage, IsThePageInTheRepository) {
  const ProgramResult r = RunProgram(OCTAVO_CONVERT, {"--operators"});
  EXPECT_EQ(r.code, 0);
  EXPECT_EQ(r.errors, "");
  EXPECT_EQ(r.output, ReadFile(OCTAVO_OPERATORS_PAGE))
      << "make it anew: octavo-convert --operators > converter/OPERATORS.md";
}

TEST(OperatorsPage, NeedsNothingElseToBeRight) {
  const ProgramResult r = RunProgram(OCTAVO_CONVERT, {"x", "--unknown", "--operators"});
  EXPECT_EQ(r.code, 0);
  EXPECT_THAT(r.output, testing::HasSubstr("| Conv | 9–22 | convolution | yes | 2-D"));
}

TEST(OperatorsPage, RowsAreSortedAndFoundByName) {
  size_t count = 0;
  const onnx_operator *rows = onnx_operator_table(&count);
  EXPECT_GT(count, 30u);
  for (size_t i = 0; i < count; i++) {
    EXPECT_EQ(onnx_operator_find(rows[i].name, 22), &rows[i]);
    EXPECT_NE(rows[i].limits, nullptr) << rows[i].name;
    if (i > 0) {
      EXPECT_LT(std::string(rows[i - 1].name), rows[i].name);
    }
  }
}

} // namespace
