// Batches and the thread that makes them. Runs under ThreadSanitizer too.
#include "train/loader.h"

#include "tests/common/allocation_failures.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace {

class Loader : public ::testing::Test {
protected:
  static constexpr uint32_t kCount = 23, kBatch = 4, kSize = 6;

  void SetUp() override {
    for (uint32_t i = 0; i < kCount * 3 * kSize * kSize; i++)
      pixels_.push_back(static_cast<uint8_t>(i * 37 % 251));
    for (uint32_t i = 0; i < kCount; i++)
      labels_.push_back(i);
    set_.pixels = pixels_.data();
    set_.labels = labels_.data();
    set_.count = kCount;
    set_.size = kSize;
    changes_.seed = 1;
    changes_.translate = 2;
    changes_.flip = AUGMENT_FLIP_RANDOM;
    const double mean[] = {0.4, 0.5, 0.6}, deviation[] = {0.2, 0.3, 0.4};
    augment_normalise(&changes_, mean, deviation);
  }
  void TearDown() override {
    loader_close(l_);
  }
  void Open(bool training, augment_format format = {}) {
    loader_close(l_);
    ASSERT_EQ(loader_open(&set_, &changes_, kBatch, training, format, &l_, &error_), OCTAVO_OK)
        << error_.text;
  }
  void Begin(uint32_t epoch, uint32_t step) {
    ASSERT_EQ(loader_begin(l_, epoch, step, &error_), OCTAVO_OK) << error_.text;
  }
  // The rest of the epoch's labels; each image is what augment_image makes of it.
  std::vector<uint32_t> Collect(uint32_t epoch, bool training) {
    std::vector<uint32_t> seen;
    std::vector<float> expected(3 * kSize * kSize);
    for (loader_batch b = loader_next(l_); b.count > 0; b = loader_next(l_))
      for (uint32_t i = 0; i < b.count; i++) {
        seen.push_back(b.labels[i]);
        augment_image(&changes_, &set_, b.labels[i], epoch, training, augment_format{},
                      expected.data());
        const float *image = static_cast<const float *>(b.images) + i * expected.size();
        EXPECT_EQ(std::memcmp(image, expected.data(), expected.size() * sizeof(float)), 0);
      }
    return seen;
  }

  std::vector<uint8_t> pixels_;
  std::vector<uint32_t> labels_;
  image_set set_{};
  augment changes_{};
  octavo_error error_{};
  loader *l_ = nullptr;
};

TEST_F(Loader, EveryImageOncePerEpochAndTheRestOfAResumedOne) {
  Open(true);
  EXPECT_EQ(loader_steps(l_), kCount / kBatch);
  const auto collect = [&](uint32_t epoch, uint32_t step) {
    Begin(epoch, step);
    return Collect(epoch, true);
  };
  const std::vector<uint32_t> first = collect(0, 0);
  EXPECT_EQ(first.size(), kCount / kBatch * kBatch);
  EXPECT_EQ(std::set<uint32_t>(first.begin(), first.end()).size(), first.size());
  EXPECT_NE(first, collect(1, 0));
  EXPECT_EQ(collect(0, 3), std::vector<uint32_t>(first.begin() + 3 * kBatch, first.end()));
  EXPECT_EQ(collect(0, kCount / kBatch), std::vector<uint32_t>());
}

TEST_F(Loader, TheSeedDecidesTheOrder) {
  Open(true);
  Begin(0, 0);
  const std::vector<uint32_t> first = Collect(0, true);
  Begin(0, 0);
  EXPECT_EQ(Collect(0, true), first);
  changes_.seed = 2;
  Begin(0, 0);
  EXPECT_NE(Collect(0, true), first);
}

TEST_F(Loader, TestImagesInOrderToTheLast) {
  Open(false);
  EXPECT_EQ(loader_steps(l_), (kCount + kBatch - 1) / kBatch);
  Begin(0, 0);
  EXPECT_EQ(Collect(0, false), labels_);
}

// However fast the batches are taken.
TEST_F(Loader, ABatchStaysUntilTheNextIsAskedFor) {
  Open(true);
  Begin(5, 0);
  for (loader_batch b = loader_next(l_); b.count > 0; b = loader_next(l_)) {
    std::vector<float> before(b.count * 3u * kSize * kSize), after(before.size());
    const std::vector<uint32_t> labels(b.labels, b.labels + b.count);
    std::memcpy(before.data(), b.images, before.size() * sizeof(float));
    std::this_thread::sleep_for(std::chrono::milliseconds(3)); // the ring is full by then
    std::memcpy(after.data(), b.images, after.size() * sizeof(float));
    EXPECT_EQ(before, after);
    EXPECT_EQ(labels, std::vector<uint32_t>(b.labels, b.labels + b.count));
  }
}

TEST_F(Loader, BeginsAnewAndClosesInTheMiddle) {
  for (bool training : {true, false}) {
    Open(training);
    Begin(0, 0);
    loader_next(l_);
    Begin(1, 1);
    EXPECT_EQ(Collect(1, training).size(), (training ? kCount / kBatch * kBatch : kCount) - kBatch);
    Begin(2, 0);
    loader_next(l_);
    loader_next(l_);
    Begin(3, 0);
  }
  loader_close(l_);
  l_ = nullptr;
  Open(true); // and closed before it began
}

TEST_F(Loader, FewerImagesThanABatchAreRefused) {
  set_.count = kBatch - 1;
  EXPECT_EQ(loader_open(&set_, &changes_, kBatch, true, {}, &l_, &error_), OCTAVO_ERROR_ARGUMENT);
  EXPECT_NE(std::string(error_.text).find("--batch"), std::string::npos) << error_.text;
  Open(false); // to evaluate they suffice
  Begin(0, 0);
  EXPECT_EQ(Collect(0, false).size(), kBatch - 1);
}

TEST_F(Loader, AllocationFailures) {
  FailEachAllocation([&](octavo_error *error) {
    loader *l = nullptr;
    octavo_status status = loader_open(&set_, &changes_, kBatch, true, {}, &l, error);
    EXPECT_EQ(l == nullptr, status != OCTAVO_OK);
    if (status == OCTAVO_OK)
      status = loader_begin(l, 0, 0, error);
    loader_close(l);
    return status;
  });
}

} // namespace
