extern "C" {
#include "benchmarks/networks/networks.h"
}
#include "onnx.pb-c.h"
#include "tests/common/temporary_folder.h"

#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <set>

namespace {

using ::testing::HasSubstr;

struct Settings {
  net_precision precision = NET_FLOAT;
  bool batch_norm = false;
  uint64_t seed = 1;
  uint32_t size = 0;
};

using Model = std::unique_ptr<Onnx__ModelProto, void (*)(Onnx__ModelProto *)>;

std::string Save(const network &net, const Settings &settings, const TemporaryFolder &folder,
                 octavo_status *status, octavo_error *error) {
  net_options options = {};
  options.seed = settings.seed;
  options.size = settings.size ? settings.size : net.size;
  options.classes = net.classes;
  options.precision = settings.precision;
  options.batch_norm = settings.batch_norm;
  net_builder *b = net_create(net.name, &options);
  net.build(b);
  *status = net_save(b, folder.path("net.onnx").c_str(), error);
  net_free(b);
  return folder.read("net.onnx");
}

std::string Bytes(const char *name, const Settings &settings = {}) {
  const TemporaryFolder folder;
  octavo_status status = OCTAVO_OK;
  octavo_error error = {};
  const std::string bytes = Save(*network_find(name), settings, folder, &status, &error);
  EXPECT_EQ(status, OCTAVO_OK) << error.text;
  return bytes;
}

Model Parse(const std::string &bytes) {
  Onnx__ModelProto *model = onnx__model_proto__unpack(
      nullptr, bytes.size(), reinterpret_cast<const uint8_t *>(bytes.data()));
  return Model(model, [](Onnx__ModelProto *m) { onnx__model_proto__free_unpacked(m, nullptr); });
}

std::map<std::string, int> CountOperators(const Onnx__GraphProto &graph) {
  std::map<std::string, int> counts;
  for (size_t i = 0; i < graph.n_node; i++)
    counts[graph.node[i]->op_type]++;
  return counts;
}

uint64_t CountWeights(const Onnx__GraphProto &graph) {
  uint64_t sum = 0;
  for (size_t i = 0; i < graph.n_initializer; i++) {
    uint64_t count = 1;
    for (size_t d = 0; d < graph.initializer[i]->n_dims; d++)
      count *= static_cast<uint64_t>(graph.initializer[i]->dims[d]);
    sum += graph.initializer[i]->n_dims > 0 ? count : 0;
  }
  return sum;
}

// Weights as published (torchvision's for ImageNet networks), less what folding takes away: of
// BatchNormalization's two values per channel one remains, as bias.
struct Published {
  const char *name;
  uint64_t weights;
};

class NetworkSize : public ::testing::TestWithParam<Published> {};

TEST_P(NetworkSize, IsAsPublished) {
  const Model model = Parse(Bytes(GetParam().name));
  ASSERT_TRUE(model);
  EXPECT_EQ(CountWeights(*model->graph), GetParam().weights);
}

INSTANTIATE_TEST_SUITE_P(
    All, NetworkSize,
    ::testing::Values(Published{"resnet18", 11689512 - 4800},
                      Published{"mobilenetv2", 3504872 - 17056},
                      Published{"mobilenetv1", 4231976 - 10944},
                      Published{"squeezenet1.1", 1235496},
                      // 3·3·(3·16 + 6·16·16 + 16·32 + 5·32·32 + 32·64 + 5·64·64) + 16·32 + 32·64
                      // + 65·10 + biases 7·16 + 7·32 + 7·64
                      Published{"resnet20", 9 * (48 + 6 * 256 + 512 + 5 * 1024 + 2048 + 5 * 4096) +
                                                512 + 2048 + 650 + 7 * (16 + 32 + 64)},
                      Published{"resnet8", 9 * (48 + 2 * 256 + 512 + 1024 + 2048 + 4096) + 512 +
                                               2048 + 650 + 3 * (16 + 32 + 64)}),
    [](const auto &param) {
      std::string name = param.param.name;
      name.erase(std::remove(name.begin(), name.end(), '.'), name.end());
      return name;
    });

void ExpectSound(const network &net, const Onnx__GraphProto &graph) {
  std::set<std::string> known = {graph.input[0]->name}, names;
  for (size_t i = 0; i < graph.n_initializer; i++)
    EXPECT_TRUE(known.insert(graph.initializer[i]->name).second) << graph.initializer[i]->name;
  for (size_t i = 0; i < graph.n_node; i++) {
    const Onnx__NodeProto &node = *graph.node[i];
    EXPECT_TRUE(names.insert(node.name).second) << node.name;
    for (size_t k = 0; k < node.n_input; k++)
      EXPECT_TRUE(known.count(node.input[k])) << node.name << " reads " << node.input[k];
    EXPECT_TRUE(known.insert(node.output[0]).second) << node.output[0];
  }
  EXPECT_TRUE(known.count("logits"));
  ASSERT_EQ(graph.n_output, 1u);
  const Onnx__TensorShapeProto &shape = *graph.output[0]->type->tensor_type->shape;
  EXPECT_STREQ(graph.output[0]->name, "logits");
  EXPECT_STREQ(shape.dim[0]->dim_param, "N");
  EXPECT_EQ(shape.dim[1]->dim_value, net.classes);
}

TEST(Networks, AreSoundInEveryPrecision) {
  for (size_t i = 0; i < network_count; i++) {
    SCOPED_TRACE(networks[i].name);
    for (const net_precision precision : {NET_FLOAT, NET_QDQ_U8, NET_QDQ_S8}) {
      Settings settings;
      settings.precision = precision;
      // The weights are what takes long: once is enough for the largest.
      const std::string name = networks[i].name;
      if (precision != NET_FLOAT && (name.find("resnet18") == 0 || name == "vgg11"))
        continue;
      const Model model = Parse(Bytes(networks[i].name, settings));
      ASSERT_TRUE(model);
      EXPECT_EQ(model->opset_import[0]->version, 13);
      ExpectSound(networks[i], *model->graph);
    }
  }
}

TEST(Networks, BatchNormFollowsEveryConvolution) {
  Settings settings;
  settings.batch_norm = true;
  const Model model = Parse(Bytes("resnet20", settings));
  const auto counts = CountOperators(*model->graph);
  EXPECT_EQ(counts.at("Conv"), 21);
  EXPECT_EQ(counts.at("BatchNormalization"), 21);
  // Two biases per channel (beta, mean) more than one, gamma and variance.
  EXPECT_EQ(CountWeights(*model->graph),
            CountWeights(*Parse(Bytes("resnet20"))->graph) + 3 * 7 * (16 + 32 + 64));
}

TEST(Networks, QuantizedOnesHaveNoActivationNodes) {
  Settings settings;
  settings.precision = NET_QDQ_U8;
  const Model model = Parse(Bytes("mobilenetv2", settings));
  const auto counts = CountOperators(*model->graph);
  EXPECT_EQ(counts.count("Clip"), 0u);
  EXPECT_EQ(counts.at("Conv"), 52);
  EXPECT_EQ(counts.at("Add"), 10);
  // One pair for the input and one for each of 52 + 10 + pool + flatten + classifier.
  EXPECT_EQ(counts.at("QuantizeLinear"), 66);
  // And one for each of the weights and biases of 53 layers.
  EXPECT_EQ(counts.at("DequantizeLinear"), 66 + 2 * 53);
}

TEST(Networks, ZeroPointsFitTheType) {
  for (const net_precision precision : {NET_QDQ_U8, NET_QDQ_S8}) {
    Settings settings;
    settings.precision = precision;
    const Model model = Parse(Bytes("resnet8", settings));
    std::map<std::string, int> zeros;
    for (size_t i = 0; i < model->graph->n_initializer; i++) {
      const Onnx__TensorProto &t = *model->graph->initializer[i];
      if (t.n_dims == 0 && t.raw_data.len == 1)
        zeros[t.name] =
            precision == NET_QDQ_U8 ? t.raw_data.data[0] : static_cast<int8_t>(t.raw_data.data[0]);
    }
    const bool is_unsigned = precision == NET_QDQ_U8;
    EXPECT_EQ(zeros.at("input_zero_point"), is_unsigned ? 128 : 0);
    EXPECT_EQ(zeros.at("conv1_output_zero_point"), is_unsigned ? 0 : -128);
    EXPECT_EQ(zeros.at("layer1.0.conv2_output_zero_point"), is_unsigned ? 128 : 0);
  }
}

TEST(Networks, QuantizedWeightsUseTheWholeSymmetricRange) {
  Settings settings;
  settings.precision = NET_QDQ_S8;
  const Model model = Parse(Bytes("resnet8", settings));
  for (size_t i = 0; i < model->graph->n_initializer; i++) {
    const Onnx__TensorProto &t = *model->graph->initializer[i];
    if (std::string(t.name) != "layer2.0.conv1.weight_quantized")
      continue;
    const auto *values = reinterpret_cast<const int8_t *>(t.raw_data.data);
    const size_t row = t.raw_data.len / static_cast<size_t>(t.dims[0]);
    for (size_t c = 0; c < static_cast<size_t>(t.dims[0]); c++) {
      int largest = 0;
      for (size_t k = 0; k < row; k++)
        largest = std::max(largest, std::abs(static_cast<int>(values[c * row + k])));
      EXPECT_EQ(largest, 127) << "channel " << c;
    }
    return;
  }
  FAIL() << "no weights found";
}

TEST(Networks, DependOnTheSeedAlone) {
  Settings other;
  other.seed = 2;
  EXPECT_EQ(Bytes("resnet8"), Bytes("resnet8"));
  EXPECT_NE(Bytes("resnet8"), Bytes("resnet8", other));
}

TEST(Networks, RefuseAnImageThatIsTooSmall) {
  const TemporaryFolder folder;
  Settings settings;
  settings.size = 8;
  octavo_status status = OCTAVO_OK;
  octavo_error error = {};
  EXPECT_EQ(Save(*network_find("squeezenet1.1"), settings, folder, &status, &error), "");
  EXPECT_EQ(status, OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error.text, HasSubstr("choose a larger --size"));
  EXPECT_TRUE(folder.names().empty());
}

TEST(Networks, AreFoundByName) {
  EXPECT_EQ(network_find("resnet8"), &networks[0]);
  EXPECT_EQ(network_find("resnet9"), nullptr);
}

} // namespace
