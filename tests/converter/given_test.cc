// Networks that are quantized already (tests/data/onnx/make_quantized.py): results against ONNX
// Runtime's, scales and integers against the file's own, and what cannot become int8.
#include "converter/quantize/given.h"

#include "converter/onnx/onnx_import.h"
#include "converter/passes/passes.h"
#include "tests/converter/quantized_network.h"

#include "onnx.pb-c.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string DataPath(const std::string &file) {
  return std::string(OCTAVO_TEST_DATA) + "/onnx/" + file;
}

struct Given {
  const char *file;
  float step; // scale of the output
  int most;   // steps that the result may be away from ONNX Runtime's
  uint32_t int8, floats;
};

std::ostream &operator<<(std::ostream &stream, const Given &given) {
  return stream << given.file;
}

class GivenTest : public testing::TestWithParam<Given> {
protected:
  void SetUp() override {
    source_ = Lower(DataPath(std::string(GetParam().file) + ".onnx"));
    ASSERT_NE(source_, nullptr);
    values_ = ReadFloats(DataPath(std::string(GetParam().file) + ".bin"));
  }

  // The reference's input, and its output after it.
  void ExpectReference(graph *g) {
    Model model(g);
    const size_t count = graph_element_count(&g->tensors[g->inputs[0]]);
    ASSERT_GT(values_.size(), count);
    const auto outputs = model.Run({values_.begin(), values_.begin() + static_cast<long>(count)});
    ASSERT_EQ(outputs.size(), 1u);
    ASSERT_EQ(outputs[0].size(), values_.size() - count);
    for (size_t i = 0; i < outputs[0].size(); i++)
      EXPECT_NEAR(outputs[0][i], values_[count + i],
                  (static_cast<float>(GetParam().most) + 0.01f) * GetParam().step)
          << i;
  }

  Graph source_;
  std::vector<float> values_;
};

TEST_P(GivenTest, GivesWhatOnnxRuntimeGives) {
  ASSERT_TRUE(quantize_is_given(source_.get()));
  Graph g = TakeGiven(*source_);
  ASSERT_NE(g, nullptr);
  ExpectReference(g.get());
}

TEST_P(GivenTest, GivesTheSameInFloatBetweenConversions) {
  ExpectReference(source_.get());
}

TEST_P(GivenTest, CountsLayers) {
  graph *g = nullptr;
  given_report report = {};
  octavo_error error = {};
  ASSERT_EQ(quantize_given(source_.get(), nullptr, &g, &report, &error), OCTAVO_OK) << error.text;
  graph_free(g);
  EXPECT_EQ(report.int8_layers, GetParam().int8);
  EXPECT_EQ(report.float_layers, GetParam().floats);
}

INSTANTIATE_TEST_SUITE_P(
    All, GivenTest,
    testing::Values(Given{"qdq_uint8", 0.03f, 1, 8, 0}, Given{"qdq_int8", 0.03f, 1, 8, 0},
                    Given{"qdq_opset10", 0.03f, 1, 8, 0}, Given{"qdq_mixed", 0.009f, 1, 2, 2},
                    Given{"qdq_weights", 0.02f, 1, 2, 0}, Given{"qdq_batch_norm", 0.015f, 1, 2, 0},
                    Given{"qoperator", 0.004f, 1, 10, 0},
                    Given{"torch_per_tensor", 0.0075423f, 1, 9, 0},
                    Given{"torch_per_channel", 0.0151440f, 1, 9, 0}));

// ---- The file's own numbers -----------------------------------------------------------------

struct FreeModel {
  void operator()(Onnx__ModelProto *model) const {
    onnx__model_proto__free_unpacked(model, nullptr);
  }
};

class Source {
public:
  explicit Source(const std::string &file) {
    std::ifstream stream(DataPath(file), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
    model_.reset(onnx__model_proto__unpack(nullptr, bytes.size(),
                                           reinterpret_cast<const uint8_t *>(bytes.data())));
  }
  // The elements of an initializer.
  template <class T>
  std::vector<T> Constant(const std::string &name) const {
    const Onnx__GraphProto *g = model_->graph;
    for (size_t i = 0; i < g->n_initializer; i++) {
      const Onnx__TensorProto *t = g->initializer[i];
      if (name != t->name)
        continue;
      std::vector<T> values(t->raw_data.len / sizeof(T));
      std::memcpy(values.data(), t->raw_data.data, t->raw_data.len);
      return values;
    }
    ADD_FAILURE() << name;
    return {};
  }

private:
  std::unique_ptr<Onnx__ModelProto, FreeModel> model_;
};

template <class T>
std::vector<T> Data(const graph_tensor &t) {
  const T *data = static_cast<const T *>(t.data);
  return {data, data + graph_element_count(&t)};
}

// OHWI as OIHW.
std::vector<int8_t> ToOihw(const graph_tensor &t) {
  const std::vector<int8_t> from = Data<int8_t>(t);
  const size_t area = static_cast<size_t>(t.shape[1] * t.shape[2]),
               inputs = static_cast<size_t>(t.shape[3]);
  std::vector<int8_t> to(from.size());
  for (size_t o = 0; o < from.size() / (area * inputs); o++)
    for (size_t i = 0; i < inputs; i++)
      for (size_t k = 0; k < area; k++)
        to[(o * inputs + i) * area + k] = from[(o * area + k) * inputs + i];
  return to;
}

std::vector<float> Scales(const graph_tensor &t) {
  return {t.quantization.scales, t.quantization.scales + t.quantization.scale_count};
}

void ExpectScale(const graph &g, const std::string &tensor, float scale, int32_t zero_point) {
  const graph_tensor *t = FindTensor(g, tensor);
  ASSERT_NE(t, nullptr) << tensor;
  EXPECT_EQ(t->type, GRAPH_INT8) << tensor;
  EXPECT_EQ(t->quantization.scale, scale) << tensor;
  EXPECT_EQ(t->quantization.zero_point, zero_point) << tensor;
}

TEST(Given, KeepsScalesBitForBitAndShiftsUint8) {
  const Graph g = TakeGiven(*Lower(DataPath("qdq_uint8.onnx")));
  ASSERT_NE(g, nullptr);
  ExpectScale(*g, "input", 0.016f, 120 - 128);
  ExpectScale(*g, "stem", 0.013f, -128);
  ExpectScale(*g, "pool", 0.013f, -128);
  ExpectScale(*g, "conv1", 0.011f, 130 - 128);
  ExpectScale(*g, "add", 0.015f, -128);
  ExpectScale(*g, "conv2", 0.007f, -128);
  ExpectScale(*g, "concat", 0.0152f, 3 - 128);
  ExpectScale(*g, "mean", 0.006f, 5 - 128);
  ExpectScale(*g, "fc_dq", 0.03f, 0); // the model's output, so the file's name for it
}

// QOperator files have no node for what this importer puts in front of a layer.
TEST(Given, NamesOfConversionsTellWhatTheyConvert) {
  graph *imported = nullptr;
  octavo_error error = {};
  ASSERT_EQ(onnx_import(DataPath("qoperator.onnx").c_str(), &imported, &error), OCTAVO_OK)
      << error.text;
  const Graph g(imported);
  uint32_t found = 0;
  for (uint32_t n = 0; n < g->node_count; n++) {
    const graph_node &node = g->nodes[n];
    const std::string from = g->tensors[node.inputs[0]].name;
    if (node.op != OCTAVO_OP_DEQUANTIZE ||
        std::strcmp(g->tensors[node.outputs[0]].name, (from + "_dequantized").c_str()) != 0)
      continue;
    EXPECT_EQ(node.name, from + "_dequantize");
    found++;
  }
  EXPECT_GT(found, 0u);
}

TEST(Given, KeepsIntegersOfWeightsAndBiases) {
  for (const char *file : {"qdq_uint8.onnx", "qdq_int8.onnx"}) {
    const Source source(file);
    const Graph g = TakeGiven(*Lower(DataPath(file)));
    ASSERT_NE(g, nullptr);
    for (const std::string layer : {"stem", "conv1", "conv2"}) {
      const graph_tensor *w = FindTensor(*g, layer + ".weight");
      ASSERT_NE(w, nullptr) << layer;
      EXPECT_EQ(ToOihw(*w), source.Constant<int8_t>(layer + ".weight_q")) << layer;
      EXPECT_EQ(Scales(*w), source.Constant<float>(layer + ".weight_scale")) << layer;
    }
    EXPECT_EQ(Data<int32_t>(*FindTensor(*g, "stem.bias")), source.Constant<int32_t>("stem.bias_q"));
    EXPECT_EQ(Data<int32_t>(*FindTensor(*g, "fc.bias")), source.Constant<int32_t>("fc.bias_q"));
    // 12 × 5 in the file, 5 × 12 here.
    const std::vector<int8_t> rows = Data<int8_t>(*FindTensor(*g, "fc.weight"));
    const std::vector<int8_t> columns = source.Constant<int8_t>("fc.weight_q");
    for (size_t o = 0; o < 5; o++)
      for (size_t i = 0; i < 12; i++)
        ASSERT_EQ(rows[o * 12 + i], columns[i * 5 + o]) << o << " " << i;
    EXPECT_EQ(Scales(*FindTensor(*g, "fc.weight")), source.Constant<float>("fc.weight_scale"));
  }
}

TEST(Given, ShiftsUint8Weights) {
  const Source source("qoperator.onnx");
  const Graph g = TakeGiven(*Lower(DataPath("qoperator.onnx")));
  ASSERT_NE(g, nullptr);
  const graph_node *conv = FindNode(*g, "conv1_qlinearconv");
  ASSERT_NE(conv, nullptr);
  std::vector<int8_t> expected;
  for (const uint8_t value : source.Constant<uint8_t>("conv1.weight"))
    expected.push_back(static_cast<int8_t>(value - 128));
  EXPECT_EQ(ToOihw(g->tensors[conv->inputs[1]]), expected);
  EXPECT_EQ(Data<int32_t>(g->tensors[conv->inputs[2]]), source.Constant<int32_t>("conv1.bias"));
  ExpectScale(*g, "depthwise", 0.011f, 118 - 128);
}

// float32 holds 24 bits, the file 30.
TEST(Given, KeepsBiasesThatFloat32CannotHold) {
  Graph source = Lower(DataPath("qdq_uint8.onnx"));
  const graph_node *stem = FindNode(*source, "stem_conv");
  ASSERT_NE(stem, nullptr);
  graph_tensor &bias = source->tensors[stem->inputs[2]];
  ASSERT_NE(bias.integers, nullptr);
  ASSERT_NE(bias.integers->values, nullptr);
  bias.integers->values[3] = 0x3ffffffd;
  const Graph g = TakeGiven(*source);
  EXPECT_EQ(Data<int32_t>(*FindTensor(*g, "stem.bias"))[3], 0x3ffffffd);
}

// Its factors go into the scales; where one is negative the integers change their sign.
TEST(Given, KeepsIntegersOfWeightsThroughBatchNorm) {
  const Source source("qdq_batch_norm.onnx");
  const Graph g = TakeGiven(*Lower(DataPath("qdq_batch_norm.onnx")));
  ASSERT_NE(g, nullptr);
  for (const std::string layer : {"first", "second"}) {
    std::vector<int8_t> expected = source.Constant<int8_t>(layer + ".weight_q");
    const std::vector<float> factors = source.Constant<float>(layer + ".bn0");
    const size_t row = expected.size() / factors.size();
    for (size_t i = 0; i < expected.size(); i++)
      if (factors[i / row] < 0)
        expected[i] = static_cast<int8_t>(-expected[i]);
    const graph_node *conv = FindNode(*g, layer + "_conv");
    ASSERT_NE(conv, nullptr);
    EXPECT_EQ(ToOihw(g->tensors[conv->inputs[1]]), expected) << layer;
  }
}

TEST(Given, LeavesLayersFloatThatHaveNoInt8Form) {
  const Graph g = TakeGiven(*Lower(DataPath("qdq_mixed.onnx")));
  ASSERT_NE(g, nullptr);
  const auto type = [&](const char *name) {
    return g->tensors[FindNode(*g, name)->outputs[0]].type;
  };
  EXPECT_EQ(type("plain_conv"), GRAPH_INT8);
  EXPECT_EQ(type("shifted_conv"), GRAPH_FLOAT32) << "its weights have a zero point";
  EXPECT_EQ(type("unsigned_conv"), GRAPH_INT8);
  EXPECT_EQ(type("last_conv"), GRAPH_FLOAT32) << "nothing quantizes its result";
}

TEST(Given, LeavesLayersFloatWhoseBiasOverflows) {
  Graph source = Lower(DataPath("qdq_uint8.onnx"));
  graph_tensor &bias = source->tensors[FindNode(*source, "stem_conv")->inputs[2]];
  bias.integers->values[0] = INT32_MAX;
  const Graph g = TakeGiven(*source);
  EXPECT_EQ(g->tensors[FindNode(*g, "stem_conv")->outputs[0]].type, GRAPH_FLOAT32);
}

TEST(Given, RaisesWeightsOfMinus128) {
  Graph source = Lower(DataPath("qdq_uint8.onnx"));
  graph_tensor &w = source->tensors[FindNode(*source, "stem_conv")->inputs[1]];
  static_cast<float *>(w.data)[5] = -128.0f * w.integers->scales[0];
  graph *g = nullptr;
  given_report report = {};
  ASSERT_EQ(quantize_given(source.get(), nullptr, &g, &report, nullptr), OCTAVO_OK);
  EXPECT_EQ(report.raised_weights, 1u);
  EXPECT_EQ(Data<int8_t>(*FindTensor(*g, "stem.weight"))[5], -127);
  graph_free(g);
}

TEST(Given, WeightsThatAreNoIntegersOfTheirScaleStayFloat) {
  Graph source = Lower(DataPath("qdq_uint8.onnx"));
  graph_tensor &w = source->tensors[FindNode(*source, "stem_conv")->inputs[1]];
  static_cast<float *>(w.data)[5] += 0.25f * w.integers->scales[0];
  const Graph g = TakeGiven(*source);
  EXPECT_EQ(g->tensors[FindNode(*g, "stem_conv")->outputs[0]].type, GRAPH_FLOAT32);
}

TEST(Given, KeepsLayersFloatOnRequest) {
  const Graph source = Lower(DataPath("qdq_uint8.onnx"));
  std::vector<layer_precision> precisions(source->node_count, PRECISION_INT8);
  precisions[static_cast<size_t>(FindNode(*source, "conv1_conv") - source->nodes)] =
      PRECISION_FLOAT;
  graph *g = nullptr;
  given_report report = {};
  ASSERT_EQ(quantize_given(source.get(), precisions.data(), &g, &report, nullptr), OCTAVO_OK);
  EXPECT_EQ(report.float_layers, 1u);
  EXPECT_EQ(report.int8_layers, 7u);
  EXPECT_EQ(g->tensors[FindNode(*g, "conv1_conv")->outputs[0]].type, GRAPH_FLOAT32);
  graph_free(g);
}

// What recovering weights from float32 rests on.
TEST(Given, RoundingTheQuotientGivesTheIntegerBack) {
  uint32_t bits = 0x00800000; // the smallest normal number
  for (; bits < 0x7b000000; bits += 0x1fff7) {
    float scale = 0;
    std::memcpy(&scale, &bits, sizeof scale);
    for (int q = -128; q <= 127; q++)
      ASSERT_EQ(std::rint(static_cast<float>(q) * scale / scale), static_cast<float>(q)) << scale;
  }
}

TEST(Given, NetworksInFloatAreNotGiven) {
  EXPECT_FALSE(quantize_is_given(TinyNetwork().get()));
}

// The file's output is uint8; it comes out as int8, less 128.
TEST(Given, OneQuantizeLinearConverts) {
  const Graph g = TakeGiven(*Lower(DataPath("lone_quantize.onnx")));
  ASSERT_NE(g, nullptr);
  ASSERT_EQ(g->node_count, 1u);
  EXPECT_EQ(g->nodes[0].op, static_cast<uint32_t>(OCTAVO_OP_QUANTIZE));
  ExpectScale(*g, "y", 0.02f, 100 - 128);
  const std::vector<float> values = ReadFloats(DataPath("lone_quantize.bin"));
  ASSERT_EQ(values.size(), 2u * 192u);
  Model model(g.get());
  const auto outputs = model.Run({values.begin(), values.begin() + 192});
  ASSERT_EQ(outputs.size(), 1u);
  for (size_t i = 0; i < 192; i++)
    EXPECT_EQ(outputs[0][i], (values[192 + i] - 100.0f) * 0.02f) << i;
}

// Damaged files must be refused, or give a network that can be built or is refused in turn.
TEST(Given, AnyByteChangedIsRefusedOrConverted) {
  std::ifstream stream(DataPath("qdq_weights.onnx"), std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(stream)), {});
  const label_list none = {nullptr, 0};
  for (size_t at = 0; at < whole.size(); at++) {
    for (const int change : {0x01, 0x80, 0xff}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ change);
      graph *imported = nullptr, *raw = nullptr;
      octavo_error error = {};
      octavo_status status =
          onnx_import_memory(reinterpret_cast<const uint8_t *>(changed.data()), changed.size(),
                             "bytes", nullptr, &imported, &error);
      const Graph source(imported);
      if (status == OCTAVO_OK)
        status = passes_run(imported, nullptr, &error);
      if (status == OCTAVO_OK)
        status = quantize_given(imported, nullptr, &raw, nullptr, &error);
      const Graph g(raw);
      built_model built = {};
      if (status == OCTAVO_OK)
        status = built_model_create(raw, nullptr, &none, &built, &error);
      built_model_free(&built);
      EXPECT_TRUE(status == OCTAVO_OK || error.text[0] != '\0') << "at " << at;
    }
  }
}

} // namespace
