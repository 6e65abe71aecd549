#include "converter/diagnosis/shadow_graph.h"
#include "tests/converter/tiny_conversion.h"

#include <map>

namespace {

class Shadow : public testing::Test {
protected:
  void Build(const graph *quantized) {
    octavo_error error = {};
    ASSERT_EQ(shadow_graph_create(c_.source.get(), quantized, &shadow_, &error), OCTAVO_OK)
        << error.text;
  }
  void TearDown() override {
    shadow_graph_free(&shadow_);
  }

  TinyConversion c_{true};
  shadow_graph shadow_ = {};
};

TEST_F(Shadow, EveryInt8LayerHasOneBehindItsInputs) {
  Build(c_.quantized.get());
  const graph *g = shadow_.g;
  uint32_t originals = 0, shadows = 0;
  for (uint32_t n = 0; n < g->node_count; n++) {
    const int32_t original = shadow_.originals[n];
    if (original == SHADOW_ORIGINAL) {
      EXPECT_STREQ(g->nodes[n].name, c_.source->nodes[originals++].name);
    } else if (original == SHADOW_HELPER) {
      EXPECT_EQ(g->nodes[n].op, (uint32_t)OCTAVO_OP_QUANTIZE);
    } else {
      shadows++;
      ASSERT_LT(original, (int32_t)n);
      EXPECT_EQ(g->nodes[n].op, g->nodes[original].op);
      EXPECT_EQ(g->tensors[g->nodes[n].outputs[0]].type, GRAPH_INT8);
      EXPECT_EQ(graph_use_count(g, g->nodes[n].outputs[0]), 0u) << "nobody reads it";
    }
  }
  EXPECT_EQ(originals, c_.source->node_count);
  EXPECT_EQ(shadows, c_.source->node_count - 1) << "all but the softmax";
}

TEST_F(Shadow, TheArenaHoldsLittleMore) {
  Build(c_.quantized.get());
  plan_result alone = {}, shadowed = {};
  octavo_error error = {};
  ASSERT_EQ(plan_graph(c_.source.get(), &alone, &error), OCTAVO_OK);
  ASSERT_EQ(plan_graph(shadow_.g, &shadowed, &error), OCTAVO_OK);
  /* Inputs and result of one layer in int8: a quarter of its float ones. */
  EXPECT_LE(shadowed.arena_bytes, alone.arena_bytes * 5 / 4 + 3 * 64);
}

TEST_F(Shadow, OfANetworkInFloatThereAreNone) {
  Build(c_.source.get());
  EXPECT_EQ(shadow_.g->node_count, c_.source->node_count);
}

/* A network in which only one layer is int8 and everything before it float32 shows the same ratio
 * at that layer as its shadow does. */
TEST_F(Shadow, TheIsolatedRatioIsThatOfOneQuantizedLayer) {
  selfcheck_result quality = {};
  octavo_error error = {};
  const diagnosis_job job = c_.Job();
  ASSERT_EQ(diagnose(&job, &quality, nullptr, &error), OCTAVO_OK) << error.text;
  std::map<std::string, double> isolated;
  for (uint32_t i = 0; i < quality.layer_count; i++)
    isolated[quality.layers[i].name] = quality.layers[i].isolated_snr_db;
  selfcheck_free(&quality);
  EXPECT_TRUE(std::isnan(isolated["softmax"]));

  for (uint32_t only = 0; only + 1 < c_.source->node_count; only++) {
    std::vector<layer_precision> precisions(c_.source->node_count, PRECISION_FLOAT);
    precisions[only] = PRECISION_INT8;
    const std::string name = c_.source->nodes[only].name;
    /* What a max pool does with its input's scale depends on the layer before it. */
    if (name == "pool")
      continue;
    Graph mixed = c_.Quantize(precisions.data());
    built_model built = {};
    ASSERT_EQ(built_model_create(mixed.get(), &c_.rule, &c_.no_labels, &built, &error), OCTAVO_OK);
    selfcheck_job compare = {};
    compare.reference = c_.float_model.model;
    compare.model = built.model;
    compare.images = &c_.images;
    compare.threads = 1;
    ASSERT_EQ(selfcheck_compare(&compare, &quality, &error), OCTAVO_OK) << error.text;
    for (uint32_t i = 0; i < quality.layer_count; i++)
      if (quality.layers[i].name == name) {
        EXPECT_NEAR(quality.layers[i].snr_db, isolated[name], 1e-6) << name;
      }
    selfcheck_free(&quality);
    built_model_free(&built);
  }
}

} // namespace
