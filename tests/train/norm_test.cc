// Batch norm's passes over data in every memory layout, against plain C++ in double, and every
// instruction set's variant against the others bit by bit.
#include "platforms/norm_loops.h"
#include "train/norm/norm.h"
#include "train/onednn.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

namespace {

float to_float(uint16_t half) {
  const uint32_t bits = uint32_t{half} << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// Round to nearest, ties to even, by comparing the two neighbours.
uint16_t to_bfloat16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const auto below = static_cast<uint16_t>(bits >> 16);
  const uint32_t rest = bits & 0xffff;
  const bool up = rest > 0x8000 || (rest == 0x8000 && (below & 1) != 0);
  return static_cast<uint16_t>(below + (up ? 1 : 0));
}

struct Layout {
  const char *name;
  dnnl_format_tag_t tag;
  uint32_t batch, channels, height, width;
  bool bfloat16;
};

// Data of a layout, with access by image, channel and pixel.
struct Data {
  Data(const onednn *d, const Layout &l) : layout(l) {
    octavo_error error = {};
    const dnnl_dims_t dims = {l.batch, l.channels, l.height, l.width};
    version_desc desc = nullptr;
    const dnnl_data_type_t type = l.bfloat16 ? dnnl_bf16 : dnnl_f32;
    EXPECT_EQ(version_desc_create(&desc, 4, dims, type, l.tag), dnnl_success);
    EXPECT_EQ(tensor_create(&t, d, desc, &error), OCTAVO_OK) << error.text;
    version_desc_free(desc);
  }
  ~Data() {
    tensor_free(&t);
  }
  Data(const Data &) = delete;
  Data &operator=(const Data &) = delete;

  size_t at(uint32_t n, uint32_t c, uint32_t pixel) const {
    const size_t pixels = layout.height * layout.width;
    const size_t block = layout.tag == dnnl_nChw16c  ? 16
                         : layout.tag == dnnl_nChw8c ? 8
                         : layout.tag == dnnl_nchw   ? 1
                                                     : layout.channels;
    const size_t blocks = (layout.channels + block - 1) / block;
    return ((n * blocks + c / block) * pixels + pixel) * block + c % block;
  }
  double get(uint32_t n, uint32_t c, uint32_t pixel) const {
    const size_t i = at(n, c, pixel);
    return layout.bfloat16 ? to_float(static_cast<uint16_t *>(t.data)[i])
                           : static_cast<float *>(t.data)[i];
  }
  void set(uint32_t n, uint32_t c, uint32_t pixel, double value) {
    const size_t i = at(n, c, pixel);
    if (layout.bfloat16)
      static_cast<uint16_t *>(t.data)[i] = to_bfloat16(static_cast<float>(value));
    else
      static_cast<float *>(t.data)[i] = static_cast<float>(value);
  }
  template <typename F>
  void each(F f) const {
    for (uint32_t n = 0; n < layout.batch; n++)
      for (uint32_t c = 0; c < layout.channels; c++)
        for (uint32_t p = 0; p < layout.height * layout.width; p++)
          f(n, c, p);
  }
  void fill(uint32_t seed, double mean, double deviation) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal(mean, deviation);
    each([&](uint32_t n, uint32_t c, uint32_t p) { set(n, c, p, normal(random) + 0.1 * c); });
  }

  Layout layout;
  tensor t = {};
};

class NormTest : public testing::TestWithParam<Layout> {
protected:
  void SetUp() override {
    octavo_error error = {};
    ASSERT_EQ(onednn_open(&d_, 2, &error), OCTAVO_OK) << error.text;
    const Layout &l = GetParam();
    scale_.resize(l.channels);
    shift_.resize(l.channels);
    mean_.resize(l.channels);
    variance_.resize(l.channels);
    scale_gradient_.resize(l.channels);
    shift_gradient_.resize(l.channels);
    for (uint32_t c = 0; c < l.channels; c++) {
      scale_[c] = 0.5f + 0.01f * static_cast<float>(c);
      shift_[c] = 0.2f - 0.02f * static_cast<float>(c);
    }
  }
  void TearDown() override {
    onednn_close(&d_);
  }

  void open(norm *n, const Data &x) {
    octavo_error error = {};
    const Layout &l = GetParam();
    ASSERT_EQ(norm_create(n, x.t.desc, {l.batch, l.channels, l.height, l.width}, &error), OCTAVO_OK)
        << error.text;
    n->scale = scale_.data();
    n->scale_gradient = scale_gradient_.data();
    n->shift_gradient = shift_gradient_.data();
  }
  void measure(norm *n, const Data &x) {
    norm_measure(n, x.t.data, mean_.data(), variance_.data());
    const norm_statistics s = {mean_.data(), variance_.data(), shift_.data(),
                               kEpsilon,     nullptr,          false};
    norm_set(n, &s);
  }
  double normal(const Data &x, uint32_t n, uint32_t c, uint32_t p) const {
    return (x.get(n, c, p) - mean_[c]) / std::sqrt(variance_[c] + double{kEpsilon});
  }
  double bound(double value) const {
    return (GetParam().bfloat16 ? 0.005 : 3e-5) * (1.0 + std::fabs(value));
  }

  static constexpr float kEpsilon = 1e-5f;
  onednn d_ = {};
  std::vector<float> scale_, shift_, mean_, variance_, scale_gradient_, shift_gradient_;
};

TEST_P(NormTest, MeanAndVariance) {
  Data x(&d_, GetParam());
  x.fill(1, 30.0, 2.0); // far from zero: sums of plain squares would lose the variance
  norm n = {};
  open(&n, x);
  measure(&n, x);
  const Layout &l = GetParam();
  const double count = static_cast<double>(l.batch) * l.height * l.width;
  for (uint32_t c = 0; c < l.channels; c++) {
    double sum = 0.0, squares = 0.0;
    x.each([&](uint32_t i, uint32_t k, uint32_t p) { sum += k == c ? x.get(i, k, p) : 0.0; });
    const double mean = sum / count;
    x.each([&](uint32_t i, uint32_t k, uint32_t p) {
      squares += k == c ? std::pow(x.get(i, k, p) - mean, 2) : 0.0;
    });
    EXPECT_NEAR(mean_[c], mean, 1e-5 * std::fabs(mean)) << c;
    EXPECT_NEAR(variance_[c], squares / count, 1e-4 * squares / count + 1e-9) << c;
  }
  norm_free(&n);
}

TEST_P(NormTest, ApplyAndCombine) {
  Data x(&d_, GetParam()), other(&d_, GetParam()), y(&d_, GetParam()), z(&d_, GetParam());
  x.fill(2, 0.3, 1.0);
  other.fill(3, 0.0, 1.0);
  norm n = {}, identity = {};
  open(&n, x);
  open(&identity, x);
  measure(&n, x);
  norm_apply(&n, x.t.data, NORM_RELU, y.t.data);
  norm_combine(&n, x.t.data, &identity, other.t.data, {-0.5f, 0.75f}, z.t.data);
  x.each([&](uint32_t i, uint32_t c, uint32_t p) {
    const double v = scale_[c] * normal(x, i, c, p) + shift_[c];
    ASSERT_NEAR(y.get(i, c, p), std::max(0.0, v), bound(v));
    const double sum = v + other.get(i, c, p);
    ASSERT_NEAR(z.get(i, c, p), std::min(0.75, std::max(-0.5, sum)), bound(sum));
  });
  norm_free(&n);
  norm_free(&identity);
}

// The gradient of L = Σ g · clamp(norm(x)) by the formula of Ioffe and Szegedy, in double.
void check_backward(const Data &x, const Data &g, const Data &result,
                    const std::vector<float> &scale, const std::vector<float> &scale_gradient,
                    const std::vector<float> &shift_gradient, double looseness) {
  const Layout &l = x.layout;
  const double count = static_cast<double>(l.batch) * l.height * l.width;
  for (uint32_t c = 0; c < l.channels; c++) {
    double sum = 0.0, squares = 0.0, g_sum = 0.0, products = 0.0, largest = 0.0;
    const auto pixels = [&](auto f) {
      for (uint32_t n = 0; n < l.batch; n++)
        for (uint32_t p = 0; p < l.height * l.width; p++)
          f(n, p);
    };
    pixels([&](uint32_t n, uint32_t p) { sum += x.get(n, c, p); });
    const double mean = sum / count;
    pixels([&](uint32_t n, uint32_t p) { squares += std::pow(x.get(n, c, p) - mean, 2); });
    const double inverse = 1.0 / std::sqrt(squares / count + 1e-5);
    pixels([&](uint32_t n, uint32_t p) {
      g_sum += g.get(n, c, p);
      products += g.get(n, c, p) * (x.get(n, c, p) - mean) * inverse;
      largest = std::max(largest, std::fabs(g.get(n, c, p)));
    });
    const double tolerance = looseness * largest * std::sqrt(count);
    EXPECT_NEAR(shift_gradient[c], g_sum, tolerance) << c;
    EXPECT_NEAR(scale_gradient[c], products, 3 * tolerance) << c;
    pixels([&](uint32_t n, uint32_t p) {
      const double hat = (x.get(n, c, p) - mean) * inverse;
      const double expected =
          scale[c] * inverse * (g.get(n, c, p) - g_sum / count - hat * products / count);
      ASSERT_NEAR(result.get(n, c, p), expected,
                  looseness * scale[c] * inverse * largest * (1 + std::fabs(hat)) * 3);
    });
  }
}

TEST_P(NormTest, GradientsThroughReLU) {
  Data x(&d_, GetParam()), g(&d_, GetParam()), masked(&d_, GetParam()), result(&d_, GetParam());
  x.fill(4, 0.0, 1.0);
  g.fill(5, 0.0, 1.0);
  norm n = {};
  open(&n, x);
  measure(&n, x);
  norm_gather(&n, x.t.data, NORM_RELU, g.t.data);
  norm_spread(&n, x.t.data, NORM_RELU, g.t.data, result.t.data);
  // As float computes it, so that values next to zero are masked alike.
  x.each([&](uint32_t i, uint32_t c, uint32_t p) {
    const auto inverse =
        static_cast<float>(1.0 / std::sqrt(double{variance_[c]} + double{kEpsilon}));
    const float factor = scale_[c] * inverse, offset = shift_[c] - mean_[c] * factor;
    const float v = static_cast<float>(x.get(i, c, p)) * factor + offset;
    masked.set(i, c, p, v > 0 ? g.get(i, c, p) : 0.0);
  });
  check_backward(x, masked, result, scale_, scale_gradient_, shift_gradient_,
                 GetParam().bfloat16 ? 0.006 : 1e-5);
  norm_free(&n);
}

TEST_P(NormTest, GradientsThroughASum) {
  Data x(&d_, GetParam()), g(&d_, GetParam()), y(&d_, GetParam()), masked(&d_, GetParam()),
      result(&d_, GetParam());
  x.fill(6, 0.0, 1.0);
  g.fill(7, 0.0, 1.0);
  y.fill(8, -0.2, 1.0);
  // What a ReLU gave out: zero where it did not pass.
  y.each([&](uint32_t i, uint32_t c, uint32_t p) {
    y.set(i, c, p, std::max(0.0, y.get(i, c, p)));
    masked.set(i, c, p, y.get(i, c, p) > 0 ? g.get(i, c, p) : 0.0);
  });
  norm n = {};
  open(&n, x);
  measure(&n, x);
  norm_mask_gather(&n, y.t.data, NORM_RELU, x.t.data, g.t.data);
  norm_spread(&n, x.t.data, NORM_NO_CLAMP, g.t.data, result.t.data);
  g.each(
      [&](uint32_t i, uint32_t c, uint32_t p) { ASSERT_EQ(g.get(i, c, p), masked.get(i, c, p)); });
  check_backward(x, masked, result, scale_, scale_gradient_, shift_gradient_,
                 GetParam().bfloat16 ? 0.006 : 1e-5);
  norm_free(&n);
}

TEST_P(NormTest, EveryVariantGivesTheSameBits) {
  const norm_loops *list[NORM_LOOPS_MOST];
  const size_t variants = norm_loops_list(list);
  std::vector<std::vector<uint8_t>> results;
  for (size_t v = 0; v < variants; v++) {
    Data x(&d_, GetParam()), other(&d_, GetParam()), g(&d_, GetParam()), y(&d_, GetParam());
    x.fill(9, 1.0, 2.0);
    other.fill(10, 0.0, 1.0);
    g.fill(11, 0.0, 1.0);
    norm n = {}, identity = {};
    open(&n, x);
    open(&identity, x);
    n.loops = identity.loops = list[v];
    measure(&n, x);
    norm_combine(&n, x.t.data, &identity, other.t.data, NORM_RELU, y.t.data);
    norm_mask_gather(&n, y.t.data, NORM_RELU, x.t.data, g.t.data);
    norm_mask(&n, other.t.data, {-0.5f, 0.5f}, g.t.data);
    norm_gather(&n, x.t.data, {0.0f, 6.0f}, g.t.data);
    norm_spread(&n, x.t.data, {0.0f, 6.0f}, g.t.data, other.t.data);
    norm_apply(&n, x.t.data, {0.0f, 6.0f}, x.t.data);
    std::vector<uint8_t> all;
    const auto keep = [&](const void *data, size_t bytes) {
      all.insert(all.end(), static_cast<const uint8_t *>(data),
                 static_cast<const uint8_t *>(data) + bytes);
    };
    for (const Data *data : {&x, &other, &g, &y})
      keep(data->t.data, data->t.bytes);
    for (const auto *values : {&mean_, &variance_, &scale_gradient_, &shift_gradient_})
      keep(values->data(), values->size() * sizeof(float));
    results.push_back(all);
    norm_free(&n);
    norm_free(&identity);
  }
  for (size_t v = 1; v < variants; v++)
    EXPECT_TRUE(results[v] == results[0]) << "variant " << v;
}

TEST_P(NormTest, AnyNumberOfThreadsGivesTheSameBits) {
  std::vector<float> first;
  for (const uint32_t threads : {1u, 2u, 3u}) {
    onednn_close(&d_);
    octavo_error error = {};
    ASSERT_EQ(onednn_open(&d_, threads, &error), OCTAVO_OK) << error.text;
    Data x(&d_, GetParam());
    x.fill(12, 1.0, 2.0);
    norm n = {};
    open(&n, x);
    measure(&n, x);
    norm_free(&n);
    if (first.empty())
      first = variance_;
    EXPECT_EQ(variance_, first) << threads;
  }
}

// Channels that fill vectors, that do not, that need more than one block; pixels that end in the
// middle of a period; one pixel.
INSTANTIATE_TEST_SUITE_P(Layouts, NormTest,
                         testing::Values(Layout{"last16", dnnl_nhwc, 5, 16, 9, 9, false},
                                         Layout{"last16half", dnnl_nhwc, 8, 16, 32, 32, true},
                                         Layout{"last10", dnnl_nhwc, 3, 10, 5, 7, false},
                                         Layout{"last24half", dnnl_nhwc, 3, 24, 7, 7, true},
                                         Layout{"last96half", dnnl_nhwc, 2, 96, 3, 5, true},
                                         Layout{"onePixel", dnnl_nhwc, 33, 80, 1, 1, false},
                                         Layout{"blocks16", dnnl_nChw16c, 5, 48, 7, 7, false},
                                         Layout{"blocks16half", dnnl_nChw16c, 4, 32, 8, 8, true},
                                         Layout{"blocks16filledUp", dnnl_nChw16c, 3, 24, 5, 5,
                                                false},
                                         Layout{"blocks8", dnnl_nChw8c, 3, 16, 5, 5, false},
                                         Layout{"plain", dnnl_nchw, 3, 5, 9, 9, false},
                                         Layout{"plainOnePixel", dnnl_nchw, 33, 5, 1, 1, false}),
                         [](const auto &parameter) { return parameter.param.name; });

// bfloat16 has 7 bits after the point: 1 + 2^-8 lies between two values, and the even one is 1.
TEST(NormRounding, TiesGoToEven) {
  onednn d = {};
  octavo_error error = {};
  ASSERT_EQ(onednn_open(&d, 1, &error), OCTAVO_OK) << error.text;
  {
    const Layout layout = {"", dnnl_nhwc, 1, 16, 1, 1, true};
    Data x(&d, layout), other(&d, layout), y(&d, layout);
    const double values[] = {1.0, 1.0 + 1.0 / 128, -1.0, -1.0 - 1.0 / 128};
    const double expected[] = {1.0, 1.0 + 2.0 / 128, -1.0, -1.0 - 2.0 / 128};
    for (uint32_t c = 0; c < 4; c++) {
      x.set(0, c, 0, values[c]);
      other.set(0, c, 0, values[c] > 0 ? 1.0 / 256 : -1.0 / 256);
    }
    const norm_loops *list[NORM_LOOPS_MOST];
    const size_t variants = norm_loops_list(list);
    norm n = {};
    ASSERT_EQ(norm_create(&n, x.t.desc, {1, 16, 1, 1}, &error), OCTAVO_OK) << error.text;
    for (size_t v = 0; v < variants; v++) {
      n.loops = list[v];
      norm_combine(&n, x.t.data, &n, other.t.data, NORM_NO_CLAMP, y.t.data);
      for (uint32_t c = 0; c < 4; c++)
        EXPECT_EQ(y.get(0, c, 0), expected[c]) << c << " variant " << v;
    }
    norm_free(&n);
  }
  onednn_close(&d);
}

TEST(NormLayout, AnUnknownLayoutIsRefused) {
  octavo_error error = {};
  version_desc desc = nullptr;
  const dnnl_dims_t dims = {2, 16, 3, 3};
  ASSERT_EQ(version_desc_create(&desc, 4, dims, dnnl_f32, dnnl_chwn), dnnl_success);
  norm n = {};
  EXPECT_EQ(norm_create(&n, desc, {2, 16, 3, 3}, &error), OCTAVO_ERROR_UNSUPPORTED);
  EXPECT_NE(std::string(error.text).find("layout"), std::string::npos);
  norm_free(&n);
  version_desc_free(desc);
}

} // namespace
