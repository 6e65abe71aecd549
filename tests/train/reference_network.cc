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

const Numbers &Network::Forward(const Numbers &image, bool training) {
  margin_ = std::numeric_limits<double>::infinity();
  values_.clear();
  for (size_t i = 0; i < plan_->count; i++)
    values_.emplace_back(batch_, plan_->layers[i]);
  values_[0].numbers = image;
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
  statistics_[index] = training ? Statistics(x) : NormStatistics{mean, variance};
  BatchNorm(x, statistics_[index], Parameter(l, ".weight"), Parameter(l, ".bias"), &values_[index]);
  if (training)
    MoveRunning(statistics_[index], x.images * x.height * x.width,
                static_cast<double>(l.running_share), &mean, &variance);
}

void Network::ForwardLayer(size_t index, bool training) {
  const architecture_layer &l = plan_->layers[index];
  const Volume &x = values_[l.inputs[0]];
  Volume &y = values_[index];
  switch (l.kind) {
  case ARCHITECTURE_CONVOLUTION:
    Convolution(l, x, Parameter(l, ".weight"), &y);
    break;
  case ARCHITECTURE_BATCH_NORM:
    ForwardNorm(index, training);
    break;
  case ARCHITECTURE_ADD:
    for (size_t i = 0; i < y.numbers.size(); i++)
      y.numbers[i] = x.numbers[i] + values_[l.inputs[1]].numbers[i];
    break;
  case ARCHITECTURE_LINEAR:
    Linear(x, Parameter(l, ".weight"), &y);
    break;
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
    AddBias(Parameter(l, ".bias"), &y);
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
    ConvolutionBackward(l, x, Parameter(l, ".weight"), dy, &dx, &Gradient(l, ".weight"));
    sizes[std::string(l.name) + ".weight"] = std::sqrt(
        SumOfSquares(dy.numbers) * SumOfSquares(x.numbers) / static_cast<double>(x.numbers.size()) *
        static_cast<double>(x.channels / l.groups * l.kernel * l.kernel));
    break;
  case ARCHITECTURE_BATCH_NORM:
    for (const char *suffix : {".weight", ".bias"})
      sizes[std::string(l.name) + suffix] = std::sqrt(SumOfSquares(dy.numbers));
    BatchNormBackward(x, statistics_[index], Parameter(l, ".weight"), dy, &dx,
                      &Gradient(l, ".weight"), &Gradient(l, ".bias"));
    break;
  case ARCHITECTURE_ADD:
    for (uint32_t input : l.inputs)
      for (size_t i = 0; i < dy.numbers.size(); i++)
        value_gradients_[input].numbers[i] += dy.numbers[i];
    break;
  case ARCHITECTURE_LINEAR:
    LinearBackward(x, Parameter(l, ".weight"), dy, &dx, &Gradient(l, ".weight"));
    break;
  case ARCHITECTURE_ACTIVATION:
    ActivationBackward(l, x, dy, &dx);
    break;
  default:
    PoolBackward(l, x, dy, &dx);
  }
}

} // namespace reference
