/* Corrections on small networks: what they change, and what they must not. */
#include "converter/correct/correct.h"

#include "converter/built_model.h"
#include "converter/calibrate/calibrate.h"
#include "converter/correct/layer_list.h"
#include "converter/correct/rounding.h"
#include "runtime/memory.h"
#include "tests/converter/tiny_network.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <random>
#include <set>

namespace {

using testing::HasSubstr;

const label_list kNoLabels = {nullptr, 0};

TEST(CorrectionParse, ReadsLists) {
  octavo_error error = {};
  uint32_t set = 99;
  EXPECT_EQ(correction_parse("none", &set, &error), OCTAVO_OK);
  EXPECT_EQ(set, 0u);
  EXPECT_EQ(correction_parse("bias,equalize", &set, &error), OCTAVO_OK);
  EXPECT_EQ(set, (uint32_t)(CORRECT_BIAS | CORRECT_EQUALIZE));
  EXPECT_EQ(correction_parse("round,bias", &set, &error), OCTAVO_OK);
  char text[40];
  EXPECT_STREQ(correction_names(set, "+", text, sizeof text), "round+bias");
  EXPECT_STREQ(correction_names(0, "+", text, sizeof text), "");
  for (const char *wrong : {"", "biases", "bias,", "none,bias", "bias, round"}) {
    EXPECT_EQ(correction_parse(wrong, &set, &error), OCTAVO_ERROR_ARGUMENT) << wrong;
    EXPECT_THAT(error.text, HasSubstr("bias, equalize and round"));
  }
}

/* Logits of the float network, as the engine computes them, for one image of noise. */
std::vector<float> Results(graph *g) {
  Graph copy(graph_copy(g, nullptr));
  built_model built = {};
  octavo_error error = {};
  EXPECT_EQ(built_model_create(copy.get(), &kTinyRule, &kNoLabels, &built, &error), OCTAVO_OK)
      << error.text;
  octavo_session *session = nullptr;
  EXPECT_EQ(octavo_session_create(built.model, nullptr, &session, &error), OCTAVO_OK);
  std::mt19937 random(3);
  std::vector<uint8_t> rgb(8 * 8 * 3);
  for (uint8_t &v : rgb)
    v = (uint8_t)random();
  EXPECT_EQ(octavo_session_set_image(session, 0, rgb.data(), 8, 8, 24, &error), OCTAVO_OK);
  EXPECT_EQ(octavo_session_run(session, &error), OCTAVO_OK);
  std::vector<float> values(graph_element_count(&g->tensors[g->outputs[0]]));
  EXPECT_EQ(octavo_session_get_output_f32(session, 0, values.data(), values.size(), &error),
            OCTAVO_OK);
  octavo_session_free(session);
  built_model_free(&built);
  return values;
}

const graph_tensor &Operand(const graph *g, const char *node, uint32_t which) {
  for (uint32_t n = 0; n < g->node_count; n++)
    if (std::string(g->nodes[n].name) == node)
      return g->tensors[g->nodes[n].inputs[which]];
  ADD_FAILURE() << node;
  return g->tensors[0];
}

float *Data(const graph *g, const char *node, uint32_t which) {
  return static_cast<float *>(Operand(g, node, which).data);
}

/* convolution a, ReLU → b, ReLU → pool → fc, with the channels of a far from even. */
Graph Chain() {
  NetworkBuilder b;
  const int32_t a = b.Convolution("a", b.Input({1, 8, 8, 3}), 6, 3, true);
  const int32_t y = b.Convolution("b", a, 5, 3, true, false);
  b.Output(b.FullyConnected("fc", b.GlobalAveragePool("mean", y), 4));
  Graph g = b.Take();
  float *weights = Data(g.get(), "a", 1), *bias = Data(g.get(), "a", 2);
  for (int c = 0; c < 6; c++)
    for (int i = 0; i < 27; i++)
      weights[c * 27 + i] *= std::pow(10.0f, (float)(c - 3));
  for (int c = 0; c < 6; c++)
    bias[c] *= std::pow(10.0f, (float)(c - 3));
  return g;
}

float RowMax(const graph *g, const char *node, int channel, int depth) {
  const float *w = Data(g, node, 1) + channel * depth;
  return std::abs(*std::max_element(w, w + depth,
                                    [](float x, float y) { return std::fabs(x) < std::fabs(y); }));
}

float ColumnMax(const graph *g, const char *node, int channel, int channels) {
  const graph_tensor &t = Operand(g, node, 1);
  float max = 0.0f;
  for (uint64_t i = (uint64_t)channel; i < graph_element_count(&t); i += (uint64_t)channels)
    max = std::fmax(max, std::fabs(static_cast<const float *>(t.data)[i]));
  return max;
}

TEST(Equalize, RangesBecomeEqualAndTheFunctionStays) {
  Graph g = Chain();
  const std::vector<float> before = Results(g.get());
  uint32_t layers = 0;
  octavo_error error = {};
  ASSERT_EQ(correct_equalize(g.get(), &layers, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(layers, 2u) << "a and b; a pool lies between b and fc";
  const std::vector<float> after = Results(g.get());
  for (size_t i = 0; i < before.size(); i++)
    EXPECT_NEAR(after[i], before[i], 1e-4f * std::fmax(1.0f, std::fabs(before[i])));
  for (int c = 0; c < 6; c++)
    EXPECT_NEAR(RowMax(g.get(), "a", c, 27) / ColumnMax(g.get(), "b", c, 6), 1.0f, 2e-3f) << c;
  layers = 0;
  ASSERT_EQ(correct_equalize(g.get(), &layers, &error), OCTAVO_OK);
  EXPECT_EQ(layers, 0u) << "a second time there is nothing left to do";
}

TEST(Equalize, FollowsDepthwiseConvolutions) {
  NetworkBuilder b;
  const int32_t a = b.Convolution("a", b.Input({1, 8, 8, 3}), 6, 1, true);
  const int32_t d = b.Convolution("d", a, 6, 3, true);
  b.Output(b.Convolution("p", d, 4, 1, false));
  Graph g = b.Take();
  graph_node &depthwise = g->nodes[1];
  depthwise.attributes.convolution.groups = 6;
  graph_tensor &w = g->tensors[depthwise.inputs[1]];
  w.shape[3] = 1;
  w.bytes /= 6;
  for (int c = 0; c < 6; c++)
    for (int i = 0; i < 9; i++)
      static_cast<float *>(w.data)[c * 9 + i] *= std::pow(8.0f, (float)(c % 3));
  const std::vector<float> before = Results(g.get());
  uint32_t layers = 0;
  octavo_error error = {};
  ASSERT_EQ(correct_equalize(g.get(), &layers, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(layers, 3u);
  const std::vector<float> after = Results(g.get());
  for (size_t i = 0; i < before.size(); i++)
    EXPECT_NEAR(after[i], before[i], 1e-4f * std::fmax(1.0f, std::fabs(before[i])));
  for (int c = 0; c < 6; c++) {
    EXPECT_NEAR(RowMax(g.get(), "a", c, 3) / RowMax(g.get(), "d", c, 9), 1.0f, 5e-3f) << c;
    EXPECT_NEAR(RowMax(g.get(), "d", c, 9) / ColumnMax(g.get(), "p", c, 6), 1.0f, 5e-3f) << c;
  }
}

TEST(Equalize, LeavesReLU6AndResultsWithTwoReadersAlone) {
  Graph six = Chain();
  six->nodes[0].attributes.convolution.clamp_max = 6.0f;
  Graph two = TinyNetwork(); /* conv1 is read by conv2 and by add */
  for (graph *g : {six.get(), two.get()}) {
    const std::vector<float> before = Results(g);
    uint32_t layers = 0;
    octavo_error error = {};
    ASSERT_EQ(correct_equalize(g, &layers, &error), OCTAVO_OK);
    EXPECT_EQ(layers, 0u);
    EXPECT_EQ(Results(g), before);
  }
}

TEST(PerTensor, OneScaleForAllChannels) {
  Graph g = TinyNetwork();
  octavo_error error = {};
  ASSERT_EQ(quantize_per_tensor(g.get(), &error), OCTAVO_OK);
  const std::vector<value_range> ranges(g->tensor_count, {-4.0f, 4.0f});
  graph *quantized = nullptr;
  const quantize_settings settings = {ranges.data(), nullptr};
  ASSERT_EQ(quantize_graph(g.get(), &settings, &quantized, &error), OCTAVO_OK) << error.text;
  const Graph q(quantized);
  for (const char *name : {"conv1", "conv2", "fc"}) {
    const graph_tensor &w = Operand(q.get(), name, 1);
    const graph_tensor &real = Operand(g.get(), name, 1);
    const auto *values = static_cast<const float *>(real.data);
    float max = 0.0f;
    for (uint64_t i = 0; i < graph_element_count(&real); i++)
      max = std::fmax(max, std::fabs(values[i]));
    for (uint32_t c = 0; c < w.quantization.scale_count; c++)
      EXPECT_FLOAT_EQ(w.quantization.scales[c], max / 127.0f);
    for (uint64_t i = 0; i < graph_element_count(&w); i++)
      EXPECT_EQ(static_cast<const int8_t *>(w.data)[i], std::lrint(values[i] / (max / 127.0f)));
    EXPECT_EQ(w.quantization.decided, nullptr);
  }
}

/* Σ over samples (Σ (q − w / scale) · x)² */
double RoundingError(const layer_samples &s, const std::vector<float> &weights,
                     const std::vector<int8_t> &q, uint32_t channel, uint32_t group) {
  double sum = 0.0;
  for (size_t p = 0; p < s.count; p++) {
    double y = 0.0;
    for (uint64_t i = 0; i < s.depth; i++)
      y += (q[channel * s.depth + i] - (double)weights[channel * s.depth + i]) *
           s.rows[(group * s.depth + i) * s.count + p];
    sum += y * y;
  }
  return sum;
}

/* With three weights all eight roundings can be tried. Samples that are nearly alike in all rows:
 * rounding all the same way is bad, up and down is good. */
TEST(Rounding, NeverWorseThanTheNearestAndOftenTheBest) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-100.0f, 100.0f);
  std::vector<int16_t> rows(2 * 3 * SAMPLES_BLOCK);
  for (size_t p = 0; p < SAMPLES_BLOCK; p++) {
    const int common = (int)(random() % 200);
    for (size_t r = 0; r < 6; r++)
      rows[r * SAMPLES_BLOCK + p] = (int16_t)(common + (int)(random() % 20));
  }
  const layer_samples samples = {rows.data(), 2, 1, 3, SAMPLES_BLOCK};
  const uint32_t channels = 20; /* 10 of each group */
  std::vector<float> weights(channels * 3), scales(channels, 1.0f);
  for (float &w : weights)
    w = uniform(random);
  std::vector<int8_t> decided(weights.size());
  octavo_error error = {};
  const rounding_problem problem = {&samples, weights.data(), scales.data(), channels, 2};
  ASSERT_EQ(rounding_solve(&problem, decided.data(), &error), OCTAVO_OK) << error.text;
  uint32_t best_found = 0, better = 0;
  for (uint32_t c = 0; c < channels; c++) {
    const double found = RoundingError(samples, weights, decided, c, c / 10);
    double least = INFINITY, nearest = 0.0;
    std::vector<int8_t> q(weights.size());
    for (int choice = 0; choice < 8; choice++) {
      for (int i = 0; i < 3; i++)
        q[c * 3 + (uint32_t)i] =
            (int8_t)((int)std::floor(weights[c * 3 + (uint32_t)i]) + (choice >> i & 1));
      least = std::fmin(least, RoundingError(samples, weights, q, c, c / 10));
    }
    for (uint32_t i = 0; i < 3; i++) {
      q[c * 3 + i] = (int8_t)std::lrint(weights[c * 3 + i]);
      EXPECT_LT(std::fabs((float)decided[c * 3 + i] - weights[c * 3 + i]), 1.0f);
    }
    nearest = RoundingError(samples, weights, q, c, c / 10);
    EXPECT_LE(found, nearest * 1.0001);
    better += found < 0.9 * nearest;
    best_found += found <= 1.05 * least;
  }
  EXPECT_GE(better, 5u);
  EXPECT_GE(best_found, 12u);
}

TEST(Rounding, IntegersAndTheEndsStay) {
  std::vector<int16_t> rows(2 * SAMPLES_BLOCK, 100);
  const layer_samples samples = {rows.data(), 1, 1, 2, SAMPLES_BLOCK};
  /* Turning 126.6 up to 128 or 5 to 6 would cancel the error of the other. */
  const float weights[] = {0.0f, 126.6f, 5.0f, -126.9f}, scales[] = {1.0f, 1.0f};
  int8_t decided[4];
  octavo_error error = {};
  const rounding_problem problem = {&samples, weights, scales, 2, 1};
  ASSERT_EQ(rounding_solve(&problem, decided, &error), OCTAVO_OK);
  EXPECT_THAT(decided, testing::ElementsAre(0, 127, 5, -127));
}

class Correct : public testing::Test {
protected:
  void SetUp() override {
    octavo_error error = {};
    WriteImages(folder_.Path("images"), 24);
    g_ = TinyNetwork();
    ASSERT_EQ(built_model_create(g_.get(), &kTinyRule, &kNoLabels, &float_, &error), OCTAVO_OK);
    ASSERT_EQ(image_sample_open(folder_.Path("images").c_str(), DATASET_TRAIN, 24, 1, nullptr,
                                &images_, &error),
              OCTAVO_OK);
    inputs_.sample = &images_;
    inputs_.threads = 2;
    const calibration_job job = {g_.get(), float_.model, &images_, calibrator_find("minmax"),
                                 1,        nullptr,      0.0,      nullptr,
                                 false};
    ASSERT_EQ(calibrate(&job, &ranges_, &error), OCTAVO_OK) << error.text;
  }
  void TearDown() override {
    calibration_free(&ranges_);
    input_cache_free(&inputs_);
    image_sample_close(&images_);
    built_model_free(&float_);
  }

  correction_job Job(graph *g, uint32_t threads) {
    return {g, float_.model, ranges_.ranges, nullptr, &kTinyRule, &inputs_, threads, nullptr};
  }

  Graph Quantized(const graph *g) {
    graph *q = nullptr;
    octavo_error error = {};
    const quantize_settings settings = {ranges_.ranges, nullptr};
    EXPECT_EQ(quantize_graph(g, &settings, &q, &error), OCTAVO_OK) << error.text;
    return Graph(q);
  }

  /* Mean over images, positions and channels of |mean error of a channel| of the node's int8
   * results against the float network's. */
  double MeanError(const graph *g, uint32_t node) {
    Graph q = Quantized(g);
    built_model built = {};
    octavo_error error = {};
    EXPECT_EQ(built_model_create(q.get(), &kTinyRule, &kNoLabels, &built, &error), OCTAVO_OK);
    octavo_session *sessions[2] = {};
    EXPECT_EQ(octavo_session_create(float_.model, nullptr, &sessions[0], &error), OCTAVO_OK);
    EXPECT_EQ(octavo_session_create(built.model, nullptr, &sessions[1], &error), OCTAVO_OK);
    struct Sum {
      uint32_t node;
      size_t channels;
      std::vector<double> of_channel;
    } sums[2];
    for (int k = 0; k < 2; k++) {
      sums[k].node = node;
      sums[k].channels = (size_t)Operand(g, g->nodes[node].name, 1).shape[0];
      sums[k].of_channel.resize(sums[k].channels);
      octavo_session_observe(
          sessions[k],
          [](void *context, uint32_t index, uint32_t, const octavo_tensor_info *info,
             const void *data) {
            auto *sum = static_cast<Sum *>(context);
            if (index != sum->node)
              return;
            const bool is_int8 = info->type == OCTAVO_INT8;
            const size_t count = is_int8 ? info->bytes : info->bytes / 4;
            for (size_t i = 0; i < count; i++)
              sum->of_channel[i % sum->channels] +=
                  (is_int8 ? (double)info->scale *
                                 (static_cast<const int8_t *>(data)[i] - info->zero_point)
                           : (double)static_cast<const float *>(data)[i]) /
                  (double)(count / sum->channels);
          },
          &sums[k]);
      for (uint32_t i = 0; i < images_.count; i++) {
        EXPECT_EQ(image_sample_feed(&images_, i, sessions[k], &error), OCTAVO_OK);
        EXPECT_EQ(octavo_session_run(sessions[k], &error), OCTAVO_OK);
      }
      octavo_session_free(sessions[k]);
    }
    built_model_free(&built);
    double mean = 0.0;
    for (size_t c = 0; c < sums[0].channels; c++)
      mean += std::fabs(sums[1].of_channel[c] - sums[0].of_channel[c]) /
              (double)(sums[0].channels * images_.count);
    return mean;
  }

  TemporaryFolder folder_;
  Graph g_;
  built_model float_ = {};
  image_sample images_ = {};
  input_cache inputs_ = {};
  calibration ranges_ = {};
  octavo_error error_ = {};
};

/* Coarse weights make errors whose mean is far from zero. */
void Coarsen(graph *g) {
  for (const char *name : {"conv1", "conv2", "fc"}) {
    const graph_tensor &w = Operand(g, name, 1);
    for (uint64_t i = 0; i < graph_element_count(&w); i++) {
      float *value = static_cast<float *>(w.data) + i;
      *value = std::floor(*value * 64.0f) / 64.0f;
    }
  }
}

TEST_F(Correct, BiasCorrectionTakesTheMeanErrorAway) {
  Graph coarse(graph_copy(g_.get(), nullptr));
  Coarsen(coarse.get());
  const double before[] = {MeanError(coarse.get(), 0), MeanError(coarse.get(), 1),
                           MeanError(coarse.get(), 5)};
  const correction_job job = Job(coarse.get(), 1);
  correction_report report;
  ASSERT_EQ(correct_bias(&job, &report, &error_), OCTAVO_OK) << error_.text;
  EXPECT_EQ(report.layers, 3u);
  EXPECT_EQ(report.images, 24u);
  EXPECT_EQ(coarse->nodes[1].input_count, 3u) << "conv2 had none";
  const uint32_t nodes[] = {0, 1, 5};
  for (int i = 0; i < 3; i++)
    EXPECT_LT(MeanError(coarse.get(), nodes[i]), 0.2 * before[i]) << g_->nodes[nodes[i]].name;
}

/* A sum of 40000 products leaves less room for the bias than one of a few: at 100 it takes all of
 * that, so that the 101 of the float network would overflow. */
TEST_F(Correct, BiasesStayWithinWhatInt32SumsLeaveThem) {
  NetworkBuilder b;
  const int32_t wide = b.Convolution("wide", b.Input({1, 8, 8, 3}), 625, 1, true);
  b.Output(b.FullyConnected("deep", b.Reshape("flat", wide, {1, 40000}), 2));
  Graph g = b.Take();
  std::fill_n(Data(g.get(), "deep", 1), 2 * 40000, 1e-7f);
  std::fill_n(Data(g.get(), "deep", 2), 2, 101.0f);
  const graph_tensor &bias = Operand(g.get(), "deep", 2);
  built_model reference = {};
  ASSERT_EQ(built_model_create(g.get(), &kTinyRule, &kNoLabels, &reference, &error_), OCTAVO_OK);
  const std::vector<value_range> ranges(g->tensor_count, {0.0f, 128.0f});
  correction_report report;
  std::fill_n(static_cast<float *>(bias.data), 2, 100.0f);
  correction_job job = Job(g.get(), 1);
  job.reference = reference.model;
  job.ranges = ranges.data();
  ASSERT_EQ(correct_bias(&job, &report, &error_), OCTAVO_OK) << error_.text;
  EXPECT_EQ(static_cast<float *>(bias.data)[0], 100.0f);
  /* A bias of 10 leaves room. */
  static_cast<float *>(bias.data)[0] = 10.0f;
  std::fill_n(Data(g.get(), "deep", 1), 40000, 1e-4f);
  ASSERT_EQ(correct_bias(&job, &report, &error_), OCTAVO_OK) << error_.text;
  EXPECT_GT(static_cast<float *>(bias.data)[0], 20.0f);
  built_model_free(&reference);
}

TEST_F(Correct, WithoutErrorNothingIsCorrected) {
  /* An error as the int8 grid makes it has a mean within its own scatter: far below one step. */
  const std::vector<float> bias(Data(g_.get(), "fc", 2), Data(g_.get(), "fc", 2) + 4);
  const correction_job job = Job(g_.get(), 1);
  correction_report report;
  ASSERT_EQ(correct_bias(&job, &report, &error_), OCTAVO_OK) << error_.text;
  const float step = scale_from_range(ranges_.ranges[g_->outputs[0]]).scale;
  for (size_t c = 0; c < 4; c++)
    EXPECT_NEAR(Data(g_.get(), "fc", 2)[c], bias[c], 2.0f * step);
}

std::string Constants(const graph *g) {
  std::string bytes;
  for (uint32_t t = 0; t < g->tensor_count; t++)
    bytes.append(static_cast<const char *>(g->tensors[t].data), g->tensors[t].bytes);
  return bytes;
}

TEST_F(Correct, ThreadsDoNotMatter) {
  std::vector<std::string> results;
  for (const uint32_t threads : {1u, 2u, 4u}) {
    Graph g(graph_copy(g_.get(), nullptr));
    const correction_job job = Job(g.get(), threads);
    correction_report report;
    ASSERT_EQ(correct_round(&job, &report, &error_), OCTAVO_OK) << error_.text;
    ASSERT_EQ(correct_bias(&job, &report, &error_), OCTAVO_OK) << error_.text;
    results.push_back(Constants(Quantized(g.get()).get()));
  }
  EXPECT_NE(results[0], Constants(Quantized(g_.get()).get()));
  EXPECT_TRUE(results[0] == results[1] && results[0] == results[2]);
}

/* The float weights stay: a layer that is kept in float32 loses nothing. */
TEST_F(Correct, RoundingDecidesOnNeighboursOfTheWeights) {
  const std::string before = Constants(g_.get());
  const Graph nearest = Quantized(g_.get());
  const correction_job job = Job(g_.get(), 1);
  correction_report report;
  ASSERT_EQ(correct_round(&job, &report, &error_), OCTAVO_OK) << error_.text;
  EXPECT_EQ(report.layers, 3u);
  EXPECT_EQ(Constants(g_.get()), before);
  const Graph rounded = Quantized(g_.get());
  uint32_t turned = 0;
  for (const char *name : {"conv1", "conv2", "fc"}) {
    const graph_tensor &a = Operand(nearest.get(), name, 1), &b = Operand(rounded.get(), name, 1);
    for (uint32_t c = 0; c < a.quantization.scale_count; c++)
      EXPECT_EQ(a.quantization.scales[c], b.quantization.scales[c]);
    for (uint64_t i = 0; i < graph_element_count(&a); i++) {
      const int difference =
          static_cast<const int8_t *>(a.data)[i] - static_cast<const int8_t *>(b.data)[i];
      EXPECT_LE(std::abs(difference), 1);
      turned += difference != 0;
    }
  }
  EXPECT_GT(turned, 10u);
}

/* Samples against a plain loop over the layer's window. */
TEST_F(Correct, SamplesAreWhatTheLayerMultiplies) {
  Graph q = Quantized(g_.get());
  layer_list layers = {};
  ASSERT_EQ(layer_list_make(g_.get(), q.get(), &layers, &error_), OCTAVO_OK);
  ASSERT_EQ(layers.count, 3u);
  EXPECT_EQ(layers.channels, 20u);
  const correction_job job = Job(g_.get(), 2);
  const input_row *inputs = nullptr;
  ASSERT_EQ(prefix_inputs_read(q.get(), &job, 5, &inputs, &error_), OCTAVO_OK) << error_.text;
  uint64_t bytes = 0;
  layer_samples s = samples_plan(q.get(), &layers.rows[0], 5, &bytes);
  EXPECT_EQ(s.depth, 27u);
  EXPECT_EQ(s.per_image, 64u) << "all of them: fewer than there may be";
  EXPECT_EQ(bytes, 27u * s.count * 2);
  ASSERT_EQ(samples_take(q.get(), &job, inputs, 5, layers.rows, 1, &s, &error_), OCTAVO_OK);
  const int zero = q->tensors[q->inputs[0]].quantization.zero_point;
  for (uint32_t image = 0; image < 5; image++) {
    const auto *pixels = reinterpret_cast<const int8_t *>(inputs->bytes + image * inputs->each);
    std::multiset<int> found, expected;
    for (int y = 0; y < 8; y++)
      for (int x = 0; x < 8; x++) {
        int sum = 0; /* of the window, each weighted by its row */
        for (int k = 0; k < 9; k++)
          for (int c = 0; c < 3; c++) {
            const int v = y + k / 3 - 1, u = x + k % 3 - 1;
            if (v >= 0 && v < 8 && u >= 0 && u < 8)
              sum += (k * 3 + c + 1) * (pixels[(v * 8 + u) * 3 + c] - zero);
          }
        expected.insert(sum);
      }
    for (size_t p = image * 64; p < (image + 1) * 64; p++) {
      int sum = 0;
      for (size_t r = 0; r < 27; r++)
        sum += (int)(r + 1) * s.rows[r * s.count + p];
      found.insert(sum);
    }
    EXPECT_EQ(found, expected) << image;
  }
  octavo_memory_free(s.rows);
  layer_list_free(&layers);
}

} // namespace
