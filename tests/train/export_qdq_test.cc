// Exported networks with fake quantization: run by a plain evaluator of ONNX in double they give
// the logits that training simulates; and they are built as other programs expect.
#include "tests/train/onnx_evaluator.h"

#include "common/random.h"
#include "onnx.pb-c.h"
#include "runtime/memory.h"
#include "tests/common/temporary_folder.h"
#include "train/export_onnx.h"
#include "train/networks.h"
#include "train/optimizer.h"
#include "train/qat/fold.h"
#include "train/qat/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr uint32_t kBatch = 4, kClasses = 6;
const export_facts kFacts = {{0, 0, 0}, {1, 1, 1}, nullptr, 0};

struct Case {
  const char *network;
  uint32_t size;
  double width;
  architecture_function function;
};

void PrintTo(const Case &c, std::ostream *stream) {
  *stream << c.network;
}

class ExportQdqBase : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_EQ(onednn_open(&d_, 1, &error_), OCTAVO_OK) << error_.text;
    random_seed(&random_, 5);
  }
  void TearDown() override {
    network_free(net_);
    architecture_free(&plan_);
    onednn_close(&d_);
  }

  void Make(const Case &c) {
    const trainable_options options{c.size, kClasses, c.width, c.function};
    architecture plain{};
    ASSERT_EQ(trainable_build(trainable_find(c.network), &options, &plain, &error_), OCTAVO_OK);
    ASSERT_EQ(qat_plan(&plain, &plan_, &error_), OCTAVO_OK) << error_.text;
    architecture_free(&plain);
    ASSERT_EQ(network_create(&d_, &plan_, kBatch, false, &net_, &error_), OCTAVO_OK) << error_.text;
    ASSERT_EQ(initialize(net_, 1, &error_), OCTAVO_OK);
    for (uint32_t i = 0; i < net_->parameter_count; i++)
      Scatter(net_->parameters[i]);
    ASSERT_EQ(network_refresh(net_, &error_), OCTAVO_OK);
  }

  // Numbers that no two channels share. Scales may be 0, nearly that, or below it; but not where a
  // maximum stands before the norm, in airbench94.
  void Scatter(parameter *p) {
    if (p->rank != 1 || p->kind == PARAMETER_RANGE) {
      if (p->start == ARCHITECTURE_START_WHITEN)
        Fill(p, 0, 0.3);
      return;
    }
    const bool may_be_negative = p->kind == PARAMETER_NORM_SCALE && !p->frozen;
    Fill(p, p->kind == PARAMETER_NORM_SCALE || p->kind == PARAMETER_RUNNING_VARIANCE ? 1.0 : 0.0,
         0.2);
    float *numbers = static_cast<float *>(p->value.data);
    if (may_be_negative) {
      numbers[0] = -numbers[0];
      numbers[1] = 0;
      numbers[2] = 1e-12f;
      numbers[3] = -1e-30f;
    }
  }

  void Fill(parameter *p, double mean, double size) {
    std::vector<float> plain(p->count);
    for (float &x : plain)
      x = static_cast<float>(mean + size * std::clamp(random_normal(&random_), -3.0, 3.0));
    ASSERT_EQ(parameter_set(net_, p, plain.data(), &error_), OCTAVO_OK);
  }

  // Ranges from the float network, then what rounding makes of the same images.
  Tensor SimulateOnImages() {
    const tensor *input = network_input(net_);
    Tensor images{{kBatch, 3, plan_.layers[0].height, plan_.layers[0].width}, {}};
    float *data = static_cast<float *>(input->data); // plain order
    for (size_t i = 0; i < input->bytes / sizeof(float); i++)
      images.data.push_back(data[i] = static_cast<float>(random_normal(&random_)));
    net_->phase.range_share = 1;
    EXPECT_EQ(network_forward(net_, false, &error_), OCTAVO_OK) << error_.text;
    net_->phase.range_share = 0;
    net_->phase.quantize = true;
    EXPECT_EQ(network_refresh(net_, &error_), OCTAVO_OK);
    EXPECT_EQ(network_forward(net_, false, &error_), OCTAVO_OK) << error_.text;
    return images;
  }

  std::string Export() {
    EXPECT_EQ(export_onnx(net_, "test", &kFacts, folder_.path("x.onnx").c_str(), &error_),
              OCTAVO_OK)
        << error_.text;
    return folder_.read("x.onnx");
  }

  onednn d_{};
  octavo_error error_{};
  architecture plan_{};
  network *net_ = nullptr;
  random_state random_{};
  TemporaryFolder folder_;
};

class ExportQdq : public ExportQdqBase, public ::testing::WithParamInterface<Case> {};

TEST_P(ExportQdq, GivesTheSimulatedLogits) {
  ASSERT_NO_FATAL_FAILURE(Make(GetParam()));
  const Tensor images = SimulateOnImages();
  const Tensor found = EvaluateOnnx(Export(), images);
  const float *logits = network_logits(net_);
  const double step = static_cast<double>(qat_parameters(net_, plan_.count - 1).scale);
  ASSERT_EQ(found.shape, (std::vector<int64_t>{kBatch, kClasses}));
  int others = 0;
  for (size_t i = 0; i < found.data.size(); i++) {
    const double difference = std::fabs(found.data[i] - static_cast<double>(logits[i])) / step;
    EXPECT_LT(difference, 1.01) << i;
    others += difference > 0.5 ? 1 : 0;
  }
  // A few land on the other side of a half: float32 here, double there.
  EXPECT_LE(others, 3);
  const auto [least, greatest] = std::minmax_element(logits, logits + kBatch * kClasses);
  EXPECT_GT((*greatest - *least) / static_cast<float>(step), 200) << "hardly any steps";
}

INSTANTIATE_TEST_SUITE_P(Networks, ExportQdq,
                         ::testing::Values(Case{"resnet8", 16, 0, ARCHITECTURE_NO_FUNCTION},
                                           Case{"resnet18", 32, 0, ARCHITECTURE_NO_FUNCTION},
                                           Case{"mobilenetv2", 16, 0.25, ARCHITECTURE_NO_FUNCTION},
                                           Case{"airbench94", 26, 0, ARCHITECTURE_RELU}),
                         [](const auto &p) { return std::string(p.param.network); });

// The nodes of a file, and its constants.
struct Model {
  explicit Model(const std::string &bytes)
      : proto(onnx__model_proto__unpack(nullptr, bytes.size(),
                                        reinterpret_cast<const uint8_t *>(bytes.data())),
              [](Onnx__ModelProto *p) { onnx__model_proto__free_unpacked(p, nullptr); }) {
    for (size_t i = 0; i < proto->graph->n_node; i++)
      writers[proto->graph->node[i]->output[0]] = proto->graph->node[i];
    for (size_t i = 0; i < proto->graph->n_initializer; i++)
      constants[proto->graph->initializer[i]->name] = proto->graph->initializer[i];
  }
  std::string Operator(const std::string &tensor) const {
    const auto found = writers.find(tensor);
    return found == writers.end() ? "none" : found->second->op_type;
  }
  template <typename Number>
  std::vector<Number> Data(const std::string &name) const {
    const ProtobufCBinaryData &raw = constants.at(name)->raw_data;
    std::vector<Number> numbers(raw.len / sizeof(Number));
    std::memcpy(numbers.data(), raw.data, raw.len);
    return numbers;
  }

  std::unique_ptr<Onnx__ModelProto, void (*)(Onnx__ModelProto *)> proto;
  std::map<std::string, const Onnx__NodeProto *> writers;
  std::map<std::string, const Onnx__TensorProto *> constants;
};

class QdqStructure : public ExportQdqBase {
protected:
  // The pair that writes `tensor`, with one scale and zero point for both.
  static const Onnx__NodeProto *CheckPair(const Model &m, const std::string &tensor) {
    EXPECT_EQ(m.Operator(tensor), "DequantizeLinear") << tensor;
    const Onnx__NodeProto *to_float = m.writers.at(tensor);
    EXPECT_EQ(m.Operator(to_float->input[0]), "QuantizeLinear") << tensor;
    const Onnx__NodeProto *to_int = m.writers.at(to_float->input[0]);
    for (int k : {1, 2})
      EXPECT_STREQ(to_float->input[k], to_int->input[k]);
    EXPECT_EQ(m.constants.at(to_int->input[2])->data_type, ONNX__TENSOR_PROTO__DATA_TYPE__INT8);
    return to_int;
  }

  static void CheckWeighted(const Model &m, const Onnx__NodeProto &node) {
    SCOPED_TRACE(node.name);
    const Onnx__NodeProto *input = CheckPair(m, node.input[0]);
    ASSERT_EQ(node.n_input, 3u);
    const Onnx__NodeProto &weight = *m.writers.at(node.input[1]),
                          &bias = *m.writers.at(node.input[2]);
    EXPECT_STREQ(weight.op_type, "DequantizeLinear");
    EXPECT_STREQ(bias.op_type, "DequantizeLinear");
    EXPECT_EQ(m.constants.at(weight.input[0])->data_type, ONNX__TENSOR_PROTO__DATA_TYPE__INT8);
    EXPECT_EQ(m.constants.at(bias.input[0])->data_type, ONNX__TENSOR_PROTO__DATA_TYPE__INT32);
    const std::vector<int8_t> integers = m.Data<int8_t>(weight.input[0]);
    EXPECT_GE(*std::min_element(integers.begin(), integers.end()), -127);
    const float input_scale = m.Data<float>(input->input[1])[0];
    const std::vector<float> scales = m.Data<float>(weight.input[1]);
    const std::vector<float> bias_scales = m.Data<float>(bias.input[1]);
    const std::vector<int32_t> biases = m.Data<int32_t>(bias.input[0]);
    const auto channels = static_cast<size_t>(m.constants.at(weight.input[0])->dims[0]);
    ASSERT_EQ(scales.size(), channels);
    ASSERT_EQ(biases.size(), channels);
    const size_t depth = integers.size() / channels;
    for (size_t c = 0; c < channels; c++) {
      EXPECT_GT(scales[c], 0);
      EXPECT_EQ(bias_scales[c], input_scale * scales[c]);
      // Room for all products in int32 (runtime/FORMAT.md, rule 11).
      EXPECT_LT(std::fabs(biases[c]) + static_cast<double>(depth) * 255 * 128, 0x1p31) << c;
    }
  }
};

TEST_F(QdqStructure, IsWhatOtherProgramsExpect) {
  ASSERT_NO_FATAL_FAILURE(Make({"resnet18", 32, 0, ARCHITECTURE_NO_FUNCTION}));
  SimulateOnImages();
  const Model m(Export());
  std::map<std::string, int> operators;
  for (size_t i = 0; i < m.proto->graph->n_node; i++) {
    const Onnx__NodeProto &node = *m.proto->graph->node[i];
    const std::string op = node.op_type;
    operators[op]++;
    if (op == "Conv" || op == "Gemm")
      CheckWeighted(m, node);
    for (size_t k = 0; k < (op == "Add" ? 2u : op == "MaxPool" || op == "Flatten" ? 1u : 0u); k++)
      CheckPair(m, node.input[k]);
    if (op == "Relu") {
      EXPECT_TRUE(m.Operator(node.input[0]) == "Conv" || m.Operator(node.input[0]) == "Add");
    }
  }
  EXPECT_STREQ(m.proto->graph->node[0]->op_type, "QuantizeLinear");
  const Onnx__NodeProto *last = CheckPair(m, "logits");
  EXPECT_EQ(m.Operator(last->input[0]), "Gemm");
  // A pair keeps the scale across a maximum.
  const Onnx__NodeProto *pooled = CheckPair(m, "maxpool.dequantize_output");
  EXPECT_STREQ(pooled->input[1], "bn1.quantize.scale");
  EXPECT_EQ(operators.count("BatchNormalization"), 0u);
  EXPECT_EQ(operators["Conv"], 20);
  EXPECT_EQ(operators["Relu"], 17);
  EXPECT_EQ(operators["Add"], 8);
  EXPECT_EQ(operators["Gemm"], 1);
  // Image, 20 convolutions, 8 sums, average, logits; and maximum and flattening, which keep it.
  EXPECT_EQ(operators["QuantizeLinear"], 33);
  EXPECT_EQ(operators["DequantizeLinear"], 33 + 2 * 21);
}

// A maximum and a negative factor cannot change places.
TEST_F(QdqStructure, NegativeFactorsBehindAMaximumAreRefused) {
  ASSERT_NO_FATAL_FAILURE(Make({"airbench94", 26, 0, ARCHITECTURE_RELU}));
  static_cast<float *>(network_parameter(net_, "block2.norm1.weight")->value.data)[7] = -0.5f;
  EXPECT_EQ(export_onnx(net_, "test", &kFacts, folder_.path("x.onnx").c_str(), &error_),
            OCTAVO_ERROR_UNSUPPORTED);
  EXPECT_NE(std::strstr(error_.text, "block2.pool"), nullptr) << error_.text;
  EXPECT_NE(std::strstr(error_.text, "channel 7"), nullptr) << error_.text;
}

// The converter would keep such a layer in float32.
TEST_F(QdqStructure, WeightsTooLargeForTheRangeBehindThemAreRefused) {
  ASSERT_NO_FATAL_FAILURE(Make({"resnet8", 16, 0, ARCHITECTURE_NO_FUNCTION}));
  SimulateOnImages();
  // The logits' scale, so that the greatest ratio of the 6 channels is a little less than 256, or
  // 256.
  uint32_t fc = plan_.count - 2;
  ASSERT_STREQ(plan_.layers[fc].name, "fc");
  folded_layer f{};
  ASSERT_EQ(qat_fold(net_, fc, &f, &error_), OCTAVO_OK) << error_.text;
  const uint32_t channel =
      static_cast<uint32_t>(std::max_element(f.scales, f.scales + kClasses) - f.scales);
  const float greatest = qat_parameters(net_, qat_source(net_, fc)).scale * f.scales[channel];
  folded_layer_free(&f);
  float *range = static_cast<float *>(network_parameter(net_, "fc.quantize.range")->value.data);
  range[0] = 0;
  range[1] = greatest / 256 * 255 * 1.0001f;
  ASSERT_EQ(qat_fold(net_, fc, &f, &error_), OCTAVO_OK) << error_.text;
  folded_layer_free(&f);
  range[1] = greatest / 256 * 255 * 0.9999f;
  EXPECT_EQ(export_onnx(net_, "test", &kFacts, folder_.path("x.onnx").c_str(), &error_),
            OCTAVO_ERROR_UNSUPPORTED);
  const std::string where = "output channel " + std::to_string(channel);
  for (const char *part : {"layer 'fc'", "below 256, found 256.0", where.c_str(), "lower --lr"})
    EXPECT_NE(std::strstr(error_.text, part), nullptr) << part << ": " << error_.text;
  EXPECT_EQ(std::ifstream(folder_.path("x.onnx")).is_open(), false);
}

// Whatever allocation fails, the message says so, and all that was taken is given back (checked by
// AddressSanitizer).
TEST_F(QdqStructure, SurvivesEveryFailingAllocation) {
  architecture plain{};
  architecture_begin(&plain, 3, 4);
  uint32_t x = architecture_convolution(&plain, 0, "conv", "", 16, {3, 1, 1}, 1);
  x = architecture_batch_norm(&plain, x, "bn", "", true);
  x = architecture_add(&plain, x, x, "add", "", false);
  x = architecture_pool(&plain, x, "pool", ARCHITECTURE_MAX_POOL, {2, 2, 0});
  architecture_linear(&plain, x, "fc", kClasses);
  ASSERT_EQ(architecture_check(&plain, &error_), OCTAVO_OK);
  size_t n = 0;
  for (bool failed = true; failed; n++) {
    const size_t before = octavo_memory_count();
    octavo_memory_fail_at(n, 0);
    octavo_status status = qat_plan(&plain, &plan_, &error_);
    if (status == OCTAVO_OK)
      status = network_create(&d_, &plan_, 2, false, &net_, &error_);
    if (status == OCTAVO_OK)
      status = export_onnx(net_, "test", &kFacts, folder_.path("x.onnx").c_str(), &error_);
    octavo_memory_fail_at(SIZE_MAX, 0);
    failed = octavo_memory_count() - before > n;
    EXPECT_EQ(status, failed ? OCTAVO_ERROR_MEMORY : OCTAVO_OK) << n << ": " << error_.text;
    network_free(net_);
    net_ = nullptr;
    architecture_free(&plan_);
  }
  EXPECT_GT(n, 150u);
  architecture_free(&plain);
}

} // namespace
