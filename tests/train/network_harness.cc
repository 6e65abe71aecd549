#include "tests/train/network_harness.h"

#include "train/qat/plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace {

// The largest relative error of one rounding to bfloat16's 8 bits.
constexpr double kUnit = 1.0 / 256;
// Sums of a few thousand float32 products of both signs, each within 2^-24.
constexpr double kFloatTolerance = 5e-6;
// Float32 must not land on the other side of a ReLU's or maximum's kink than double does.
constexpr double kFloatMargin = 1e-5;
// Further from a kink than this, bfloat16 does not cross it either: values are about 1, and three
// roundings on the way there move them by less than 5 kUnit.
constexpr double kWideMargin = 12 * kUnit;

double Norm(const reference::Numbers &numbers) {
  double sum = 0;
  for (double x : numbers)
    sum += x * x;
  return std::sqrt(sum);
}

} // namespace

void NetworkHarness::SetUp() {
  ASSERT_EQ(onednn_open(&d_, 2, &error_), OCTAVO_OK) << error_.text;
  if (GetParam() && !onednn_has_bfloat16(&d_))
    GTEST_SKIP() << "this CPU has no bfloat16";
}

void NetworkHarness::TearDown() {
  network_free(net_);
  architecture_free(&plan_);
  onednn_close(&d_);
}

// With R roundings (each layer's output, gradient and weights), independent and of relative size
// kUnit at most, the error is about sqrt(R) kUnit of the norm. Where values lie around a kink, the
// share of them whose slope it switches is about that error too, and each counts in full: the
// squares add up to one error's size per kink. A maximum of nine has its second largest twice as
// often as near as a ReLU has 0, and moves a gradient to another place, which counts twice.
double NetworkHarness::Tolerance() const {
  if (!GetParam())
    return kFloatTolerance;
  double roundings = 1, kinks = 0;
  for (uint32_t i = 1; i < plan_.count; i++) {
    const architecture_layer &l = plan_.layers[i];
    roundings += l.kind == ARCHITECTURE_CONVOLUTION ? 3 : 2;
    const bool kinked =
        l.relu || l.function == ARCHITECTURE_RELU || l.function == ARCHITECTURE_RELU6;
    kinks += l.kind == ARCHITECTURE_MAX_POOL ? 4 : kinked ? 1 : 0;
  }
  const double error = std::sqrt(roundings) * kUnit;
  return std::sqrt(error * error + (margin_ < kWideMargin ? kinks * error : 0));
}

// Numbers of the size that training has: weights keep the variance, the rest is near 1 or 0.
void NetworkHarness::FillReference() {
  for (uint32_t i = 0; i < net_->parameter_count; i++) {
    const parameter *p = net_->parameters[i];
    reference::Numbers &numbers = reference_->parameters[p->name];
    numbers.resize(p->count);
    if (p->kind == PARAMETER_RANGE) {
      // Neither end is a multiple of the step, some numbers are beyond, and no two grids are one.
      const float more = 0.01f * static_cast<float>(i);
      numbers = {static_cast<double>(-1.23f - more), static_cast<double>(1.57f + 2 * more)};
      continue;
    }
    const bool around_one =
        p->kind == PARAMETER_NORM_SCALE || p->kind == PARAMETER_RUNNING_VARIANCE;
    const double size = p->kind == PARAMETER_WEIGHT ? std::sqrt(1.0 / p->fan_in) : 0.1;
    for (double &x : numbers) {
      const double number = size * std::clamp(random_normal(&random_), -2.5, 2.5);
      x = static_cast<float>((around_one ? 1 : 0) + number);
    }
  }
}

void NetworkHarness::CopyParameters() {
  for (uint32_t i = 0; i < net_->parameter_count; i++) {
    parameter *p = net_->parameters[i];
    const reference::Numbers &numbers = reference_->parameters.at(p->name);
    const std::vector<float> plain(numbers.begin(), numbers.end());
    std::vector<float> back(p->count);
    ASSERT_EQ(parameter_set(net_, p, plain.data(), &error_), OCTAVO_OK) << error_.text;
    ASSERT_EQ(parameter_get(net_, p, back.data(), &error_), OCTAVO_OK) << error_.text;
    EXPECT_EQ(back, plain) << p->name << " comes back changed";
  }
  net_->phase.quantize = qat_is_planned(&plan_);
  ASSERT_EQ(network_refresh(net_, &error_), OCTAVO_OK) << error_.text;
}

void NetworkHarness::Make(NetworkShape shape, const NetworkBuilder &build) {
  network_free(net_);
  architecture_free(&plan_);
  shape_ = shape;
  architecture_begin(&plan_, shape.channels, shape.size);
  build(&plan_);
  ASSERT_EQ(architecture_check(&plan_, &error_), OCTAVO_OK) << error_.text;
  ASSERT_EQ(network_create(&d_, &plan_, shape.batch, GetParam(), &net_, &error_), OCTAVO_OK)
      << error_.text;
  random_seed(&random_, 11);
  margin_ = std::numeric_limits<double>::infinity();
  reference_ = std::make_unique<reference::Network>(&plan_, shape.batch);
  FillReference();
  CopyParameters();
}

// Half of each channel's pixels lies around 1, the other half around −1, so that a norm right after
// the image has no values near 0 and a test can keep clear of a ReLU's kink.
void NetworkHarness::DrawImage() {
  const uint32_t pixels = shape_.size * shape_.size, count = shape_.batch * pixels;
  std::vector<uint32_t> order(count);
  image_.resize(static_cast<size_t>(count) * shape_.channels);
  for (uint32_t c = 0; c < shape_.channels; c++) {
    std::iota(order.begin(), order.end(), 0u);
    random_shuffle(&random_, order.data(), count);
    for (uint32_t i = 0; i < count; i++) {
      const uint32_t at = (i / pixels * shape_.channels + c) * pixels + i % pixels;
      const double number = 0.5 + random_uniform(&random_);
      image_[at] = static_cast<float>(order[i] % 2 != 0 ? number : -number);
    }
  }
}

// Where double comes too near to a kink, other numbers are tried; the running statistics have to be
// set back then.
void NetworkHarness::SetImage() {
  const auto parameters = reference_->parameters;
  for (int trial = 0; trial < 50; trial++) {
    reference_->parameters = parameters;
    DrawImage();
    reference_->Forward(image_, true);
    if (reference_->margin() > kFloatMargin)
      break;
  }
  ASSERT_GT(reference_->margin(), kFloatMargin) << "too many values for one to stay off its kink";
  margin_ = std::min(margin_, reference_->margin());
  tensor from{};
  const dnnl_dims_t dims = {shape_.batch, shape_.channels, shape_.size, shape_.size};
  ASSERT_EQ(tensor_plain(&from, &d_, 4, dims, dnnl_f32, &error_), OCTAVO_OK) << error_.text;
  std::copy(image_.begin(), image_.end(), static_cast<float *>(from.data));
  EXPECT_EQ(tensor_copy(&d_, &from, network_input(net_), &error_), OCTAVO_OK) << error_.text;
  tensor_free(&from);
}

void NetworkHarness::Train() {
  ASSERT_NO_FATAL_FAILURE(SetImage());
  ASSERT_EQ(network_forward(net_, true, &error_), OCTAVO_OK) << error_.text;
  CheckLogits();
  logits_gradient_.resize(static_cast<size_t>(shape_.batch) * network_classes(net_));
  for (double &g : logits_gradient_)
    g = static_cast<float>(random_normal(&random_));
  std::copy(logits_gradient_.begin(), logits_gradient_.end(), network_logits_gradient(net_));
  reference_->Backward(logits_gradient_);
  ASSERT_EQ(network_backward(net_, &error_), OCTAVO_OK) << error_.text;
}

void NetworkHarness::Compare(const std::vector<float> &found, const reference::Numbers &expected,
                             double size, const std::string &what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  reference::Numbers difference(found.size());
  for (size_t i = 0; i < found.size(); i++)
    difference[i] = static_cast<double>(found[i]) - expected[i];
  size = std::max(size, Norm(expected));
  EXPECT_GT(size, 0) << what << " says nothing";
  EXPECT_LE(Norm(difference), Tolerance() * size) << what;
}

void NetworkHarness::CheckLogits() {
  const size_t count = static_cast<size_t>(shape_.batch) * network_classes(net_);
  const float *logits = network_logits(net_);
  Compare({logits, logits + count}, reference_->logits(), 0, "logits");
}

// Taps that lie outside the image for every output have no gradient, not even a small one.
void NetworkHarness::CheckUnmetTaps(const std::string &name, const std::vector<float> &gradient) {
  for (uint32_t i = 1; i < plan_.count; i++) {
    const architecture_layer &l = plan_.layers[i], &input = plan_.layers[l.inputs[0]];
    if (l.kind != ARCHITECTURE_CONVOLUTION || l.name + std::string(".weight") != name)
      continue;
    for (size_t at = 0; at < gradient.size(); at++) {
      const size_t column = at % l.kernel, row = at / l.kernel % l.kernel;
      const bool met = reference::TapMeetsImage(l, input.height, l.height, row) &&
                       reference::TapMeetsImage(l, input.width, l.width, column);
      EXPECT_TRUE(met || gradient[at] == 0) << name << " at " << at << ": " << gradient[at];
    }
  }
}

void NetworkHarness::CheckGradient(const parameter *p) {
  std::vector<float> gradient(p->count);
  ASSERT_EQ(parameter_get_gradient(net_, p, gradient.data(), &error_), OCTAVO_OK) << error_.text;
  const auto size = reference_->sizes.find(p->name);
  Compare(gradient, reference_->gradients.at(p->name),
          size != reference_->sizes.end() ? size->second : 0, p->name + std::string(", gradient"));
  CheckUnmetTaps(p->name, gradient);
}

void NetworkHarness::CheckParameters() {
  for (uint32_t i = 0; i < net_->parameter_count; i++) {
    const parameter *p = net_->parameters[i];
    std::vector<float> plain(p->count);
    ASSERT_EQ(parameter_get(net_, p, plain.data(), &error_), OCTAVO_OK) << error_.text;
    Compare(plain, reference_->parameters.at(p->name), 0, p->name);
    if (parameter_trained(p))
      CheckGradient(p);
  }
}

void NetworkHarness::CheckInference() {
  ASSERT_EQ(network_forward(net_, false, &error_), OCTAVO_OK) << error_.text;
  reference_->Forward(image_, false);
  const double margin = reference_->margin();
  margin_ = std::min(margin_, margin);
  CheckLogits();
}

void NetworkHarness::Check(NetworkShape shape, const NetworkBuilder &build) {
  ASSERT_NO_FATAL_FAILURE(Make(shape, build));
  for (int pass = 0; pass < 2; pass++) {
    SCOPED_TRACE("pass " + std::to_string(pass));
    ASSERT_NO_FATAL_FAILURE(Train());
    CheckParameters();
  }
  SCOPED_TRACE("without training");
  CheckInference();
}
