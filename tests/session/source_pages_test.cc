/* Weights of a mapped file are not in memory twice once they are packed. */
#include "converter/writer/model_writer.h"
#include "platforms/platform.h"
#include "tests/common/temporary_folder.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <string>
#include <vector>

namespace {

constexpr uint32_t kWidth = 1024;
constexpr int kLayers = 24; // of 1 MB each
constexpr size_t kMegabyte = size_t{1} << 20;

int32_t AddLayer(model_writer *writer, int32_t x, int index) {
  const uint32_t shape[] = {1, kWidth}, weight_shape[] = {kWidth, kWidth};
  const std::vector<int8_t> weights(kMegabyte, static_cast<int8_t>(index + 1));
  const std::string name = "layer" + std::to_string(index);
  const int32_t w = model_writer_add_constant(writer, (name + ".weight").c_str(), OCTAVO_INT8, 2,
                                              weight_shape, weights.data(), 1e-4f);
  const int32_t y = model_writer_add_activation(writer, (name + ".y").c_str(), OCTAVO_INT8, 2,
                                                shape, 0.1f, 0, MODEL_WRITER_NEXT);
  octavo_attributes attributes = {};
  attributes.clamp.clamp_min = -INFINITY;
  attributes.clamp.clamp_max = INFINITY;
  const int32_t inputs[] = {x, w, -1};
  model_writer_add_operator(writer, name.c_str(), OCTAVO_OP_FULLY_CONNECTED, &attributes, 3, inputs,
                            1, &y);
  return y;
}

int WriteLayers(const TemporaryFolder &folder) {
  model_writer *writer = model_writer_create();
  const uint32_t shape[] = {1, kWidth};
  const int32_t x =
      model_writer_add_activation(writer, "x", OCTAVO_INT8, 2, shape, 0.1f, 0, MODEL_WRITER_NEXT);
  int32_t y = x;
  for (int i = 0; i < kLayers; i++)
    y = AddLayer(writer, y, i);
  model_writer_set_inputs(writer, 1, &x);
  model_writer_set_outputs(writer, 1, &y);
  uint8_t *data = nullptr;
  size_t size = 0;
  octavo_error error = {};
  if (model_writer_finish(writer, &data, &size, &error) != OCTAVO_OK)
    return 1;
  folder.write("m.octavo", std::string(reinterpret_cast<char *>(data), size));
  return 0;
}

// With both, the file's pages and the packed weights, the peak would grow by 48 MB.
TEST(SourcePages, LeaveMemoryAsTheyArePacked) {
  const TemporaryFolder folder;
  // In a process of its own: memory that was freed here would be used again, and nothing grow.
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0)
    _exit(WriteLayers(folder));
  int code = -1;
  ASSERT_EQ(waitpid(child, &code, 0), child);
  ASSERT_EQ(code, 0);
  const std::string path = folder.path("m.octavo");
  if (!platform_memory_peak_reset())
    GTEST_SKIP() << "this system cannot reset the peak";
  const size_t before = platform_memory_resident();
  octavo_model *model = nullptr;
  octavo_session *session = nullptr;
  octavo_error error = {};
  ASSERT_EQ(octavo_model_open(path.c_str(), &model, &error), OCTAVO_OK) << error.text;
  ASSERT_EQ(octavo_session_create(model, nullptr, &session, &error), OCTAVO_OK) << error.text;
  ASSERT_EQ(octavo_session_run(session, &error), OCTAVO_OK) << error.text;
  EXPECT_LT(platform_memory_peak(), before + (kLayers + 4) * kMegabyte);
  // A second session finds the packed weights and reads none of the file's.
  octavo_session *second = nullptr;
  ASSERT_EQ(octavo_session_create(model, nullptr, &second, &error), OCTAVO_OK) << error.text;
  EXPECT_LT(platform_memory_resident(), before + (kLayers + 4) * kMegabyte);
  EXPECT_EQ(octavo_session_run(second, &error), OCTAVO_OK) << error.text;
  octavo_session_free(second);
  octavo_session_free(session);
  octavo_model_close(model);
}

} // namespace
