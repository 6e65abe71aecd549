#include "common/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/common/allocation_failures.h"
#include "tests/common/image_files.h"
#include "tests/common/temporary_folder.h"

namespace {

using testing::HasSubstr;

const char kClassNames[] = "a0\na1\na2\na3\na4\na5\na6\na7\na8\na9\n\n";

// CIFAR-10 records with labels 0, 1, 2, …; pixel i of plane c of record r is r + i + 50·c.
std::string Records(size_t count) {
  std::string bytes;
  for (size_t r = 0; r < count; r++) {
    bytes += static_cast<char>(r % 10);
    for (size_t c = 0; c < 3; c++)
      for (size_t i = 0; i < 1024; i++)
        bytes += static_cast<char>(r + i + 50 * c);
  }
  return bytes;
}

void WriteCifar(const TemporaryFolder &folder, const std::string &prefix = "") {
  for (int i = 1; i <= 5; i++)
    folder.write(prefix + "data_batch_" + std::to_string(i) + ".bin",
                 Records(static_cast<size_t>(i)));
  folder.write(prefix + "test_batch.bin", Records(12));
  folder.write(prefix + "batches.meta.txt", kClassNames);
}

struct Opened {
  Opened(const std::string &path, dataset_split split) {
    status = dataset_open(path.c_str(), split, &set, &error);
  }
  ~Opened() {
    dataset_close(set);
  }
  Opened(const Opened &) = delete;
  Opened &operator=(const Opened &) = delete;

  std::string name(uint32_t index) const {
    char buffer[512];
    return dataset_name(set, index, buffer, sizeof buffer);
  }
  // "relative name:label" of all images.
  std::vector<std::string> list(const std::string &root) const {
    std::vector<std::string> names;
    for (uint32_t i = 0; i < dataset_count(set); i++)
      names.push_back(std::filesystem::relative(name(i), root).string() + ":" +
                      (dataset_label(set, i) == DATASET_NO_LABEL
                           ? "-"
                           : std::to_string(dataset_label(set, i))));
    return names;
  }

  octavo_status status;
  octavo_error error = {};
  dataset *set = nullptr;
};

TEST(DatasetCifar, OfficialLayout) {
  for (const char *prefix : {"", "cifar-10-batches-bin/"}) {
    TemporaryFolder folder;
    WriteCifar(folder, prefix);
    const Opened train(folder.path(), DATASET_TRAIN);
    ASSERT_EQ(train.status, OCTAVO_OK) << train.error.text;
    EXPECT_EQ(dataset_count(train.set), 15u);
    EXPECT_EQ(dataset_class_count(train.set), 10u);
    EXPECT_STREQ(dataset_class_name(train.set, 9), "a9");
    EXPECT_STREQ(dataset_class_name(train.set, 10), "");
    EXPECT_STREQ(dataset_layout(train.set), "CIFAR-10 binary");
    EXPECT_EQ(train.name(2), "data_batch_2.bin #1");
    EXPECT_EQ(dataset_label(train.set, 2), 1u);
    const Opened test(folder.path(), DATASET_TEST);
    EXPECT_EQ(dataset_count(test.set), 12u);
    EXPECT_EQ(dataset_label(test.set, 11), 1u);
    EXPECT_EQ(dataset_count(Opened(folder.path(), DATASET_ALL).set), 27u);
  }
}

TEST(DatasetCifar, PixelsComeInterleaved) {
  TemporaryFolder folder;
  WriteCifar(folder);
  Opened test(folder.path("test_batch.bin"), DATASET_TRAIN);
  ASSERT_EQ(test.status, OCTAVO_OK) << test.error.text;
  EXPECT_STREQ(dataset_class_name(test.set, 3), "a3"); // from the file beside it
  image photo = {};
  ASSERT_EQ(dataset_load(test.set, 7, &photo, &test.error), OCTAVO_OK);
  EXPECT_EQ(photo.width, 32u);
  EXPECT_EQ(photo.height, 32u);
  for (size_t i = 0; i < 1024; i++)
    for (size_t c = 0; c < 3; c++)
      ASSERT_EQ(photo.rgb[3 * i + c], static_cast<uint8_t>(7 + i + 50 * c));
  image_free(&photo);
  EXPECT_EQ(dataset_load(test.set, 12, &photo, &test.error), OCTAVO_ERROR_ARGUMENT);
}

TEST(DatasetCifar, SingleFileAloneNumbersItsClasses) {
  TemporaryFolder folder;
  const Opened set(folder.write("x.bin", Records(2)), DATASET_TEST);
  ASSERT_EQ(set.status, OCTAVO_OK) << set.error.text;
  EXPECT_STREQ(dataset_class_name(set.set, 4), "4");
}

TEST(DatasetCifar, BadFilesAreNamed) {
  const struct {
    const char *file;
    std::string content; // "" = removed
    octavo_status status;
    const char *message;
  } cases[] = {
      {"data_batch_3.bin", "", OCTAVO_ERROR_IO, "data_batch_3.bin: cannot be opened"},
      {"data_batch_2.bin", Records(2).substr(1), OCTAVO_ERROR_FORMAT,
       "found 6145 bytes: 1 records and 3072 bytes over"},
      {"data_batch_5.bin", std::string(3073, '\x0a'), OCTAVO_ERROR_FORMAT,
       "data_batch_5.bin: record 0 (byte 0) has label 10"},
      {"batches.meta.txt", "", OCTAVO_ERROR_IO, "batches.meta.txt"},
      {"batches.meta.txt", "a\nb\n", OCTAVO_ERROR_FORMAT, "expected 10 class names"},
      {"batches.meta.txt", std::string(kClassNames) + "x\n", OCTAVO_ERROR_FORMAT,
       "expected 10 class names"},
  };
  for (const auto &c : cases) {
    TemporaryFolder folder;
    WriteCifar(folder);
    if (c.content.empty())
      std::filesystem::remove(folder.path(c.file));
    else
      folder.write(c.file, c.content);
    const Opened set(folder.path(), DATASET_TRAIN);
    EXPECT_EQ(set.status, c.status) << c.file;
    EXPECT_THAT(set.error.text, HasSubstr(c.message));
    EXPECT_EQ(set.set, nullptr);
  }
}

TEST(DatasetCifar, EmptyFileIsRefused) {
  TemporaryFolder folder;
  const Opened set(folder.write("x.bin", ""), DATASET_ALL);
  EXPECT_EQ(set.status, OCTAVO_ERROR_FORMAT);
}

TEST(DatasetFolder, ClassesAndImagesInBytewiseOrder) {
  TemporaryFolder folder;
  const std::string png = SolidPng(1, 1, 1, 2, 3);
  for (const char *name : {"dog/b.png", "dog/a10.png", "dog/a2.PNG", "Cat/x.jpg", "dog/readme.txt",
                           "dog/.hidden.png", ".git/x.png", "notes.txt"})
    folder.write(name, png);
  std::filesystem::create_directories(folder.path("empty"));
  const Opened set(folder.path(), DATASET_TEST);
  ASSERT_EQ(set.status, OCTAVO_OK) << set.error.text;
  EXPECT_STREQ(dataset_layout(set.set), "folder per class");
  EXPECT_EQ(dataset_class_count(set.set), 3u);
  EXPECT_STREQ(dataset_class_name(set.set, 0), "Cat");
  EXPECT_STREQ(dataset_class_name(set.set, 2), "empty");
  EXPECT_THAT(set.list(folder.path()),
              testing::ElementsAre("Cat/x.jpg:0", "dog/a10.png:1", "dog/a2.PNG:1", "dog/b.png:1"));
  char name[512];
  EXPECT_EQ(dataset_left_out(set.set, name, sizeof name), 1u);
  EXPECT_EQ(name, folder.path("dog/readme.txt"));
}

TEST(DatasetFolder, Splits) {
  for (const char *prefix : {"", "images/"}) {
    for (const char *test_name : {"test", "val", "validation"}) {
      TemporaryFolder folder;
      const std::string root(prefix);
      folder.write(root + "train/a/1.png", "x");
      folder.write(root + "train/b/2.png", "x");
      folder.write(root + test_name + "/b/3.png", "x");
      const Opened train(folder.path(), DATASET_TRAIN);
      EXPECT_THAT(train.list(folder.path(prefix)),
                  testing::ElementsAre("train/a/1.png:0", "train/b/2.png:1"));
      const Opened test(folder.path(), DATASET_TEST);
      EXPECT_EQ(dataset_count(test.set), 1u);
      const Opened all(folder.path(), DATASET_ALL);
      EXPECT_THAT(all.list(folder.path(prefix)),
                  testing::ElementsAre("train/a/1.png:0", "train/b/2.png:1",
                                       std::string(test_name) + "/b/3.png:1"));
    }
  }
}

TEST(DatasetFolder, AClassMayBeCalledTrain) {
  TemporaryFolder folder;
  for (const char *name : {"bus/1.png", "train/2.png", "tram/3.png"})
    folder.write(name, "x");
  const Opened set(folder.path(), DATASET_TEST);
  ASSERT_EQ(set.status, OCTAVO_OK) << set.error.text;
  EXPECT_EQ(dataset_class_count(set.set), 3u);
}

TEST(DatasetFolder, FlatFoldersHaveNoLabels) {
  TemporaryFolder folder;
  folder.write("b.png", "x");
  folder.write("a.jpg", "x");
  const Opened set(folder.path(), DATASET_TRAIN);
  ASSERT_EQ(set.status, OCTAVO_OK) << set.error.text;
  EXPECT_STREQ(dataset_layout(set.set), "flat folder");
  EXPECT_EQ(dataset_class_count(set.set), 0u);
  EXPECT_THAT(set.list(folder.path()), testing::ElementsAre("a.jpg:-", "b.png:-"));
}

TEST(DatasetFolder, WhatIsWrongIsSaid) {
  TemporaryFolder empty;
  EXPECT_THAT(Opened(empty.path(), DATASET_ALL).error.text, HasSubstr("found none"));
  EXPECT_THAT(Opened(empty.path("none"), DATASET_ALL).error.text, HasSubstr("does not exist"));
  EXPECT_THAT(Opened("/dev/zero", DATASET_ALL).error.text, HasSubstr("device"));
  TemporaryFolder mixed;
  mixed.write("a/1.png", "x");
  mixed.write("2.png", "x");
  EXPECT_THAT(Opened(mixed.path(), DATASET_ALL).error.text, HasSubstr("loose images (2.png)"));
  TemporaryFolder half;
  half.write("train/a/1.png", "x");
  EXPECT_THAT(Opened(half.path(), DATASET_TEST).error.text, HasSubstr("lacks 'test'"));
  half.write("test/b/1.png", "x");
  EXPECT_THAT(Opened(half.path(), DATASET_ALL).error.text, HasSubstr("class 'b'"));
}

TEST(DatasetFolder, ABadImageFailsAloneAndIsNamed) {
  TemporaryFolder folder;
  folder.write("a/1.png", "no image");
  folder.write("a/2.png", SolidPng(3, 2, 10, 20, 30));
  Opened set(folder.path(), DATASET_ALL);
  image photo = {};
  EXPECT_EQ(dataset_load(set.set, 0, &photo, &set.error), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(set.error.text, HasSubstr("a/1.png: expected a JPEG, PNG or PPM (P6) image"));
  ASSERT_EQ(dataset_load(set.set, 1, &photo, &set.error), OCTAVO_OK) << set.error.text;
  EXPECT_EQ(photo.width, 3u);
  EXPECT_EQ(photo.rgb[2], 30);
  image_free(&photo);
}

std::vector<uint32_t> Sample(const dataset *set, uint32_t count, uint64_t seed) {
  std::vector<uint32_t> indices(count);
  uint32_t filled = 0;
  octavo_error error = {};
  EXPECT_EQ(dataset_sample(set, count, seed, indices.data(), &filled, &error), OCTAVO_OK);
  indices.resize(filled);
  return indices;
}

TEST(DatasetSample, IsBalancedDistinctAndFollowsTheSeed) {
  TemporaryFolder folder;
  for (int i = 0; i < 40; i++)
    folder.write("big/" + std::to_string(i) + ".png", "x");
  for (int i = 0; i < 5; i++)
    folder.write("small/" + std::to_string(i) + ".png", "x");
  const Opened set(folder.path(), DATASET_ALL);
  const std::vector<uint32_t> eight = Sample(set.set, 8, 1);
  std::map<uint32_t, int> per_class;
  for (uint32_t index : eight)
    per_class[dataset_label(set.set, index)]++;
  EXPECT_EQ(per_class[0], 4);
  EXPECT_EQ(per_class[1], 4);
  EXPECT_EQ(eight, Sample(set.set, 8, 1));
  EXPECT_NE(eight, Sample(set.set, 8, 2));
  // More than the small class has: the big one fills up.
  per_class.clear();
  for (uint32_t index : Sample(set.set, 20, 3))
    per_class[dataset_label(set.set, index)]++;
  EXPECT_EQ(per_class[1], 5);
  EXPECT_EQ(per_class[0], 15);
  const std::vector<uint32_t> all = Sample(set.set, 1000, 4);
  EXPECT_EQ(all.size(), 45u);
  EXPECT_EQ(std::set<uint32_t>(all.begin(), all.end()).size(), 45u);
  EXPECT_FALSE(std::is_sorted(all.begin(), all.end()));
  // In no order of classes either: taking turns, the small one would end with the tenth image.
  const auto last_small = std::find_if(
      all.rbegin(), all.rend(), [&](uint32_t index) { return dataset_label(set.set, index) == 1; });
  EXPECT_GT(all.rend() - last_small, 10);
}

TEST(DatasetSample, WithoutClassesAndOfNothing) {
  TemporaryFolder folder;
  for (int i = 0; i < 10; i++)
    folder.write(std::to_string(i) + ".png", "x");
  const Opened set(folder.path(), DATASET_ALL);
  const std::vector<uint32_t> all = Sample(set.set, 10, 9);
  EXPECT_EQ(std::set<uint32_t>(all.begin(), all.end()).size(), 10u);
  EXPECT_TRUE(Sample(set.set, 0, 9).empty());
}

TEST(Dataset, AllocationFailures) {
  TemporaryFolder cifar;
  WriteCifar(cifar, "cifar-10-batches-bin/");
  TemporaryFolder classes;
  classes.write("images/train/a/1.png", SolidPng(2, 2, 1, 2, 3));
  classes.write("images/train/b/1.png", SolidPng(2, 2, 1, 2, 3));
  for (const std::string &path : {cifar.path("cifar-10-batches-bin"), classes.path()}) {
    FailEachAllocation([&](octavo_error *error) {
      dataset *set = nullptr;
      octavo_status status = dataset_open(path.c_str(), DATASET_TRAIN, &set, error);
      EXPECT_EQ(set == nullptr, status != OCTAVO_OK);
      image photo = {};
      uint32_t indices[4];
      uint32_t filled = 0;
      if (status == OCTAVO_OK)
        status = dataset_load(set, 0, &photo, error);
      if (status == OCTAVO_OK)
        status = dataset_sample(set, 4, 1, indices, &filled, error);
      image_free(&photo);
      dataset_close(set);
      return status;
    });
  }
}

// The real data set, where scripts/test was told its place.
TEST(Dataset, RealCifar10) {
  const char *path = std::getenv("OCTAVO_CIFAR10_DIR");
  if (path == nullptr || path[0] == '\0')
    GTEST_SKIP() << "OCTAVO_CIFAR10_DIR does not name the CIFAR-10 data set";
  const Opened test(path, DATASET_TEST);
  ASSERT_EQ(test.status, OCTAVO_OK) << test.error.text;
  ASSERT_EQ(dataset_count(test.set), 10000u);
  std::vector<uint32_t> per_class(10);
  for (uint32_t i = 0; i < 10000; i++)
    per_class[dataset_label(test.set, i)]++;
  EXPECT_EQ(per_class, std::vector<uint32_t>(10, 1000)); // as its web page says
  EXPECT_STREQ(dataset_class_name(test.set, 3), "cat");
}

} // namespace
