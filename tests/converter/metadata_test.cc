// What the importer takes from a model's metadata, and what it refuses. The model is
// tests/data/onnx/bad/good.onnx with entries behind it.
#include "converter/onnx/onnx_import.h"
#include "runtime/memory.h"
#include "tests/converter/metadata.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const char kMean[] = "octavo.mean", kStd[] = "octavo.std", kLabels[] = "octavo.labels";

class Metadata : public testing::Test {
protected:
  void SetUp() override {
    std::ifstream stream(std::string(OCTAVO_TEST_DATA) + "/onnx/bad/good.onnx", std::ios::binary);
    model_.assign(std::istreambuf_iterator<char>(stream), {});
    ASSERT_GT(model_.size(), 100u);
  }
  void TearDown() override {
    graph_free(graph_);
  }
  octavo_status Import(const std::string &entries) {
    graph_free(graph_);
    const std::string bytes = model_ + entries;
    return onnx_import_memory(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size(),
                              "bytes", nullptr, &graph_, &error_);
  }
  void ExpectRefused(const std::string &entries, const char *key, const std::string &message) {
    EXPECT_EQ(Import(entries), OCTAVO_ERROR_FORMAT) << entries;
    EXPECT_EQ(graph_, nullptr);
    EXPECT_THAT(error_.text, AllOf(HasSubstr(std::string("'") + key + "'"), HasSubstr(message),
                                   HasSubstr("export the network again")));
  }
  // The same text for both, so that neither lacks its twin.
  static std::string Both(const std::string &mean, const std::string &deviation) {
    return MetadataEntry(kMean, mean) + MetadataEntry(kStd, deviation);
  }

  std::string model_;
  graph *graph_ = nullptr;
  octavo_error error_ = {};
};

TEST_F(Metadata, NothingIsSaidWithoutEntries) {
  ASSERT_EQ(Import(""), OCTAVO_OK) << error_.text;
  EXPECT_EQ(graph_->metadata.channels, 0u);
  EXPECT_EQ(graph_->metadata.labels, nullptr);
}

TEST_F(Metadata, ThreeNumbersAreExact) {
  ASSERT_EQ(Import(Both("0.491400003,0.482199997,-0.446500003", "0.25,1e-3, 2")), OCTAVO_OK)
      << error_.text;
  const graph_metadata &m = graph_->metadata;
  EXPECT_EQ(m.channels, 3u);
  EXPECT_THAT(m.mean, ElementsAre(0.4914f, 0.4822f, -0.4465f));
  EXPECT_THAT(m.std, ElementsAre(0.25f, 0.001f, 2.0f));
}

TEST_F(Metadata, OneNumberIsForOneChannel) {
  ASSERT_EQ(Import(Both("0.5", "0.25")), OCTAVO_OK) << error_.text;
  EXPECT_EQ(graph_->metadata.channels, 1u);
  EXPECT_EQ(graph_->metadata.mean[0], 0.5f);
  EXPECT_EQ(graph_->metadata.std[0], 0.25f);
}

TEST_F(Metadata, OtherKeysAreIgnored) {
  ASSERT_EQ(Import(MetadataEntry("author", "\xff") + MetadataEntry("octavo.mea", "x") +
                   MetadataEntry("octavo.means", "x") + MetadataEntry("", "x") +
                   ProtobufField(14, "") + MetadataEntry("author", "twice")),
            OCTAVO_OK)
      << error_.text;
  EXPECT_EQ(graph_->metadata.channels, 0u);
}

TEST_F(Metadata, WhatIsNoListOfNumbersIsRefused) {
  for (const char *text : {"", ",", "x", "0.5,", "0.5,0.5", "1,1,1,", "1,1,1,1", "1,,1", "1 1 1",
                           "1,1,1x", "nan", "inf,1,1", "1e39", "1;1;1"}) {
    ExpectRefused(Both(text, "1,1,1"), kMean, std::string("found '") + text + "'");
    ExpectRefused(Both("1,1,1", text), kStd, std::string("found '") + text + "'");
  }
  ExpectRefused(Both("\xff\xfe", "1"), kMean, "a text that is not valid UTF-8");
  ExpectRefused(Both("1", "\x1b[2J"), kStd, "a text that holds a control character");
  ExpectRefused(ProtobufField(14, ProtobufField(1, kMean)), kMean, "found ''");
}

TEST_F(Metadata, DeviationsAreAboveZero) {
  for (const char *text : {"0", "1,0,1", "-1,1,1", "1,1,-0.0", "1e-60"})
    ExpectRefused(Both("1", text), kStd, "numbers above 0");
  ASSERT_EQ(Import(Both("0", "1e-38")), OCTAVO_OK) << error_.text;
}

TEST_F(Metadata, HalfARuleIsRefused) {
  ExpectRefused(MetadataEntry(kMean, "1,1,1"), kStd, "found 3 and 0");
  ExpectRefused(MetadataEntry(kStd, "1"), kMean, "found 0 and 1");
  ExpectRefused(Both("1,1,1", "1"), kStd, "found 3 and 1");
}

TEST_F(Metadata, AKeyTwiceIsRefused) {
  ExpectRefused(Both("1", "1") + MetadataEntry(kMean, "1"), kMean, "found two");
  ExpectRefused(MetadataEntry(kLabels, "a") + MetadataEntry(kLabels, "a"), kLabels, "found two");
}

TEST_F(Metadata, LabelsAreKept) {
  ASSERT_EQ(Import(MetadataEntry(kLabels, "cat\nsmall dog\n\xc3\xa4pfel\n")), OCTAVO_OK)
      << error_.text;
  EXPECT_STREQ(graph_->metadata.labels, "cat\nsmall dog\n\xc3\xa4pfel\n");
  EXPECT_EQ(graph_->metadata.channels, 0u);
}

TEST_F(Metadata, WhatAreNoLabelsIsRefused) {
  ExpectRefused(MetadataEntry(kLabels, "cat\nd\xf6g\n"), kLabels, "line 2: expected the name");
  EXPECT_THAT(error_.text, HasSubstr("not valid UTF-8"));
  ExpectRefused(MetadataEntry(kLabels, "cat\ndog\n\x1b[2J\n"), kLabels, "line 3");
  EXPECT_THAT(error_.text, HasSubstr("control character"));
  ASSERT_EQ(Import(MetadataEntry(kLabels, std::string(1023, 'x'))), OCTAVO_OK) << error_.text;
  ExpectRefused(MetadataEntry(kLabels, "a\n" + std::string(1024, 'x')), kLabels,
                "line 2: expected at most 1023 bytes, found 1024");
  std::string most;
  for (int i = 0; i < 65536; i++)
    most += "a\n";
  ASSERT_EQ(Import(MetadataEntry(kLabels, most)), OCTAVO_OK) << error_.text;
  ExpectRefused(MetadataEntry(kLabels, most + "a"), kLabels, "at most 65536 lines");
}

TEST_F(Metadata, CopiesOfTheGraphHaveTheirOwn) {
  ASSERT_EQ(Import(Both("0.5", "0.25") + MetadataEntry(kLabels, "a\nb")), OCTAVO_OK);
  graph *copy = graph_copy(graph_, nullptr);
  ASSERT_NE(copy, nullptr);
  graph_->metadata.labels[0] = 'x';
  EXPECT_STREQ(copy->metadata.labels, "a\nb");
  EXPECT_EQ(copy->metadata.std[0], 0.25f);
  graph_free(copy);
}

TEST_F(Metadata, EachAllocationThatFailsIsReported) {
  const std::string entries = Both("1", "1") + MetadataEntry(kLabels, "a\nb");
  const size_t before = octavo_memory_count();
  ASSERT_EQ(Import(entries), OCTAVO_OK);
  const size_t allocations = octavo_memory_count() - before;
  for (size_t i = 0; i < allocations; i++) {
    octavo_memory_fail_at(i, 0);
    const octavo_status status = Import(entries);
    octavo_memory_fail_at(SIZE_MAX, 0);
    EXPECT_EQ(status, OCTAVO_ERROR_MEMORY) << i;
    EXPECT_THAT(error_.text, HasSubstr("memory"));
  }
}

} // namespace
