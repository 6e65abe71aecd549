#include "common/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace {

// splitmix64 from seed 1234567: the values published with the generator (Vigna, Rosetta Code).
TEST(Random, SeedIsSplitmix) {
  random_state state;
  random_seed(&state, 1234567);
  EXPECT_EQ(state.s[0], UINT64_C(6457827717110365317));
  EXPECT_EQ(state.s[1], UINT64_C(3203168211198807973));
  EXPECT_EQ(state.s[2], UINT64_C(9817491932198370423));
  EXPECT_EQ(state.s[3], UINT64_C(4593380528125082431));
}

// By hand from the definition of xoshiro256**, state 1, 2, 3, 4: the first result is
// rotl(2 · 5, 7) · 9 = 1280 · 9; the published reference gives the same sequence.
TEST(Random, NextIsXoshiro) {
  random_state state = {{1, 2, 3, 4}};
  EXPECT_EQ(random_next(&state), 11520u);
  EXPECT_EQ(random_next(&state), 0u);
  EXPECT_EQ(random_next(&state), 1509978240u);
  EXPECT_EQ(random_next(&state), UINT64_C(1215971899390074240));
}

TEST(Random, BelowStaysBelowAndIsEven) {
  random_state state;
  random_seed(&state, 1);
  std::vector<int> counts(6);
  for (int i = 0; i < 60000; i++) {
    const uint64_t value = random_below(&state, 6);
    ASSERT_LT(value, 6u);
    counts[value]++;
  }
  for (int count : counts)
    EXPECT_NEAR(count, 10000, 500); // five standard deviations
  EXPECT_EQ(random_below(&state, 1), 0u);
}

TEST(Random, UniformAndNormalHaveTheirMoments) {
  random_state state;
  random_seed(&state, 2);
  const int n = 100000;
  double uniform = 0.0;
  double normal = 0.0;
  double square = 0.0;
  for (int i = 0; i < n; i++) {
    const double u = random_uniform(&state);
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    uniform += u;
    const double x = random_normal(&state);
    ASSERT_TRUE(std::isfinite(x));
    normal += x;
    square += x * x;
  }
  EXPECT_NEAR(uniform / n, 0.5, 0.005);
  EXPECT_NEAR(normal / n, 0.0, 0.02);
  EXPECT_NEAR(square / n, 1.0, 0.03);
}

TEST(Random, ShuffleIsAPermutationThatFollowsTheSeed) {
  std::vector<uint32_t> a(100);
  std::iota(a.begin(), a.end(), 0u);
  std::vector<uint32_t> b = a;
  std::vector<uint32_t> c = a;
  const std::vector<uint32_t> sorted = a;
  random_state state;
  random_seed(&state, 7);
  random_shuffle(&state, a.data(), a.size());
  random_seed(&state, 7);
  random_shuffle(&state, b.data(), b.size());
  random_seed(&state, 8);
  random_shuffle(&state, c.data(), c.size());
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
  EXPECT_NE(a, sorted);
  std::sort(a.begin(), a.end());
  EXPECT_EQ(a, sorted);
}

} // namespace
