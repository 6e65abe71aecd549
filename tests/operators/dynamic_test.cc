/* Dynamic quantization: float32 activations, int8 weights. */
#include "tests/operators/test_model.h"

#include "runtime/memory.h"
#include "tests/reference/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cfloat>
#include <cstring>

namespace octavo_test {
namespace {

using Values = std::vector<float>;

octavo_attributes clamp(float low = -kInfinity, float high = kInfinity) {
  octavo_attributes attributes = {};
  attributes.clamp.clamp_min = low;
  attributes.clamp.clamp_max = high;
  return attributes;
}

/* One convolution. */
struct Case {
  uint32_t height = 6, width = 5, channels = 3, outputs = 4, groups = 1;
  uint32_t kernel = 3, stride = 1, dilation = 1, pad = 1;
  float clamp_min = -kInfinity, clamp_max = kInfinity;
  bool bias = true, per_channel = true;
  uint32_t seed = 1;
};

uint32_t extent(uint32_t size, const Case &c) {
  return (size + 2 * c.pad - ((c.kernel - 1) * c.dilation + 1)) / c.stride + 1;
}

/* The largest |sum · input scale · weight scale|, for inputs of this range. */
double largest_term(uint32_t terms, double range, double weight_scale) {
  return terms * range * 127 * weight_scale;
}

constexpr float kWeightScale = 0.02f;

/* Three multiplications and additions in float32, which a processor may fuse or not, and the
 * conversion of the sum round to 24 bits; twice, as the reference rounds too. */
double allowed(uint32_t terms, double range) {
  return 2 * 4 * std::ldexp(largest_term(terms, range, double{kWeightScale}) + 1, -24);
}

std::vector<float> weight_scales(Random &random, uint32_t count) {
  std::vector<float> scales(count);
  for (float &scale : scales)
    scale = kWeightScale * random.real(0.1f, 1.0f);
  return scales;
}

void build(Builder &b, const Case &c) {
  Random random(c.seed);
  const Shape shape = {c.outputs, c.kernel, c.kernel, c.channels / c.groups};
  octavo_attributes a = {};
  a.convolution = {c.kernel, c.kernel, c.stride, c.stride, c.dilation,  c.dilation,  c.pad,
                   c.pad,    c.pad,    c.pad,    c.groups, c.clamp_min, c.clamp_max, {}};
  const int32_t x = b.input(OCTAVO_FLOAT32, {1, c.height, c.width, c.channels});
  const int32_t w = b.weights(shape, random.bytes(elements(shape), Fill::kExtremes, -127),
                              weight_scales(random, c.per_channel ? c.outputs : 1));
  const int32_t y =
      b.activation(OCTAVO_FLOAT32, {1, extent(c.height, c), extent(c.width, c), c.outputs});
  const int32_t bias = c.bias ? b.reals({c.outputs}, random.reals(c.outputs)) : -1;
  b.add(OCTAVO_OP_CONVOLUTION, a, {x, w, bias}, y);
  b.output(y);
}

void expect(const Case &c) {
  Builder b;
  build(b, c);
  Options options;
  options.low = -0.7f;
  options.high = 1.3f;
  options.relative = 0;
  options.absolute = allowed(c.kernel * c.kernel * c.channels / c.groups, 2.0);
  expect_engine_equals_reference_everywhere(b, options);
}

TEST(Dynamic, EveryChannelTail) {
  for (uint32_t channels = 1; channels <= 33; ++channels) {
    Case c;
    c.channels = channels;
    c.outputs = 34 - channels;
    c.seed = channels;
    SCOPED_TRACE(channels);
    expect(c);
  }
}

TEST(Dynamic, PointwiseEveryTail) {
  for (uint32_t channels = 1; channels <= 33; ++channels) {
    Case c;
    c.kernel = 1;
    c.pad = 0;
    c.channels = 34 - channels;
    c.outputs = channels;
    c.height = 1 + channels % 7;
    SCOPED_TRACE(channels);
    expect(c);
  }
}

TEST(Dynamic, Depthwise) {
  for (uint32_t channels : {1u, 2u, 7u, 16u, 19u})
    for (uint32_t multiplier : {1u, 2u}) {
      Case c;
      c.channels = c.groups = channels;
      c.outputs = channels * multiplier;
      c.stride = 1 + channels % 2;
      SCOPED_TRACE(channels);
      expect(c);
    }
}

TEST(Dynamic, Groups) {
  for (uint32_t groups : {2u, 3u, 4u, 6u}) {
    Case c;
    c.groups = groups;
    c.channels = 12;
    c.outputs = 24;
    c.stride = 2;
    SCOPED_TRACE(groups);
    expect(c);
    c.kernel = c.stride = 1;
    c.pad = 0;
    expect(c);
  }
}

TEST(Dynamic, Windows) {
  Random random(7);
  for (uint32_t i = 0; i < 40; ++i) {
    Case c;
    c.kernel = 1 + random.below(5);
    c.stride = 1 + random.below(3);
    c.dilation = 1 + random.below(3);
    c.pad = random.below(4);
    c.height = (c.kernel - 1) * c.dilation + 1 + random.below(6);
    c.width = (c.kernel - 1) * c.dilation + 1 + random.below(6);
    c.channels = 1 + random.below(9);
    c.outputs = 1 + random.below(20);
    c.bias = random.below(2) != 0;
    c.per_channel = random.below(2) != 0;
    c.seed = i;
    SCOPED_TRACE(i);
    expect(c);
  }
}

TEST(Dynamic, Clamps) {
  const float bounds[][2] = {{0, kInfinity}, {0, 6}, {-kInfinity, 1}, {-0.5f, 0.5f}, {3, 3}};
  for (const auto &bound : bounds) {
    Case c;
    c.clamp_min = bound[0];
    c.clamp_max = bound[1];
    SCOPED_TRACE(bound[1]);
    expect(c);
  }
}

void build_connected(Builder &b, const Shape &input, uint32_t outputs, bool bias,
                     const octavo_attributes &attributes = clamp()) {
  const uint32_t inputs = static_cast<uint32_t>(elements(input));
  Random random(inputs);
  const int32_t x = b.input(OCTAVO_FLOAT32, input);
  const int32_t w =
      b.weights({outputs, inputs}, random.bytes(size_t{outputs} * inputs, Fill::kExtremes, -127),
                weight_scales(random, outputs));
  const int32_t y = b.activation(OCTAVO_FLOAT32, {1, outputs});
  b.add(OCTAVO_OP_FULLY_CONNECTED, attributes,
        {x, w, bias ? b.reals({outputs}, random.reals(outputs)) : -1}, y);
  b.output(y);
}

TEST(Dynamic, ConnectedEveryTail) {
  for (uint32_t size = 1; size <= 40; ++size) {
    SCOPED_TRACE(size);
    Builder b;
    build_connected(b, {1, size}, 41 - size, size % 2 == 0);
    Options options;
    options.relative = 0;
    options.absolute = allowed(size, 2.0);
    expect_engine_equals_reference_everywhere(b, options);
  }
}

TEST(Dynamic, ConnectedLongSumsAndImages) {
  for (const Shape &shape : {Shape{1, 25088}, Shape{1, 3, 4, 5}}) {
    Builder b;
    build_connected(b, shape, 5, true, clamp(-1000, 4000));
    Options options;
    options.relative = 0;
    options.absolute = allowed(static_cast<uint32_t>(elements(shape)), 2.0);
    expect_engine_equals_reference_everywhere(b, options);
  }
}

/* ---- What the images hold -------------------------------------------------------------------- */

/* Output 0 of the engine and of the reference. */
struct Results {
  Values engine, reference;
};

Results run(Builder &b, const Values &input, uint32_t batch) {
  Results results;
  Model model(b.finish());
  EXPECT_NE(model.get(), nullptr) << model.error();
  if (model.get() == nullptr)
    return results;
  octavo_session_options options;
  octavo_session_options_init(&options);
  options.batch = batch;
  octavo_session *session = nullptr;
  octavo_error error = {};
  EXPECT_EQ(octavo_session_create(model.get(), &options, &session, &error), OCTAVO_OK)
      << error.text;
  memcpy(octavo_session_input(session, 0), input.data(), input.size() * sizeof(float));
  EXPECT_EQ(octavo_session_run(session, &error), OCTAVO_OK) << error.text;
  const void *inputs[] = {input.data()};
  reference_run expected = {};
  EXPECT_EQ(reference_run_model(model.get(), batch, inputs, &expected, &error), OCTAVO_OK);
  const octavo_format_tensor &y = model->tensors[model->outputs[0]];
  const size_t count = static_cast<size_t>(y.bytes) / sizeof(float) * batch;
  const float *found = static_cast<const float *>(octavo_session_output(session, 0));
  const float *wanted = static_cast<const float *>(expected.data[model->outputs[0]]);
  results.engine.assign(found, found + count);
  results.reference.assign(wanted, wanted + count);
  octavo_session_free(session);
  reference_run_free(&expected);
  return results;
}

/* A depthwise 1 × 1 convolution by 1: its output is what the input is quantized to, times scale. */
void build_identity(Builder &b, uint32_t width, uint32_t pad = 0) {
  octavo_attributes a = {};
  a.convolution = {1, 1, 1, 1, 1, 1, pad, pad, pad, pad, 1, -kInfinity, kInfinity, {}};
  const int32_t x = b.input(OCTAVO_FLOAT32, {1, 1, width, 1});
  const int32_t w = b.weights({1, 1, 1, 1}, {1}, {1.0f});
  const int32_t y = b.activation(OCTAVO_FLOAT32, {1, 1 + 2 * pad, width + 2 * pad, 1});
  b.add(OCTAVO_OP_CONVOLUTION, a, {x, w, -1}, y);
  b.output(y);
}

Values ramp(float low, float high, uint32_t count) {
  Values values(count);
  for (uint32_t i = 0; i < count; ++i)
    values[i] = static_cast<float>(double{low} + (double{high} - double{low}) * i / (count - 1));
  return values;
}

/* (q − zero point) · scale is one rounding, so equal outputs are equal quantized inputs. */
TEST(Dynamic, TheQuantizedInputIsExact) {
  const uint32_t width = 511;
  const float ranges[][2] = {
      {-128, 127},         {-127.5f, 127.5f}, {-1, 1},           {0, 255},
      {-255, 0},           {0.25f, 3},        {-9, -2},          {-1e-3f, 1e9f},
      {-1.6e38f, 1.6e38f}, {0, 3.3e38f},      {-1e-30f, 4e-30f}, {0, 6.9e-36f},
      {-0.1f, 0.0001f},    {-3.7f, 11.3f},
  };
  for (const auto &range : ranges) {
    SCOPED_TRACE(range[0]);
    Builder b;
    build_identity(b, width);
    const Results found = run(b, ramp(range[0], range[1], width), 1);
    EXPECT_EQ(found.engine, found.reference);
  }
  Random random(3);
  for (int i = 0; i < 200; ++i) {
    Builder b;
    build_identity(b, width);
    const Results found =
        run(b, random.reals(width, random.real(-4, 1), random.real(0, 1) * random.real(0, 30)), 1);
    EXPECT_EQ(found.engine, found.reference);
  }
}

/* At scale 1 halves are ties: to even before the zero point is added. */
TEST(Dynamic, TiesGoToEven) {
  Builder b;
  build_identity(b, 8);
  const Results found = run(b, {-128, 127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 126.5f}, 1);
  EXPECT_THAT(found.engine, testing::ElementsAre(-128, 127, 0, 2, 2, 0, -2, 126));
  EXPECT_EQ(found.engine, found.reference);
}

/* Values between which a step is not exact: within half a step of the input. */
TEST(Dynamic, IsCloseToTheInput) {
  Builder b;
  build_identity(b, 300);
  const Values input = ramp(-2, 5, 300);
  const Results found = run(b, input, 1);
  for (size_t i = 0; i < input.size(); ++i)
    EXPECT_NEAR(found.engine[i], input[i], 7.0 / 255 * 0.502 + (i == 0 || i == 299 ? 0.014 : 0));
}

TEST(Dynamic, ZerosAndConstants) {
  for (const float value : {0.0f, -0.0f, 1.0f, -1.0f, 3.3f, -0.007f, 1e30f, -1e30f, 1e-30f}) {
    SCOPED_TRACE(value);
    Builder b;
    build_identity(b, 20, 1);
    const Results found = run(b, Values(20, value), 1);
    EXPECT_EQ(found.engine, found.reference);
    for (size_t i = 0; i < found.engine.size(); ++i) {
      const bool inside = i >= 23 && i < 43; /* the second of three rows, without its ends */
      EXPECT_FLOAT_EQ(found.engine[i], inside ? value : 0.0f) << i;
    }
  }
}

/* Scales that are no normal numbers: the image counts as zeros. */
TEST(Dynamic, TinyImagesAreZeros) {
  for (const float value : {1e-36f, 1e-38f, 1e-44f, -1e-36f, -1e-40f}) {
    SCOPED_TRACE(value);
    Builder b;
    build_identity(b, 20);
    const Results found = run(b, Values(20, value), 1);
    EXPECT_EQ(found.engine, Values(20, 0.0f));
    EXPECT_EQ(found.reference, Values(20, 0.0f));
  }
}

/* Each image by its own range, as if it were alone. */
TEST(Dynamic, ImagesDoNotInfluenceEachOther) {
  Case c;
  c.channels = 5;
  c.outputs = 9;
  const size_t size = size_t{c.height} * c.width * c.channels, count = 5;
  Random random(11);
  const float scales[count] = {1.0f, 1e-6f, 0.0f, 1e6f, 1e-37f};
  Values all;
  for (const float scale : scales)
    for (const float value : random.reals(size))
      all.push_back(value * scale);
  for (const bool connected : {false, true}) {
    const auto make = [&](Builder &b) {
      if (connected)
        build_connected(b, {1, static_cast<uint32_t>(size)}, 7, true);
      else
        build(b, c);
    };
    Builder together;
    make(together);
    const Values found = run(together, all, count).engine;
    const size_t outputs = found.size() / count;
    for (size_t i = 0; i < count; ++i) {
      Builder alone;
      make(alone);
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(i * size);
      const Values one =
          run(alone, Values(begin, begin + static_cast<std::ptrdiff_t>(size)), 1).engine;
      const auto from = found.begin() + static_cast<std::ptrdiff_t>(i * outputs);
      EXPECT_TRUE(std::equal(one.begin(), one.end(), from)) << "image " << i;
    }
  }
}

/* Infinities and NaN have no meaning; they end the run as any other image. */
TEST(Dynamic, SurvivesWhatIsNotFinite) {
  for (const float value : {INFINITY, -INFINITY, NAN, FLT_MAX, -FLT_MAX}) {
    Builder b;
    build_identity(b, 40);
    Values input = ramp(-1, 1, 40);
    input[7] = value;
    input[30] = -value;
    run(b, input, 1);
  }
}

/* ---- Refusals -------------------------------------------------------------------------------- */

std::string refuse(octavo_type x_type, octavo_type y_type, octavo_type bias_type, int8_t weight,
                   bool connected) {
  Builder b;
  const auto activation = [&](octavo_type type) { return type == OCTAVO_INT8 ? 0.1f : 0.0f; };
  octavo_attributes a = clamp();
  Shape image = {1, 8}, weights = {2, 8}, result = {1, 2};
  if (!connected) {
    a.convolution = {1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, -kInfinity, kInfinity, {}};
    image = {1, 1, 1, 8};
    weights = {2, 1, 1, 8};
    result = {1, 1, 1, 2};
  }
  const int32_t x = b.input(x_type, image, activation(x_type));
  const int32_t w = b.weights(weights, std::vector<int8_t>(16, weight), {0.1f, 0.2f});
  const int32_t y = b.activation(y_type, result, activation(y_type));
  const int32_t bias = bias_type == OCTAVO_INT32 ? b.integers({2}, {1, 2}) : b.reals({2}, {1, 2});
  b.add(connected ? OCTAVO_OP_FULLY_CONNECTED : OCTAVO_OP_CONVOLUTION, a, {x, w, bias}, y);
  b.output(y);
  return refusal(b);
}

TEST(Dynamic, RefusesOtherCombinations) {
  using testing::HasSubstr;
  const octavo_type i8 = OCTAVO_INT8, f32 = OCTAVO_FLOAT32, i32 = OCTAVO_INT32;
  for (const bool connected : {false, true}) {
    EXPECT_EQ(refuse(f32, f32, f32, 1, connected), "");
    EXPECT_EQ(refuse(i8, i8, i32, 1, connected), "");
    EXPECT_THAT(refuse(f32, f32, i32, 1, connected),
                HasSubstr("type of the bias: expected float32, found int32"));
    EXPECT_THAT(refuse(f32, i8, f32, 1, connected),
                HasSubstr("type of the output: expected float32 as the input has, found int8"));
    EXPECT_THAT(refuse(i8, f32, i32, 1, connected),
                HasSubstr("type of the output: expected int8 as the input has, found float32"));
    EXPECT_THAT(refuse(i8, i8, f32, 1, connected),
                HasSubstr("type of the bias: expected int32, found float32"));
    EXPECT_THAT(refuse(f32, f32, f32, -128, connected),
                HasSubstr("weight 0: expected -127 to 127, found -128"));
  }
}

TEST(Dynamic, RefusesSumsThatOverflow) {
  Builder b;
  build_connected(b, {1, 65794}, 1, true);
  EXPECT_THAT(refusal(b), testing::HasSubstr("products per output: expected at most 65793"));
}

/* XNNPACK does not look at one of its allocations, which dynamic.c allocates for it. */
TEST(Dynamic, EveryAllocationMayFail) {
  Builder b;
  build(b, Case());
  Model model(b.finish());
  ASSERT_NE(model.get(), nullptr) << model.error();
  octavo_session_options options;
  octavo_session_options_init(&options);
  options.batch = 3;
  for (size_t n = 0;; ++n) {
    ASSERT_LT(n, 1000u);
    octavo_session *session = nullptr;
    octavo_memory_fail_at(n, 0);
    const octavo_status status = octavo_session_create(model.get(), &options, &session, nullptr);
    octavo_memory_fail_at(SIZE_MAX, 0);
    octavo_session_free(session);
    if (status == OCTAVO_OK) {
      EXPECT_GT(n, 10u);
      break;
    }
    ASSERT_EQ(status, OCTAVO_ERROR_MEMORY) << n;
  }
}

} // namespace
} // namespace octavo_test
