/* The doctor's parts: combinations, feeding, scores, classes, advice. */
#include "converter/doctor/advice.h"
#include "converter/doctor/doctor.h"
#include "converter/doctor/expected_class.h"
#include "runtime/memory.h"
#include "tests/common/allocation_failures.h"
#include "tests/converter/blue_network.h"
#include "tests/converter/tiny_network.h"

#include <algorithm>
#include <fstream>

namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

std::vector<doctor_candidate> Candidates(const octavo_preprocessing &rule, bool distorted) {
  doctor_candidates all = {};
  octavo_error error = {};
  EXPECT_EQ(doctor_candidates_make(&rule, distorted, &all, &error), OCTAVO_OK) << error.text;
  const std::vector<doctor_candidate> list(all.list, all.list + all.count);
  doctor_candidates_free(&all);
  return list;
}

TEST(DoctorCandidates, ThePresentOneIsFirstAndNamed) {
  octavo_preprocessing rule = PlainRule();
  std::vector<doctor_candidate> list = Candidates(rule, true);
  EXPECT_TRUE(list[0].present);
  EXPECT_STREQ(list[0].values, "0..1");
  EXPECT_STREQ(list[0].geometry, "stretched");
  EXPECT_EQ(std::count_if(list.begin(), list.end(), [](auto &c) { return c.present; }), 1);
  /* 7 kinds of values for three channels, 5 orders and layouts, 3 sizes. */
  EXPECT_EQ(list.size(), 7u * 5 * 3);
  EXPECT_EQ(Candidates(rule, false).size(), 7u * 5 * 2) << "cutting out is stretching";

  rule.mean[0] = 0.3f;
  rule.bgr = true;
  list = Candidates(rule, false);
  EXPECT_EQ(list.size(), 8u * 5 * 2) << "values of its own";
  EXPECT_STREQ(list[0].values, "the model's");
  EXPECT_EQ(list[0].order, DOCTOR_BGR);
  for (const doctor_candidate &c : list)
    if (c.order == DOCTOR_RGB && std::string(c.values) == "the model's") {
      EXPECT_THAT(c.rule.mean, ElementsAre(0.0f, 0.0f, 0.3f)) << "blue's is the last now";
    }
}

TEST(DoctorCandidates, OneChannel) {
  octavo_preprocessing rule = PlainRule();
  rule.channels = 1;
  const std::vector<doctor_candidate> list = Candidates(rule, false);
  /* 0..1, MNIST, −1..1, 0..255, −128..127; as it is and transposed; 2 sizes. */
  EXPECT_EQ(list.size(), 5u * 2 * 2);
  for (const doctor_candidate &c : list)
    EXPECT_EQ(c.order, DOCTOR_GREY);
}

/* 2 × 2 pixels with the values 1 to 12. */
std::vector<float> Feed(doctor_order order, doctor_layout layout) {
  std::vector<uint8_t> rgb = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const image picture = {rgb.data(), 2, 2};
  doctor_candidate c = {};
  c.rule = PlainRule();
  c.rule.width = c.rule.height = c.rule.resize_width = c.rule.resize_height = 2;
  c.rule.scale = 1.0f;
  c.rule.mean[0] = 1.0f;
  c.rule.bgr = order == DOCTOR_BGR;
  c.order = order;
  c.layout = layout;
  std::vector<float> values(12);
  octavo_error error = {};
  EXPECT_EQ(doctor_feed(&c, &picture, values.data(), &error), OCTAVO_OK) << error.text;
  return values;
}

TEST(DoctorFeed, OrdersAndLayouts) {
  EXPECT_THAT(Feed(DOCTOR_RGB, DOCTOR_LAYOUT_RIGHT),
              ElementsAre(0, 2, 3, 3, 5, 6, 6, 8, 9, 9, 11, 12));
  EXPECT_THAT(Feed(DOCTOR_BGR, DOCTOR_LAYOUT_RIGHT),
              ElementsAre(2, 2, 1, 5, 5, 4, 8, 8, 7, 11, 11, 10));
  /* Planes 0 2 3 3, 5 6 6 8, 9 9 11 12. */
  EXPECT_THAT(Feed(DOCTOR_RGB, DOCTOR_LAYOUT_INTERLEAVED),
              ElementsAre(0, 5, 9, 2, 6, 9, 3, 6, 11, 3, 8, 12));
  EXPECT_THAT(Feed(DOCTOR_RGB, DOCTOR_LAYOUT_TRANSPOSED),
              ElementsAre(0, 2, 3, 6, 8, 9, 3, 5, 6, 9, 11, 12));
  /* Luma 0.299 R + 0.587 G + 0.114 B: 1.8, 4.8, 7.8, 10.8. */
  EXPECT_THAT(Feed(DOCTOR_GREY, DOCTOR_LAYOUT_RIGHT),
              ElementsAre(1, 2, 2, 4, 5, 5, 7, 8, 8, 10, 11, 11));
}

class DoctorModel : public testing::Test {
protected:
  void SetUp() override {
    bytes_ = BlueNetwork(PlainRule());
    octavo_error error = {};
    ASSERT_EQ(octavo_model_open_memory(bytes_.data(), bytes_.size(), &model_, &error), OCTAVO_OK)
        << error.text;
  }
  void TearDown() override {
    octavo_model_close(model_);
  }
  std::string bytes_;
  octavo_model *model_ = nullptr;
};

TEST_F(DoctorModel, ScoresAreThoseOfTheNetwork) {
  std::vector<uint8_t> half(192, 0), dark(192, 0);
  for (size_t i = 2; i < half.size(); i += 3)
    half[i] = 127;
  image pictures[] = {{half.data(), 8, 8}, {dark.data(), 8, 8}};
  uint32_t classes[] = {1, 0};
  const doctor_images images = {pictures, classes, 2};
  doctor_candidates all = {};
  octavo_error error = {};
  const octavo_preprocessing rule = PlainRule();
  ASSERT_EQ(doctor_candidates_make(&rule, false, &all, &error), OCTAVO_OK);
  std::vector<doctor_score> one(all.count), two(all.count);
  doctor_trial trial = {model_, &images, &all, 1, nullptr};
  ASSERT_EQ(doctor_trial_run(&trial, one.data(), &error), OCTAVO_OK) << error.text;
  trial.threads = 2;
  ASSERT_EQ(doctor_trial_run(&trial, two.data(), &error), OCTAVO_OK) << error.text;
  const double mid = 10.0 * 127 / 255; /* against 2.5, and 0 against 2.5 */
  EXPECT_EQ(one[0].right, 2u);
  EXPECT_NEAR(one[0].mean_log, (-std::log1p(std::exp(2.5 - mid)) - std::log1p(std::exp(-2.5))) / 2,
              1e-5);
  for (uint32_t i = 0; i < all.count; i++) {
    EXPECT_EQ(one[i].right, two[i].right);
    EXPECT_EQ(one[i].mean_log, two[i].mean_log);
    EXPECT_EQ(one[i].disagrees, 2 - one[i].right) << "the present way is right twice";
  }
  doctor_candidates_free(&all);
}

TEST_F(DoctorModel, Classes) {
  uint32_t index = 9;
  octavo_error error = {};
  const auto find = [&](const char *text) {
    index = 9;
    return expected_class_find(model_, 2, text, &index, &error);
  };
  for (const char *text : {"mid, half bright", "MID", "half bright", "1"}) {
    EXPECT_EQ(find(text), OCTAVO_OK) << text;
    EXPECT_EQ(index, 1u) << text;
  }
  EXPECT_EQ(find("bark"), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error.text, HasSubstr("did you mean 'dark' (0)"));
  EXPECT_EQ(find("bright"), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error.text, HasSubstr("'mid, half bright' (1)"));
  EXPECT_EQ(find("2"), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error.text, HasSubstr("a number from 0 to 1"));
  for (const char *text : {"99999999999999999999", "-1", "1x", ""})
    EXPECT_EQ(find(text), OCTAVO_ERROR_ARGUMENT) << text;
}

TEST(DoctorAdvice, TheBestFirstAndEqualOnesAsListed) {
  const doctor_score scores[] = {{1, 0, -0.5}, {2, 0, -9.0}, {2, 0, -1.0}, {1, 0, -0.5}};
  uint32_t order[4];
  doctor_rank(scores, 4, order);
  EXPECT_THAT(order, ElementsAre(2u, 1u, 0u, 3u));
}

TEST(DoctorAdvice, WhatCountsAsAMistake) {
  const auto find = [](uint32_t now, uint32_t best, uint32_t disagrees, uint32_t images) {
    const doctor_score scores[] = {{now, 0, 0.0}, {best, disagrees, 0.0}};
    return doctor_find(scores, 1, images);
  };
  EXPECT_EQ(find(0, 1, 1, 1), DOCTOR_MISTAKE);
  EXPECT_EQ(find(1, 1, 0, 1), DOCTOR_SOUND);
  EXPECT_EQ(find(0, 0, 0, 1), DOCTOR_UNKNOWN);
  EXPECT_EQ(find(80, 84, 10, 100), DOCTOR_SOUND) << "4 ahead of 10 coins is chance";
  EXPECT_EQ(find(80, 90, 20, 100), DOCTOR_MISTAKE);
}

TEST(DoctorAdvice, Options) {
  doctor_candidate c = {};
  c.rule = PlainRule();
  char text[512];
  doctor_options(&c, text, sizeof text);
  EXPECT_STREQ(text, "--mean 0 --std 1 --crop none");
  EXPECT_STREQ(doctor_remedy(&c), "");
  c.order = DOCTOR_BGR;
  c.rule.bgr = true;
  c.rule.scale = 1.0f;
  c.rule.mean[1] = 116.78f;
  c.rule.resize = OCTAVO_RESIZE_SHORT_SIDE;
  doctor_options(&c, text, sizeof text);
  EXPECT_STREQ(text, "--bgr --scale 1 --mean 0,116.78,0 --std 1 --crop center");
  c.rule.resize_height = 9;
  doctor_options(&c, text, sizeof text);
  EXPECT_THAT(text, HasSubstr("--resize 9"));
  c.layout = DOCTOR_LAYOUT_INTERLEAVED;
  EXPECT_THAT(doctor_remedy(&c), HasSubstr("no option can imitate"));
}

TEST(Doctor, EveryAllocationMayFail) {
  TemporaryFolder folder;
  std::ofstream(folder.Path("m.octavo"), std::ios::binary) << BlueNetwork(PlainRule());
  WriteColour(folder.Path("blue.png"), 12, 8, 0, 0, 128);
  const std::string model = folder.Path("m.octavo"), image = folder.Path("blue.png");
  char *arguments[] = {const_cast<char *>(image.c_str())};
  convert_options options = {};
  options.source = model.c_str();
  options.expect = "mid";
  options.images = {arguments, 1};
  options.threads = 1;
  FailEachAllocation([&](octavo_error *error) {
    char *unsupported = nullptr;
    const octavo_status status = doctor_run(&options, nullptr, nullptr, &unsupported, error);
    octavo_memory_free(unsupported);
    return status;
  });
}

} // namespace
