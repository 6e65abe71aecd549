#include "tests/runtime/bad_files.h"

#include <cmath>
#include <limits>

namespace {

void Add(std::vector<BadFile> &files, const std::string &name, const std::string &message,
         const std::function<void(ModelFile &)> &edit) {
  files.push_back({name, OCTAVO_ERROR_FORMAT, message, Edited(edit)});
}

void AddConvolution(std::vector<BadFile> &files, const std::string &name,
                    const std::string &message,
                    const std::function<void(octavo_attributes_convolution &)> &edit) {
  Add(files, name, "layer 0 (conv), convolution: " + message,
      [&](ModelFile &f) { edit(f.op(kConvolve).attributes.convolution); });
}

void AddWindows(std::vector<BadFile> &files) {
  for (const uint32_t value : {0u, 1025u, UINT32_MAX}) {
    const std::string tail = ": expected 1 to 1024, found " + std::to_string(value);
    const std::string suffix = "_" + std::to_string(value);
    AddConvolution(files, "10_kernel" + suffix, "kernel in height" + tail,
                   [=](octavo_attributes_convolution &a) { a.kernel_height = value; });
    AddConvolution(files, "10_stride" + suffix, "stride in width" + tail,
                   [=](octavo_attributes_convolution &a) { a.stride_width = value; });
    AddConvolution(files, "10_dilation" + suffix, "dilation in height" + tail,
                   [=](octavo_attributes_convolution &a) { a.dilation_height = value; });
  }
  for (const uint32_t value : {1025u, UINT32_MAX})
    AddConvolution(files, "10_padding_" + std::to_string(value),
                   "padding before in width: expected 0 to 1024, found " + std::to_string(value),
                   [=](octavo_attributes_convolution &a) { a.pad_left = value; });
  AddConvolution(files, "10_kernel_larger_than_input",
                 "kernel in height: expected at most the padded input of 6, found an extent of 9",
                 [](octavo_attributes_convolution &a) { a.dilation_height = 4; });
  AddConvolution(files, "10_kernel_not_of_weights",
                 "dimension 1 of the weights: expected 2, found 3",
                 [](octavo_attributes_convolution &a) { a.kernel_height = 2; });
}

void AddGroupsAndClamps(std::vector<BadFile> &files) {
  for (const uint32_t groups : {0u, 4u})
    AddConvolution(files, "10_groups_" + std::to_string(groups),
                   "groups: expected 1 to 3, found " + std::to_string(groups),
                   [=](octavo_attributes_convolution &a) { a.groups = groups; });
  AddConvolution(files, "10_groups_no_divisor",
                 "groups: expected a divisor of 3 input and 2 output channels, found 3",
                 [](octavo_attributes_convolution &a) { a.groups = 3; });
  AddConvolution(files, "10_clamp_reversed",
                 "clamp: expected a minimum not above the maximum, found 2 and 1",
                 [](octavo_attributes_convolution &a) {
                   a.clamp_min = 2;
                   a.clamp_max = 1;
                 });
  AddConvolution(files, "10_clamp_nan",
                 "clamp: expected a minimum not above the maximum, found nan and inf",
                 [](octavo_attributes_convolution &a) {
                   a.clamp_min = std::numeric_limits<float>::quiet_NaN();
                 });
  AddConvolution(files, "01_attribute_reserved", "reserved attribute byte 60: expected 0, found 1",
                 [](octavo_attributes_convolution &a) { a.reserved[2] = 1; });
}

void AddShapes(std::vector<BadFile> &files) {
  Add(files, "09_shape",
      "layer 0 (conv), convolution: dimension 2 of the output: expected 4, "
      "found 2",
      [](ModelFile &f) {
        f.tensor(kFeatures).shape[2] = 2;
        f.tensor(kFeatures).bytes = 16;
      });
  Add(files, "09_scale_of_pool",
      "layer 1 (pool), max_pool: scale and zero point: expected the same in input and output, "
      "found 0.05, 4 and 0.05, 5",
      [](ModelFile &f) { f.tensor(kPooled).zero_point = 5; });
  Add(files, "08_weights_are_activation",
      "layer 0 (conv), convolution: weights: expected a constant, found an activation",
      [](ModelFile &f) { f.operand(kConvolveOperands + 1) = kImage; });
  Add(files, "08_bias_of_other_type",
      "layer 0 (conv), convolution: type of the bias: expected int32, found float32",
      [](ModelFile &f) { f.operand(kConvolveOperands + 2) = kKernelScale; });
}

void AddAccumulators(std::vector<BadFile> &files) {
  Add(files, "11_weight",
      "layer 0 (conv), convolution: weight 53: expected -127 to 127, found -128",
      [](ModelFile &f) { f.constant<int8_t>(kKernel)[53] = -128; });
  // 3 · 3 · 3 products of at most 255 · 128 leave 2^31 - 881280.
  for (const int32_t bias : {2146602368, -2146602368, INT32_MIN})
    Add(files, "11_bias_" + std::to_string(bias),
        "layer 0 (conv), convolution: bias of output channel 1: expected a magnitude below "
        "2146602368 so that the accumulator cannot overflow, found " +
            std::to_string(bias),
        [=](ModelFile &f) { f.constant<int32_t>(kKernelBias)[1] = bias; });
}

} // namespace

void AddBadOperators(std::vector<BadFile> &files) {
  AddWindows(files);
  AddGroupsAndClamps(files);
  AddShapes(files);
  AddAccumulators(files);
}
