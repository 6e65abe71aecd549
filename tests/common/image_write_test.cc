#include "common/image_write.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "runtime/memory.h"
#include "tests/common/allocation_failures.h"
#include "tests/common/temporary_folder.h"

namespace {

TEST(ImageWrite, RoundTripIsExact) {
  TemporaryFolder folder;
  std::vector<uint8_t> pixels(17 * 9 * 3);
  for (size_t i = 0; i < pixels.size(); i++)
    pixels[i] = static_cast<uint8_t>(i * i * 31);
  const image source = {pixels.data(), 17, 9};
  const std::string path = folder.path("x.png");
  octavo_error error = {};
  ASSERT_EQ(image_write_png(&source, path.c_str(), &error), OCTAVO_OK) << error.text;
  image again = {};
  ASSERT_EQ(image_load(path.c_str(), &again, &error), OCTAVO_OK) << error.text;
  ASSERT_EQ(again.width, 17u);
  ASSERT_EQ(again.height, 9u);
  EXPECT_EQ(std::vector<uint8_t>(again.rgb, again.rgb + pixels.size()), pixels);
  image_free(&again);
}

TEST(ImageWrite, RefusesImpossibleSizes) {
  octavo_error error = {};
  uint8_t *bytes = nullptr;
  size_t size = 0;
  const image empty = {nullptr, 0, 1};
  EXPECT_EQ(image_encode_png(&empty, &bytes, &size, &error), OCTAVO_ERROR_ARGUMENT);
  const image huge = {nullptr, 60000, 60000};
  EXPECT_EQ(image_encode_png(&huge, &bytes, &size, &error), OCTAVO_ERROR_ARGUMENT);
  EXPECT_EQ(bytes, nullptr);
}

TEST(ImageWrite, AllocationFailures) {
  uint8_t pixels[8 * 8 * 3] = {1};
  const image source = {pixels, 8, 8};
  FailEachAllocation([&](octavo_error *error) {
    uint8_t *bytes = nullptr;
    size_t size = 0;
    const octavo_status status = image_encode_png(&source, &bytes, &size, error);
    EXPECT_EQ(bytes == nullptr, status != OCTAVO_OK);
    octavo_memory_free(bytes);
    return status;
  });
}

} // namespace
