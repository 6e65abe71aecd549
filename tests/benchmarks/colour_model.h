// A tiny classifier whose every answer follows from arithmetic: it averages each channel of an 8 ×
// 8 image, so its answer is the strongest of "red", "green" and "blue".
#ifndef OCTAVO_TESTS_BENCHMARKS_COLOUR_MODEL_H
#define OCTAVO_TESTS_BENCHMARKS_COLOUR_MODEL_H

#include "common/image_write.h"
#include "converter/writer/model_writer.h"
#include "runtime/memory.h"
#include "tests/common/temporary_folder.h"

#include <stdexcept>
#include <string>
#include <vector>

struct ColourModel {
  bool bgr = false;          // the network gets blue first: takes red for blue
  bool preprocessing = true; // takes images at all
  std::vector<std::string> labels = {"red", "green", "blue"};
};

inline std::string ColourModelBytes(const ColourModel &model) {
  model_writer *w = model_writer_create();
  const uint32_t pixels[] = {1, 8, 8, 3}, scores[] = {1, 3};
  const int32_t x = model_writer_add_activation(w, "image", OCTAVO_FLOAT32, 4, pixels, 0, 0, 0);
  const int32_t y =
      model_writer_add_activation(w, "scores", OCTAVO_FLOAT32, 2, scores, 0, 0, MODEL_WRITER_NEXT);
  model_writer_add_operator(w, "average", OCTAVO_OP_GLOBAL_AVERAGE_POOL, nullptr, 1, &x, 1, &y);
  model_writer_set_inputs(w, 1, &x);
  model_writer_set_outputs(w, 1, &y);
  octavo_preprocessing rule = {};
  rule.width = rule.height = rule.resize_width = rule.resize_height = 8;
  rule.channels = 3;
  rule.bgr = model.bgr;
  rule.scale = 1.0f / 255;
  for (float &deviation : rule.std)
    deviation = 1;
  if (model.preprocessing)
    model_writer_set_preprocessing(w, &rule);
  for (const std::string &label : model.labels)
    model_writer_add_label(w, label.c_str());
  octavo_model_info info = {};
  info.tool = "test";
  info.mode = "float";
  model_writer_set_provenance(w, &info);
  uint8_t *data = nullptr;
  size_t size = 0;
  octavo_error error = {};
  const octavo_status status = model_writer_finish(w, &data, &size, &error);
  model_writer_free(w);
  if (status != OCTAVO_OK)
    throw std::runtime_error(error.text);
  const std::string bytes(reinterpret_cast<char *>(data), size);
  octavo_memory_free_aligned(data);
  return bytes;
}

// An 8 × 8 image of one colour.
inline void WriteColour(const TemporaryFolder &folder, const std::string &name, uint8_t red,
                        uint8_t green, uint8_t blue) {
  std::vector<uint8_t> pixels;
  for (int i = 0; i < 64; i++)
    pixels.insert(pixels.end(), {red, green, blue});
  image picture = {pixels.data(), 8, 8};
  uint8_t *bytes = nullptr;
  size_t size = 0;
  octavo_error error = {};
  if (image_encode_png(&picture, &bytes, &size, &error) != OCTAVO_OK)
    throw std::runtime_error(error.text);
  folder.write(name, std::string(reinterpret_cast<char *>(bytes), size));
  octavo_memory_free(bytes);
}

// Four images of each class; one of "red" is green, so a model that sees colours right is wrong
// once in twelve.
inline void WriteColourImages(const TemporaryFolder &folder, const std::string &prefix) {
  for (int i = 0; i < 4; i++) {
    const auto dim = static_cast<uint8_t>(10 * i), bright = static_cast<uint8_t>(200 + i);
    const std::string file = "/" + std::to_string(i) + ".png";
    WriteColour(folder, prefix + "/red" + file, i == 3 ? dim : bright, i == 3 ? bright : dim, dim);
    WriteColour(folder, prefix + "/green" + file, dim, bright, dim);
    WriteColour(folder, prefix + "/blue" + file, dim, dim, bright);
  }
}

#endif
