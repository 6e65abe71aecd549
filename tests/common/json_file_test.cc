#include "common/json_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/atomic_file.h"
#include "tests/common/temporary_folder.h"

namespace {

using testing::HasSubstr;

TEST(JsonFile, WritesInOrderAndReadsBack) {
  TemporaryFolder folder;
  octavo_error error = {};
  json_t *root = json_pack("{s:i, s:s}", "z", 1, "a", "µ");
  ASSERT_EQ(json_file_write(folder.path("x.json").c_str(), root, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(folder.read("x.json"), "{\n  \"z\": 1,\n  \"a\": \"µ\"\n}\n");
  json_t *again = nullptr;
  ASSERT_EQ(json_file_read(folder.path("x.json").c_str(), &again, &error), OCTAVO_OK);
  EXPECT_TRUE(json_equal(root, again));
  json_decref(root);
  json_decref(again);
}

TEST(JsonFile, RefusesWhatIsNoJson) {
  TemporaryFolder folder;
  octavo_error error = {};
  json_t *root = nullptr;
  const std::string path = folder.write("x.json", "{\n \"a\": }");
  EXPECT_EQ(json_file_read(path.c_str(), &root, &error), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error.text, HasSubstr("line 2"));
  EXPECT_EQ(root, nullptr);
  EXPECT_EQ(json_file_read(folder.path("none").c_str(), &root, &error), OCTAVO_ERROR_IO);
}

TEST(JsonFile, FailureLeavesNothing) {
  TemporaryFolder folder;
  octavo_error error = {};
  const std::string path = folder.path("x.json");
  EXPECT_EQ(json_file_write(path.c_str(), nullptr, &error), OCTAVO_ERROR_MEMORY);
  json_t *root = json_pack("[i]", 1);
  for (size_t step = 0; step < 3; step++) {
    atomic_file_fail_at(step);
    EXPECT_EQ(json_file_write(path.c_str(), root, &error), OCTAVO_ERROR_IO) << step;
    atomic_file_fail_at(SIZE_MAX);
    EXPECT_THAT(folder.names(), testing::IsEmpty());
  }
  json_decref(root);
}

TEST(JsonFile, TextThatIsNotUtf8IsMended) {
  json_t *text = json_file_text("\xc3\xa9t\xe9 \xc3");
  EXPECT_STREQ(json_string_value(text), "\xc3\xa9t? ?");
  json_decref(text);
}

} // namespace
