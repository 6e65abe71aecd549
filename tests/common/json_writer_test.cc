#include "tests/common/json_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace {

TEST(JsonWriter, NestsAndIndents) {
  const std::string text = Write([](json_writer *w) {
    json_writer_object(w, nullptr);
    json_writer_integer(w, "a", -3);
    json_writer_list(w, "list");
    json_writer_real(w, nullptr, 0.5);
    json_writer_real(w, nullptr, static_cast<double>(NAN));
    json_writer_boolean(w, nullptr, true);
    json_writer_unsigned(w, nullptr, UINT64_MAX);
    json_writer_close(w);
    json_writer_object(w, "empty");
    json_writer_close(w);
    json_writer_close(w);
  });
  EXPECT_EQ(text, "{\n  \"a\": -3,\n  \"list\": [\n    0.5,\n    null,\n    true,\n"
                  "    18446744073709551615\n  ],\n  \"empty\": {}\n}\n");
}

TEST(JsonWriter, BytesThatAreNotUtf8AreReplaced) {
  const struct {
    const char *bytes, *expected;
  } cases[] = {
      {"a\xff", "\"a\\ufffd\""},                                // never a first byte
      {"\xc3", "\"\\ufffd\""},                                  // cut off
      {"\xc0\x80", "\"\\ufffd\\ufffd\""},                       // overlong
      {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},            // surrogate
      {"\xe0\x9f\xbf", "\"\\ufffd\\ufffd\\ufffd\""},            // overlong
      {"\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""}, // above U+10FFFF
  };
  for (const auto &c : cases)
    EXPECT_EQ(Write([&](json_writer *w) { json_writer_string(w, nullptr, c.bytes); }), c.expected);
}

} // namespace
