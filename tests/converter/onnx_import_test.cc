// What the importer refuses, and that it says why. The files are made by
// tests/data/onnx/make_bad.py, one fault each.
#include "converter/onnx/onnx_import.h"
#include "converter/passes/passes.h"
#include "runtime/memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using testing::HasSubstr;

struct Free {
  void operator()(graph *g) const {
    graph_free(g);
  }
};
using GraphPtr = std::unique_ptr<graph, Free>;

std::string DataPath(const std::string &file) {
  return std::string(OCTAVO_TEST_DATA) + "/onnx/" + file;
}

std::string ReadFile(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(stream)), {});
}

octavo_status Import(const std::string &path, GraphPtr *result, octavo_error *error) {
  graph *g = nullptr;
  octavo_status status = onnx_import(path.c_str(), &g, error);
  result->reset(g);
  EXPECT_EQ(status == OCTAVO_OK, g != nullptr);
  if (status == OCTAVO_OK)
    status = passes_run(g, nullptr, error);
  return status;
}

octavo_status ImportBytes(const std::string &bytes, octavo_error *error) {
  // A block of exactly this size, so that AddressSanitizer sees a read past the end.
  const std::unique_ptr<uint8_t[]> copy(new uint8_t[bytes.size() + 1]);
  uint8_t *start = copy.get() + 1;
  std::copy(bytes.begin(), bytes.end(), start);
  graph *g = nullptr;
  octavo_status status = onnx_import_memory(start, bytes.size(), "bytes", nullptr, &g, error);
  if (status == OCTAVO_OK)
    status = passes_run(g, nullptr, error);
  graph_free(g);
  return status;
}

struct Bad {
  const char *file;
  octavo_status status;
  const char *message; // a part of it
};

class BadFileTest : public testing::TestWithParam<Bad> {};

TEST_P(BadFileTest, IsRefusedWithAReason) {
  GraphPtr g;
  octavo_error error = {};
  const std::string path = DataPath(std::string("bad/") + GetParam().file + ".onnx");
  EXPECT_EQ(Import(path, &g, &error), GetParam().status) << error.text;
  EXPECT_THAT(error.text, HasSubstr(GetParam().message));
}

const Bad bad_files[] = {
    {"empty", OCTAVO_ERROR_FORMAT, "empty"},
    {"octavo", OCTAVO_ERROR_FORMAT, "converted already"},
    {"pytorch", OCTAVO_ERROR_FORMAT, "torch.onnx.export"},
    {"pickle", OCTAVO_ERROR_FORMAT, "torch.onnx.export"},
    {"html", OCTAVO_ERROR_FORMAT, "web page"},
    {"lfs", OCTAVO_ERROR_FORMAT, "git lfs pull"},
    {"safetensors", OCTAVO_ERROR_FORMAT, "safetensors"},
    {"tflite", OCTAVO_ERROR_FORMAT, "TensorFlow Lite"},
    {"text", OCTAVO_ERROR_FORMAT, "not a valid ONNX file"},
    {"cut", OCTAVO_ERROR_FORMAT, "runs past the end"},
    {"nested", OCTAVO_ERROR_FORMAT, "nested more than 24 deep"},
    {"length", OCTAVO_ERROR_FORMAT, "runs past the end"},
    {"no_graph", OCTAVO_ERROR_FORMAT, "no graph"},
    {"no_nodes", OCTAVO_ERROR_FORMAT, "without nodes"},
    {"no_opset", OCTAVO_ERROR_FORMAT, "does not say which ONNX operator set"},
    {"opset_8", OCTAVO_ERROR_UNSUPPORTED, "operator set 8, expected 9 to 22"},
    {"opset_99", OCTAVO_ERROR_UNSUPPORTED, "operator set 99, expected 9 to 22"},
    {"no_input", OCTAVO_ERROR_FORMAT, "no input"},
    {"no_output", OCTAVO_ERROR_FORMAT, "no output"},
    {"output_missing", OCTAVO_ERROR_FORMAT, "output 'z' is not computed"},
    {"output_twice", OCTAVO_ERROR_FORMAT, "'y' is listed twice"},
    {"output_constant", OCTAVO_ERROR_UNSUPPORTED, "'w' does not depend on the input"},
    {"missing_initializer", OCTAVO_ERROR_FORMAT,
     "node 'conv' (Conv): its input 'w' is not defined"},
    {"cycle", OCTAVO_ERROR_FORMAT, "node 'first' (Add): its input 'b' is not defined"},
    {"value_twice", OCTAVO_ERROR_FORMAT, "'y' is defined twice"},
    {"initializer_twice", OCTAVO_ERROR_FORMAT, "'w' is defined twice"},
    {"name_control", OCTAVO_ERROR_FORMAT, "control character"},
    {"name_long", OCTAVO_ERROR_FORMAT, "longer than"},
    {"mask", OCTAVO_ERROR_UNSUPPORTED, "Relu: reads an output beyond the first"},
    {"input_dynamic", OCTAVO_ERROR_UNSUPPORTED, "dimension 2 is dynamic: height"},
    {"input_negative", OCTAVO_ERROR_FORMAT, "expected 1 to 16777216, found -4"},
    {"input_huge", OCTAVO_ERROR_FORMAT, "found 1099511627776"},
    {"input_uint8", OCTAVO_ERROR_UNSUPPORTED, "expected floating point"},
    {"quantize_scale_zero", OCTAVO_ERROR_FORMAT,
     "node 'input_q_quantizelinear' (QuantizeLinear): the scale 'input_scale': expected normal "
     "numbers above 0, found 0"},
    {"quantize_scale_negative", OCTAVO_ERROR_FORMAT,
     "'conv_scale': expected normal numbers above "
     "0, found -0.01"},
    {"quantize_scale_nan", OCTAVO_ERROR_FORMAT, "found nan at index 1"},
    {"quantize_scale_infinite", OCTAVO_ERROR_FORMAT, "found inf at index 3"},
    {"quantize_scale_denormal", OCTAVO_ERROR_FORMAT, "found 9.99995e-41"},
    {"quantize_scale_count", OCTAVO_ERROR_FORMAT,
     "node 'conv.weight_dequantizelinear' (DequantizeLinear): the scale 'conv.weight_scale': "
     "expected 1 or 4 elements, found 3"},
    {"quantize_scale_rank", OCTAVO_ERROR_FORMAT, "expected one number or a list, found rank 2"},
    {"quantize_scale_integer", OCTAVO_ERROR_UNSUPPORTED, "scale that is not floating point"},
    {"quantize_zero_point_type", OCTAVO_ERROR_FORMAT,
     "'conv.weight_zero_point': expected int8, as its input is, found uint8"},
    {"quantize_zero_point_count", OCTAVO_ERROR_FORMAT,
     "expected as many elements as the scale has, 4, found 3"},
    {"quantize_axis", OCTAVO_ERROR_FORMAT, "axis: expected -4 to 3, found 4"},
    {"quantize_activation_per_channel", OCTAVO_ERROR_UNSUPPORTED,
     "of an activation with a scale per channel"},
    {"input_no_shape", OCTAVO_ERROR_UNSUPPORTED, "'input' has no shape"},
    {"weights_negative", OCTAVO_ERROR_FORMAT, "initializer 'w': dimension 1 is -3"},
    {"weights_overflow", OCTAVO_ERROR_FORMAT, "dimension 0 is 4611686018427387904"},
    {"weights_huge", OCTAVO_ERROR_FORMAT, "2^31 elements"},
    {"weights_short", OCTAVO_ERROR_FORMAT, "expected 24 bytes of data for its shape, found 20"},
    {"weights_typed_short", OCTAVO_ERROR_FORMAT, "expected 6 elements for its shape, found 5"},
    {"weights_string", OCTAVO_ERROR_UNSUPPORTED, "data type 8"},
    {"weights_nan", OCTAVO_ERROR_UNSUPPORTED, "layer 'conv' (Conv): its constant 'w'"},
    {"weights_rank", OCTAVO_ERROR_FORMAT, "expected rank 4, found 1"},
    {"external_missing", OCTAVO_ERROR_IO, "nowhere.bin"},
    {"external_outside", OCTAVO_ERROR_IO, "not reached through '..'"},
    {"external_absolute", OCTAVO_ERROR_IO, "/etc/hostname"},
    {"external_short", OCTAVO_ERROR_FORMAT, "at 8, 24 bytes, but 'weights.bin' has 28"},
    {"conv_channels", OCTAVO_ERROR_FORMAT, "expected 4 (4 input channels, 1 groups), found 3"},
    {"conv_groups", OCTAVO_ERROR_FORMAT, "2 groups do not divide 3 input"},
    {"conv_kernel", OCTAVO_ERROR_FORMAT, "kernel_shape does not agree"},
    {"conv_pads", OCTAVO_ERROR_FORMAT, "attribute pads: expected no negative number, found -1"},
    {"conv_stride", OCTAVO_ERROR_FORMAT, "attribute strides: expected at least 1, found 0"},
    {"conv_too_small", OCTAVO_ERROR_FORMAT, "covers 5 elements, but the padded input has 4"},
    {"conv_3d", OCTAVO_ERROR_UNSUPPORTED, "Conv: input of rank 5"},
    {"attribute_type", OCTAVO_ERROR_FORMAT, "attribute group: expected a whole number"},
    {"reshape_count", OCTAVO_ERROR_FORMAT, "47 elements, its input 48"},
    {"reshape_batch", OCTAVO_ERROR_UNSUPPORTED, "into the batch dimension"},
    {"joined_orders", OCTAVO_ERROR_UNSUPPORTED,
     "layer 'concat' (Concat): the elements of 'joined' would"},
    {"split_sum", OCTAVO_ERROR_FORMAT, "its outputs have 2 of 3 elements"},
    {"split_negative", OCTAVO_ERROR_FORMAT, "output 0 would have -1 of 3 elements"},
    {"split_count", OCTAVO_ERROR_FORMAT, "the split: expected a list of 2 numbers, found rank 1"},
    {"split_uneven", OCTAVO_ERROR_FORMAT, "3 elements cannot be shared among 2 outputs"},
    {"split_batch", OCTAVO_ERROR_UNSUPPORTED, "Split: along the batch"},
    {"split_name", OCTAVO_ERROR_FORMAT, "the name of a node's output holds a control character"},
    {"slice_empty", OCTAVO_ERROR_UNSUPPORTED, "with an empty result"},
    {"slice_backwards", OCTAVO_ERROR_UNSUPPORTED, "Slice: of an activation with a negative step"},
    {"slice_batch", OCTAVO_ERROR_UNSUPPORTED, "Slice: of the batch"},
    {"gather_uneven", OCTAVO_ERROR_UNSUPPORTED, "indices that do not rise evenly"},
    {"gather_outside", OCTAVO_ERROR_FORMAT, "index 3 is out of range: expected -3 to 2"},
    {"gather_batch", OCTAVO_ERROR_UNSUPPORTED, "Gather: of the batch"},
    {"resize_scale", OCTAVO_ERROR_FORMAT, "a scale of -2"},
    {"resize_scales", OCTAVO_ERROR_FORMAT, "the scales: expected 4 numbers, found 3"},
    {"resize_size", OCTAVO_ERROR_FORMAT, "a size of 0"},
    {"resize_neither", OCTAVO_ERROR_FORMAT, "expected scales or sizes, found neither"},
    {"resize_cubic", OCTAVO_ERROR_UNSUPPORTED, "Resize: mode other than nearest"},
    {"resize_crop", OCTAVO_ERROR_UNSUPPORTED,
     "Resize: coordinate_transformation_mode other than half_pixel"},
    {"resize_channels", OCTAVO_ERROR_UNSUPPORTED, "of other axes than height and width"},
    {"resize_antialias", OCTAVO_ERROR_UNSUPPORTED, "Resize: antialias"},
    {"upsample_opset_10", OCTAVO_ERROR_FORMAT, "operator set 10 has no Upsample"},
    {"depth_block", OCTAVO_ERROR_FORMAT, "attribute blocksize: expected 1 to 16777216, found 0"},
    {"depth_channels", OCTAVO_ERROR_FORMAT, "3 channels cannot be shared among blocks of 2 x 2"},
    {"space_size", OCTAVO_ERROR_FORMAT, "an image of 4 x 4 is no multiple of blocks of 3 x 3"},
    {"constant_bomb", OCTAVO_ERROR_FORMAT, "more than 1024 MiB"},
    {"unsupported", OCTAVO_ERROR_UNSUPPORTED,
     "4 operators of this network are not supported: Sinh (2: /a/Sinh, /b/Sinh), "
     "com.other.Fancy (1: /c), MaxPool: kernel_shape above 1024 (1: /pool); "
     "not checked, since they come behind these: Relu (1), Mul (1)"},
    {"unsupported_behind", OCTAVO_ERROR_UNSUPPORTED,
     "3 operators of this network are not supported: Sinh (1: /a), Cosh (1: /d), Det (1: /y); "
     "not checked, since they come behind these: Relu (1), Conv (2), Add (1)"},
    {"unsupported_many", OCTAVO_ERROR_UNSUPPORTED,
     "2 operators of this network are not supported: Sinh (1: /a), Det (1: /y); "
     "not checked, since they come behind these: Relu (1), Sigmoid (1), Tanh (1), "},
};

INSTANTIATE_TEST_SUITE_P(Files, BadFileTest, testing::ValuesIn(bad_files),
                         [](const testing::TestParamInfo<Bad> &file) { return file.param.file; });

TEST(OnnxImportTest, WhatIsNotCheckedIsNamedAsFarAsThereIsRoom) {
  GraphPtr g;
  octavo_error error = {};
  EXPECT_EQ(Import(DataPath("bad/unsupported_many.onnx"), &g, &error), OCTAVO_ERROR_UNSUPPORTED);
  EXPECT_THAT(error.text, testing::EndsWith(" (1), …"));
}

TEST(OnnxImportTest, GoodTwinsOfBadFilesAreAccepted) {
  for (const char *file : {"bad/good.onnx", "bad/external_good.onnx"}) {
    GraphPtr g;
    octavo_error error = {};
    EXPECT_EQ(Import(DataPath(file), &g, &error), OCTAVO_OK) << error.text;
  }
}

TEST(OnnxImportTest, ExternalWeightsAreRead) {
  GraphPtr g;
  octavo_error error = {};
  ASSERT_EQ(Import(DataPath("bad/external_good.onnx"), &g, &error), OCTAVO_OK) << error.text;
  const float *weights = static_cast<const float *>(g->tensors[g->nodes[0].inputs[1]].data);
  EXPECT_THAT(std::vector<float>(weights, weights + 6), testing::ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(OnnxImportTest, ExternalWeightsAreNotReadThroughLinks) {
  char folder[] = "/tmp/octavo_import_XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string model = std::string(folder) + "/m.onnx";
  const std::string link = std::string(folder) + "/weights.bin";
  std::ofstream(model, std::ios::binary) << ReadFile(DataPath("bad/external_good.onnx"));
  ASSERT_EQ(symlink(DataPath("bad/weights.bin").c_str(), link.c_str()), 0);
  GraphPtr g;
  octavo_error error = {};
  EXPECT_EQ(Import(model, &g, &error), OCTAVO_ERROR_IO);
  EXPECT_THAT(error.text, HasSubstr("symbolic links"));
  unlink(link.c_str());
  unlink(model.c_str());
  rmdir(folder);
}

TEST(OnnxImportTest, ExternalWeightsOfAModelInMemoryAreRefused) {
  octavo_error error = {};
  EXPECT_EQ(ImportBytes(ReadFile(DataPath("bad/external_good.onnx")), &error),
            OCTAVO_ERROR_UNSUPPORTED);
  EXPECT_THAT(error.text, HasSubstr("weights.bin"));
}

TEST(OnnxImportTest, FoldersAndMissingFilesAreRefused) {
  GraphPtr g;
  octavo_error error = {};
  EXPECT_EQ(Import(DataPath("bad"), &g, &error), OCTAVO_ERROR_IO);
  EXPECT_THAT(error.text, HasSubstr("folder"));
  EXPECT_EQ(Import(DataPath("bad/nothing.onnx"), &g, &error), OCTAVO_ERROR_IO);
}

TEST(OnnxImportTest, NoErrorStructIsNeeded) {
  GraphPtr g;
  EXPECT_EQ(Import(DataPath("bad/unsupported.onnx"), &g, nullptr), OCTAVO_ERROR_UNSUPPORTED);
  EXPECT_EQ(Import(DataPath("bad/good.onnx"), &g, nullptr), OCTAVO_OK);
}

// A protobuf message may end after any field, so a cut file can be a shorter model; it must be
// refused with a text or be imported, and nothing else.
TEST(OnnxImportTest, CutAnywhereIsRefusedOrImported) {
  const std::string whole = ReadFile(DataPath("keras_mean.onnx"));
  ASSERT_GT(whole.size(), 1000u);
  for (size_t size = 0; size < whole.size(); size++) {
    octavo_error error = {};
    const octavo_status status = ImportBytes(whole.substr(0, size), &error);
    EXPECT_TRUE(status == OCTAVO_OK || error.text[0] != '\0') << "at " << size;
  }
}

TEST(OnnxImportTest, AnyByteChangedIsRefusedOrImported) {
  const std::string whole = ReadFile(DataPath("bad/good.onnx"));
  for (size_t at = 0; at < whole.size(); at++) {
    for (int value = 0; value < 256; value++) {
      std::string changed = whole;
      changed[at] = static_cast<char>(value);
      octavo_error error = {};
      const octavo_status status = ImportBytes(changed, &error);
      EXPECT_TRUE(status == OCTAVO_OK || error.text[0] != '\0') << "at " << at;
    }
  }
}

TEST(OnnxImportTest, EachAllocationThatFailsIsReported) {
  for (const char *file :
       {"keras.onnx", "shape_arithmetic.onnx", "moved.onnx", "slices.onnx", "split_opset18.onnx",
        "resize_opset10.onnx", "bad/unsupported.onnx", "qdq_weights.onnx", "qoperator.onnx",
        "pieces.onnx", "broadcasts.onnx"}) {
    const std::string bytes = ReadFile(DataPath(file));
    octavo_error error = {};
    ImportBytes(bytes, &error);
    const size_t before = octavo_memory_count();
    ImportBytes(bytes, &error);
    const size_t allocations = octavo_memory_count() - before;
    ASSERT_GT(allocations, 50u);
    for (int lasting = 0; lasting < 2; lasting++) {
      for (size_t i = 0; i < allocations; i++) {
        error = {};
        octavo_memory_fail_at(i, lasting);
        const octavo_status status = ImportBytes(bytes, &error);
        octavo_memory_fail_at(SIZE_MAX, 0);
        EXPECT_EQ(status, OCTAVO_ERROR_MEMORY) << file << ", allocation " << i;
        EXPECT_THAT(error.text, HasSubstr("memory")) << file << ", allocation " << i;
      }
    }
  }
}

/* The list of all operators that are not supported takes memory as well. */
TEST(OnnxImportTest, EachAllocationOfAListingThatFailsIsReported) {
  const std::string path = DataPath("bad/unsupported_many.onnx");
  octavo_error error = {};
  const auto import = [&] {
    graph *g = nullptr;
    char *listing = nullptr;
    error = {};
    const octavo_status status = onnx_import_listing(path.c_str(), &g, &listing, &error);
    EXPECT_EQ(g, nullptr);
    EXPECT_EQ(listing != nullptr, status == OCTAVO_ERROR_UNSUPPORTED);
    octavo_memory_free(listing);
    return status;
  };
  const size_t before = octavo_memory_count();
  ASSERT_EQ(import(), OCTAVO_ERROR_UNSUPPORTED);
  const size_t allocations = octavo_memory_count() - before;
  for (size_t i = 0; i < allocations; i++) {
    octavo_memory_fail_at(i, 0);
    const octavo_status status = import();
    octavo_memory_fail_at(SIZE_MAX, 0);
    EXPECT_EQ(status, OCTAVO_ERROR_MEMORY) << i;
    EXPECT_THAT(error.text, HasSubstr("memory")) << i;
  }
}

TEST(OnnxImportTest, NamesAreKept) {
  GraphPtr g;
  octavo_error error = {};
  ASSERT_EQ(Import(DataPath("keras_flatten.onnx"), &g, &error), OCTAVO_OK) << error.text;
  // The first convolution has no name, so it gets its result's.
  EXPECT_STREQ(g->nodes[0].name, "Conv_2:0");
  EXPECT_STREQ(g->nodes[0].source_op, "Conv");
  EXPECT_STREQ(g->tensors[g->inputs[0]].name, "input");
  EXPECT_STREQ(g->tensors[g->outputs[0]].name, "Softmax_11:0");
  EXPECT_STREQ(g->tensors[g->nodes[0].inputs[1]].name, "const_1");
}

} // namespace
