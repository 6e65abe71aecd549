/* A classifier whose answers follow from arithmetic: "mid" if the blue of an 8 × 8 image, which it
 * wants third and in 0..1, is about one half; else "dark". With b the mean of channel 3:
 * mid = 10 · max(0, b) − 30 · max(0, b − 0.75), dark = 2.5. */
#ifndef OCTAVO_TESTS_CONVERTER_BLUE_NETWORK_H
#define OCTAVO_TESTS_CONVERTER_BLUE_NETWORK_H

#include "common/image_write.h"
#include "converter/writer/model_writer.h"
#include "runtime/memory.h"

#include <gmock/gmock.h>

#include <cmath>
#include <string>
#include <vector>

/* The bytes of its model file, which says `rule` about images. */
inline std::string BlueNetwork(const octavo_preprocessing &rule) {
  model_writer *w = model_writer_create();
  const uint32_t pixels[] = {1, 8, 8, 3}, means[] = {1, 3}, twos[] = {1, 2}, two[] = {2};
  const uint32_t wide[] = {2, 3}, square[] = {2, 2};
  const float first[] = {0, 0, 1, 0, 0, 1}, first_bias[] = {0, -0.75f};
  const float second[] = {0, 0, 10, -30}, second_bias[] = {2.5f, 0};
  const auto activation = [&](const char *name, uint32_t rank, const uint32_t *shape) {
    return model_writer_add_activation(w, name, OCTAVO_FLOAT32, rank, shape, 0, 0,
                                       MODEL_WRITER_NEXT);
  };
  const auto constant = [&](const char *name, uint32_t rank, const uint32_t *shape,
                            const float *data) {
    return model_writer_add_constant(w, name, OCTAVO_FLOAT32, rank, shape, data, 0);
  };
  const int32_t x = activation("image", 4, pixels), mean = activation("mean", 2, means);
  const int32_t hidden = activation("hidden", 2, twos), y = activation("y", 2, twos);
  model_writer_add_operator(w, "average", OCTAVO_OP_GLOBAL_AVERAGE_POOL, nullptr, 1, &x, 1, &mean);
  octavo_attributes clamp = {};
  clamp.clamp.clamp_max = INFINITY;
  const int32_t a[] = {mean, constant("w1", 2, wide, first), constant("b1", 1, two, first_bias)};
  model_writer_add_operator(w, "fc1", OCTAVO_OP_FULLY_CONNECTED, &clamp, 3, a, 1, &hidden);
  clamp.clamp.clamp_min = -INFINITY;
  const int32_t b[] = {hidden, constant("w2", 2, square, second),
                       constant("b2", 1, two, second_bias)};
  model_writer_add_operator(w, "fc2", OCTAVO_OP_FULLY_CONNECTED, &clamp, 3, b, 1, &y);
  model_writer_set_inputs(w, 1, &x);
  model_writer_set_outputs(w, 1, &y);
  model_writer_set_preprocessing(w, &rule);
  model_writer_add_label(w, "dark");
  model_writer_add_label(w, "mid, half bright");
  octavo_model_info info = {};
  info.tool = "test";
  info.mode = "float";
  model_writer_set_provenance(w, &info);
  uint8_t *data = nullptr;
  size_t size = 0;
  octavo_error error = {};
  EXPECT_EQ(model_writer_finish(w, &data, &size, &error), OCTAVO_OK) << error.text;
  model_writer_free(w);
  const std::string bytes(reinterpret_cast<char *>(data), size);
  octavo_memory_free_aligned(data);
  return bytes;
}

/* 0..1, red first, stretched. */
inline octavo_preprocessing PlainRule() {
  octavo_preprocessing rule = {};
  rule.width = rule.height = rule.resize_width = rule.resize_height = 8;
  rule.channels = 3;
  rule.scale = 1.0f / 255.0f;
  for (float &v : rule.std)
    v = 1.0f;
  return rule;
}

inline void WriteColour(const std::string &path, uint32_t width, uint32_t height, uint8_t red,
                        uint8_t green, uint8_t blue) {
  std::vector<uint8_t> pixels;
  for (uint32_t i = 0; i < width * height; i++)
    pixels.insert(pixels.end(), {red, green, blue});
  const image picture = {pixels.data(), width, height};
  octavo_error error = {};
  ASSERT_EQ(image_write_png(&picture, path.c_str(), &error), OCTAVO_OK) << error.text;
}

#endif
