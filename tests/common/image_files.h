// Makes image files for tests, by calling libjpeg and libpng directly.
#ifndef OCTAVO_TESTS_COMMON_IMAGE_FILES_H
#define OCTAVO_TESTS_COMMON_IMAGE_FILES_H

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <jpeglib.h>
#include <png.h>

struct JpegSpec {
  unsigned width, height;
  int components = 3;
  J_COLOR_SPACE space = JCS_RGB;
  bool progressive = false;
  std::vector<uint8_t> pixels = {}; // interleaved
};

inline std::string EncodeJpeg(JpegSpec spec) {
  jpeg_compress_struct jpeg = {};
  jpeg_error_mgr errors;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char *bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &bytes, &size);
  jpeg.image_width = spec.width;
  jpeg.image_height = spec.height;
  jpeg.input_components = spec.components;
  jpeg.in_color_space = spec.space;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 100, TRUE);
  if (spec.progressive)
    jpeg_simple_progression(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  while (jpeg.next_scanline < spec.height) {
    JSAMPROW row =
        spec.pixels.data() + jpeg.next_scanline * spec.width * static_cast<size_t>(spec.components);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  std::string result(reinterpret_cast<char *>(bytes), size);
  free(bytes);
  return result;
}

struct PngSpec {
  unsigned width, height;
  int depth = 8;
  int color = PNG_COLOR_TYPE_RGB;
  bool interlaced = false;
  std::vector<std::vector<uint8_t>> rows = {}; // packed as PNG stores them
  std::vector<png_color> palette = {};
  std::vector<uint8_t> palette_alpha = {};
};

inline void AppendPngBytes(png_structp png, png_bytep bytes, png_size_t size) {
  static_cast<std::string *>(png_get_io_ptr(png))->append(reinterpret_cast<char *>(bytes), size);
}

inline std::string EncodePng(PngSpec spec) {
  std::string result;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &result, AppendPngBytes, nullptr);
  png_set_IHDR(png, info, spec.width, spec.height, spec.depth, spec.color,
               spec.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!spec.palette.empty())
    png_set_PLTE(png, info, spec.palette.data(), static_cast<int>(spec.palette.size()));
  if (!spec.palette_alpha.empty())
    png_set_tRNS(png, info, spec.palette_alpha.data(), static_cast<int>(spec.palette_alpha.size()),
                 nullptr);
  std::vector<png_bytep> rows;
  for (auto &row : spec.rows)
    rows.push_back(row.data());
  png_write_info(png, info);
  png_write_image(png, rows.data());
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return result;
}

// A PNG of one colour.
inline std::string SolidPng(unsigned width, unsigned height, uint8_t r, uint8_t g, uint8_t b) {
  PngSpec spec = {width, height};
  std::vector<uint8_t> row;
  for (unsigned x = 0; x < width; x++)
    row.insert(row.end(), {r, g, b});
  spec.rows.assign(height, row);
  return EncodePng(spec);
}

#endif
