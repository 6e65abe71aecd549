/* ONNX's own backend node tests (Debian: libonnx-testdata), through import, passes, emission and
 * runtime in float32. Every test whose operators are all in the converter's table is run, so that a
 * new operator brings its tests along; what cannot be converted is listed in skips.cc. */
#include "converter/onnx/onnx_import.h"
#include "tests/converter/onnx_backend/comparison.h"
#include "tests/converter/onnx_backend/skips.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>

namespace {

/* The single operators, and layers as PyTorch exported them. */
const char *const folders[] = {"node", "pytorch-converted"};

struct Found {
  std::vector<std::string> names; /* node/test_relu; sorted */
  size_t too_old = 0;             /* of operator sets that the converter does not read */
};

/* All tests whose operators the converter knows. */
Found FindTests() {
  Found found;
  std::error_code missing;
  for (const std::string folder : folders) {
    const std::string path = ONNX_TESTS "/" + folder;
    for (const auto &entry : std::filesystem::directory_iterator(path, missing)) {
      const NodeTest test(entry.path().string());
      if (!test.OperatorsKnown())
        continue;
      found.too_old += test.too_old();
      if (!test.too_old())
        found.names.push_back(folder + "/" + entry.path().filename().string());
    }
  }
  std::sort(found.names.begin(), found.names.end());
  return found;
}

const Found &Tests() {
  static const Found found = FindTests();
  return found;
}

/* What is printed at the end. */
struct Tally {
  size_t passed = 0, failed = 0, variants = 0;
  std::map<std::string, size_t> skipped; /* by reason */
} tally;

class Report : public testing::Environment {
  void TearDown() override {
    size_t skipped = 0;
    for (const auto &[reason, count] : tally.skipped)
      skipped += count;
    std::printf("ONNX node tests: %zu ran, %zu passed (%zu variants), %zu failed; %zu skipped:\n",
                tally.passed + tally.failed, tally.passed, tally.variants, tally.failed, skipped);
    for (const auto &[reason, count] : tally.skipped)
      std::printf("  %4zu  %s\n", count, reason.c_str());
    std::printf("%zu tests of operator sets before %d left out\n", Tests().too_old, ONNX_MIN_OPSET);
  }
};

class OnnxBackend : public testing::TestWithParam<std::string> {};

TEST_P(OnnxBackend, GivesWhatOnnxSays) {
  const NodeTest test(std::string(ONNX_TESTS) + "/" + GetParam());
  const Skip *skip = FindSkip(GetParam());
  std::string messages;
  size_t right = 0;
  if (test.readable()) {
    for (const Variant &variant : test.Variants()) {
      const VariantResult result = TryVariant(test, variant);
      right += result.kind == VariantResult::kRight;
      messages += variant.name + ": " + result.message + "\n";
      EXPECT_TRUE(result.kind != VariantResult::kWrong || (skip != nullptr && skip->differs))
          << variant.name << ": " << result.message;
      EXPECT_TRUE(result.status == OCTAVO_OK || result.status == OCTAVO_ERROR_UNSUPPORTED)
          << "a valid model: " << variant.name << ": " << result.message;
    }
  }
  if (skip != nullptr) {
    EXPECT_EQ(right, 0u) << "passes now: remove it from the list (" << skip->pattern << ")\n"
                         << messages;
    tally.skipped[skip->reason]++;
    return;
  }
  EXPECT_GT(right, 0u) << "no variant can be converted:\n" << messages;
  tally.variants += right;
  (HasFailure() ? tally.failed : tally.passed)++;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(OnnxBackend);
INSTANTIATE_TEST_SUITE_P(All, OnnxBackend, testing::ValuesIn(Tests().names),
                         [](const testing::TestParamInfo<std::string> &test) {
                           std::string name = test.param;
                           std::replace_if(
                               name.begin(), name.end(), [](char c) { return !std::isalnum(c); },
                               '_');
                           return name;
                         });

TEST(OnnxBackendSkips, EachNamesTests) {
  for (const Skip &skip : Skips())
    EXPECT_TRUE(std::any_of(Tests().names.begin(), Tests().names.end(),
                            [&](const std::string &name) { return SkipMatches(skip, name); }))
        << skip.pattern << " (" << skip.reason << ") is no test of a known operator";
}

} // namespace

int main(int argc, char **argv) {
  testing::InitGoogleTest(&argc, argv);
  if (!std::filesystem::is_directory(ONNX_TESTS)) {
    std::printf("skipped: %s (package libonnx-testdata) is absent\n", ONNX_TESTS);
    return 77;
  }
  testing::AddGlobalTestEnvironment(new Report);
  return RUN_ALL_TESTS();
}
