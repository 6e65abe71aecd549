#include "train/image_choice.h"

#include "tests/common/allocation_failures.h"
#include "tests/common/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Classes a, b, c of 40, 10 and 1 images; the images are never opened.
class ImageChoice : public ::testing::Test {
protected:
  void SetUp() override {
    for (const auto &[name, count] : std::map<std::string, int>{{"a", 40}, {"b", 10}, {"c", 1}})
      for (int i = 0; i < count; i++)
        folder_.write(name + "/" + std::to_string(i) + ".png", "x");
    ASSERT_EQ(dataset_open(folder_.path().c_str(), DATASET_ALL, &data_, &error_), OCTAVO_OK);
    ASSERT_EQ(image_choice_all(data_, 5, &all_, &error_), OCTAVO_OK);
  }
  void TearDown() override {
    image_choice_free(&all_);
    image_choice_free(&held_);
    dataset_close(data_);
  }
  // How many of a, b, c.
  static std::vector<int> Counts(const image_choice &c) {
    std::vector<int> counts(3);
    for (uint32_t i = 0; i < c.count; i++)
      counts[dataset_label(c.data, c.order[i])]++;
    return counts;
  }
  static std::vector<uint32_t> Order(const image_choice &c) {
    return {c.order, c.order + c.count};
  }

  TemporaryFolder folder_;
  dataset *data_ = nullptr;
  image_choice all_{}, held_{};
  octavo_error error_{};
};

TEST_F(ImageChoice, HoldsOutTheShareOfEachClass) {
  const std::vector<uint32_t> before = Order(all_);
  ASSERT_EQ(image_choice_hold_out(&all_, 0.25, &held_, &error_), OCTAVO_OK);
  EXPECT_THAT(Counts(held_), ElementsAre(10, 3, 0)); // 2.5 rounds up; a single image stays
  EXPECT_THAT(Counts(all_), ElementsAre(30, 7, 1));
  // No image in both, and the order of before in each.
  const std::vector<uint32_t> kept = Order(all_), out = Order(held_);
  std::set<uint32_t> together(kept.begin(), kept.end());
  together.insert(out.begin(), out.end());
  EXPECT_EQ(together.size(), 51u);
  std::vector<uint32_t> kept_before;
  for (uint32_t index : before)
    if (std::find(kept.begin(), kept.end(), index) != kept.end())
      kept_before.push_back(index);
  EXPECT_EQ(kept, kept_before);
}

TEST_F(ImageChoice, BothPartsHaveEveryClassWherePossible) {
  ASSERT_EQ(image_choice_hold_out(&all_, 0.001, &held_, &error_), OCTAVO_OK);
  EXPECT_THAT(Counts(held_), ElementsAre(1, 1, 0));
  image_choice_free(&held_);
  ASSERT_EQ(image_choice_hold_out(&all_, 1.0, &held_, &error_), OCTAVO_OK);
  EXPECT_THAT(Counts(all_), ElementsAre(1, 1, 1));
}

TEST_F(ImageChoice, FollowsTheSeed) {
  image_choice again{}, other{};
  ASSERT_EQ(image_choice_all(data_, 5, &again, &error_), OCTAVO_OK);
  ASSERT_EQ(image_choice_all(data_, 6, &other, &error_), OCTAVO_OK);
  EXPECT_EQ(Order(all_), Order(again));
  EXPECT_NE(Order(all_), Order(other));
  image_choice_free(&again);
  image_choice_free(&other);
}

TEST_F(ImageChoice, LimitTakesTheSameOfEachClassAndTheFirstInOrder) {
  const std::vector<uint32_t> before = Order(all_);
  ASSERT_EQ(image_choice_limit(&all_, 0, &error_), OCTAVO_OK);
  ASSERT_EQ(image_choice_limit(&all_, 1000, &error_), OCTAVO_OK);
  EXPECT_EQ(Order(all_), before);
  // 1 of c and 10 of b is all there is of them.
  ASSERT_EQ(image_choice_limit(&all_, 30, &error_), OCTAVO_OK);
  EXPECT_THAT(Counts(all_), ElementsAre(19, 10, 1));
  ASSERT_EQ(image_choice_limit(&all_, 9, &error_), OCTAVO_OK);
  EXPECT_THAT(Counts(all_), ElementsAre(4, 4, 1));
  ASSERT_EQ(image_choice_limit(&all_, 4, &error_), OCTAVO_OK);
  EXPECT_EQ(all_.count, 4u); // of a or b one more than of the other
  EXPECT_EQ(Counts(all_)[2], 1);
  EXPECT_GE(Counts(all_)[0], 1);
  EXPECT_GE(Counts(all_)[1], 1);
  ASSERT_EQ(image_choice_limit(&all_, 2, &error_), OCTAVO_OK);
  EXPECT_THAT(Order(all_).size(), 2u);
  for (int count : Counts(all_))
    EXPECT_LE(count, 1);
}

TEST_F(ImageChoice, AClassWithoutImagesIsNamed) {
  EXPECT_EQ(image_choice_check(&all_, "training", "flowers", &error_), OCTAVO_OK);
  ASSERT_EQ(image_choice_hold_out(&all_, 0.5, &held_, &error_), OCTAVO_OK);
  EXPECT_EQ(image_choice_check(&held_, "test", "flowers", &error_), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error_.text, HasSubstr("flowers: expected at least one test image of each class, "
                                     "found none of 'c'"));
}

TEST_F(ImageChoice, AllocationFailures) {
  FailEachAllocation([&](octavo_error *error) {
    image_choice some{}, out{};
    octavo_status status = image_choice_all(data_, 1, &some, error);
    if (status == OCTAVO_OK)
      status = image_choice_hold_out(&some, 0.5, &out, error);
    if (status == OCTAVO_OK)
      status = image_choice_limit(&some, 10, error);
    if (status == OCTAVO_OK)
      status = image_choice_check(&some, "training", "x", error);
    image_choice_free(&some);
    image_choice_free(&out);
    return status;
  });
}

} // namespace
