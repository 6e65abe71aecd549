/* Which layers stay in float32: ranking, --max-drop, --search. The network is made so that the
 * answer is known: it tells two classes apart by a small value that shares an int8 tensor with a
 * huge one, so that conv, mean and fc are blind in int8 and the layer before them is not. */
#include "common/image_write.h"
#include "converter/calibrate/calibrate.h"
#include "converter/correct/correct.h"
#include "converter/precision/front.h"
#include "converter/precision/max_drop.h"
#include "tests/converter/tiny_network.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace {

using testing::HasSubstr;

constexpr uint32_t kSize = 4;
const octavo_preprocessing kRule = {kSize,
                                    kSize,
                                    kSize,
                                    kSize,
                                    OCTAVO_RESIZE_STRETCH,
                                    false,
                                    3,
                                    1.0f / 255.0f,
                                    {0.0f, 0.0f, 0.0f},
                                    {1.0f, 1.0f, 1.0f}};

void SetConstant(graph *g, const std::string &name, const std::vector<float> &values) {
  for (uint32_t t = 0; t < g->tensor_count; t++)
    if (g->tensors[t].name == name) {
      ASSERT_EQ(g->tensors[t].bytes, values.size() * sizeof(float));
      std::copy(values.begin(), values.end(), static_cast<float *>(g->tensors[t].data));
      return;
    }
  FAIL() << name;
}

/* copy: the image itself. conv: 1000 · blue and (red − 120/255) / 10. mean. fc: the class by the
 * sign of the second. */
Graph Network() {
  NetworkBuilder b;
  const int32_t x = b.Input({1, kSize, kSize, 3});
  const int32_t copy = b.Convolution("copy", x, 3, 1, false);
  const int32_t conv = b.Convolution("conv", copy, 2, 1, false);
  b.Output(b.FullyConnected("fc", b.GlobalAveragePool("mean", conv), 2));
  Graph g = b.Take();
  SetConstant(g.get(), "copy_w", {1, 0, 0, 0, 1, 0, 0, 0, 1});
  SetConstant(g.get(), "copy_b", {0, 0, 0});
  SetConstant(g.get(), "conv_w", {0, 0, 1000, 0.1f, 0, 0});
  SetConstant(g.get(), "conv_b", {0, -0.1f * 120 / 255});
  SetConstant(g.get(), "fc_w", {0, -100, 0, 100});
  SetConstant(g.get(), "fc_b", {0, 0});
  return g;
}

/* Class a has red 100, class b red 140; blue is noise. */
void WriteTwoColours(const std::string &folder) {
  std::mt19937 random(3);
  for (uint32_t i = 0; i < 20; i++) {
    const std::string path = folder + (i % 2 != 0 ? "/b/" : "/a/") + std::to_string(i) + ".png";
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::vector<uint8_t> rgb(3 * kSize * kSize);
    for (size_t k = 0; k < rgb.size(); k += 3) {
      rgb[k] = i % 2 != 0 ? 140 : 100;
      rgb[k + 2] = static_cast<uint8_t>(random() % 256);
    }
    const image picture = {rgb.data(), kSize, kSize};
    octavo_error error = {};
    ASSERT_EQ(image_write_png(&picture, path.c_str(), &error), OCTAVO_OK) << error.text;
  }
}

class Precision : public testing::Test {
protected:
  void SetUp() override {
    WriteTwoColours(folder_.Path());
    source_ = Network();
    const label_list none = {nullptr, 0};
    ASSERT_EQ(built_model_create(source_.get(), &kRule, &none, &float_, &error_), OCTAVO_OK)
        << error_.text;
    ASSERT_EQ(
        image_sample_open(folder_.Path().c_str(), DATASET_TRAIN, 20, 1, nullptr, &images_, &error_),
        OCTAVO_OK)
        << error_.text;
    const calibration_job job = {
        source_.get(), float_.model, &images_, calibrator_find("minmax"), 1, nullptr, 0,
        nullptr,       false};
    ASSERT_EQ(calibrate(&job, &ranges_, &error_), OCTAVO_OK) << error_.text;
    precisions_.resize(source_->node_count);
    quantize_choose_precisions(source_.get(), precisions_.data());
    inputs_.sample = &images_;
    inputs_.threads = 2;
    job_ = {source_.get(), false, float_.model, ranges_.ranges, &kRule, &inputs_,
            &images_,      2,     nullptr};
  }
  void TearDown() override {
    calibration_free(&ranges_);
    input_cache_free(&inputs_);
    image_sample_close(&images_);
    built_model_free(&float_);
  }

  std::string Bytes(const graph *g) {
    Graph copy(graph_copy(g, &error_));
    const label_list none = {nullptr, 0};
    built_model built = {};
    EXPECT_EQ(built_model_create(copy.get(), &kRule, &none, &built, &error_), OCTAVO_OK)
        << error_.text;
    const std::string bytes(reinterpret_cast<const char *>(built.bytes), built.size);
    built_model_free(&built);
    return bytes;
  }
  /* What --keep-float makes of these precisions: the correction is for them alone. */
  std::string Corrected(const std::vector<layer_precision> &precisions, bool correct) {
    Graph g(graph_copy(source_.get(), &error_));
    const correction_job job = {
        g.get(), float_.model, ranges_.ranges, precisions.data(), &kRule, &inputs_, 1, nullptr};
    correction_report report = {};
    if (correct) {
      EXPECT_EQ(correct_bias(&job, &report, &error_), OCTAVO_OK) << error_.text;
    }
    graph *quantized = nullptr;
    const quantize_settings settings = {ranges_.ranges, precisions.data()};
    EXPECT_EQ(quantize_graph(g.get(), &settings, &quantized, &error_), OCTAVO_OK) << error_.text;
    return Bytes(Graph(quantized).get());
  }
  std::string Built(const std::vector<layer_precision> &precisions) {
    built_model built = {};
    EXPECT_EQ(precision_build(&job_, precisions.data(), &built, &error_), OCTAVO_OK) << error_.text;
    const std::string bytes(reinterpret_cast<const char *>(built.bytes), built.size);
    built_model_free(&built);
    return bytes;
  }

  TemporaryFolder folder_;
  Graph source_;
  built_model float_ = {};
  image_sample images_ = {};
  input_cache inputs_ = {};
  calibration ranges_ = {};
  std::vector<layer_precision> precisions_;
  precision_job job_ = {};
  octavo_error error_ = {};
};

TEST_F(Precision, AModelWithoutInt8HasNoCorrections) {
  job_.corrects_bias = true;
  EXPECT_TRUE(Built(std::vector<layer_precision>(source_->node_count, PRECISION_FLOAT)) ==
              Bytes(source_.get()));
}

/* How weights are rounded is decided before a search, for int8 layers only. */
TEST_F(Precision, DecidedRoundingChangesNoFloatLayer) {
  Graph g(graph_copy(source_.get(), &error_));
  const correction_job rounding = {
      g.get(), float_.model, ranges_.ranges, precisions_.data(), &kRule, &inputs_, 1, nullptr};
  correction_report report = {};
  ASSERT_EQ(correct_round(&rounding, &report, &error_), OCTAVO_OK) << error_.text;
  ASSERT_GT(report.layers, 0u);
  job_.g = g.get();
  EXPECT_TRUE(Built(std::vector<layer_precision>(source_->node_count, PRECISION_FLOAT)) ==
              Bytes(source_.get()));
}

/* Copy gives 5 % less than in the float network, which correction makes up for. */
TEST_F(Precision, BiasesAreCorrectedForThePrecisionsOfTheModel) {
  job_.corrects_bias = true;
  SetConstant(source_.get(), "copy_w", {0.95f, 0, 0, 0, 0.95f, 0, 0, 0, 0.95f});
  const std::vector<layer_precision> all(4, PRECISION_INT8);
  EXPECT_TRUE(Built(all) == Corrected(all, true));
  EXPECT_FALSE(Built(all) == Corrected(all, false)) << "there is something to correct";
  for (uint32_t n = 0; n < 4; n++) {
    std::vector<layer_precision> mixed = all;
    mixed[n] = PRECISION_FLOAT;
    EXPECT_TRUE(Built(mixed) == Corrected(mixed, true)) << source_->nodes[n].name;
  }
}

/* A float layer computes what it does in the source, whatever the layers before it are. */
TEST_F(Precision, FloatLayersKeepTheirBiases) {
  job_.corrects_bias = true;
  SetConstant(source_.get(), "copy_w", {0.95f, 0, 0, 0, 0.95f, 0, 0, 0, 0.95f});
  const std::string mixed =
      Built({PRECISION_INT8, PRECISION_FLOAT, PRECISION_FLOAT, PRECISION_FLOAT});
  const float bias[] = {0, -0.1f * 120 / 255};
  EXPECT_NE(mixed.find(std::string(reinterpret_cast<const char *>(bias), sizeof bias)),
            std::string::npos);
}

TEST_F(Precision, RanksByHarm) {
  std::vector<uint32_t> order(source_->node_count);
  uint32_t count = 0;
  ASSERT_EQ(precision_rank(&job_, precisions_.data(), order.data(), &count, &error_), OCTAVO_OK)
      << error_.text;
  ASSERT_EQ(count, 4u);
  EXPECT_STREQ(source_->nodes[order[3]].name, "copy") << "the one that int8 does not harm";
}

TEST_F(Precision, LayersThatStayFloatAnywayAreNotRanked) {
  std::vector<uint32_t> order(source_->node_count);
  uint32_t count = 0;
  precisions_[1] = PRECISION_FLOAT;
  ASSERT_EQ(precision_rank(&job_, precisions_.data(), order.data(), &count, &error_), OCTAVO_OK);
  ASSERT_EQ(count, 3u);
  for (uint32_t i = 0; i < count; i++)
    EXPECT_NE(order[i], 1u);
}

TEST_F(Precision, MaxDropKeepsTheBlindLayersAndNoOther) {
  float accuracy = 0;
  ASSERT_EQ(precision_accuracy(&job_, precisions_.data(), &accuracy, &error_), OCTAVO_OK);
  ASSERT_EQ(accuracy, 50.0f) << "in int8 all images are of one class";
  max_drop_result result;
  ASSERT_EQ(max_drop_solve(&job_, 0.0, precisions_.data(), &result, &error_), OCTAVO_OK)
      << error_.text;
  EXPECT_EQ(result.accuracy_float, 100.0f);
  EXPECT_EQ(result.accuracy, 100.0f);
  EXPECT_EQ(result.kept, 3u);
  EXPECT_EQ(result.candidates, 4u);
  EXPECT_EQ(precisions_[0], PRECISION_INT8);
  for (uint32_t n = 1; n < 4; n++)
    EXPECT_EQ(precisions_[n], PRECISION_FLOAT) << source_->nodes[n].name;
}

TEST_F(Precision, MaxDropLeavesAllInInt8WhereThatIsGoodEnough) {
  max_drop_result result;
  ASSERT_EQ(max_drop_solve(&job_, 50.0, precisions_.data(), &result, &error_), OCTAVO_OK);
  EXPECT_EQ(result.kept, 0u);
  EXPECT_EQ(result.measured, 1u);
  for (const layer_precision p : precisions_)
    EXPECT_EQ(p, PRECISION_INT8);
}

/* Of two neighbours the one that only moves values is no candidate, so it stays int8 and blind. */
TEST_F(Precision, MaxDropFailsWithTheBestItFound) {
  NetworkBuilder b;
  const int32_t x = b.Input({1, kSize, kSize, 3});
  const int32_t conv = b.Convolution("conv", x, 2, 1, false);
  const int32_t shaped = b.Reshape("shape", conv, {1, 1, kSize * kSize, 2});
  b.Output(b.FullyConnected("fc", b.GlobalAveragePool("mean", shaped), 2));
  Graph g = b.Take();
  SetConstant(g.get(), "conv_w", {0, 0, 1000, 0.1f, 0, 0});
  SetConstant(g.get(), "conv_b", {0, -0.1f * 120 / 255});
  SetConstant(g.get(), "fc_w", {0, -100, 0, 100});
  SetConstant(g.get(), "fc_b", {0, 0});
  built_model built = {};
  const label_list none = {nullptr, 0};
  ASSERT_EQ(built_model_create(g.get(), &kRule, &none, &built, &error_), OCTAVO_OK) << error_.text;
  calibration ranges = {};
  const calibration_job calibrate_job = {
      g.get(), built.model, &images_, calibrator_find("minmax"), 1, nullptr, 0, nullptr, false};
  ASSERT_EQ(calibrate(&calibrate_job, &ranges, &error_), OCTAVO_OK) << error_.text;
  job_.g = g.get();
  job_.reference = built.model;
  job_.ranges = ranges.ranges;
  std::vector<layer_precision> precisions(g->node_count, PRECISION_INT8);
  max_drop_result result;
  EXPECT_EQ(max_drop_solve(&job_, 1.0, precisions.data(), &result, &error_), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error_.text, HasSubstr("--max-drop 1: expected at most that many points below "
                                     "float32's 100.00 %, found 50.00 % (50.00 points)"));
  for (const layer_precision p : precisions)
    EXPECT_EQ(p, PRECISION_INT8) << "nothing half changed";
  calibration_free(&ranges);
  built_model_free(&built);
}

TEST_F(Precision, TheFrontGoesFromAllInt8ToAllFloat) {
  front f = {};
  ASSERT_EQ(front_measure(&job_, precisions_.data(), &f, &error_), OCTAVO_OK) << error_.text;
  ASSERT_EQ(f.point_count, 6u); // 0, 1, 2, 3 layers, dynamic, all
  EXPECT_EQ(f.points[0].kept, 0u);
  EXPECT_EQ(f.points[0].accuracy, 50.0f);
  EXPECT_EQ(f.points[3].accuracy, 100.0f);
  EXPECT_EQ(f.points[4].kind, FRONT_DYNAMIC);
  EXPECT_EQ(f.points[4].accuracy, 50.0f) << "its fc sees the same two values in one int8 tensor";
  EXPECT_EQ(f.points[5].kind, FRONT_FLOAT);
  EXPECT_EQ(f.points[5].accuracy, 100.0f);
  bool most_accurate = false;
  for (uint32_t p = 0; p < f.point_count; p++) {
    EXPECT_GT(f.points[p].milliseconds, 0.0);
    EXPECT_GT(f.points[p].bytes, 0u);
    most_accurate |= f.points[p].best && f.points[p].accuracy == 100.0f;
  }
  EXPECT_TRUE(most_accurate);
  front_free(&f);
}

} // namespace
