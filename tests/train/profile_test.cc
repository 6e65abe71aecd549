// Shares of time: what each mark counts, and that nothing is lost or counted twice.
#include "train/profile.h"

#include "platforms/platform.h"
#include "tests/common/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Two steps: convolutions 3 + 5 ms forward and backward and 1 ms for their copies, batch norm 6 ms,
// the optimizer 2 ms, the rest 3 ms.
profile Known() {
  profile p{};
  p.steps = 2;
  p.nanoseconds[PROFILE_CONVOLUTION][PROFILE_FORWARD] = 3000000;
  p.nanoseconds[PROFILE_CONVOLUTION][PROFILE_BACKWARD] = 5000000;
  p.nanoseconds[PROFILE_CONVOLUTION][PROFILE_UPDATE] = 1000000;
  p.nanoseconds[PROFILE_BATCH_NORM][PROFILE_BACKWARD] = 6000000;
  p.nanoseconds[PROFILE_OPTIMIZER][PROFILE_UPDATE] = 2000000;
  p.nanoseconds[PROFILE_OTHER][PROFILE_FORWARD] = 3000000;
  return p;
}

std::string Printed(const profile &p) {
  const TemporaryFolder folder;
  octavo_error error{};
  FILE *file = fopen(folder.path("out").c_str(), "w");
  EXPECT_EQ(profile_print(&p, file, &error), OCTAVO_OK) << error.text;
  fclose(file);
  return folder.read("out");
}

TEST(Profile, MarksShareOutAllOfTheTime) {
  profile p{};
  const uint64_t begun = platform_nanoseconds();
  profile_start(&p);
  platform_sleep(20000000);
  profile_mark(&p, PROFILE_POOL, PROFILE_BACKWARD);
  platform_sleep(5000000);
  profile_mark(&p, PROFILE_LOSS, PROFILE_FORWARD);
  platform_sleep(1000000);
  profile_stop(&p);
  const double spent = static_cast<double>(platform_nanoseconds() - begun) * 1e-9;
  EXPECT_GE(p.nanoseconds[PROFILE_POOL][PROFILE_BACKWARD], 20000000u);
  EXPECT_GE(p.nanoseconds[PROFILE_LOSS][PROFILE_FORWARD], 5000000u);
  EXPECT_GE(p.nanoseconds[PROFILE_OTHER][PROFILE_FORWARD], 1000000u);
  EXPECT_GE(profile_seconds(&p), 0.026);
  EXPECT_LE(profile_seconds(&p), spent);
}

TEST(Profile, MarksOutsideDoNothing) {
  profile_mark(nullptr, PROFILE_POOL, PROFILE_FORWARD);
  profile p{};
  profile_mark(&p, PROFILE_POOL, PROFILE_FORWARD);
  profile_stop(&p);
  EXPECT_EQ(profile_seconds(&p), 0);
  profile_start(&p);
  profile_stop(&p);
  const double seconds = profile_seconds(&p);
  platform_sleep(1000000);
  profile_mark(&p, PROFILE_POOL, PROFILE_FORWARD);
  EXPECT_EQ(profile_seconds(&p), seconds);
  EXPECT_EQ(profile_share_outside_convolutions(&p), 1);
}

TEST(Profile, EveryKindOfLayerHasItsPart) {
  for (int kind = ARCHITECTURE_INPUT + 1; kind < ARCHITECTURE_KINDS; kind++)
    EXPECT_NE(profile_part_of(static_cast<architecture_kind>(kind)), PROFILE_OTHER) << kind;
  EXPECT_EQ(profile_part_of(ARCHITECTURE_CONVOLUTION), PROFILE_CONVOLUTION);
  EXPECT_EQ(profile_part_of(ARCHITECTURE_GLOBAL_AVERAGE), PROFILE_POOL);
  EXPECT_EQ(profile_part_of(ARCHITECTURE_INPUT), PROFILE_OTHER);
}

TEST(Profile, CopiesOfWeightsAreOutsideConvolutions) {
  const profile p = Known();
  EXPECT_DOUBLE_EQ(profile_seconds(&p), 0.020);
  EXPECT_DOUBLE_EQ(profile_share_outside_convolutions(&p), 12.0 / 20.0);
  const profile nothing{};
  EXPECT_EQ(profile_share_outside_convolutions(&nothing), 0);
}

TEST(Profile, AddsUp) {
  profile sum = Known();
  const profile more = Known();
  profile_add(&sum, &more);
  EXPECT_EQ(sum.steps, 4u);
  EXPECT_DOUBLE_EQ(profile_seconds(&sum), 0.040);
  EXPECT_EQ(sum.nanoseconds[PROFILE_BATCH_NORM][PROFILE_BACKWARD], 12000000u);
}

TEST(Profile, TableIsPerStepAndItsSharesSumToAHundred) {
  const std::string text = Printed(Known());
  EXPECT_THAT(text, HasSubstr("| convolution |   1.500 |    2.500 |  0.500 | 4.500 | 45.0 % |"));
  EXPECT_THAT(text, HasSubstr("convolutions 40.0 % of the time, the rest 60.0 %"));
  EXPECT_THAT(text, Not(HasSubstr("pool")));
  std::istringstream lines(text);
  double sum = 0;
  for (std::string line; std::getline(lines, line);) {
    const size_t end = line.rfind(" % |");
    if (end != std::string::npos)
      sum += std::stod(line.substr(line.rfind('|', end) + 1));
  }
  EXPECT_NEAR(sum, 100, 0.3);
}

TEST(Profile, JsonTellsAllParts) {
  const profile p = Known();
  json_t *root = profile_json(&p);
  ASSERT_NE(root, nullptr);
  EXPECT_EQ(json_integer_value(json_object_get(root, "steps")), 2);
  EXPECT_DOUBLE_EQ(json_real_value(json_object_get(root, "outside_convolutions")), 0.6);
  const char *name = nullptr;
  json_t *part = nullptr;
  double sum = 0;
  json_object_foreach(json_object_get(root, "parts"), name, part) {
    sum += json_real_value(json_object_get(part, "share"));
  }
  EXPECT_NEAR(sum, 1, 1e-12);
  part = json_object_get(json_object_get(root, "parts"), "batch norm");
  EXPECT_DOUBLE_EQ(json_real_value(json_object_get(part, "backward_seconds")), 0.006);
  json_decref(root);
}

} // namespace
