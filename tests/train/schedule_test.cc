// Learning rates against arithmetic.
#include "train/schedule.h"

#include <gtest/gtest.h>

#include <string>

namespace {

double Factor(const std::string &name, double progress, double warmup = 0.25) {
  for (int i = 0; schedule_names[i] != nullptr; i++)
    if (name == schedule_names[i]) {
      EXPECT_EQ(name, schedules[i].name);
      return schedules[i].factor(progress, warmup);
    }
  ADD_FAILURE() << name;
  return 0;
}

TEST(Schedule, Cosine) {
  EXPECT_DOUBLE_EQ(Factor("cosine", 0), 1);
  EXPECT_NEAR(Factor("cosine", 1.0 / 3), 0.75, 1e-12); // (1 + cos 60°) / 2
  EXPECT_NEAR(Factor("cosine", 0.5), 0.5, 1e-12);
  EXPECT_NEAR(Factor("cosine", 1), 0, 1e-12);
}

TEST(Schedule, OneCycle) {
  EXPECT_DOUBLE_EQ(Factor("one-cycle", 0), 0.04);
  EXPECT_DOUBLE_EQ(Factor("one-cycle", 0.125), 0.52);
  EXPECT_DOUBLE_EQ(Factor("one-cycle", 0.25), 1);
  EXPECT_NEAR(Factor("one-cycle", 0.625), 0.5, 1e-12);
  EXPECT_NEAR(Factor("one-cycle", 1), 0, 1e-12);
}

TEST(Schedule, Triangular) {
  EXPECT_DOUBLE_EQ(Factor("triangular", 0, 0.23), 0.2);
  EXPECT_DOUBLE_EQ(Factor("triangular", 0.115, 0.23), 0.6);
  EXPECT_DOUBLE_EQ(Factor("triangular", 0.23, 0.23), 1);
  EXPECT_NEAR(Factor("triangular", 0.615, 0.23), 0.535, 1e-12); // half-way from 1 to 0.07
  EXPECT_NEAR(Factor("triangular", 1, 0.23), 0.07, 1e-12);
  EXPECT_NEAR(Factor("triangular", 0.5, 0.5), 1, 1e-12);
}

TEST(Schedule, StepAndConstant) {
  EXPECT_EQ(Factor("step", 0.49), 1);
  EXPECT_EQ(Factor("step", 0.5), 0.1);
  EXPECT_EQ(Factor("step", 0.74), 0.1);
  EXPECT_EQ(Factor("step", 0.75), 0.01);
  EXPECT_EQ(Factor("constant", 0), 1);
  EXPECT_EQ(Factor("constant", 0.9), 1);
}

} // namespace
