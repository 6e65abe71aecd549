#include "benchmarks/stamp_json.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <string>

namespace {

using ::testing::HasSubstr;

bool Warns(const stamp &s, const std::string &text) {
  for (uint32_t i = 0; i < s.warning_count; i++)
    if (std::string(s.warnings[i]).find(text) != std::string::npos)
      return true;
  return false;
}

TEST(Stamp, WarnsAboutUnevenRuns) {
  stamp s = {};
  statistics_summary summary = {};
  summary.p5 = 0.9;
  summary.p50 = 1;
  summary.p90 = 1.1;
  stamp_check_spread(&s, "model", &summary);
  EXPECT_EQ(s.warning_count, 0u);
  summary.p90 = 1.3;
  stamp_check_spread(&s, "model", &summary);
  EXPECT_TRUE(Warns(s, "model: uneven runs, p5 to p90 spans 40 % of the median"));
}

TEST(Stamp, WarnsAboutMoreThreadsThanCpus) {
  stamp s;
  stamp_begin(&s, 100000);
  stamp_end(&s);
  EXPECT_TRUE(Warns(s, "100000 threads on"));
}

TEST(Stamp, WarnsAboutWhatChangedAndWhatIsWrong) {
  stamp s;
  stamp_begin(&s, 1);
  s.cpu.cpus = 4;
  s.before.load_average = 2.5;
  snprintf(s.before.governor, sizeof s.before.governor, "powersave");
  s.before.frequency_mhz = 1e9; // stamp_end reads the real one, which is lower, if it is known
  stamp_end(&s);
  EXPECT_TRUE(Warns(s, "load average 2.50 on 4 CPUs"));
  EXPECT_TRUE(Warns(s, "\"powersave\""));
  EXPECT_EQ(Warns(s, "frequency fell"), s.after.frequency_mhz > 0);
}

TEST(Stamp, NeverOverflowsItsWarnings) {
  stamp s = {};
  statistics_summary summary = {};
  summary.p50 = 1;
  summary.p90 = 9;
  for (int i = 0; i < 100; i++)
    stamp_check_spread(&s, "model", &summary);
  EXPECT_EQ(s.warning_count, static_cast<uint32_t>(STAMP_WARNINGS_MAX));
}

TEST(Stamp, JsonSaysWhetherItIsValid) {
  stamp s;
  stamp_begin(&s, 1);
  s.warning_count = 0;
  json_t *valid = stamp_json(&s);
  EXPECT_TRUE(json_is_true(json_object_get(valid, "valid")));
  json_decref(valid);
  statistics_summary summary = {};
  summary.p50 = 1;
  summary.p90 = 9;
  stamp_check_spread(&s, "model", &summary);
  json_t *invalid = stamp_json(&s);
  EXPECT_TRUE(json_is_false(json_object_get(invalid, "valid")));
  EXPECT_EQ(json_array_size(json_object_get(invalid, "warnings")), 1u);
  json_decref(invalid);
}

} // namespace
