#include "converter/plan/plan.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <vector>

namespace {

plan_result Plan(std::vector<plan_item> &items) {
  plan_result result = {0, 0};
  octavo_error error = {};
  EXPECT_EQ(plan_items(items.data(), (uint32_t)items.size(), &result, &error), OCTAVO_OK)
      << error.text;
  return result;
}

uint64_t Align(uint64_t bytes) {
  return (bytes + 63) / 64 * 64;
}

/* Marks every byte at every step: none may be taken twice. */
void ExpectValid(const std::vector<plan_item> &items, const plan_result &result) {
  uint32_t steps = 0;
  for (const plan_item &item : items)
    steps = std::max(steps, item.last + 1);
  uint64_t most = 0;
  for (uint32_t step = 0; step < steps; step++) {
    std::vector<bool> taken(result.arena_bytes, false);
    uint64_t live = 0;
    for (const plan_item &item : items) {
      if (step < item.first || step > item.last)
        continue;
      live += Align(item.bytes);
      ASSERT_EQ(item.offset % 64, 0u);
      ASSERT_LE(item.offset + item.bytes, result.arena_bytes);
      for (uint64_t b = item.offset; b < item.offset + item.bytes; b++) {
        ASSERT_FALSE(taken[b]) << "byte " << b << " at step " << step;
        taken[b] = true;
      }
    }
    most = std::max(most, live);
  }
  EXPECT_EQ(result.lower_bound, most);
  EXPECT_GE(result.arena_bytes, result.lower_bound);
}

TEST(PlanItems, NothingNeedsNothing) {
  std::vector<plan_item> items;
  EXPECT_EQ(Plan(items).arena_bytes, 0u);
}

TEST(PlanItems, AChainAlternates) {
  /* Each tensor lives from its producer to the next step: two are live at once. */
  std::vector<plan_item> items = {{1000, 0, 1, 0}, {500, 1, 2, 0}, {1000, 2, 3, 0}, {10, 3, 4, 0}};
  const plan_result result = Plan(items);
  ExpectValid(items, result);
  EXPECT_EQ(result.arena_bytes, 1024u + 512u);
}

TEST(PlanItems, SizesAreRoundedUpToTheAlignment) {
  std::vector<plan_item> items = {{1, 0, 0, 0}, {1, 0, 0, 0}};
  EXPECT_EQ(Plan(items).arena_bytes, 128u);
  EXPECT_NE(items[0].offset, items[1].offset);
}

TEST(PlanItems, RandomLifetimesNeverOverlap) {
  std::mt19937 engine(3);
  const auto random = [&engine] { return (uint32_t)engine(); };
  double waste = 0.0;
  for (int round = 0; round < 200; round++) {
    const uint32_t steps = 2 + random() % 30, count = 1 + random() % 40;
    std::vector<plan_item> items(count);
    for (plan_item &item : items) {
      item.bytes = 1 + random() % 600;
      item.first = random() % steps;
      item.last = std::min(steps - 1, item.first + random() % 8);
    }
    const plan_result result = Plan(items);
    ExpectValid(items, result);
    waste += (double)result.arena_bytes / (double)result.lower_bound - 1.0;
  }
  EXPECT_LT(waste / 200, 0.1) << "on average near the lower bound";
}

TEST(PlanItems, SameItemsSamePlan) {
  std::vector<plan_item> a = {{300, 0, 2, 0}, {300, 1, 3, 0}, {300, 2, 4, 0}, {700, 3, 4, 0}},
                         b = a;
  Plan(a);
  Plan(b);
  for (size_t i = 0; i < a.size(); i++)
    EXPECT_EQ(a[i].offset, b[i].offset);
}

TEST(PlanItems, ItemsOfNoBytesAreFine) {
  std::vector<plan_item> items = {{0, 0, 3, 0}, {64, 0, 3, 0}};
  ExpectValid(items, Plan(items));
}

TEST(PlanItems, TotalsThatOverflowAreRefused) {
  std::vector<plan_item> items = {
      {UINT64_C(1) << 62, 0, 0, 0}, {UINT64_C(1) << 62, 0, 0, 0}, {UINT64_C(1) << 62, 0, 0, 0}};
  plan_result result;
  octavo_error error;
  EXPECT_EQ(plan_items(items.data(), 3, &result, &error), OCTAVO_ERROR_ARGUMENT);
  items[0].bytes = UINT64_MAX;
  EXPECT_EQ(plan_items(items.data(), 1, &result, &error), OCTAVO_ERROR_ARGUMENT);
}

} // namespace
