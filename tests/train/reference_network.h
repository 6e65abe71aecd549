// A whole network of the plain layers in reference_layers.h, from the same description that the
// trainer's network is made of.
#ifndef OCTAVO_TESTS_TRAIN_REFERENCE_NETWORK_H
#define OCTAVO_TESTS_TRAIN_REFERENCE_NETWORK_H

#include "tests/train/reference_layers.h"

#include <map>
#include <string>

namespace reference {

class Network {
public:
  Network(const architecture *plan, size_t batch) : plan_(plan), batch_(batch) {}

  // By name, as the trainer's: "conv1.weight". To be filled before Forward.
  std::map<std::string, Numbers> parameters;
  std::map<std::string, Numbers> gradients; // of those that are trained; after Backward

  // The norm that the gradient of a convolution's weights or a norm's parameters would have if the
  // terms that it sums up had random signs. They cancel where a batch norm follows, which takes out
  // any shift and scale: what rounding leaves has this size.
  std::map<std::string, double> sizes;

  // Training too uses the running statistics, and leaves them alone.
  bool norm_fixed = false;

  // The logits. With `training`, batch norm uses the batch and moves its running statistics.
  const Numbers &Forward(const Numbers &image, bool training);
  // After a Forward for training.
  void Backward(const Numbers &logits_gradient);
  const Numbers &logits() const {
    return values_.back().numbers;
  }
  // How far the last Forward stayed away from where slopes jump: the smallest magnitude that
  // entered a ReLU, or lead of a maximum.
  double margin() const {
    return margin_;
  }

private:
  void ForwardLayer(size_t index, bool training);
  void BackwardLayer(size_t index);
  void ForwardNorm(size_t index, bool training);
  void ApplyRelu(size_t index);
  void RoundWeights();
  // The multiple of the unit of the sums behind layer `index` that is nearest to `offset`, if
  // `factor` times the sums is what it is added to; without fake quantization `offset` itself.
  double RoundOffset(size_t index, size_t channel, double offset, double factor) const;
  // A convolution's or linear layer's weights, rounded if there is fake quantization.
  const Numbers &UsedWeights(const architecture_layer &l);
  Numbers UsedBias(size_t index);
  Numbers &Parameter(const architecture_layer &l, const char *suffix);
  Numbers &Gradient(const architecture_layer &l, const char *suffix);

  const architecture *plan_;
  size_t batch_;
  std::vector<Volume> values_, value_gradients_;
  std::map<size_t, NormStatistics> statistics_;
  std::map<size_t, std::vector<bool>> passed_;             // by fake quantization
  std::map<std::string, Numbers> rounded_, weight_scales_; // by name of layer
  double margin_ = 0;
};

} // namespace reference

#endif
