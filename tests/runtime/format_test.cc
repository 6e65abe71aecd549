// Where each field lies, as the tables of runtime/FORMAT.md have it.
#include "runtime/format.h"

#include <gtest/gtest.h>

namespace {

TEST(Format, HeaderIsAsSpecified) {
  EXPECT_EQ(offsetof(octavo_format_header, magic), 0U);
  EXPECT_EQ(offsetof(octavo_format_header, major), 8U);
  EXPECT_EQ(offsetof(octavo_format_header, minor), 10U);
  EXPECT_EQ(offsetof(octavo_format_header, endian), 12U);
  EXPECT_EQ(offsetof(octavo_format_header, header_size), 16U);
  EXPECT_EQ(offsetof(octavo_format_header, section_count), 20U);
  EXPECT_EQ(offsetof(octavo_format_header, file_size), 24U);
  EXPECT_EQ(offsetof(octavo_format_header, arena_size), 32U);
  EXPECT_EQ(offsetof(octavo_format_header, alignment), 40U);
  EXPECT_EQ(offsetof(octavo_format_header, checksum), 44U);
  EXPECT_EQ(offsetof(octavo_format_header, reserved), 48U);
  EXPECT_EQ(sizeof(octavo_format_header), 64U);
}

TEST(Format, SectionIsAsSpecified) {
  EXPECT_EQ(offsetof(octavo_format_section, type), 0U);
  EXPECT_EQ(offsetof(octavo_format_section, checksum), 4U);
  EXPECT_EQ(offsetof(octavo_format_section, offset), 8U);
  EXPECT_EQ(offsetof(octavo_format_section, size), 16U);
  EXPECT_EQ(sizeof(octavo_format_section), 24U);
  EXPECT_EQ(OCTAVO_SECTION_STRINGS, 1);
  EXPECT_EQ(OCTAVO_SECTION_TENSORS, 2);
  EXPECT_EQ(OCTAVO_SECTION_OPERATORS, 3);
  EXPECT_EQ(OCTAVO_SECTION_OPERANDS, 4);
  EXPECT_EQ(OCTAVO_SECTION_INPUTS, 5);
  EXPECT_EQ(OCTAVO_SECTION_OUTPUTS, 6);
  EXPECT_EQ(OCTAVO_SECTION_PREPROCESSING, 7);
  EXPECT_EQ(OCTAVO_SECTION_LABELS, 8);
  EXPECT_EQ(OCTAVO_SECTION_PROVENANCE, 9);
  EXPECT_EQ(OCTAVO_SECTION_TESTS, 10);
  EXPECT_EQ(OCTAVO_SECTION_WEIGHTS, 11);
}

TEST(Format, TensorIsAsSpecified) {
  EXPECT_EQ(offsetof(octavo_format_tensor, name), 0U);
  EXPECT_EQ(offsetof(octavo_format_tensor, type), 4U);
  EXPECT_EQ(offsetof(octavo_format_tensor, role), 5U);
  EXPECT_EQ(offsetof(octavo_format_tensor, rank), 6U);
  EXPECT_EQ(offsetof(octavo_format_tensor, reserved8), 7U);
  EXPECT_EQ(offsetof(octavo_format_tensor, shape), 8U);
  EXPECT_EQ(offsetof(octavo_format_tensor, offset), 32U);
  EXPECT_EQ(offsetof(octavo_format_tensor, bytes), 40U);
  EXPECT_EQ(offsetof(octavo_format_tensor, scale), 48U);
  EXPECT_EQ(offsetof(octavo_format_tensor, zero_point), 52U);
  EXPECT_EQ(offsetof(octavo_format_tensor, scales), 56U);
  EXPECT_EQ(offsetof(octavo_format_tensor, reserved), 60U);
  EXPECT_EQ(sizeof(octavo_format_tensor), 64U);
}

TEST(Format, OperatorIsAsSpecified) {
  EXPECT_EQ(offsetof(octavo_format_operator, name), 0U);
  EXPECT_EQ(offsetof(octavo_format_operator, opcode), 4U);
  EXPECT_EQ(offsetof(octavo_format_operator, reserved), 6U);
  EXPECT_EQ(offsetof(octavo_format_operator, first_operand), 8U);
  EXPECT_EQ(offsetof(octavo_format_operator, input_count), 12U);
  EXPECT_EQ(offsetof(octavo_format_operator, output_count), 14U);
  EXPECT_EQ(offsetof(octavo_format_operator, attributes), 16U);
  EXPECT_EQ(sizeof(octavo_format_operator), 80U);
}

TEST(Format, AttributesAreAsSpecified) {
  EXPECT_EQ(offsetof(octavo_attributes_convolution, kernel_width), 4U);
  EXPECT_EQ(offsetof(octavo_attributes_convolution, stride_height), 8U);
  EXPECT_EQ(offsetof(octavo_attributes_convolution, dilation_height), 16U);
  EXPECT_EQ(offsetof(octavo_attributes_convolution, pad_top), 24U);
  EXPECT_EQ(offsetof(octavo_attributes_convolution, pad_left), 28U);
  EXPECT_EQ(offsetof(octavo_attributes_convolution, pad_bottom), 32U);
  EXPECT_EQ(offsetof(octavo_attributes_convolution, pad_right), 36U);
  EXPECT_EQ(offsetof(octavo_attributes_convolution, groups), 40U);
  EXPECT_EQ(offsetof(octavo_attributes_convolution, clamp_min), 44U);
  EXPECT_EQ(offsetof(octavo_attributes_convolution, clamp_max), 48U);
  EXPECT_EQ(offsetof(octavo_attributes_pool, pad_right), 36U);
  EXPECT_EQ(offsetof(octavo_attributes_pool, count_padding), 40U);
  EXPECT_EQ(offsetof(octavo_attributes_clamp, clamp_max), 4U);
  EXPECT_EQ(offsetof(octavo_attributes_pad, after), 24U);
  EXPECT_EQ(offsetof(octavo_attributes_pad, value), 48U);
}

TEST(Format, DescriptionsAreAsSpecified) {
  EXPECT_EQ(offsetof(octavo_format_preprocessing, resize_width), 8U);
  EXPECT_EQ(offsetof(octavo_format_preprocessing, resize), 16U);
  EXPECT_EQ(offsetof(octavo_format_preprocessing, bgr), 20U);
  EXPECT_EQ(offsetof(octavo_format_preprocessing, channels), 24U);
  EXPECT_EQ(offsetof(octavo_format_preprocessing, scale), 28U);
  EXPECT_EQ(offsetof(octavo_format_preprocessing, mean), 32U);
  EXPECT_EQ(offsetof(octavo_format_preprocessing, std), 44U);
  EXPECT_EQ(offsetof(octavo_format_preprocessing, reserved), 56U);
  EXPECT_EQ(offsetof(octavo_format_provenance, source_sha256), 16U);
  EXPECT_EQ(offsetof(octavo_format_provenance, calibration_sha256), 48U);
  EXPECT_EQ(offsetof(octavo_format_provenance, seed), 80U);
  EXPECT_EQ(offsetof(octavo_format_provenance, calibration_images), 88U);
  EXPECT_EQ(offsetof(octavo_format_provenance, accuracy_source), 92U);
  EXPECT_EQ(offsetof(octavo_format_provenance, accuracy_images), 100U);
  EXPECT_EQ(offsetof(octavo_format_provenance, reserved), 104U);
  EXPECT_EQ(offsetof(octavo_format_tests, operator_count), 4U);
  EXPECT_EQ(offsetof(octavo_format_tests, input_bytes), 8U);
  EXPECT_EQ(offsetof(octavo_format_tests, output_bytes), 16U);
  EXPECT_EQ(offsetof(octavo_format_tests, sample_count), 28U);
  EXPECT_EQ(sizeof(octavo_format_tests), 32U);
}

} // namespace
