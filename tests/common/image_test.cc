#include "common/image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/common/allocation_failures.h"
#include "tests/common/image_files.h"
#include "tests/common/temporary_folder.h"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Decoded {
  octavo_status status;
  uint32_t width, height;
  std::vector<int> pixels;
  std::string error;
};

Decoded Decode(const std::string &bytes) {
  // A buffer of just that size, so that AddressSanitizer sees every over-read.
  const std::vector<char> exact(bytes.begin(), bytes.end());
  image result = {};
  octavo_error error = {};
  Decoded decoded = {};
  decoded.status = image_decode(exact.data(), exact.size(), "file", &result, &error);
  decoded.error = error.text;
  decoded.width = result.width;
  decoded.height = result.height;
  if (decoded.status == OCTAVO_OK)
    decoded.pixels.assign(result.rgb, result.rgb + size_t{3} * result.width * result.height);
  else
    EXPECT_EQ(result.rgb, nullptr);
  image_free(&result);
  EXPECT_EQ(result.rgb, nullptr);
  return decoded;
}

std::vector<uint8_t> Repeat(std::vector<uint8_t> pixel, size_t count) {
  std::vector<uint8_t> pixels;
  for (size_t i = 0; i < count; i++)
    pixels.insert(pixels.end(), pixel.begin(), pixel.end());
  return pixels;
}

JpegSpec SolidJpeg(unsigned width, unsigned height, bool progressive = false) {
  JpegSpec spec = {width, height};
  spec.progressive = progressive;
  spec.pixels = Repeat({200, 100, 50}, size_t{width} * height);
  return spec;
}

void ExpectSolid(const Decoded &decoded, unsigned width, unsigned height, int r, int g, int b) {
  ASSERT_EQ(decoded.status, OCTAVO_OK) << decoded.error;
  EXPECT_EQ(decoded.width, width);
  EXPECT_EQ(decoded.height, height);
  for (size_t i = 0; i < decoded.pixels.size(); i += 3) {
    // One step of the quantizer at quality 100, through YCbCr and back.
    ASSERT_NEAR(decoded.pixels[i], r, 2) << i;
    ASSERT_NEAR(decoded.pixels[i + 1], g, 2) << i;
    ASSERT_NEAR(decoded.pixels[i + 2], b, 2) << i;
  }
}

TEST(ImageJpeg, BaselineAndProgressive) {
  ExpectSolid(Decode(EncodeJpeg(SolidJpeg(19, 7))), 19, 7, 200, 100, 50);
  ExpectSolid(Decode(EncodeJpeg(SolidJpeg(8, 33, true))), 8, 33, 200, 100, 50);
}

TEST(ImageJpeg, GrayscaleFillsThreeChannels) {
  JpegSpec spec = {9, 5, 1, JCS_GRAYSCALE};
  spec.pixels = Repeat({77}, 45);
  ExpectSolid(Decode(EncodeJpeg(spec)), 9, 5, 77, 77, 77);
}

TEST(ImageJpeg, CmykMultiplies) {
  // libjpeg writes an Adobe marker, so the values count as inverted: r = c·k/255.
  JpegSpec spec = {8, 8, 4, JCS_CMYK};
  spec.pixels = Repeat({255, 128, 0, 64}, 64);
  ExpectSolid(Decode(EncodeJpeg(spec)), 8, 8, 64, 32, 0);
}

TEST(ImageJpeg, EveryTruncationIsRefused) {
  const std::string whole = EncodeJpeg(SolidJpeg(32, 32));
  for (size_t size = 3; size < whole.size(); size++) {
    const Decoded decoded = Decode(whole.substr(0, size));
    ASSERT_EQ(decoded.status, OCTAVO_ERROR_FORMAT) << size << " of " << whole.size();
    EXPECT_THAT(decoded.error, HasSubstr("file: expected a whole JPEG image"));
  }
}

// Sixteen bits of one begin no Huffman code; libjpeg goes on with made-up pixels.
TEST(ImageJpeg, ACodeThatDoesNotExistIsRefused) {
  JpegSpec spec = {24, 24};
  for (unsigned i = 0; i < 24 * 24 * 3; i++)
    spec.pixels.push_back(static_cast<uint8_t>(i * i * 7 + i / 5));
  std::string bytes = EncodeJpeg(spec);
  // In the middle of the scan; a zero after 255 keeps it from being a marker.
  bytes.replace(bytes.size() - 300, 8, std::string("\xff\0\xff\0\xff\0\xff\0", 8));
  octavo_error error = {};
  image photo = {};
  EXPECT_EQ(image_decode(bytes.data(), bytes.size(), "x.jpg", &photo, &error), OCTAVO_ERROR_FORMAT);
  EXPECT_STREQ(error.text, "x.jpg: expected a whole JPEG image, found damage: Corrupt JPEG data: "
                           "bad Huffman code");
}

TEST(ImageJpeg, HugeDimensionsAreRefusedBeforeAllocation) {
  std::string bytes = EncodeJpeg(SolidJpeg(8, 8));
  const size_t frame = bytes.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  bytes.replace(frame + 5, 4, "\xff\x00\xff\x00", 4); // height, width 65280
  const size_t before = octavo_memory_count();
  const Decoded decoded = Decode(bytes);
  EXPECT_EQ(decoded.status, OCTAVO_ERROR_UNSUPPORTED);
  EXPECT_THAT(decoded.error, HasSubstr("65280 × 65280"));
  EXPECT_LE(octavo_memory_count() - before, 1u); // the decoder itself
}

TEST(ImagePng, RgbAndInterlacedRgb) {
  PngSpec spec = {3, 2};
  spec.rows = {{1, 2, 3, 4, 5, 6, 7, 8, 9}, {10, 11, 12, 13, 14, 15, 255, 0, 128}};
  for (bool interlaced : {false, true}) {
    spec.interlaced = interlaced;
    const Decoded decoded = Decode(EncodePng(spec));
    ASSERT_EQ(decoded.status, OCTAVO_OK) << decoded.error;
    EXPECT_THAT(decoded.pixels,
                ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255, 0, 128));
  }
}

TEST(ImagePng, GrayOfEveryDepth) {
  const struct {
    int depth;
    std::vector<uint8_t> row; // two pixels
    int first, second;
  } cases[] = {
      {1, {0x40}, 0, 255},  // bits 0 1
      {2, {0x60}, 85, 170}, // 1 and 2 of 3
      {4, {0x3c}, 51, 204}, // 3 and 12 of 15
      {8, {7, 250}, 7, 250},
      {16, {0x12, 0x34, 0xfe, 0xff}, 18, 254}, // 4660 · 255/65535 = 18.1, 65279 → 254.004
  };
  for (const auto &c : cases) {
    PngSpec spec = {2, 1, c.depth, PNG_COLOR_TYPE_GRAY};
    spec.rows = {c.row};
    const Decoded decoded = Decode(EncodePng(spec));
    ASSERT_EQ(decoded.status, OCTAVO_OK) << decoded.error;
    EXPECT_THAT(decoded.pixels,
                ElementsAre(c.first, c.first, c.first, c.second, c.second, c.second))
        << c.depth;
  }
}

TEST(ImagePng, SixteenBitsAreRounded) {
  PngSpec spec = {1, 1, 16, PNG_COLOR_TYPE_RGB};
  spec.rows = {
      {0x00, 0x80, 0x00, 0x81, 0xff, 0x7f}}; // 128, 129, 65407 of 65535: 0.498, 0.502, 254.502
  EXPECT_THAT(Decode(EncodePng(spec)).pixels, ElementsAre(0, 1, 255));
}

TEST(ImagePng, TransparencyIsPutOnBlack) {
  PngSpec spec = {2, 1, 8, PNG_COLOR_TYPE_RGB_ALPHA};
  spec.rows = {{200, 100, 50, 100, 9, 9, 9, 0}};
  // 200·100/255 = 78.4, 39.2, 19.6
  EXPECT_THAT(Decode(EncodePng(spec)).pixels, ElementsAre(78, 39, 20, 0, 0, 0));
  PngSpec gray = {1, 1, 8, PNG_COLOR_TYPE_GRAY_ALPHA};
  gray.rows = {{100, 51}};
  EXPECT_THAT(Decode(EncodePng(gray)).pixels, ElementsAre(20, 20, 20));
}

TEST(ImagePng, PaletteWithAndWithoutTransparency) {
  PngSpec spec = {2, 1, 4, PNG_COLOR_TYPE_PALETTE};
  spec.palette = {{1, 2, 3}, {200, 100, 50}};
  spec.rows = {{0x10}};
  EXPECT_THAT(Decode(EncodePng(spec)).pixels, ElementsAre(200, 100, 50, 1, 2, 3));
  spec.palette_alpha = {255, 128};
  EXPECT_THAT(Decode(EncodePng(spec)).pixels, ElementsAre(100, 50, 25, 1, 2, 3));
}

TEST(ImagePng, EveryTruncationIsRefused) {
  const std::string whole = SolidPng(16, 16, 1, 2, 3);
  for (size_t size = 8; size < whole.size(); size++) {
    const Decoded decoded = Decode(whole.substr(0, size));
    ASSERT_EQ(decoded.status, OCTAVO_ERROR_FORMAT) << size << " of " << whole.size();
    EXPECT_THAT(decoded.error, HasSubstr("file: "));
  }
}

// Every changed bit is either caught by a checksum or in a place that does not matter; none
// crashes.
TEST(ImagePng, EveryChangedByteIsSurvived) {
  const std::string whole = SolidPng(4, 4, 1, 2, 3);
  for (size_t i = 8; i < whole.size(); i++) {
    for (int flip : {0x01, 0x80, 0xff}) {
      std::string damaged = whole;
      damaged[i] = static_cast<char>(damaged[i] ^ flip);
      const Decoded decoded = Decode(damaged);
      if (decoded.status == OCTAVO_OK) {
        EXPECT_EQ(decoded.pixels.size(), 48u) << i;
      }
    }
  }
}

TEST(ImagePng, HugeDimensionsAreRefused) {
  // The header chunk of 100000 × 1 and its checksum, made with Python's zlib.crc32.
  const std::string header("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01\x86\xa0\0\0\0\x01\x08\x02\0\0\0"
                           "\x81\x21\x3f\x46",
                           33);
  const Decoded decoded = Decode(header);
  EXPECT_NE(decoded.status, OCTAVO_OK);
}

TEST(ImagePpm, PixelsAsTheyAre) {
  const Decoded decoded = Decode("P6 2\t1\n255\n\x01\x02\x03\xff\xfe\n");
  ASSERT_EQ(decoded.status, OCTAVO_OK) << decoded.error;
  EXPECT_EQ(decoded.width, 2u);
  EXPECT_EQ(decoded.height, 1u);
  EXPECT_THAT(decoded.pixels, ElementsAre(1, 2, 3, 255, 254, 10));
}

TEST(ImagePpm, CommentsAndTrailingBytesAreSkipped) {
  const Decoded decoded = Decode("P6# 9 9\n1 #2\n # 3\n1\r255\nabcd");
  ASSERT_EQ(decoded.status, OCTAVO_OK) << decoded.error;
  EXPECT_THAT(decoded.pixels, ElementsAre('a', 'b', 'c'));
}

TEST(ImagePpm, EveryTruncationIsRefused) {
  const std::string whole = "P6 2 1 255 abcdef";
  for (size_t size = 2; size < whole.size(); size++)
    EXPECT_NE(Decode(whole.substr(0, size)).status, OCTAVO_OK) << size;
  EXPECT_THAT(Decode("P6 2 1 255 abcde").error,
              HasSubstr("file: PPM image is cut off: expected 6 bytes of pixels, found 5"));
}

TEST(ImagePpm, OtherThanBytesAndHugeOnesAreRefused) {
  EXPECT_THAT(Decode("P6 1 1 65535 abcdef").error, HasSubstr("values up to 65535, expected 255"));
  EXPECT_THAT(Decode("P6 1 1 255abc").error, HasSubstr("expected a blank"));
  for (const char *size :
       {"0 1", "1 0", "-1 1", "65501 1", "99999999999999999999 1", "65000 65000"})
    EXPECT_NE(Decode(std::string("P6 ") + size + " 255 abc").status, OCTAVO_OK) << size;
}

TEST(Image, ForeignFilesAreNamed) {
  const struct {
    std::string bytes;
    const char *found;
  } cases[] = {{"", "found an empty file"},
               {"GIF89a...", "a GIF image"},
               {"version https://git-lfs.github.com/spec/v1\n", "a git-LFS pointer"},
               {"<!DOCTYPE html>", "an HTML page"},
               {"hello", "a file that begins with 68 65 6c 6c 6f"},
               {"\xff\xd8", "a file that begins with ff d8"}};
  for (const auto &c : cases) {
    const Decoded decoded = Decode(c.bytes);
    EXPECT_EQ(decoded.status, OCTAVO_ERROR_FORMAT);
    EXPECT_THAT(decoded.error, HasSubstr("file: expected a JPEG, PNG or PPM (P6) image"));
    EXPECT_THAT(decoded.error, HasSubstr(c.found));
  }
}

TEST(Image, LoadReportsThePath) {
  TemporaryFolder folder;
  octavo_error error = {};
  image result = {};
  EXPECT_EQ(image_load(folder.path().c_str(), &result, &error), OCTAVO_ERROR_IO);
  EXPECT_THAT(error.text, HasSubstr("is a folder, expected an image file"));
  EXPECT_EQ(image_load(folder.path("none.png").c_str(), &result, &error), OCTAVO_ERROR_IO);
  EXPECT_THAT(error.text, HasSubstr("none.png"));
  const std::string path = folder.write("a.png", SolidPng(2, 2, 5, 6, 7));
  ASSERT_EQ(image_load(path.c_str(), &result, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(result.rgb[5], 7);
  image_free(&result);
  image_free(nullptr);
}

TEST(Image, Extensions) {
  for (const char *name : {"a.jpg", "a.JPEG", "b.Png"})
    EXPECT_TRUE(image_has_extension(name)) << name;
  for (const char *name : {".jpg", "a.gif", "jpg", "a.jpg.txt", ""})
    EXPECT_FALSE(image_has_extension(name)) << name;
}

TEST(Image, AllocationFailures) {
  for (const std::string &bytes :
       {EncodeJpeg(SolidJpeg(16, 16)), SolidPng(16, 16, 1, 2, 3), std::string("P6 1 1 255 abc")}) {
    FailEachAllocation([&](octavo_error *error) {
      image result = {};
      const octavo_status status = image_decode(bytes.data(), bytes.size(), "file", &result, error);
      EXPECT_EQ(result.rgb == nullptr, status != OCTAVO_OK);
      image_free(&result);
      return status;
    });
  }
}

} // namespace
