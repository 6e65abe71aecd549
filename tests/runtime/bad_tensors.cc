#include "tests/runtime/bad_files.h"

#include <cmath>
#include <limits>

namespace {

constexpr octavo_status kFormat = OCTAVO_ERROR_FORMAT;

void AddTensor(std::vector<BadFile> &files, const std::string &name, SampleTensor index,
               const std::string &message,
               const std::function<void(octavo_format_tensor &)> &edit) {
  static const char *const names[] = {"image",  "",          "conv.weight", "conv.bias", "features",
                                      "pooled", "fc.weight", "scores",      "logits",    "classes"};
  files.push_back({name, kFormat,
                   "tensor " + std::to_string(index) + " (" + names[index] + "): " + message,
                   Edited([&](ModelFile &f) { edit(f.tensor(static_cast<size_t>(index))); })});
}

void AddShapes(std::vector<BadFile> &files) {
  AddTensor(files, "02_rank_0", kFeatures, "rank: expected 1 to 6, found 0",
            [](octavo_format_tensor &t) { t.rank = 0; });
  AddTensor(files, "02_rank_7", kFeatures, "rank: expected 1 to 6, found 7",
            [](octavo_format_tensor &t) { t.rank = 7; });
  AddTensor(files, "02_dimension_over_cap", kFeatures,
            "shape[3]: expected 1 to 16777216, found 16777217",
            [](octavo_format_tensor &t) { t.shape[3] = (1 << 24) + 1; });
  AddTensor(files, "05_dimension_zero", kFeatures, "shape[2]: expected 1 to 16777216, found 0",
            [](octavo_format_tensor &t) { t.shape[2] = 0; });
  // 2^24 · 2^24 · 2^16 = 2^64, which is 0 in 64 bits; then a zero that would hide it.
  AddTensor(files, "05_shape_overflow", kFeatures,
            "shape: expected at most 2147483648 bytes, found more", [](octavo_format_tensor &t) {
              t.shape[1] = t.shape[2] = 1 << 24;
              t.shape[3] = 1 << 16;
              t.bytes = 0;
            });
  AddTensor(files, "05_overflow_before_zero", kFeatures,
            "shape: expected at most 2147483648 bytes, found more", [](octavo_format_tensor &t) {
              t.shape[1] = t.shape[2] = 1 << 24;
              t.shape[3] = 0;
            });
  AddTensor(files, "05_shape_beyond_rank", kScores,
            "shape[5]: expected 0 beyond the rank of 2, found 1",
            [](octavo_format_tensor &t) { t.shape[5] = 1; });
  AddTensor(files, "05_batch", kFeatures,
            "shape[0]: expected 1, the batch, in an activation, found 2",
            [](octavo_format_tensor &t) {
              t.shape[0] = 2;
              t.bytes *= 2;
            });
  AddTensor(files, "06_bytes", kFeatures, "bytes: expected 32 from its shape and type, found 31",
            [](octavo_format_tensor &t) { t.bytes--; });
  AddTensor(files, "06_bytes_of_type", kFeatures,
            "bytes: expected 128 from its shape and type, found 32", [](octavo_format_tensor &t) {
              t.type = OCTAVO_FLOAT32;
              t.scale = 0;
              t.zero_point = 0;
            });
}

void AddWeights(std::vector<BadFile> &files) {
  const std::string offset = "offset: expected 64, the end of the constant before it rounded up to "
                             "64, found ";
  for (const uint64_t wrong : {UINT64_C(65), UINT64_C(0), UINT64_C(128), UINT64_MAX})
    AddTensor(files, "04_weights_offset_" + std::to_string(wrong), kKernel,
              offset + std::to_string(wrong), [=](octavo_format_tensor &t) { t.offset = wrong; });
  files.push_back({"04_weights_trailing", kFormat,
                   "section WEIGHTS: size: expected 216, the end of the last constant, found 217",
                   Edited([](ModelFile &f) { f.section(OCTAVO_SECTION_WEIGHTS).push_back(0); })});
  files.push_back({"04_weights_padding", kFormat,
                   "tensor 2 (conv.weight): padding before its data: expected zeros, found other "
                   "bytes",
                   Edited([](ModelFile &f) { f.section(OCTAVO_SECTION_WEIGHTS)[63] = 1; })});
  files.push_back({"06_weights_too_short", kFormat,
                   "tensor 6 (fc.weight): offset: expected room for 24 bytes in WEIGHTS, found 23",
                   Edited([](ModelFile &f) { f.section(OCTAVO_SECTION_WEIGHTS).pop_back(); })});
}

void AddEnums(std::vector<BadFile> &files) {
  for (const uint8_t type : Bytes{0, 4, 255})
    AddTensor(files, "07_type_" + std::to_string(type), kFeatures,
              "type: expected 1 (int8), 2 (float32) or 3 (int32), found " + std::to_string(type),
              [=](octavo_format_tensor &t) { t.type = type; });
  AddTensor(files, "07_type_int32_activation", kFeatures,
            "type: expected 1 (int8) or 2 (float32) in an activation, found 3",
            [](octavo_format_tensor &t) { t.type = OCTAVO_INT32; });
  for (const uint8_t role : Bytes{0, 3, 255})
    AddTensor(files, "07_role_" + std::to_string(role), kFeatures,
              "role: expected 1 (constant) or 2 (activation), found " + std::to_string(role),
              [=](octavo_format_tensor &t) { t.role = role; });
  AddTensor(files, "01_tensor_reserved8", kFeatures, "reserved: expected 0, found 9 and 0",
            [](octavo_format_tensor &t) { t.reserved8 = 9; });
  AddTensor(files, "01_tensor_reserved", kFeatures, "reserved: expected 0, found 0 and 9",
            [](octavo_format_tensor &t) { t.reserved = 9; });
}

void AddQuantization(std::vector<BadFile> &files) {
  const struct {
    const char *name, *found;
    float scale;
  } scales[] = {
      {"zero", "0", 0},
      {"negative", "-0.5", -0.5f},
      {"infinite", "inf", INFINITY},
      {"nan", "nan", std::numeric_limits<float>::quiet_NaN()},
      {"denormal", "1.4013e-45", std::numeric_limits<float>::denorm_min()},
  };
  for (const auto &wrong : scales)
    AddTensor(files, std::string("10_scale_") + wrong.name, kFeatures,
              std::string("scale: expected a positive, finite, normal number, found ") +
                  wrong.found,
              [&](octavo_format_tensor &t) { t.scale = wrong.scale; });
  AddTensor(files, "10_scale_of_float", kLogits,
            "scale: expected 0 in a tensor without a scale of its own, found 0.5",
            [](octavo_format_tensor &t) { t.scale = 0.5f; });
  for (const int32_t zero_point : {-129, 128, INT32_MIN})
    AddTensor(files, "10_zero_point_" + std::to_string(zero_point), kFeatures,
              "zero_point: expected -128 to 127, found " + std::to_string(zero_point),
              [=](octavo_format_tensor &t) { t.zero_point = zero_point; });
  AddTensor(files, "10_zero_point_of_weights", kKernel,
            "zero_point: expected 0 except in int8 activations, found 1",
            [](octavo_format_tensor &t) { t.zero_point = 1; });
  AddTensor(files, "10_scales_of_activation", kFeatures,
            "scales: expected -1, as only int8 constants have several, found 1",
            [](octavo_format_tensor &t) { t.scales = kKernelScale; });
}

void AddScales(std::vector<BadFile> &files) {
  AddTensor(files, "08_scales_negative", kKernel,
            "scales: expected -1 or the index of a tensor, found -2",
            [](octavo_format_tensor &t) { t.scales = -2; });
  AddTensor(files, "08_scales_out_of_range", kKernel,
            "scales: expected the index of one of 10 tensors, found 10",
            [](octavo_format_tensor &t) { t.scales = kSampleTensors; });
  for (const SampleTensor other : {kImage, kKernel, kKernelBias, kLogits})
    AddTensor(files, "08_scales_are_tensor_" + std::to_string(other), kKernel,
              "scales: expected a float32 constant of 2 values, found tensor " +
                  std::to_string(other) + ", which is none",
              [=](octavo_format_tensor &t) { t.scales = other; });
  files.push_back({"10_scales_value", kFormat,
                   "tensor 2 (conv.weight): scales: value 1: expected a positive, finite, normal "
                   "number, found -1",
                   Edited([](ModelFile &f) { f.constant<float>(kKernelScale)[1] = -1; })});
}

void AddString(std::vector<BadFile> &files, const std::string &name, const std::string &message,
               const std::string &text) {
  ModelFile sample(SampleModel());
  const std::string at = std::to_string(sample.section(OCTAVO_SECTION_STRINGS).size());
  files.push_back({name, kFormat, "section STRINGS: string at " + at + ": " + message,
                   Edited([&](ModelFile &f) { f.AddString(text); })});
}

void AddStrings(std::vector<BadFile> &files) {
  files.push_back({"07_strings_first", kFormat,
                   "section STRINGS: first byte: expected 0, found 0x78",
                   Edited([](ModelFile &f) { f.section(OCTAVO_SECTION_STRINGS)[0] = 'x'; })});
  files.push_back({"07_strings_last", kFormat, "section STRINGS: last byte: expected 0, found 0x78",
                   Edited([](ModelFile &f) { f.section(OCTAVO_SECTION_STRINGS).push_back('x'); })});
  AddString(files, "02_name_too_long", "expected at most 1023 bytes, found 1024",
            std::string(1024, 'a'));
  const struct {
    const char *name, *text, *byte;
  } encodings[] = {
      {"continuation", "ab\x80", "0x80 at position 2"},
      {"cut", "ab\xc3", "0xc3 at position 2"},
      {"not_continued", "\xc3(", "0xc3 at position 0"},
      {"overlong", "\xc0\xaf", "0xc0 at position 0"},
      {"overlong_3", "\xe0\x80\xaf", "0xe0 at position 0"},
      {"surrogate", "\xed\xa0\x80", "0xed at position 0"},
      {"too_large", "\xf4\x90\x80\x80", "0xf4 at position 0"},
      {"invalid", "\xff", "0xff at position 0"},
  };
  for (const auto &wrong : encodings)
    AddString(files, std::string("07_utf8_") + wrong.name,
              std::string("expected UTF-8, found byte ") + wrong.byte, wrong.text);
  AddString(files, "07_control_escape", "expected no control characters, found one at position 1",
            "a\x1b[2J");
  AddString(files, "07_control_c1", "expected no control characters, found one at position 1",
            "a\xc2\x9b");
}

void AddNames(std::vector<BadFile> &files) {
  ModelFile sample(SampleModel());
  const uint32_t size = static_cast<uint32_t>(sample.section(OCTAVO_SECTION_STRINGS).size());
  const std::string expected = "expected the offset of one of the strings in " +
                               std::to_string(size) + " bytes of STRINGS, found ";
  const std::pair<const char *, uint32_t> offsets[] = {
      {"inside", 2}, {"past_end", size}, {"huge", UINT32_MAX}};
  for (const auto &[name, offset] : offsets) {
    files.push_back({std::string("07_tensor_name_") + name, kFormat,
                     "tensor 4: name: " + expected + std::to_string(offset),
                     Edited([&, o = offset](ModelFile &f) { f.tensor(kFeatures).name = o; })});
    files.push_back({std::string("07_layer_name_") + name, kFormat,
                     "layer 1: name: " + expected + std::to_string(offset),
                     Edited([&, o = offset](ModelFile &f) { f.op(kPool).name = o; })});
  }
  files.push_back({"07_tensor_name_empty", kFormat,
                   "tensor 4: name: expected one, found an empty string",
                   Edited([](ModelFile &f) { f.tensor(kFeatures).name = 0; })});
  files.push_back({"07_tensor_name_twice", kFormat,
                   "tensor \"pooled\": expected a name of its own, found it twice",
                   Edited([](ModelFile &f) { f.tensor(kFeatures).name = f.AddString("pooled"); })});
  files.push_back({"07_layer_name_empty", kFormat,
                   "layer 1: name: expected one, found an empty string",
                   Edited([](ModelFile &f) { f.op(kPool).name = 0; })});
  files.push_back({"07_layer_name_twice", kFormat,
                   "layer \"conv\": expected a name of its own, found it twice",
                   Edited([](ModelFile &f) { f.op(kPool).name = f.op(kConvolve).name; })});
}

} // namespace

void AddBadTensors(std::vector<BadFile> &files) {
  AddShapes(files);
  AddWeights(files);
  AddEnums(files);
  AddQuantization(files);
  AddScales(files);
  AddStrings(files);
  AddNames(files);
}
