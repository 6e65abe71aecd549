#include "tests/converter/onnx_backend/skips.h"

#include <fnmatch.h>

const std::vector<Skip> &Skips() {
  static const std::vector<Skip> skips = {
      {"test_Conv[13]d*", "1-D and 3-D convolution and pooling"},
      {"test_MaxPool1d_*", "1-D and 3-D convolution and pooling"},
      {"test_averagepool_[13]d_default", "1-D and 3-D convolution and pooling"},
      {"test_maxpool_[13]d_default", "1-D and 3-D convolution and pooling"},
      {"test_matmul_[34]d", "a product of two activations or of more than one row per image"},
      {"test_dropout_default_mask*", "a second output"},
      {"test_maxpool_with_argmax_*", "a second output"},
      {"test_add_uint8", "a type that no network has as an activation"},
      {"test_clip_default_int8_*", "a type that no network has as an activation"},
      {"test_div_uint8", "a type that no network has as an activation"},
      {"test_maxpool_2d_uint8", "a type that no network has as an activation"},
      {"test_mul_uint8", "a type that no network has as an activation"},
      {"test_sub_uint8", "a type that no network has as an activation"},
      {"test_clip_default_inbounds", "an activation of rank 1: the first dimension is the batch"},
      {"test_clip_example", "an activation of rank 1: the first dimension is the batch"},
      {"test_clip_inbounds", "an activation of rank 1: the first dimension is the batch"},
      {"test_clip_outbounds", "an activation of rank 1: the first dimension is the batch"},
      {"test_clip_splitbounds", "an activation of rank 1: the first dimension is the batch"},
      {"test_hardsigmoid_example", "an activation of rank 1: the first dimension is the batch"},
      {"test_leakyrelu_example", "an activation of rank 1: the first dimension is the batch"},
      {"test_sigmoid_example", "an activation of rank 1: the first dimension is the batch"},
      {"test_tanh_example", "an activation of rank 1: the first dimension is the batch"},
      {"test_sum_*", "an activation of rank 1: the first dimension is the batch"},
      {"test_prelu_*", "slopes that differ between channels"},
      {"test_constantofshape_int_shape_zero", "an empty tensor"},
      {"test_reshape_allowzero_reordered", "an empty tensor"},
      {"test_slice_start_out_of_bounds", "an empty tensor"},
      {"test_split_zero_size_splits", "an empty tensor"},
      {"test_split_*_1d", "an activation of rank 1: the first dimension is the batch"},
      {"test_split_*_default_axis", "along the batch"},
      {"test_cast*BFLOAT16*", "bfloat16, which the files keep as another type"},
      {"test_gemm_all_attributes", "mixes the images of a batch"},
      {"test_gemm_default_matrix_bias", "mixes the images of a batch"},
      {"test_gemm_transposeA", "mixes the images of a batch"},
      {"test_reduce_mean_default_axes_*", "mixes the images of a batch"},
      {"test_softmax_axis_0", "mixes the images of a batch"},
      {"test_qlinear*", "an input that is quantized already"},
      {"test_ReflectionPad2d", "padding with anything but a constant"},
      {"test_ReplicationPad2d", "padding with anything but a constant"},
      {"test_edge_pad", "padding with anything but a constant"},
      {"test_reflect_pad", "padding with anything but a constant"},
      {"test_identity_opt", "sequences and optional values"},
      {"test_identity_sequence", "sequences and optional values"},
      {"test_cast*STRING*", "text"},
      {"test_resize_*_cubic*", "cubic interpolation"},
      {"test_resize_*_tf_half_pixel_for_nn", "coordinates of old versions of TensorFlow"},
      {"test_resize_tf_crop_and_resize", "cropping while resizing"},
      {"test_resize_downsample_scales_linear_align_corners",
       "corners of a size that is not whole: what ONNX Runtime gives is taken", true},
      {"test_batchnorm_*_training_mode", "training mode"},
      {"test_training_dropout*", "training mode"},
  };
  return skips;
}

bool SkipMatches(const Skip &skip, const std::string &name) {
  return fnmatch(skip.pattern, name.c_str() + name.rfind('/') + 1, 0) == 0;
}

const Skip *FindSkip(const std::string &name) {
  for (const Skip &skip : Skips())
    if (SkipMatches(skip, name))
      return &skip;
  return nullptr;
}
