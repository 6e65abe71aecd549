#include "tests/common/json_text.h"

#include <gtest/gtest.h>
#include <jansson.h>

#include <string>

namespace {

// jansson, an independent reader, must see the same string.
TEST(JsonWriter, StringsSurviveAParser) {
  const std::string tricky = "q\" b\\ n\n t\t \x01 µ € \xf0\x9f\x90\x99 /";
  const std::string text = Write([&](json_writer *w) {
    json_writer_object(w, nullptr);
    json_writer_string(w, "k\"ey", tricky.c_str());
    json_writer_string(w, "null", nullptr);
    json_writer_close(w);
  });
  json_error_t error;
  json_t *root = json_loads(text.c_str(), 0, &error);
  ASSERT_NE(root, nullptr) << error.text << "\n" << text;
  EXPECT_EQ(json_string_value(json_object_get(root, "k\"ey")), tricky);
  EXPECT_TRUE(json_is_null(json_object_get(root, "null")));
  json_decref(root);
}

} // namespace
