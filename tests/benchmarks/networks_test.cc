// The largest networks are in network_size_test.cc, which takes longer.
#include "tests/benchmarks/network_files.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace {

using ::testing::HasSubstr;

TEST(Networks, AreSoundInEveryPrecision) {
  for (const char *name : {"resnet8", "resnet20", "mobilenetv2", "squeezenet1.1"}) {
    SCOPED_TRACE(name);
    for (const net_precision precision : {NET_FLOAT, NET_QDQ_U8, NET_QDQ_S8}) {
      Settings settings;
      settings.precision = precision;
      const Model model = Parse(Bytes(name, settings));
      ASSERT_TRUE(model);
      EXPECT_EQ(model->opset_import[0]->version, 13);
      ExpectSound(*network_find(name), *model->graph);
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
