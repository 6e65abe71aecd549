// The check that nothing imported is left.
#include "pass_runner.h"

namespace {

using testing::HasSubstr;

TEST(CheckLoweredTest, ImportedOperatorsAreRefused) {
  GraphBuilder b;
  b.Output(b.Add(GRAPH_OP_MULTIPLY, {b.Input({1, 2})}, {1, 2}));
  EXPECT_THAT(Refusal(pass_check_lowered, b), HasSubstr("layer 'node0'"));
}

TEST(CheckLoweredTest, EmptyGraphsAreRefused) {
  GraphBuilder b;
  b.Output(b.Input({1, 2}));
  EXPECT_THAT(Refusal(pass_check_lowered, b), HasSubstr("no operator"));
}

} // namespace
