#include "tests/train/reference_network.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace reference {

static double SumOfSquares(const Numbers &numbers) {
  double sum = 0;
  for (double x : numbers)
    sum += x * x;
  return sum;
}

Numbers &Network::Parameter(const architecture_layer &l, const char *suffix) {
  return parameters.at(std::string(l.name) + suffix);
}

Numbers &Network::Gradient(const architecture_layer &l, const char *suffix) {
  Numbers &gradient = gradients[std::string(l.name) + suffix];
  gradient.resize(Parameter(l, suffix).size());
  return gradient;
}

void Network::RoundWeights() {
  for (size_t i = 0; i < plan_->count; i++) {
    const architecture_layer &l = plan_->layers[i];
    if (l.quantized && (l.kind == ARCHITECTURE_CONVOLUTION || l.kind == ARCHITECTURE_LINEAR))
      rounded_[l.name] = RoundRows(Parameter(l, ".weight"), l.channels, &weight_scales_[l.name]);
  }
}

const Numbers &Network::UsedWeights(const architecture_layer &l) {
  return l.quantized ? rounded_.at(l.name) : Parameter(l, ".weight");
}

Numbers Network::UsedBias(size_t index) {
  Numbers bias = Parameter(plan_->layers[index], ".bias");
  for (size_t c = 0; c < bias.size(); c++)
    bias[c] = RoundOffset(index, c, bias[c], 1);
  return bias;
}

double Network::RoundOffset(size_t index, size_t channel, double offset, double factor) const {
  const architecture_layer *l = &plan_->layers[index];
  if (!l->quantized)
    return offset;
  while (l->kind == ARCHITECTURE_BATCH_NORM || l->kind == ARCHITECTURE_MAX_POOL)
    l = &plan_->layers[l->inputs[0]];
  const architecture_layer *source = &plan_->layers[l->inputs[0]];
  while (source->kind == ARCHITECTURE_MAX_POOL)
    source = &plan_->layers[source->inputs[0]];
  const Numbers &range = parameters.at(source->name + std::string(".range"));
  const double unit =
      GridOf(range[0], range[1]).scale * weight_scales_.at(l->name)[channel] * std::fabs(factor);
  return unit > 0 ? std::nearbyint(offset / unit) * unit : offset;
}

const Numbers &Network::Forward(const Numbers &image, bool training) {
  margin_ = std::numeric_limits<double>::infinity();
  values_.clear();
  for (size_t i = 0; i < plan_->count; i++)
    values_.emplace_back(batch_, plan_->layers[i]);
  values_[0].numbers = image;
  RoundWeights();
  for (size_t i = 1; i < plan_->count; i++)
    ForwardLayer(i, training);
  return values_.back().numbers;
}

void Network::ApplyRelu(size_t index) {
  Volume &y = values_[index];
  // A sum of two zeros is 0 in any precision.
  for (double v : y.numbers)
    margin_ = v != 0 ? std::min(margin_, std::fabs(v)) : margin_;
  Relu(&y);
}

void Network::ForwardNorm(size_t index, bool training) {
  const architecture_layer &l = plan_->layers[index];
  const Volume &x = values_[l.inputs[0]];
  Numbers &mean = Parameter(l, ".running_mean"), &variance = Parameter(l, ".running_var");
  const bool measured = training && !norm_fixed;
  const Numbers &scale = Parameter(l, ".weight");
  Numbers shift = Parameter(l, ".bias");
  statistics_[index] = measured ? Statistics(x) : NormStatistics{mean, variance};
  const NormStatistics &s = statistics_[index];
  for (size_t c = 0; c < shift.size(); c++) {
    const double factor = scale[c] / std::sqrt(s.variance[c] + 1e-5);
    const double offset = shift[c] - s.mean[c] * factor;
    shift[c] += RoundOffset(index, c, offset, factor) - offset;
  }
  BatchNorm(x, s, scale, shift, &values_[index]);
  if (measured)
    MoveRunning(statistics_[index], x.images * x.height * x.width,
                static_cast<double>(l.running_share), &mean, &variance);
}

void Network::ForwardLayer(size_t index, bool training) {
  const architecture_layer &l = plan_->layers[index];
  const Volume &x = values_[l.inputs[0]];
  Volume &y = values_[index];
  switch (l.kind) {
  case ARCHITECTURE_CONVOLUTION:
    Convolution(l, x, UsedWeights(l), &y);
    break;
  case ARCHITECTURE_BATCH_NORM:
    ForwardNorm(index, training);
    break;
  case ARCHITECTURE_ADD:
    for (size_t i = 0; i < y.numbers.size(); i++)
      y.numbers[i] = x.numbers[i] + values_[l.inputs[1]].numbers[i];
    break;
  case ARCHITECTURE_LINEAR:
    Linear(x, UsedWeights(l), &y);
    break;
  case ARCHITECTURE_FAKE_QUANTIZE: {
    const Numbers &range = Parameter(l, ".range");
    margin_ =
        std::min(margin_, FakeQuantize(l, GridOf(range[0], range[1]), x, &y, &passed_[index]));
    break;
  }
  case ARCHITECTURE_ACTIVATION:
    Activation(l, x, &y);
    margin_ = std::min(margin_, KinkDistance(l, x));
    break;
  default:
    Pool(l, x, &y);
    if (l.kind == ARCHITECTURE_MAX_POOL)
      margin_ = std::min(margin_, LeastLead(l, x));
  }
  if (l.bias)
    AddBias(UsedBias(index), &y);
  if (l.relu)
    ApplyRelu(index);
}

void Network::Backward(const Numbers &logits_gradient) {
  gradients.clear();
  value_gradients_.clear();
  for (size_t i = 0; i < plan_->count; i++)
    value_gradients_.emplace_back(batch_, plan_->layers[i]);
  value_gradients_.back().numbers = logits_gradient;
  for (size_t i = plan_->count - 1; i > 0; i--)
    BackwardLayer(i);
}

void Network::BackwardLayer(size_t index) {
  const architecture_layer &l = plan_->layers[index];
  const Volume &x = values_[l.inputs[0]];
  Volume &dy = value_gradients_[index], &dx = value_gradients_[l.inputs[0]];
  if (l.relu)
    ReluBackward(values_[index], &dy);
  if (l.bias)
    BiasBackward(dy, &Gradient(l, ".bias"));
  switch (l.kind) {
  case ARCHITECTURE_CONVOLUTION:
    ConvolutionBackward(l, x, UsedWeights(l), dy, &dx, &Gradient(l, ".weight"));
    sizes[std::string(l.name) + ".weight"] = std::sqrt(
        SumOfSquares(dy.numbers) * SumOfSquares(x.numbers) / static_cast<double>(x.numbers.size()) *
        static_cast<double>(x.channels / l.groups * l.kernel * l.kernel));
    break;
  case ARCHITECTURE_BATCH_NORM:
    for (const char *suffix : {".weight", ".bias"})
      sizes[std::string(l.name) + suffix] = std::sqrt(SumOfSquares(dy.numbers));
    (norm_fixed ? BatchNormFixedBackward
                : BatchNormBackward)(x, statistics_[index], Parameter(l, ".weight"), dy, &dx,
                                     &Gradient(l, ".weight"), &Gradient(l, ".bias"));
    break;
  case ARCHITECTURE_ADD:
    for (uint32_t input : l.inputs)
      for (size_t i = 0; i < dy.numbers.size(); i++)
        value_gradients_[input].numbers[i] += dy.numbers[i];
    break;
  case ARCHITECTURE_LINEAR:
    LinearBackward(x, UsedWeights(l), dy, &dx, &Gradient(l, ".weight"));
    break;
  case ARCHITECTURE_FAKE_QUANTIZE:
    for (size_t i = 0; i < dy.numbers.size(); i++)
      dx.numbers[i] += passed_.at(index)[i] ? dy.numbers[i] : 0;
    break;
  case ARCHITECTURE_ACTIVATION:
    ActivationBackward(l, x, dy, &dx);
    break;
  default:
    PoolBackward(l, x, dy, &dx);
  }
}

} // namespace reference
