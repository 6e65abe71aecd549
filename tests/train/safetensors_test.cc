#include "train/safetensors.h"

#include "tests/common/allocation_failures.h"
#include "tests/common/temporary_folder.h"
#include "tests/train/jansson_memory.h"
#include "tests/train/safetensors_bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

namespace {

using testing::HasSubstr;

class Safetensors : public ::testing::Test {
protected:
  octavo_status Open(const std::string &bytes) {
    safetensors_close(&file_);
    const std::string path = folder_.write("x.safetensors", bytes);
    return safetensors_open(path.c_str(), &file_, &error_);
  }
  void TearDown() override {
    safetensors_close(&file_);
  }
  // Reads a tensor of one dimension.
  std::vector<float> Read(const char *name, uint32_t count) {
    std::vector<float> values(count);
    EXPECT_EQ(safetensors_read(&file_, name, 1, &count, values.data(), &error_), OCTAVO_OK)
        << error_.text;
    return values;
  }
  TemporaryFolder folder_;
  safetensors file_{};
  octavo_error error_{};
};

TEST_F(Safetensors, BytesAndBack) {
  const uint32_t dims[] = {2, 1};
  const float data[] = {1.0f, -2.0f};
  const safetensors_entry entry = {"w", 2, dims, data, 2};
  const std::string path = folder_.path("x.safetensors");
  ASSERT_EQ(safetensors_save(path.c_str(), &entry, 1, nullptr, &error_), OCTAVO_OK) << error_.text;
  const std::string bytes = folder_.read("x.safetensors");
  const std::string header = R"({"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}})";
  ASSERT_EQ(header.size(), 56u); // a multiple of eight: no filling
  EXPECT_EQ(bytes, SafetensorsFile(header, std::string("\0\0\x80\x3f\0\0\0\xc0", 8)));
  ASSERT_EQ(Open(bytes), OCTAVO_OK) << error_.text;
  float back[2] = {};
  EXPECT_EQ(safetensors_read(&file_, "w", 2, dims, back, &error_), OCTAVO_OK) << error_.text;
  EXPECT_EQ(std::memcmp(back, data, sizeof data), 0);
  const uint32_t other[] = {1, 2};
  EXPECT_EQ(safetensors_read(&file_, "w", 2, other, back, &error_), OCTAVO_ERROR_FORMAT);
  EXPECT_STREQ(error_.text, "w: file has [2, 1], network wants [1, 2]");
  EXPECT_EQ(safetensors_read(&file_, "w", 1, dims, back, &error_), OCTAVO_ERROR_FORMAT);
  EXPECT_EQ(safetensors_read(&file_, "v", 2, dims, back, &error_), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error_.text, HasSubstr("v: expected a tensor of that name"));
}

TEST_F(Safetensors, CutOrExtendedItIsRefused) {
  const std::string bytes =
      SafetensorsFile("{" + SafetensorsEntry("w", "F32", "[2]", 0, 8) + "}", "12345678");
  ASSERT_EQ(Open(bytes), OCTAVO_OK) << error_.text;
  for (size_t size = 0; size < bytes.size(); size++) {
    EXPECT_EQ(Open(bytes.substr(0, size)), OCTAVO_ERROR_FORMAT) << size;
    EXPECT_THAT(error_.text, HasSubstr("x.safetensors: ")) << size;
    EXPECT_EQ(file_.header, nullptr);
  }
  EXPECT_EQ(Open(bytes.substr(0, bytes.size() - 1)), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error_.text, HasSubstr("tensor w: expected bytes 0 to 8, found only 7 bytes"));
  EXPECT_EQ(Open(bytes + "9"), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error_.text, HasSubstr("expected 8 bytes of tensors, found 9"));
}

TEST_F(Safetensors, FloatsOfOtherSizesAreConverted) {
  // Exact in all three: 1, −2, the largest, the smallest normal and subnormal half; infinity, NaN.
  const std::vector<uint16_t> half = {0x3c00, 0xc000, 0x7bff, 0x0400,
                                      0x0001, 0x8000, 0xfc00, 0x7e01};
  const std::vector<uint16_t> brain = {0x3f80, 0xc000, 0x7f7f, 0x0080};
  const std::vector<double> wide = {0.1, -3.0};
  ASSERT_EQ(Open(SafetensorsFile("{" + SafetensorsEntry("half", "F16", "[8]", 0, 16) + "," +
                                     SafetensorsEntry("brain", "BF16", "[4]", 16, 24) + "," +
                                     SafetensorsEntry("wide", "F64", "[2]", 24, 40) + "}",
                                 BytesOf(half) + BytesOf(brain) + BytesOf(wide))),
            OCTAVO_OK)
      << error_.text;
  const std::vector<float> h = Read("half", 8);
  EXPECT_EQ(std::vector<float>(h.begin(), h.begin() + 6),
            (std::vector<float>{1.0f, -2.0f, 65504.0f, 0x1p-14f, 0x1p-24f, -0.0f}));
  EXPECT_TRUE(std::signbit(h[5]));
  EXPECT_EQ(h[6], -INFINITY);
  EXPECT_TRUE(std::isnan(h[7]));
  EXPECT_EQ(Read("brain", 4), (std::vector<float>{1.0f, -2.0f, 0x1.fep127f, 0x1p-126f}));
  EXPECT_EQ(Read("wide", 2), (std::vector<float>{0.1f, -3.0f}));
}

TEST_F(Safetensors, IntegersAreKnownAndNotTaken) {
  ASSERT_EQ(Open(SafetensorsFile("{\"__metadata__\":{\"format\":\"pt\"}," +
                                     SafetensorsEntry("n", "I64", "[]", 0, 8) + "," +
                                     SafetensorsEntry("f8", "F8_E4M3", "[2]", 8, 10) + "}",
                                 "1234567890")),
            OCTAVO_OK)
      << error_.text;
  float value = 0;
  EXPECT_EQ(safetensors_read(&file_, "n", 0, nullptr, &value, &error_), OCTAVO_ERROR_FORMAT);
  EXPECT_STREQ(error_.text, "n: file has type I64, network wants F32, F16, BF16 or F64");
  const uint32_t two = 2;
  EXPECT_EQ(safetensors_read(&file_, "f8", 1, &two, &value, &error_), OCTAVO_ERROR_FORMAT);
  EXPECT_STREQ(safetensors_metadata(&file_, "format"), "pt");
  EXPECT_EQ(safetensors_metadata(&file_, "other"), nullptr);
  EXPECT_TRUE(safetensors_has(&file_, "n"));
  EXPECT_FALSE(safetensors_has(&file_, "__metadata__"));
  EXPECT_STREQ(safetensors_first_name(&file_), "n");
}

TEST_F(Safetensors, WrongHeadersAreRefused) {
  const struct {
    std::string header;
    const char *message;
  } cases[] = {
      {"[]", "no JSON object"},
      {"{", "no JSON object"},
      {"{\"w\":1}", "expected a dtype, a shape and data_offsets"},
      {"{" + SafetensorsEntry("w", "F32", "[2]", 0, 4) + "}", "expected 8 bytes by its shape"},
      {"{" + SafetensorsEntry("w", "F32", "[1]", 8, 4) + "}", "expected a dtype"},
      {"{" + SafetensorsEntry("w", "F32", "[1]", 4, 12) + "}",
       "expected bytes 4 to 12, found only"},
      {"{" + SafetensorsEntry("w", "F32", "[-2]", 0, 8) + "}", "expected a dtype"},
      {"{" + SafetensorsEntry("w", "F32", "[2.5]", 0, 8) + "}", "expected a dtype"},
      {"{" + SafetensorsEntry("w", "F32", "2", 0, 8) + "}", "expected a dtype"},
      {"{" + SafetensorsEntry("w", "F32", "[4294967296,4294967296,0]", 0, 0) + "}",
       "expected a dtype"}, // 2^64 = 0
      {"{" + SafetensorsEntry("w", "F32", "[4611686018427387904]", 0, 0) + "}", "by its shape"},
      {"{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-1,8]}}", "expected a dtype"},
      {"{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,9]}}", "expected a dtype"},
      {"{\"w\":{\"dtype\":7,\"shape\":[2],\"data_offsets\":[0,8]}}", "expected a dtype"},
      {"{" + SafetensorsEntry("w", "F32", "[2]", 0, 8) + "," +
           SafetensorsEntry("w", "F32", "[2]", 0, 8) + "}",
       "duplicate"},
  };
  for (const auto &c : cases) {
    EXPECT_EQ(Open(SafetensorsFile(c.header, "12345678")), OCTAVO_ERROR_FORMAT) << c.header;
    EXPECT_THAT(error_.text, HasSubstr(c.message)) << c.header;
  }
}

TEST_F(Safetensors, OtherKindsOfFilesAreNamed) {
  EXPECT_EQ(Open(std::string("PK\x03\x04", 4) + std::string(100, '\1')), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error_.text, HasSubstr("safetensors.torch.save_file"));
  EXPECT_EQ(Open("version https://git-lfs.github.com/spec/v1\n"), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error_.text, HasSubstr("git lfs pull"));
  EXPECT_EQ(Open("some text, longer than eight bytes"), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error_.text, HasSubstr("another kind of file"));
  EXPECT_EQ(Open(""), OCTAVO_ERROR_FORMAT);
  EXPECT_EQ(safetensors_open(folder_.path("none").c_str(), &file_, &error_), OCTAVO_ERROR_IO);
}

TEST_F(Safetensors, AllocationFailuresOfSaving) {
  const JanssonMemory counted;
  const std::string path = folder_.path("x.safetensors");
  std::vector<std::string> names(40);
  std::vector<safetensors_entry> entries;
  const uint32_t dims[] = {2, 1};
  const float data[] = {1.0f, -2.0f};
  for (size_t i = 0; i < names.size(); i++) {
    names[i] = "w" + std::to_string(i);
    entries.push_back({names[i].c_str(), 2, dims, data, 2});
  }
  json_t *metadata = json_pack("{s:s}", "key", "value");
  FailEachAllocation([&](octavo_error *error) {
    return safetensors_save(path.c_str(), entries.data(), static_cast<uint32_t>(entries.size()),
                            metadata, error);
  });
  json_decref(metadata);
}

} // namespace
