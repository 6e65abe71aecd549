// The table of passes: all of them, in order.
#include "pass_runner.h"

namespace {

TEST(PassesTest, ReportNamesEachPassInOrder) {
  GraphBuilder b;
  b.Output(Affine(&b, Convolution(&b, b.Input({1, 2, 1, 1}), 1), 1));
  graph *g = b.Get();
  // As imported: NCHW, OIHW.
  const int64_t nchw[4] = {1, 2, 1, 1}, oihw[4] = {2, 2, 1, 1};
  for (uint32_t i = 0; i < g->node_count; i++)
    std::copy(nchw, nchw + 4, g->tensors[g->nodes[i].outputs[0]].shape);
  std::copy(oihw, oihw + 4, g->tensors[g->nodes[0].inputs[1]].shape);
  b.Node(1).op = OCTAVO_OP_CLIP;
  b.Node(1).input_count = 1;
  b.Node(1).attributes.clamp = GraphBuilder::Clamp(0, 6);
  passes_report report;
  octavo_error error = {};
  ASSERT_EQ(passes_run(g, &report, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(report.transposes_left, 0u);
  ASSERT_GT(report.count, 8u);
  EXPECT_STREQ(report.rows[0].name, "drop no-ops");
  uint32_t fused = 0;
  for (uint32_t i = 0; i < report.count; i++)
    if (std::string(report.rows[i].name) == "fuse activations")
      fused = report.rows[i].changes;
  EXPECT_EQ(fused, 1u);
}

} // namespace
