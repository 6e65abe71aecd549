#include "common/edit_distance.h"

#include <gtest/gtest.h>

#include <string>

namespace {

size_t Distance(const std::string &a, const std::string &b) {
  return edit_distance(a.data(), a.size(), b.c_str());
}

// Values from the textbook examples of the Levenshtein distance.
TEST(EditDistance, CountsInsertionsDeletionsAndReplacements) {
  EXPECT_EQ(Distance("", ""), 0u);
  EXPECT_EQ(Distance("", "abc"), 3u);
  EXPECT_EQ(Distance("abc", ""), 3u);
  EXPECT_EQ(Distance("kitten", "sitting"), 3u);
  EXPECT_EQ(Distance("saturday", "sunday"), 3u);
  EXPECT_EQ(Distance("conv1", "conv1"), 0u);
}

TEST(EditDistance, LooksAtTheGivenLengthAlone) {
  EXPECT_EQ(edit_distance("conv1,conv2", 5, "conv1"), 0u);
}

TEST(EditDistance, LongNamesAreCutNotRefused) {
  const std::string a(1000, 'a'), b(900, 'b');
  EXPECT_EQ(Distance(a, b), static_cast<size_t>(EDIT_DISTANCE_LONGEST));
  EXPECT_EQ(Distance(a, a), 0u);
}

} // namespace
