#include "train/checkpoint.h"

#include "common/atomic_file.h"
#include "train/networks.h"
#include "train/settings.h"

#include "tests/common/allocation_failures.h"
#include "tests/common/temporary_folder.h"
#include "tests/train/jansson_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using testing::HasSubstr;

// ResNet-8 for two classes, whose values and momenta are numbered.
class Checkpoint : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_EQ(onednn_open(&d_, 1, &error_), OCTAVO_OK) << error_.text;
    trainable_options options = {};
    options.size = 8;
    options.classes = 2;
    ASSERT_EQ(trainable_build(trainable_find("resnet8"), &options, &plan_, &error_), OCTAVO_OK);
    ASSERT_EQ(network_create(&d_, &plan_, 2, false, &net_, &error_), OCTAVO_OK) << error_.text;
    Fill(1);
    settings_ = json_pack("{s:s, s:s}", "lr", "0.1", "seed", "1");
    path_ = folder_.path("c.safetensors");
  }
  void TearDown() override {
    json_decref(settings_);
    network_free(net_);
    architecture_free(&plan_);
    onednn_close(&d_);
  }
  // Different numbers for each tensor, value and momentum.
  void Fill(float first) {
    for (uint32_t i = 0; i < net_->parameter_count; i++) {
      parameter *p = net_->parameters[i];
      std::vector<float> values(p->count);
      for (size_t k = 0; k < p->count; k++)
        values[k] = first + static_cast<float>(i) + static_cast<float>(k) / 8192;
      EXPECT_EQ(parameter_set(net_, p, values.data(), &error_), OCTAVO_OK);
      for (float &v : values)
        v = -v;
      if (parameter_trained(p)) {
        EXPECT_EQ(parameter_set_momentum(net_, p, values.data(), &error_), OCTAVO_OK);
      }
    }
  }
  // All values, then all momenta.
  std::vector<float> State() {
    std::vector<float> state;
    for (uint32_t i = 0; i < net_->parameter_count; i++) {
      const parameter *p = net_->parameters[i];
      std::vector<float> values(p->count);
      EXPECT_EQ(parameter_get(net_, p, values.data(), &error_), OCTAVO_OK);
      state.insert(state.end(), values.begin(), values.end());
      if (!parameter_trained(p))
        continue;
      EXPECT_EQ(parameter_get_momentum(net_, p, values.data(), &error_), OCTAVO_OK);
      state.insert(state.end(), values.begin(), values.end());
    }
    return state;
  }
  octavo_status Save(octavo_error *error) {
    const checkpoint_position at = {3, 7, 1.0 / 3, 5, 9, 0.7, 0.6};
    return checkpoint_save(net_, &at, settings_, path_.c_str(), error);
  }

  TemporaryFolder folder_;
  std::string path_;
  onednn d_{};
  architecture plan_{};
  network *net_ = nullptr;
  json_t *settings_ = nullptr;
  octavo_error error_{};
};

TEST_F(Checkpoint, BringsAllBack) {
  const std::vector<float> state = State();
  ASSERT_EQ(Save(&error_), OCTAVO_OK) << error_.text;
  Fill(100);
  ASSERT_NE(State(), state);
  checkpoint_position at{};
  ASSERT_EQ(checkpoint_load(net_, &at, settings_, path_.c_str(), &error_), OCTAVO_OK)
      << error_.text;
  EXPECT_EQ(State(), state);
  EXPECT_EQ(at.epoch, 3u);
  EXPECT_EQ(at.step, 7u);
  EXPECT_EQ(at.loss_sum, 1.0 / 3); // to the last bit
  EXPECT_EQ(at.correct, 5u);
  EXPECT_EQ(at.seen, 9u);
  EXPECT_EQ(at.float_accuracy, 0.7);
  EXPECT_EQ(at.rounded_accuracy, 0.6);
}

TEST_F(Checkpoint, WhatIsNoneIsRefused) {
  checkpoint_position at{};
  ASSERT_EQ(checkpoint_save_weights(net_, path_.c_str(), &error_), OCTAVO_OK);
  EXPECT_EQ(checkpoint_load(net_, &at, settings_, path_.c_str(), &error_), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error_.text, HasSubstr("of a run with lr = nothing"));
  json_t *none = json_object();
  EXPECT_EQ(checkpoint_load(net_, &at, none, path_.c_str(), &error_), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error_.text, HasSubstr("does not say how far the run is"));
  json_decref(none);
  ASSERT_EQ(Save(&error_), OCTAVO_OK);
  const std::string bytes = folder_.read("c.safetensors");
  for (size_t size : {size_t{0}, size_t{7}, size_t{100}, bytes.size() / 2, bytes.size() - 1}) {
    folder_.write("c.safetensors", bytes.substr(0, size));
    EXPECT_EQ(checkpoint_load(net_, &at, settings_, path_.c_str(), &error_), OCTAVO_ERROR_FORMAT);
    EXPECT_THAT(error_.text, HasSubstr("c.safetensors: "));
  }
}

// Numbers that no run writes: beyond integers, of parts, or that contradict each other.
TEST_F(Checkpoint, PositionsThatCannotBeAreRefused) {
  ASSERT_EQ(Save(&error_), OCTAVO_OK);
  const std::string bytes = folder_.read("c.safetensors");
  const struct {
    const char *from, *to; // of the same length, as the header's is written before it
  } rows[] = {{"\"seen\":\"9\"", "\"seen\":\"4\""},
              {"\"seen\":\"9\"", "\"seen\":\"0\""},
              {"\"next_step\":\"7\"", "\"next_step\":\"0\""},
              {"\"next_step\":\"7\"", "\"next_step\":\"x\""},
              {"\"correct\":\"5\"", "\"CORRECT\":\"5\""},
              {"0x1.5555555555555p-2", "0x1.55555555555p9999"},
              {"0x1.5555555555555p-2", "-x1.5555555555555p-2"}};
  for (const auto &row : rows) {
    std::string changed = bytes;
    const size_t at = changed.find(row.from);
    ASSERT_NE(at, std::string::npos) << row.from;
    changed.replace(at, strlen(row.from), row.to);
    ASSERT_EQ(changed.size(), bytes.size());
    folder_.write("c.safetensors", changed);
    checkpoint_position position{};
    EXPECT_EQ(checkpoint_load(net_, &position, settings_, path_.c_str(), &error_),
              OCTAVO_ERROR_FORMAT)
        << row.to;
    EXPECT_THAT(error_.text, HasSubstr("does not say how far the run is")) << row.to;
  }
}

TEST_F(Checkpoint, AFailingDiskKeepsTheOldFile) {
  ASSERT_EQ(Save(&error_), OCTAVO_OK);
  const std::string before = folder_.read("c.safetensors");
  Fill(100);
  size_t step = 0;
  for (;; step++) {
    atomic_file_fail_at(step);
    const octavo_status status = Save(&error_);
    if (folder_.read("c.safetensors") != before)
      break;
    ASSERT_EQ(status, OCTAVO_ERROR_IO) << step;
    EXPECT_EQ(folder_.names().size(), 1u) << step;
  }
  atomic_file_fail_at(SIZE_MAX);
  // Create, length, header, each tensor, sync and rename failed; the folder's sync came after.
  uint32_t tensors = 0;
  for (uint32_t i = 0; i < net_->parameter_count; i++)
    tensors += parameter_trained(net_->parameters[i]) ? 2 : 1;
  EXPECT_EQ(step, tensors + 5);
}

TEST_F(Checkpoint, AllocationFailuresOfSaving) {
  FailEachAllocation([&](octavo_error *error) { return Save(error); });
  FailEachAllocation(
      [&](octavo_error *error) { return checkpoint_save_weights(net_, path_.c_str(), error); });
}

// Jansson's own allocations; safetensors_test fails those that come after these.
TEST_F(Checkpoint, AllocationFailuresOfTheDescription) {
  json_t *own = settings_;
  {
    const JanssonMemory counted;
    settings_ = json_pack("{s:s, s:s}", "lr", "0.1", "seed", "1");
    for (size_t n = 0; n < 30; n++) {
      octavo_memory_fail_at(n, 0);
      const octavo_status status = Save(&error_);
      octavo_memory_fail_at(SIZE_MAX, 0);
      EXPECT_EQ(status, OCTAVO_ERROR_MEMORY) << n << ": " << error_.text;
    }
    json_decref(settings_);
  }
  settings_ = own;
}

TEST_F(Checkpoint, AllocationFailuresOfLoading) {
  ASSERT_EQ(Save(&error_), OCTAVO_OK);
  FailEachAllocation([&](octavo_error *error) {
    checkpoint_position at{};
    return checkpoint_load(net_, &at, settings_, path_.c_str(), error);
  });
}

TEST(SettingsDescription, IsWholeOrNot) {
  const JanssonMemory counted;
  train_settings settings{};
  settings.network = "resnet8";
  settings.mean = {{0.5, 0.25, 0.125}, 3};
  FailEachAllocation([&](octavo_error *error) {
    json_t *description = train_settings_describe(&settings);
    if (description == nullptr) {
      error->text[0] = '?';
      return OCTAVO_ERROR_MEMORY;
    }
    EXPECT_STREQ(json_string_value(json_object_get(description, "cutout")), "0");
    EXPECT_STREQ(json_string_value(json_object_get(description, "mean")), "0.5,0.25,0.125");
    EXPECT_STREQ(json_string_value(json_object_get(description, "std")), "computed");
    json_decref(description);
    return OCTAVO_OK;
  });
}

} // namespace
