// int8 networks as ONNX models: read back, they must be the same networks to the last bit. That
// reading is right is held against ONNX Runtime by network_test and given_test.
#include "converter/export/export_qdq.h"

#include "converter/octavo_import.h"
#include "converter/onnx/onnx_import.h"
#include "converter/quantize/quantize.h"
#include "runtime/memory.h"
#include "tests/converter/quantized_network.h"

#include "onnx.pb-c.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>

namespace {

using testing::HasSubstr;

std::string DataPath(const std::string &file) {
  return std::string(OCTAVO_TEST_DATA) + "/onnx/" + file;
}

const export_notes kNoNotes = {nullptr, nullptr, 0};

Graph ExportAndImport(const graph &g) {
  const TemporaryFolder folder;
  octavo_error error = {};
  const std::string path = folder.Path("x.onnx");
  EXPECT_EQ(export_qdq(&g, &kNoNotes, path.c_str(), &error), OCTAVO_OK) << error.text;
  const Graph lowered = Lower(path);
  return lowered == nullptr ? nullptr : TakeGiven(*lowered);
}

std::string Describe(const graph &g, int32_t index) {
  if (index == GRAPH_NONE)
    return "none";
  const graph_tensor &t = g.tensors[index];
  char text[300];
  std::snprintf(text, sizeof text,
                "%s type %d scale %.9g zero %d scales %u:", t.constant ? "" : t.name,
                static_cast<int>(t.type), static_cast<double>(t.quantization.scale),
                t.quantization.zero_point, t.quantization.scale_count);
  std::string description = text;
  for (uint32_t i = 0; i < t.rank; i++)
    description += " " + std::to_string(t.shape[i]);
  return description;
}

// Layers, tensors, scales, clamps, weights: everything but the names of constants.
void ExpectSame(const graph &a, const graph &b) {
  ASSERT_EQ(a.node_count, b.node_count);
  for (uint32_t n = 0; n < a.node_count; n++) {
    const graph_node &x = a.nodes[n], &y = b.nodes[n];
    ASSERT_STREQ(x.name, y.name);
    ASSERT_EQ(x.op, y.op) << x.name;
    EXPECT_EQ(std::memcmp(&x.attributes, &y.attributes, sizeof x.attributes), 0) << x.name;
    EXPECT_EQ(Describe(a, x.outputs[0]), Describe(b, y.outputs[0])) << x.name;
    ASSERT_EQ(x.input_count, y.input_count) << x.name;
    for (uint32_t i = 0; i < x.input_count; i++) {
      ASSERT_EQ(Describe(a, x.inputs[i]), Describe(b, y.inputs[i])) << x.name << " " << i;
      if (x.inputs[i] == GRAPH_NONE || !a.tensors[x.inputs[i]].constant)
        continue;
      const graph_tensor &p = a.tensors[x.inputs[i]], &q = b.tensors[y.inputs[i]];
      ASSERT_EQ(p.bytes, q.bytes) << x.name;
      EXPECT_EQ(std::memcmp(p.data, q.data, p.bytes), 0) << x.name << " operand " << i;
      if (p.quantization.scale_count > 0) {
        EXPECT_EQ(std::memcmp(p.quantization.scales, q.quantization.scales,
                              p.quantization.scale_count * sizeof(float)),
                  0)
            << x.name;
      }
    }
  }
  ASSERT_EQ(a.input_count, b.input_count);
  ASSERT_EQ(a.output_count, b.output_count);
  for (uint32_t i = 0; i < a.input_count; i++)
    EXPECT_EQ(Describe(a, a.inputs[i]), Describe(b, b.inputs[i]));
  for (uint32_t i = 0; i < a.output_count; i++)
    EXPECT_EQ(Describe(a, a.outputs[i]), Describe(b, b.outputs[i]));
}

std::vector<float> Image(const graph &g) {
  std::vector<float> image(graph_element_count(&g.tensors[g.inputs[0]]));
  for (size_t i = 0; i < image.size(); i++)
    image[i] = std::sin(static_cast<float>(i) * 0.7f) * 2.0f;
  return image;
}

void ExpectSameResults(graph *a, graph *b) {
  Model x(a), y(b);
  const std::vector<float> image = Image(*a);
  EXPECT_TRUE(x.Run(image) == y.Run(image));
  ASSERT_EQ(x.layers().size(), y.layers().size());
  for (const auto &[name, bytes] : x.layers())
    EXPECT_TRUE(y.layers().count(name) == 1 && y.layers().at(name) == bytes) << name;
}

// As octavo-convert quantizes: calibrated, here with one range for all.
Graph Quantize(const graph &source, const std::vector<layer_precision> *precisions = nullptr) {
  std::vector<value_range> ranges(source.tensor_count);
  for (size_t i = 0; i < ranges.size(); i++)
    ranges[i] = {-3.0f - static_cast<float>(i % 3), 4.0f + static_cast<float>(i % 5)};
  const quantize_settings settings = {ranges.data(),
                                      precisions == nullptr ? nullptr : precisions->data()};
  graph *g = nullptr;
  octavo_error error = {};
  EXPECT_EQ(quantize_graph(&source, &settings, &g, &error), OCTAVO_OK) << error.text;
  return Graph(g);
}

class ExportTest : public testing::TestWithParam<const char *> {};

TEST_P(ExportTest, ReadBackIsTheSameNetwork) {
  const Graph source = Lower(DataPath(std::string(GetParam()) + ".onnx"));
  ASSERT_NE(source, nullptr);
  Graph g = Quantize(*source);
  ASSERT_NE(g, nullptr);
  Graph back = ExportAndImport(*g);
  ASSERT_NE(back, nullptr);
  ExpectSame(*g, *back);
  ExpectSameResults(g.get(), back.get());
}

INSTANTIATE_TEST_SUITE_P(
    Calibrated, ExportTest,
    testing::Values("affine", "broadcasts", "convnext", "densenet", "efficientnet", "excite_linear",
                    "flattened", "functions", "gelu", "inception", "keras", "keras_flatten",
                    "keras_mean", "mixed", "mobilenet_v2", "mobilenet_v3", "mobilenet_v3_opset9",
                    "pieces", "pools", "resize_opset10", "resize_opset11", "resize_opset13",
                    "resize_opset18", "resize_opset9", "resnet", "resnet_unfolded",
                    "shape_arithmetic", "split_opset11", "split_opset13", "split_opset18",
                    "squeezenet", "vgg", "../zoo/densenet", "../zoo/efficientnet_b0",
                    "../zoo/googlenet", "../zoo/mnasnet", "../zoo/mobilenet_v3_small",
                    "../zoo/regnet_y", "../zoo/resnext"));

// Reshapes that are no flattening transpose in NCHW what NHWC need not, and come back so.
class ExportResultTest : public testing::TestWithParam<const char *> {};

TEST_P(ExportResultTest, ReadBackGivesTheSame) {
  Graph g = Quantize(*Lower(DataPath(std::string(GetParam()) + ".onnx")));
  ASSERT_NE(g, nullptr);
  Graph back = ExportAndImport(*g);
  ASSERT_NE(back, nullptr);
  const std::vector<float> image = Image(*g);
  EXPECT_TRUE(Model(g.get()).Run(image) == Model(back.get()).Run(image));
}

INSTANTIATE_TEST_SUITE_P(Calibrated, ExportResultTest,
                         testing::Values("shufflenet", "shufflenet_opset12", "slices",
                                         "../zoo/shufflenet_v2"));

class GivenExportTest : public testing::TestWithParam<const char *> {};

TEST_P(GivenExportTest, ReadBackIsTheSameNetwork) {
  Graph g = TakeGiven(*Lower(DataPath(std::string(GetParam()) + ".onnx")));
  ASSERT_NE(g, nullptr);
  Graph back = ExportAndImport(*g);
  ASSERT_NE(back, nullptr);
  ExpectSame(*g, *back);
  ExpectSameResults(g.get(), back.get());
}

INSTANTIATE_TEST_SUITE_P(Given, GivenExportTest,
                         testing::Values("qdq_uint8", "qdq_int8", "qdq_opset10", "qdq_mixed",
                                         "qdq_batch_norm", "qdq_weights", "qoperator",
                                         "torch_per_tensor", "torch_per_channel"));

TEST(ExportQdq, AModelFileReadBackIsTheSame) {
  octavo_error error = {};
  octavo_model *model = nullptr;
  graph *raw = nullptr;
  ASSERT_EQ(octavo_model_open(OCTAVO_RESNET20, &model, &error), OCTAVO_OK) << error.text;
  ASSERT_EQ(octavo_import(model, &raw, &error), OCTAVO_OK) << error.text;
  Graph g(raw);
  EXPECT_EQ(g->node_count, octavo_model_operator_count(model));
  Graph back = ExportAndImport(*g);
  ASSERT_NE(back, nullptr);
  ExpectSame(*g, *back);
  ExpectSameResults(g.get(), back.get());
  octavo_model_close(model);
}

TEST(ExportQdq, MixedPrecisionKeepsFloatLayers) {
  const Graph source = TinyNetwork(true);
  std::vector<layer_precision> precisions(source->node_count);
  quantize_choose_precisions(source.get(), precisions.data());
  precisions[1] = PRECISION_FLOAT; // conv2, between int8 layers
  Graph g = Quantize(*source, &precisions);
  ASSERT_NE(g, nullptr);
  Graph back = ExportAndImport(*g);
  ASSERT_NE(back, nullptr);
  ExpectSame(*g, *back);
  ExpectSameResults(g.get(), back.get());
}

// The names of the graph that the exporter would make up are taken, and weights that three float
// layers share are written thrice.
TEST(ExportQdq, NamesThatAreMadeUpAreNew) {
  const TemporaryFolder folder;
  NetworkBuilder b;
  int32_t x = b.Convolution("stem", b.Input({1, 8, 8, 3}), 4, 3, true);
  for (const char *name : {"first", "second", "third"})
    x = b.Convolution(name, x, 4, 3, true);
  b.Output(b.FullyConnected("fc", b.GlobalAveragePool("mean", x), 4));
  const Graph source = b.Take();
  source->nodes[2].inputs[1] = source->nodes[3].inputs[1] = source->nodes[1].inputs[1];
  std::vector<layer_precision> precisions(source->node_count, PRECISION_INT8);
  precisions[1] = precisions[2] = precisions[3] = PRECISION_FLOAT;
  Graph g = Quantize(*source, &precisions);
  ASSERT_NE(g, nullptr);
  const std::string wanted = g->tensors[g->nodes[0].outputs[0]].name;
  uint32_t taken = 0;
  for (uint32_t t = 0; t < g->tensor_count; t++)
    if (g->tensors[t].constant && taken < 3) {
      static const char *const ends[] = {"_scale", "_zero_point", "_dequantize"};
      octavo_memory_free(g->tensors[t].name);
      g->tensors[t].name = octavo_memory_copy_string((wanted + ends[taken++]).c_str());
    }
  ASSERT_EQ(taken, 3u);
  const std::string path = folder.Path("x.onnx");
  octavo_error error = {};
  ASSERT_EQ(export_qdq(g.get(), &kNoNotes, path.c_str(), &error), OCTAVO_OK) << error.text;
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  Onnx__ModelProto *model = onnx__model_proto__unpack(
      nullptr, bytes.size(), reinterpret_cast<const uint8_t *>(bytes.data()));
  ASSERT_NE(model, nullptr);
  std::multiset<std::string> values, nodes;
  for (size_t i = 0; i < model->graph->n_initializer; i++)
    values.insert(model->graph->initializer[i]->name);
  for (size_t i = 0; i < model->graph->n_node; i++) {
    nodes.insert(model->graph->node[i]->name);
    for (size_t k = 0; k < model->graph->node[i]->n_output; k++)
      values.insert(model->graph->node[i]->output[k]);
  }
  for (const auto *names : {&values, &nodes})
    for (const std::string &name : *names)
      EXPECT_EQ(names->count(name), 1u) << name;
  onnx__model_proto__free_unpacked(model, nullptr);
  Graph back = ExportAndImport(*g);
  ASSERT_NE(back, nullptr);
  ExpectSame(*g, *back);
}

TEST(ExportQdq, FloatNetworksAreRefused) {
  const TemporaryFolder folder;
  octavo_error error = {};
  EXPECT_EQ(export_qdq(TinyNetwork().get(), &kNoNotes, folder.Path("x.onnx").c_str(), &error),
            OCTAVO_ERROR_UNSUPPORTED);
  EXPECT_THAT(error.text, HasSubstr("expected a network with int8 layers"));
}

TEST(ExportQdq, DynamicQuantizationIsRefusedByName) {
  const TemporaryFolder folder;
  octavo_error error = {};
  const Graph source = TinyNetwork();
  std::vector<layer_precision> precisions(source->node_count);
  quantize_choose_dynamic(source.get(), precisions.data());
  const Graph g = Quantize(*source, &precisions);
  EXPECT_EQ(export_qdq(g.get(), &kNoNotes, folder.Path("x.onnx").c_str(), &error),
            OCTAVO_ERROR_UNSUPPORTED);
  EXPECT_THAT(error.text, HasSubstr("layer 'conv1': is quantized dynamically"));
}

TEST(ExportQdq, OperatorsWithoutEqualAreRefusedByName) {
  const TemporaryFolder folder;
  octavo_error error = {};
  Graph g = Quantize(*TinyNetwork());
  g->nodes[3].op = 99;
  EXPECT_EQ(export_qdq(g.get(), &kNoNotes, folder.Path("x.onnx").c_str(), &error),
            OCTAVO_ERROR_UNSUPPORTED);
  EXPECT_THAT(error.text, HasSubstr("layer 'pool'"));
  EXPECT_THAT(error.text, HasSubstr("no equal in ONNX"));
}

TEST(ExportQdq, TellsPreprocessingAndLabels) {
  const TemporaryFolder folder;
  octavo_error error = {};
  octavo_preprocessing rule = {};
  rule.channels = 3;
  rule.scale = 1.0f / 255.0f;
  const char *const labels[] = {"cat", "dog", "emu", "fox"};
  const float mean[3] = {0.485f, 0.456f, 0.406f}, std[3] = {0.229f, 0.224f, 0.225f};
  std::memcpy(rule.mean, mean, sizeof mean);
  std::memcpy(rule.std, std, sizeof std);
  const export_notes notes = {&rule, labels, 4};
  const Graph g = Quantize(*TinyNetwork());
  const std::string path = folder.Path("x.onnx");
  ASSERT_EQ(export_qdq(g.get(), &notes, path.c_str(), &error), OCTAVO_OK) << error.text;
  const Graph back = Lower(path);
  EXPECT_EQ(back->metadata.channels, 3u);
  EXPECT_STREQ(back->metadata.labels, "cat\ndog\nemu\nfox\n");
  for (int c = 0; c < 3; c++) {
    EXPECT_EQ(back->metadata.mean[c], mean[c]);
    EXPECT_EQ(back->metadata.std[c], std[c]);
  }
}

// (p − 127.5) / 64 = (p / 255 − 0.5) / (64 / 255)
TEST(ExportQdq, PreprocessingOfPixelsUpTo255IsScaled) {
  const TemporaryFolder folder;
  octavo_preprocessing rule = {};
  rule.channels = 1;
  rule.scale = 1.0f;
  rule.mean[0] = 127.5f;
  rule.std[0] = 64.0f;
  const export_notes notes = {&rule, nullptr, 0};
  const Graph g = Quantize(*TinyNetwork());
  const std::string path = folder.Path("x.onnx");
  ASSERT_EQ(export_qdq(g.get(), &notes, path.c_str(), nullptr), OCTAVO_OK);
  const Graph back = Lower(path);
  EXPECT_EQ(back->metadata.mean[0], 0.5f);
  EXPECT_EQ(back->metadata.std[0], static_cast<float>(64.0 / 255.0));
}

} // namespace
