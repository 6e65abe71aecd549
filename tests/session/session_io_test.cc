#include "tests/session/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace octavo_test {
namespace {

using testing::HasSubstr;

class Opened {
public:
  explicit Opened(const NetworkOptions &options, uint32_t batch = 1) : model(network(options)) {
    octavo_session_options o;
    octavo_session_options_init(&o);
    o.batch = batch;
    EXPECT_EQ(octavo_session_create(model.get(), &o, &session, &error), OCTAVO_OK) << error.text;
  }
  ~Opened() {
    octavo_session_free(session);
  }
  Opened(const Opened &) = delete;
  Opened &operator=(const Opened &) = delete;

  Model model;
  octavo_session *session = nullptr;
  octavo_error error = {};
};

TEST(SessionIo, PointersAreAlignedAndIndexed) {
  Opened o({}, 3);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(octavo_session_input(o.session, 0)) % 64, 0u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(octavo_session_output(o.session, 0)) % 64, 0u);
  EXPECT_EQ(octavo_session_input(o.session, 1), nullptr);
  EXPECT_EQ(octavo_session_output(o.session, 1), nullptr);
}

TEST(SessionIo, QuantizesFloatInput) {
  Opened o({});
  std::vector<float> values(kSide * kSide * 3, 0.0f);
  /* Input scale 1/255, zero point -128: 0 to 1 covers the range; halves go to the even one. */
  const float probes[] = {0.0f, 1.0f, 100.0f / 255, 2.0f, -1.0f, 1e30f, -1e30f, 2.5f / 255};
  const int8_t expected[] = {-128, 127, -28, 127, -128, 127, -128, -126};
  std::copy(std::begin(probes), std::end(probes), values.begin());
  ASSERT_EQ(octavo_session_set_input_f32(o.session, 0, values.data(), values.size(), &o.error),
            OCTAVO_OK);
  const int8_t *input = static_cast<const int8_t *>(octavo_session_input(o.session, 0));
  for (size_t i = 0; i < sizeof probes / sizeof probes[0]; ++i)
    EXPECT_EQ(input[i], expected[i]) << probes[i];
}

TEST(SessionIo, DequantizesOutput) {
  Opened o({}, 2);
  const auto output = run_session(o.session, network_input(o.model.get(), 2));
  float values[2 * kClasses];
  ASSERT_EQ(octavo_session_get_output_f32(o.session, 0, values, 2 * kClasses, &o.error), OCTAVO_OK);
  for (size_t i = 0; i < 2 * kClasses; ++i)
    EXPECT_EQ(values[i], 0.05f * static_cast<float>(static_cast<int8_t>(output[i]) - 3));
}

TEST(SessionIo, CopiesFloatAsItIs) {
  NetworkOptions options;
  options.type = OCTAVO_FLOAT32;
  Opened o(options);
  Random random(2);
  const auto values = random.reals(kSide * kSide * 3);
  ASSERT_EQ(octavo_session_set_input_f32(o.session, 0, values.data(), values.size(), &o.error),
            OCTAVO_OK);
  EXPECT_EQ(memcmp(octavo_session_input(o.session, 0), values.data(), values.size() * 4), 0);
  ASSERT_EQ(octavo_session_run(o.session, &o.error), OCTAVO_OK);
  float output[kClasses];
  ASSERT_EQ(octavo_session_get_output_f32(o.session, 0, output, kClasses, &o.error), OCTAVO_OK);
  EXPECT_EQ(memcmp(octavo_session_output(o.session, 0), output, sizeof output), 0);
}

TEST(SessionIo, RefusesWrongCountsAndIndices) {
  Opened o({}, 2);
  float values[2 * kClasses];
  EXPECT_EQ(octavo_session_get_output_f32(o.session, 0, values, kClasses, &o.error),
            OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(o.error.text, HasSubstr("values of output 0: expected 20 for batch 2, found 10"));
  EXPECT_EQ(octavo_session_get_output_f32(o.session, 1, values, 20, &o.error),
            OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(o.error.text, HasSubstr("output: expected an index below 1, found 1"));
  EXPECT_EQ(octavo_session_set_input_f32(o.session, 0, values, 20, nullptr), OCTAVO_ERROR_ARGUMENT);
}

TEST(SessionIo, ImagesGoToTheirPosition) {
  Opened o({}, 2);
  std::vector<uint8_t> rgb(kSide * kSide * 3);
  for (size_t i = 0; i < rgb.size(); ++i)
    rgb[i] = static_cast<uint8_t>(i * 7);
  ASSERT_EQ(octavo_session_set_image(o.session, 1, rgb.data(), kSide, kSide, kSide * 3, &o.error),
            OCTAVO_OK)
      << o.error.text;
  const int8_t *input = static_cast<const int8_t *>(octavo_session_input(o.session, 0));
  for (size_t i = 0; i < rgb.size(); ++i) {
    EXPECT_EQ(input[i], 0); /* image 0 is as the session was made */
    EXPECT_EQ(input[rgb.size() + i], rgb[i] - 128);
  }
  EXPECT_EQ(octavo_session_set_image(o.session, 2, rgb.data(), kSide, kSide, kSide * 3, &o.error),
            OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(o.error.text, HasSubstr("position: expected less than the batch of 2, found 2"));
}

TEST(SessionIo, NoImagesWithoutPreprocessing) {
  NetworkOptions options;
  options.preprocessing = false;
  Opened o(options);
  const std::vector<uint8_t> rgb(kSide * kSide * 3);
  EXPECT_EQ(octavo_session_set_image(o.session, 0, rgb.data(), kSide, kSide, kSide * 3, &o.error),
            OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(o.error.text, HasSubstr("without preprocessing"));
}

/* ---- octavo_session_top ---------------------------------------------------------------------- */

/* Writes over the output of a session, as if a run had left it. */
void set_output(octavo_session *session, const std::vector<int8_t> &values) {
  void *output = const_cast<void *>(octavo_session_output(session, 0));
  memcpy(output, values.data(), values.size());
}

TEST(SessionTop, SortsAndSoftmaxes) {
  Opened o({}, 2);
  /* scale 0.05, zero point 3: logits (q - 3) / 20. */
  set_output(o.session, {0,  0, 0,  0,  0,  0,    0,   0, 0, 0, //
                         10, 5, 50, -3, 50, -128, 127, 5, 5, 0});
  octavo_class classes[5];
  uint32_t filled = 0;
  ASSERT_EQ(octavo_session_top(o.session, 1, classes, 5, &filled, &o.error), OCTAVO_OK);
  ASSERT_EQ(filled, 5u);
  const uint32_t expected[] = {6, 2, 4, 0, 1}; /* ties by index */
  double sum = 0;
  for (int q : {10, 5, 50, -3, 50, -128, 127, 5, 5, 0})
    sum += std::exp((q - 3) / 20.0);
  const int stored[] = {127, 50, 50, 10, 5};
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(classes[i].index, expected[i]);
    EXPECT_EQ(std::string(classes[i].label), "class " + std::to_string(expected[i]));
    EXPECT_NEAR(classes[i].probability, std::exp((stored[i] - 3) / 20.0) / sum, 1e-6);
  }
}

TEST(SessionTop, FillsNoMoreThanThereAre) {
  Opened o({});
  octavo_class classes[20];
  uint32_t filled = 0;
  set_output(o.session, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0});
  ASSERT_EQ(octavo_session_top(o.session, 0, classes, 20, &filled, &o.error), OCTAVO_OK);
  ASSERT_EQ(filled, kClasses);
  double sum = 0;
  for (uint32_t i = 0; i < filled; ++i) {
    EXPECT_EQ(classes[i].index, i);
    sum += static_cast<double>(classes[i].probability);
  }
  EXPECT_NEAR(sum, 1, 1e-6);
  ASSERT_EQ(octavo_session_top(o.session, 0, classes, 0, &filled, &o.error), OCTAVO_OK);
  EXPECT_EQ(filled, 0u);
  EXPECT_EQ(octavo_session_top(o.session, 1, classes, 5, &filled, &o.error), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(o.error.text, HasSubstr("position: expected less than the batch of 1, found 1"));
}

TEST(SessionTop, TakesASoftmaxsOutputAsItIs) {
  for (bool dequantize : {false, true}) {
    NetworkOptions options;
    options.softmax = true;
    options.dequantize = dequantize;
    options.labels = false;
    Opened o(options);
    const auto input = network_input(o.model.get(), 1);
    memcpy(octavo_session_input(o.session, 0), input.data(), input.size());
    ASSERT_EQ(octavo_session_run(o.session, &o.error), OCTAVO_OK);
    float values[kClasses];
    ASSERT_EQ(octavo_session_get_output_f32(o.session, 0, values, kClasses, &o.error), OCTAVO_OK);
    octavo_class best = {};
    uint32_t filled = 0;
    ASSERT_EQ(octavo_session_top(o.session, 0, &best, 1, &filled, &o.error), OCTAVO_OK);
    const float *largest = std::max_element(values, values + kClasses);
    EXPECT_EQ(best.index, largest - values);
    EXPECT_EQ(best.probability, *largest);
    EXPECT_STREQ(best.label, "");
  }
}

} // namespace
} // namespace octavo_test
