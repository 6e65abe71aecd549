/* The list of operators that are not supported: a message as long as it may be, and a text with
 * all.
 */
extern "C" {
#include "converter/onnx/unsupported.h"
}
#include "common/utf8.h"
#include "runtime/memory.h"

#include <gmock/gmock.h>

#include <cstring>
#include <string>

namespace {

using testing::HasSubstr;

class Unsupported : public testing::Test {
protected:
  void TearDown() override {
    unsupported_clear(&list_);
    unsupported_clear(&unchecked_);
  }
  std::string Text() const {
    char *text = unsupported_text(&list_, &unchecked_);
    const std::string copy = text;
    octavo_memory_free(text);
    return copy;
  }

  unsupported_list list_ = {}, unchecked_ = {};
  octavo_error error_ = {};
  bool is_cut_ = true;
};

TEST_F(Unsupported, NothingIsNoError) {
  EXPECT_EQ(unsupported_report(&list_, &unchecked_, &is_cut_, &error_), OCTAVO_OK);
  EXPECT_FALSE(is_cut_);
}

TEST_F(Unsupported, AFewAreAllInTheMessage) {
  ASSERT_TRUE(unsupported_add(&list_, "Sinh", nullptr, "/a"));
  ASSERT_TRUE(unsupported_add(&list_, "Pool", "too large", "/b"));
  ASSERT_TRUE(unsupported_add(&list_, "Sinh", nullptr, "/c"));
  ASSERT_TRUE(unsupported_add(&unchecked_, "Mul", nullptr, "/m"));
  EXPECT_EQ(unsupported_report(&list_, &unchecked_, &is_cut_, &error_), OCTAVO_ERROR_UNSUPPORTED);
  EXPECT_FALSE(is_cut_);
  EXPECT_STREQ(error_.text, "3 operators of this network are not supported: Sinh (2: /a, /c), "
                            "Pool: too large (1: /b); not checked, since they come behind these: "
                            "Mul (1)");
  EXPECT_EQ(Text(), "  Sinh (2): /a, /c\n  Pool: too large (1): /b\n"
                    "not checked, since they come behind these:\n  Mul (1): /m\n");
}

TEST_F(Unsupported, TheTextNamesEveryLayerThatTheMessageLeavesOut) {
  constexpr int kLayers = 3000;
  std::string expected = "  Sinh (3000): ";
  for (int i = 0; i < kLayers; i++) {
    const std::string name = "/stages/" + std::to_string(i) + "/Sinh";
    ASSERT_TRUE(unsupported_add(&list_, "Sinh", nullptr, name.c_str()));
    expected += (i == 0 ? "" : ", ") + name;
  }
  EXPECT_EQ(unsupported_report(&list_, &unchecked_, &is_cut_, &error_), OCTAVO_ERROR_UNSUPPORTED);
  EXPECT_TRUE(is_cut_);
  EXPECT_THAT(error_.text, HasSubstr("Sinh (3000: /stages/0/Sinh, "));
  EXPECT_EQ(Text(), expected + "\n");
}

/* Layers' names of three bytes a character, cut at each place within one. */
TEST_F(Unsupported, TheMessageIsCutBehindACharacter) {
  for (const char *start : {"", "x", "xx"}) {
    unsupported_clear(&list_);
    std::string name = start;
    for (int i = 0; i < 300; i++)
      name += "\xe2\x82\xac";
    ASSERT_TRUE(unsupported_add(&list_, "Sinh", nullptr, name.c_str()));
    EXPECT_EQ(unsupported_report(&list_, &unchecked_, &is_cut_, &error_), OCTAVO_ERROR_UNSUPPORTED);
    EXPECT_TRUE(is_cut_);
    EXPECT_EQ(utf8_name_fault(error_.text, strlen(error_.text)), nullptr) << error_.text;
    EXPECT_THAT(error_.text, HasSubstr("\xe2\x82\xac…)"));
  }
}

/* Types alone may be more than the message holds. */
TEST_F(Unsupported, ManyTypesAreCutToo) {
  std::string expected;
  for (int i = 0; i < 200; i++) {
    const std::string type = "com.other.Operator" + std::to_string(i);
    ASSERT_TRUE(unsupported_add(&list_, type.c_str(), nullptr, "/x"));
    expected += "  " + type + " (1): /x\n";
  }
  EXPECT_EQ(unsupported_report(&list_, &unchecked_, &is_cut_, &error_), OCTAVO_ERROR_UNSUPPORTED);
  EXPECT_TRUE(is_cut_);
  EXPECT_EQ(Text(), expected);
}

} // namespace
