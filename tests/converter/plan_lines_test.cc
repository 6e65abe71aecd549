#include "converter/eager/plan_lines.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace {

struct Line {
  plan_line_kind kind;
  std::vector<std::string> modules;
  std::string observer, problem;
};

Line Parse(const std::string &text) {
  // On the heap, with nothing behind the last byte, for AddressSanitizer.
  const std::vector<char> bytes(text.begin(), text.end());
  auto line = std::make_unique<plan_line>();
  plan_line_parse(bytes.data(), bytes.size(), line.get());
  Line result = {line->kind, {}, line->observer, line->problem == nullptr ? "" : line->problem};
  for (uint32_t i = 0; i < line->module_count; i++)
    result.modules.emplace_back(line->modules[i]);
  return result;
}

using Names = std::vector<std::string>;

TEST(PlanLines, Empty) {
  for (const char *text : {"", "   ", "\t\r", "# quantize", "  # x"})
    EXPECT_EQ(Parse(text).kind, PLAN_LINE_EMPTY) << text;
}

TEST(PlanLines, Keywords) {
  EXPECT_EQ(Parse("quantize").kind, PLAN_LINE_QUANTIZE);
  EXPECT_EQ(Parse("  dequantize  # the end\r").kind, PLAN_LINE_DEQUANTIZE);
  // Quoted, or with more on the line, it is a module's name.
  EXPECT_EQ(Parse("\"quantize\"").modules, Names{"quantize"});
  EXPECT_EQ(Parse("quantize + relu").modules, (Names{"quantize", "relu"}));
}

TEST(PlanLines, ModulesAndObserver) {
  const Line line = Parse("conv1+bn1 + /layer1/Relu_0   mse # Conv");
  EXPECT_EQ(line.kind, PLAN_LINE_LAYER);
  EXPECT_EQ(line.modules, (Names{"conv1", "bn1", "/layer1/Relu_0"}));
  EXPECT_EQ(line.observer, "mse");
  EXPECT_EQ(Parse("conv1").observer, "");
}

TEST(PlanLines, QuotedNames) {
  EXPECT_EQ(Parse(R"("a b" + "c+d" "mse")").kind, PLAN_LINE_BROKEN) << "observers are not quoted";
  EXPECT_EQ(Parse(R"("a b" + "c+d")").modules, (Names{"a b", "c+d"}));
  EXPECT_EQ(Parse(R"("say \"x\" \\ # y" minmax)").modules, Names{R"(say "x" \ # y)"});
}

TEST(PlanLines, LineBreaksInNamesAreEscaped) {
  EXPECT_EQ(Parse(R"("a\nb" + "c\rd" + "e\n")").modules, (Names{"a\nb", "c\rd", "e\n"}));
}

TEST(PlanLines, WhatMakesNoSense) {
  for (const std::string &text :
       {std::string("conv +"), std::string("+ conv"), std::string("a + + b"),
        std::string("a mse b"), std::string("a mse + b"), std::string("\"abc"),
        std::string("a\\\"b"), std::string(2000, 'x'), std::string("\"") + std::string(2000, 'x'),
        std::string("a ") + std::string(40, 'o'), std::string("a\0b", 3).substr(1),
        std::string("a+b+c+d+e+f+g+h+i")}) {
    const Line line = Parse(text);
    EXPECT_EQ(line.kind, PLAN_LINE_BROKEN) << text;
    EXPECT_NE(line.problem, "") << text;
  }
}

} // namespace
