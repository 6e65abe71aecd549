// Against the table of well-formed sequences in RFC 3629, section 4.
#include "common/utf8.h"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using testing::HasSubstr;

TEST(Utf8, LengthsOfSequences) {
  EXPECT_EQ(utf8_length("a"), 1u);
  for (const char *two : {"\xc2\x80", "\xdf\xbf"})
    EXPECT_EQ(utf8_length(two), 2u) << two;
  for (const char *three :
       {"\xe0\xa0\x80", "\xe1\x80\x80", "\xec\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80"})
    EXPECT_EQ(utf8_length(three), 3u) << three;
  for (const char *four : {"\xf0\x90\x80\x80", "\xf3\xbf\xbf\xbf", "\xf4\x8f\xbf\xbf"})
    EXPECT_EQ(utf8_length(four), 4u) << four;
}

TEST(Utf8, WhatIsNoSequence) {
  for (const char *bad : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
                          "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",
                          "\xc3", "\xc3\n", "\xe2\x82", "\xf0\x9f\x98"})
    EXPECT_EQ(utf8_length(bad), 0u) << bad;
}

TEST(Utf8, NamesHaveNoFault) {
  for (const std::string good :
       {"", "cat", "small dog", "\xc3\xa4pfel", "\xe7\x8c\xab", "\xc2\xa0"})
    EXPECT_EQ(utf8_name_fault(good.c_str(), good.size()), nullptr) << good;
  EXPECT_EQ(utf8_name_fault("cat\ndog", 3), nullptr);
}

TEST(Utf8, FaultsOfNames) {
  for (const std::string control : {"a\n", "\x1f", "\x7f", "a\tb", "\xc2\x9f"})
    EXPECT_THAT(utf8_name_fault(control.c_str(), control.size()), HasSubstr("control"));
  EXPECT_THAT(utf8_name_fault("a\0b", 3), HasSubstr("control"));
  for (const std::string bad : {"a\xff", "\xc3", "\xe4hnlich"})
    EXPECT_THAT(utf8_name_fault(bad.c_str(), bad.size()), HasSubstr("UTF-8"));
  EXPECT_THAT(utf8_name_fault("\xc3\xa4", 1), HasSubstr("UTF-8")) << "cut within a sequence";
}

TEST(Utf8, PrefixEndsBehindACharacter) {
  const char *text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x99z";
  const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
  for (size_t limit = 0; limit < std::size(expected); limit++)
    EXPECT_EQ(utf8_prefix(text, limit), expected[limit]) << limit;
  EXPECT_EQ(utf8_prefix("\xff\xc3", 1), 1u) << "what is no character counts as one";
  EXPECT_EQ(utf8_prefix("\xff\xc3", 9), 2u);
}

TEST(Utf8, MendReplacesBytesThatBelongToNoSequence) {
  for (const auto &[text, mended] :
       std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                        {"plain", "plain"},
                                                        {"\xc3\xa9", "\xc3\xa9"},
                                                        {"a\xff"
                                                         "b",
                                                         "a?b"},
                                                        {"\xc3", "?"},
                                                        {"\xe2\x82", "??"},
                                                        {"\xed\xa0\x80"
                                                         "z",
                                                         "???z"}}) {
    std::string copy = text;
    utf8_mend(copy.data());
    EXPECT_EQ(copy, mended);
  }
}

} // namespace
