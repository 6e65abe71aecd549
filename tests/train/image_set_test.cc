#include "train/image_set.h"

#include "tests/common/allocation_failures.h"
#include "tests/common/image_files.h"
#include "tests/common/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace {

using testing::HasSubstr;

class ImageSet : public ::testing::Test {
protected:
  void TearDown() override {
    image_pair_free(&pair_);
  }
  octavo_status Load(const std::string &path, uint32_t limit = 0, uint64_t seed = 1) {
    image_pair_free(&pair_);
    const image_request request = {path.c_str(), 4, limit, 0, seed, held_out_};
    return image_pair_load(&request, &pair_, &error_);
  }
  // `count` pictures of one grey each, beginning at `first`, of a size of its own.
  void Write(const std::string &name, int count, int first) {
    for (int i = 0; i < count; i++) {
      const auto grey = static_cast<uint8_t>(first + i);
      folder_.write(name + "/" + std::to_string(i) + ".png",
                    SolidPng(1 + static_cast<unsigned>(i), 9, grey, grey, grey));
    }
  }
  static std::multiset<int> Greys(const image_set &set) {
    std::multiset<int> greys;
    for (uint32_t i = 0; i < set.count; i++) {
      const uint8_t *pixels = set.pixels + i * image_set_bytes(&set);
      greys.insert(pixels[0]);
      for (size_t k = 0; k < image_set_bytes(&set); k++)
        EXPECT_EQ(pixels[k], pixels[0]);
    }
    return greys;
  }
  static std::map<uint32_t, int> Counts(const image_set &set) {
    std::map<uint32_t, int> counts;
    for (uint32_t i = 0; i < set.count; i++)
      counts[set.labels[i]]++;
    return counts;
  }

  TemporaryFolder folder_;
  double held_out_ = 0;
  image_pair pair_{};
  octavo_error error_{};
};

TEST_F(ImageSet, ClassFoldersAloneAreSplitAndEveryImageIsUsedOnce) {
  Write("cat", 8, 0);
  Write("dog", 4, 100);
  held_out_ = 0.25;
  ASSERT_EQ(Load(folder_.path()), OCTAVO_OK) << error_.text;
  EXPECT_EQ(Counts(pair_.train), (std::map<uint32_t, int>{{0, 6}, {1, 3}}));
  EXPECT_EQ(Counts(pair_.test), (std::map<uint32_t, int>{{0, 2}, {1, 1}}));
  EXPECT_STREQ(pair_.train.classes[1], "dog");
  std::multiset<int> all = Greys(pair_.train);
  const std::multiset<int> test = Greys(pair_.test);
  all.insert(test.begin(), test.end());
  EXPECT_EQ(all, (std::multiset<int>{0, 1, 2, 3, 4, 5, 6, 7, 100, 101, 102, 103}));
  for (uint32_t i = 0; i < pair_.train.count; i++)
    EXPECT_EQ(pair_.train.labels[i], pair_.train.pixels[i * 48] >= 100 ? 1u : 0u);
  ASSERT_EQ(Load(folder_.path(), 0, 2), OCTAVO_OK);
  EXPECT_NE(Greys(pair_.test), test); // another seed, others held out
  held_out_ = 0;                      // a tenth, but at least one
  ASSERT_EQ(Load(folder_.path()), OCTAVO_OK);
  EXPECT_EQ(Counts(pair_.test), (std::map<uint32_t, int>{{0, 1}, {1, 1}}));
}

TEST_F(ImageSet, AShareIsRefusedWhereTheDataBringsASplit) {
  for (const char *folder : {"train/a", "train/b", "test/a", "test/b"})
    Write(folder, 2, 0);
  held_out_ = 0.1;
  for (const std::string &data : {folder_.path(), std::string(IMAGE_SHAPES)}) {
    EXPECT_EQ(Load(data), OCTAVO_ERROR_ARGUMENT);
    EXPECT_THAT(error_.text, HasSubstr(data + ": has images for testing"));
    EXPECT_THAT(error_.text, HasSubstr("leave out --val-share"));
  }
  held_out_ = 0;
  EXPECT_EQ(Load(folder_.path()), OCTAVO_OK) << error_.text;
}

// Twice as wide, and twice as high: halves stay halves.
TEST_F(ImageSet, EachSideIsStretchedToTheSize) {
  std::vector<uint8_t> row(24, 10);
  std::fill(row.begin() + 12, row.end(), 200);
  PngSpec wide = {8, 4};
  wide.rows.assign(4, row);
  PngSpec high = {4, 8};
  high.rows.assign(8, std::vector<uint8_t>(12, 10));
  std::fill(high.rows.begin() + 4, high.rows.end(), std::vector<uint8_t>(12, 200));
  for (const char *split : {"train", "test"}) {
    folder_.write(std::string(split) + "/a/x.png", EncodePng(wide));
    folder_.write(std::string(split) + "/b/x.png", EncodePng(high));
  }
  ASSERT_EQ(Load(folder_.path()), OCTAVO_OK) << error_.text;
  for (uint32_t i = 0; i < 2; i++) {
    const uint8_t *red = pair_.train.pixels + i * 48;
    const bool is_wide = pair_.train.labels[i] == 0;
    EXPECT_EQ(red[0], 10);
    EXPECT_EQ(red[is_wide ? 12 : 3], 10);
    EXPECT_EQ(red[is_wide ? 3 : 12], 200);
    EXPECT_EQ(red[15], 200);
  }
}

TEST_F(ImageSet, SplitsThatAreThereAreKept) {
  for (const char *name : {"test", "val"}) {
    std::filesystem::remove_all(folder_.path("data"));
    Write("data/train/a", 3, 0);
    Write("data/train/b", 2, 50);
    Write(std::string("data/") + name + "/a", 1, 100);
    Write(std::string("data/") + name + "/b", 2, 150);
    ASSERT_EQ(Load(folder_.path("data")), OCTAVO_OK) << error_.text;
    EXPECT_EQ(Greys(pair_.train), (std::multiset<int>{0, 1, 2, 50, 51}));
    EXPECT_EQ(Greys(pair_.test), (std::multiset<int>{100, 150, 151}));
  }
}

TEST_F(ImageSet, LimitIsEvenOverTheClasses) {
  Write("train/a", 20, 0);
  Write("train/b", 5, 100);
  Write("test/a", 1, 0);
  Write("test/b", 1, 100);
  ASSERT_EQ(Load(folder_.path(), 8), OCTAVO_OK) << error_.text;
  EXPECT_EQ(Counts(pair_.train), (std::map<uint32_t, int>{{0, 4}, {1, 4}}));
}

TEST_F(ImageSet, WhatIsNoImageIsCounted) {
  Write("a", 4, 0);
  Write("b", 4, 100);
  folder_.write("a/readme.txt", "x");
  folder_.write("b/photo.webp", "x");
  folder_.write("b/.hidden", "x");
  folder_.write("b/deeper/1.png", "x");
  ASSERT_EQ(Load(folder_.path()), OCTAVO_OK) << error_.text;
  EXPECT_EQ(pair_.left_out, 3u);
  EXPECT_EQ(pair_.left_out_name, folder_.path("a/readme.txt"));
}

TEST_F(ImageSet, WhatIsWrongIsSaid) {
  Write("train/a", 2, 0);
  Write("test/a", 1, 0);
  EXPECT_EQ(Load(folder_.path()), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error_.text,
              HasSubstr("expected at least two classes (one folder for each), found 1"));
  Write("train/b", 2, 0);
  EXPECT_EQ(Load(folder_.path()), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error_.text, HasSubstr("found 2 and 1, the first that differ being 'b' and ''"));
  Write("test/c", 1, 0);
  EXPECT_EQ(Load(folder_.path()), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error_.text, HasSubstr("being 'b' and 'c'"));
  Write("test/b", 1, 0);
  EXPECT_EQ(Load(folder_.path()), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error_.text, HasSubstr("found 2 and 3, the first that differ being '' and 'c'"));
  std::filesystem::remove_all(folder_.path("test/c"));
  EXPECT_EQ(Load(folder_.path()), OCTAVO_OK) << error_.text;
  std::filesystem::remove(folder_.path("test/b/0.png"));
  EXPECT_EQ(Load(folder_.path()), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error_.text, HasSubstr("expected at least one test image of each class, found none "
                                     "of 'b'"));
  Write("test/b", 1, 0);
  folder_.write("train/b/1.png", "text");
  EXPECT_EQ(Load(folder_.path()), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error_.text,
              HasSubstr("train/b/1.png: expected a JPEG, PNG or PPM (P6) image, found"));
  EXPECT_EQ(pair_.train.pixels, nullptr);
  std::filesystem::remove_all(folder_.path("test"));
  EXPECT_EQ(Load(folder_.path()), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error_.text, HasSubstr("lacks 'test' for the images asked for; to use one folder for "
                                     "both, give that folder itself"));
}

TEST_F(ImageSet, ShapesAreTheSameForTheSameSeed) {
  const image_request request = {IMAGE_SHAPES, 8, 25, 10, 3, 0};
  ASSERT_EQ(image_pair_load(&request, &pair_, &error_), OCTAVO_OK) << error_.text;
  char first[65], second[65];
  image_pair_hash(&pair_, first);
  EXPECT_EQ(pair_.train.count, 25u);
  EXPECT_EQ(pair_.train.class_count, 10u);
  image_pair_free(&pair_);
  ASSERT_EQ(image_pair_load(&request, &pair_, &error_), OCTAVO_OK);
  image_pair_hash(&pair_, second);
  EXPECT_STREQ(first, second);
}

TEST_F(ImageSet, StatisticsOfTwoGreys) {
  uint8_t pixels[6] = {0, 51, 255, 255, 51, 255};
  image_set set{};
  set.pixels = pixels;
  set.count = 2;
  set.size = 1;
  double mean[3], deviation[3];
  image_set_statistics(&set, mean, deviation);
  EXPECT_DOUBLE_EQ(mean[0], 0.5);
  EXPECT_DOUBLE_EQ(deviation[0], 0.5);
  EXPECT_NEAR(mean[1], 0.2, 1e-12);
  EXPECT_EQ(deviation[1], 1.0); // no spread: nothing to divide by
}

TEST_F(ImageSet, AllocationFailures) {
  Write("a", 2, 0);
  Write("b", 2, 100);
  for (const std::string &data : {folder_.path(), std::string(IMAGE_SHAPES)})
    FailEachAllocation([&](octavo_error *error) {
      const image_request request = {data.c_str(), 4, 10, 10, 1, 0};
      image_pair pair;
      const octavo_status status = image_pair_load(&request, &pair, error);
      image_pair_free(&pair);
      return status;
    });
}

} // namespace
