#include "tests/session/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace octavo_test {
namespace {

octavo_session *open(Model &model, bool profile, uint32_t batch) {
  octavo_session_options options;
  octavo_session_options_init(&options);
  options.profile = profile;
  options.batch = batch;
  octavo_session *session = nullptr;
  EXPECT_EQ(octavo_session_create(model.get(), &options, &session, nullptr), OCTAVO_OK);
  return session;
}

TEST(Profile, TimesOperatorsAndCountsRuns) {
  Model model(network());
  octavo_session *session = open(model, true, 2);
  for (int i = 0; i < 3; ++i)
    run_session(session, network_input(model.get(), 2));
  uint64_t total = 0;
  for (uint32_t i = 0; i < octavo_model_operator_count(model.get()); ++i) {
    octavo_profile_entry entry = {};
    ASSERT_EQ(octavo_session_profile(session, i, &entry), OCTAVO_OK);
    octavo_operator_info info = {};
    ASSERT_EQ(octavo_model_operator(model.get(), i, &info), OCTAVO_OK);
    EXPECT_STREQ(entry.name, info.name);
    EXPECT_STREQ(entry.kind, info.kind);
    EXPECT_EQ(entry.runs, 3u);
    EXPECT_EQ(entry.macs, 2 * info.macs);
    EXPECT_STRNE(entry.kernel, "");
    total += entry.nanoseconds;
  }
  EXPECT_GT(total, 0u);
  octavo_session_profile_reset(session);
  octavo_profile_entry entry = {};
  ASSERT_EQ(octavo_session_profile(session, 0, &entry), OCTAVO_OK);
  EXPECT_EQ(entry.runs, 0u);
  EXPECT_EQ(entry.nanoseconds, 0u);
  octavo_session_free(session);
}

TEST(Profile, NamesKernelsAndCountsMacs) {
  Model model(network());
  octavo_session *session = open(model, false, 1);
  run_session(session, network_input(model.get(), 1));
  /* Which of several kernels computes a convolution depends on the processor. */
  const struct {
    const char *kernel;
    uint64_t macs;
  } expected[] = {
      {"qs8-qc8w", 12 * 12 * 8 * 27},
      {"qs8-qc8w d", 12 * 12 * 8 * 9},
      {"qs8-qc8w", 12 * 12 * 8 * 8},
      {"qs8 vadd", 0},
      {"s8 maxpool", 0},
      {"qs8-qc8w", 3 * 3 * 16 * 72},
      {"s8 gavgpool", 0},
      {"qs8-qc8w gemm", 160},
  };
  octavo_profile_entry entry = {};
  for (uint32_t i = 0; i < 8; ++i) {
    ASSERT_EQ(octavo_session_profile(session, i, &entry), OCTAVO_OK);
    EXPECT_THAT(entry.kernel, testing::StartsWith(expected[i].kernel)) << i;
    EXPECT_EQ(entry.macs, expected[i].macs) << i;
    EXPECT_EQ(entry.nanoseconds, 0u); /* not asked for */
  }
  EXPECT_EQ(octavo_session_profile(session, 8, &entry), OCTAVO_ERROR_ARGUMENT);
  octavo_session_free(session);
}

TEST(Profile, NamesKernelsOfDynamicQuantization) {
  NetworkOptions options;
  options.type = OCTAVO_FLOAT32;
  options.dynamic = true;
  Model model(network(options));
  octavo_session *session = open(model, false, 1);
  octavo_profile_entry entry = {};
  for (const uint32_t convolution : {0u, 1u, 2u, 5u}) {
    ASSERT_EQ(octavo_session_profile(session, convolution, &entry), OCTAVO_OK);
    EXPECT_STREQ(entry.kernel, "qd8-f32-qc8w igemm");
  }
  ASSERT_EQ(octavo_session_profile(session, 7, &entry), OCTAVO_OK);
  EXPECT_STREQ(entry.kernel, "qd8-f32-qc8w gemm");
  octavo_session_free(session);
}

} // namespace
} // namespace octavo_test
