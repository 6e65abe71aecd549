// Recipes against what the documentation promises of them.
#include "train/augment.h"
#include "train/recipes.h"
#include "train/schedule.h"

#include <gtest/gtest.h>

namespace {

TEST(Recipes, ClassicIsTheSettingOfTheWalkThroughs) {
  for (const char *network : {static_cast<const char *>(nullptr), "resnet18", "resnet8"}) {
    train_settings s{};
    recipe_take(&s, RECIPE_CLASSIC, network);
    EXPECT_EQ(s.epochs, 10u);
    EXPECT_EQ(s.batch, 128u);
    EXPECT_EQ(s.rate, 0.01);
    EXPECT_EQ(s.momentum, 0.9);
    EXPECT_EQ(s.weight_decay, 5e-4);
    EXPECT_EQ(s.nesterov, 0);
    EXPECT_EQ(s.label_smoothing, 0.0);
    EXPECT_STREQ(schedules[s.schedule].name, "cosine");
  }
}

TEST(Recipes, FastHasRowsForSomeNetworks) {
  train_settings any{}, unknown{}, small{};
  recipe_take(&any, RECIPE_FAST, nullptr);
  recipe_take(&unknown, RECIPE_FAST, "a network without a row");
  recipe_take(&small, RECIPE_FAST, "resnet20");
  EXPECT_EQ(any.rate, unknown.rate);
  EXPECT_EQ(any.label_smoothing, unknown.label_smoothing);
  EXPECT_GT(small.rate, any.rate);
  EXPECT_EQ(small.label_smoothing, 0.0);
  EXPECT_STREQ(schedules[small.schedule].name, "one-cycle");
}

// Jordan, 2024: rate 11.5 and decay 0.0153 for sums over 1024 images, both divided by
// 1024 · (1 + 1 / (1 − momentum)); the decay there is not multiplied by the rate.
TEST(Recipes, AirbenchsRateAndDecayOfAMean) {
  train_settings s{};
  recipe_take(&s, RECIPE_FAST, "airbench94");
  const double scale = 1024 * (1 + 1 / (1 - s.momentum));
  const double rate_of_sum = 11.5 / scale, decay_of_sum = 0.0153 * 1024 / scale / rate_of_sum;
  EXPECT_NEAR(s.rate, rate_of_sum * 1024, 0.01);
  EXPECT_NEAR(s.weight_decay, decay_of_sum / 1024, 1e-5);
  EXPECT_EQ(s.batch, 1024u);
  EXPECT_STREQ(schedules[s.schedule].name, "triangular");
  EXPECT_EQ(s.lookahead, 5u);
}

TEST(Recipes, WhatNoRecipeSays) {
  for (const int recipe : {RECIPE_CLASSIC, RECIPE_FAST}) {
    train_settings s{};
    recipe_take(&s, recipe, nullptr);
    EXPECT_EQ(s.recipe, recipe);
    EXPECT_EQ(s.seed, 1u);
    EXPECT_EQ(s.held_out, 0);
    EXPECT_EQ(s.lookahead, 0u);
    EXPECT_EQ(s.lookahead_share, 0.5);
  }
}

} // namespace
