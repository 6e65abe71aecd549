// What octavo_model_open must refuse, and how it says so.
#include "runtime/memory.h"
#include "tests/runtime/bad_files.h"
#include "tests/runtime/elementwise_model.h"
#include "tests/runtime/every_operator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <set>
#include <sys/stat.h>

namespace {

using testing::HasSubstr;

struct ModelClose {
  void operator()(octavo_model *model) const {
    octavo_model_close(model);
  }
};
using Model = std::unique_ptr<octavo_model, ModelClose>;

// Opens a copy of exactly this size, so that AddressSanitizer sees a read past the end.
octavo_status Open(const Bytes &bytes, std::string *message = nullptr) {
  const std::unique_ptr<uint8_t[]> copy(new uint8_t[bytes.size()]);
  std::copy(bytes.begin(), bytes.end(), copy.get());
  octavo_error error = {};
  octavo_model *model = nullptr;
  const octavo_status status = octavo_model_open_memory(copy.get(), bytes.size(), &model, &error);
  EXPECT_EQ(model != nullptr, status == OCTAVO_OK);
  EXPECT_EQ(error.text[0] != '\0', status != OCTAVO_OK) << error.text;
  octavo_model_close(model);
  if (message != nullptr)
    *message = error.text;
  return status;
}

std::string DataFolder() {
  return OCTAVO_TEST_DATA "/bad/";
}

Bytes ReadFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

// Whether the file at `path` holds these bytes; with OCTAVO_WRITE_TEST_DATA=1 it is made so.
void ExpectFile(const std::string &path, const Bytes &bytes) {
  if (getenv("OCTAVO_WRITE_TEST_DATA") != nullptr)
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char *>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  EXPECT_EQ(ReadFile(path), bytes) << path;
}

class BadFileTest : public testing::TestWithParam<BadFile> {};

TEST_P(BadFileTest, IsRefusedWithItsMessage) {
  const BadFile &file = GetParam();
  std::string message;
  EXPECT_EQ(Open(file.bytes, &message), file.status);
  EXPECT_EQ(message, file.message);
}

// The committed files are these very bytes. To write them anew after a change of the format or of
// the sample, run this test with OCTAVO_WRITE_TEST_DATA=1.
TEST_P(BadFileTest, IsTheCommittedFile) {
  ExpectFile(DataFolder() + GetParam().name + ".octavo", GetParam().bytes);
}

TEST_P(BadFileTest, IsRefusedFromDiskWithItsPath) {
  const std::string path = DataFolder() + GetParam().name + ".octavo";
  octavo_error error = {};
  octavo_model *model = nullptr;
  EXPECT_EQ(octavo_model_open(path.c_str(), &model, &error), GetParam().status);
  EXPECT_EQ(model, nullptr);
  octavo_model_close(model);
  EXPECT_EQ(error.text, path + ": " + GetParam().message);
}

std::string TestName(const testing::TestParamInfo<BadFile> &parameter) {
  std::string name = "Rule" + parameter.param.name;
  for (char &c : name)
    if (!isalnum(static_cast<unsigned char>(c)))
      c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Rules, BadFileTest, testing::ValuesIn(AllBadFiles()), TestName);

TEST(Load, EveryRuleHasAFile) {
  std::set<std::string> rules, names;
  for (const BadFile &file : AllBadFiles()) {
    rules.insert(file.name.substr(0, 2));
    EXPECT_TRUE(names.insert(file.name).second) << file.name;
  }
  EXPECT_EQ(rules, (std::set<std::string>{"01", "02", "03", "04", "05", "06", "07", "08", "09",
                                          "10", "11", "12", "13"}));
}

TEST(Load, SampleIsSound) {
  std::string message;
  EXPECT_EQ(Open(SampleModel(), &message), OCTAVO_OK) << message;
}

TEST(Load, EveryOperatorIsSound) {
  std::string message;
  EXPECT_EQ(Open(EveryOperatorModel(true), &message), OCTAVO_OK) << message;
  EXPECT_EQ(Open(EveryOperatorModel(false), &message), OCTAVO_OK) << message;
  EXPECT_EQ(Open(ElementwiseModel(true), &message), OCTAVO_OK) << message;
  EXPECT_EQ(Open(ElementwiseModel(false), &message), OCTAVO_OK) << message;
}

TEST(Load, DynamicQuantizationIsSoundAndMarkedAsNew) {
  std::string message;
  Bytes bytes = DynamicModel();
  EXPECT_EQ(Open(bytes, &message), OCTAVO_OK) << message;
  EXPECT_EQ(HeaderOf(bytes).minor, 1);
}

// What the fuzzer starts from.
TEST(Load, SoundModelsAreInTheCorpus) {
  const std::string folder = OCTAVO_TEST_CORPUS "/";
  ExpectFile(folder + "sample.octavo", SampleModel());
  ExpectFile(folder + "every_operator_int8.octavo", EveryOperatorModel(true));
  ExpectFile(folder + "every_operator_float.octavo", EveryOperatorModel(false));
  ExpectFile(folder + "dynamic.octavo", DynamicModel());
  ExpectFile(folder + "elementwise_int8.octavo", ElementwiseModel(true));
  ExpectFile(folder + "elementwise_float.octavo", ElementwiseModel(false));
}

// What else sees it wrong: ModelFile takes apart and puts together without a change.
TEST(Load, SampleSurvivesModelFile) {
  EXPECT_EQ(Edited([](ModelFile &) {}), SampleModel());
  EXPECT_EQ(Patched([](Bytes &) {}), SampleModel());
}

// FORMAT.md, "Versions": a later minor version that uses nothing new is read.
TEST(Load, NewerMinorVersionIsReadIfItUsesNothingNew) {
  EXPECT_EQ(Open(Edited([](ModelFile &f) { f.header.minor = 9; })), OCTAVO_OK);
}

TEST(Load, TruncationAtEveryByteIsRefused) {
  const Bytes whole = SampleModel();
  for (size_t size = 0; size < whole.size(); size++)
    ASSERT_EQ(Open(Bytes(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size))),
              OCTAVO_ERROR_FORMAT)
        << size;
}

TEST(Load, TruncationWithAFittingHeaderIsRefused) {
  const Bytes whole = SampleModel();
  for (size_t size = 64; size < whole.size(); size++) {
    Bytes cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
    HeaderOf(cut).file_size = size;
    Reseal(cut);
    ASSERT_EQ(Open(cut), OCTAVO_ERROR_FORMAT) << size;
  }
}

// Reads whatever can be read of an opened model.
void QueryAll(const octavo_model *model) {
  octavo_tensor_info tensor;
  octavo_operator_info op;
  octavo_model_info about;
  octavo_preprocessing rule;
  size_t length = 0;
  for (uint32_t i = 0; octavo_model_input(model, i, &tensor) == OCTAVO_OK; i++)
    length += strlen(tensor.name);
  for (uint32_t i = 0; octavo_model_output(model, i, &tensor) == OCTAVO_OK; i++)
    length += strlen(tensor.name);
  for (uint32_t i = 0; octavo_model_operator(model, i, &op) == OCTAVO_OK; i++)
    length += strlen(op.name) + strlen(op.output.name) + strlen(op.kind);
  for (uint32_t i = 0; i < octavo_model_label_count(model); i++)
    length += strlen(octavo_model_label(model, i));
  ASSERT_EQ(octavo_model_describe(model, &about), OCTAVO_OK);
  length +=
      strlen(about.tool) + strlen(about.source) + strlen(about.mode) + strlen(about.calibrator);
  (void)octavo_model_preprocessing(model, &rule);
  EXPECT_GT(length, 0U);
}

// Opens bytes of which it is not known whether they are sound; either answer is right, a crash or a
// bare status is not.
bool OpensOrSaysWhy(const Bytes &bytes) {
  octavo_error error = {};
  octavo_model *opened = nullptr;
  const octavo_status status =
      octavo_model_open_memory(bytes.data(), bytes.size(), &opened, &error);
  const Model model(opened);
  if (status == OCTAVO_OK) {
    QueryAll(model.get());
    return true;
  }
  EXPECT_TRUE(status == OCTAVO_ERROR_FORMAT || status == OCTAVO_ERROR_UNSUPPORTED)
      << octavo_status_name(status) << ": " << error.text;
  EXPECT_THAT(std::string(error.text), testing::ContainsRegex("expected|its shape is not|larger"));
  return false;
}

// Runs what loads; whatever weights and attributes have become, it must do so.
void RunOnce(const Bytes &bytes) {
  octavo_error error = {};
  octavo_model *opened = nullptr;
  ASSERT_EQ(octavo_model_open_memory(bytes.data(), bytes.size(), &opened, &error), OCTAVO_OK);
  const Model model(opened);
  octavo_session *session = nullptr;
  ASSERT_EQ(octavo_session_create(opened, nullptr, &session, &error), OCTAVO_OK) << error.text;
  octavo_tensor_info input;
  ASSERT_EQ(octavo_model_input(opened, 0, &input), OCTAVO_OK);
  memset(octavo_session_input(session, 0), 0x3f, input.bytes);
  EXPECT_EQ(octavo_session_run(session, &error), OCTAVO_OK) << error.text;
  octavo_session_free(session);
}

// Returns how many load. The checksums are made right again, or they would stop every one.
size_t ChangeEachByte(const Bytes &whole, const Bytes &changes) {
  size_t loaded = 0;
  for (size_t i = 0; i < whole.size(); i++)
    for (const uint8_t change : changes) {
      Bytes changed = whole;
      changed[i] ^= change;
      Reseal(changed);
      if (!OpensOrSaysWhy(changed))
        continue;
      loaded++;
      RunOnce(changed);
    }
  return loaded;
}

TEST(Load, EveryChangeOfOneByteIsRefusedOrLoadsAndRuns) {
  const Bytes whole = SampleModel();
  const size_t loaded = ChangeEachByte(whole, {0x01, 0x02, 0x10, 0x80, 0xff});
  // Letters, weights, test vectors, means and the like: there must be some, and not most.
  EXPECT_GT(loaded, whole.size() / 10);
  EXPECT_LT(loaded, 5 * whole.size() / 2);
  EXPECT_GT(ChangeEachByte(EveryOperatorModel(true), {0x81}), 500U);
  EXPECT_GT(ChangeEachByte(EveryOperatorModel(false), {0x81}), 500U);
  EXPECT_GT(ChangeEachByte(DynamicModel(), {0x81}), 100U); // the provenance alone has as many
  EXPECT_GT(ChangeEachByte(ElementwiseModel(true), {0x81}), 500U);
}

TEST(Load, EveryBitOfADamagedFileIsNoticed) {
  const Bytes whole = SampleModel();
  for (size_t i = 0; i < 8 * whole.size(); i++) {
    Bytes changed = whole;
    changed[i / 8] ^= static_cast<uint8_t>(1u << i % 8);
    ASSERT_NE(Open(changed), OCTAVO_OK) << "bit " << i;
  }
}

template <typename T>
void TryEachInteger(const Bytes &whole, size_t *loaded) {
  const uint64_t values[] = {0,
                             1,
                             2,
                             INT32_MAX,
                             UINT64_C(1) << 31,
                             UINT32_MAX,
                             UINT64_C(1) << 32,
                             INT64_MAX,
                             UINT64_C(1) << 63,
                             UINT64_MAX};
  for (size_t i = 0; i + sizeof(T) <= whole.size(); i += sizeof(T))
    for (const uint64_t value : values) {
      const T narrow = static_cast<T>(value);
      if (narrow != value && value != UINT64_MAX)
        continue;
      Bytes changed = whole;
      memcpy(&changed[i], &narrow, sizeof narrow);
      Reseal(changed);
      *loaded += OpensOrSaysWhy(changed);
    }
}

// Each field of each struct is one of these, at its natural alignment.
TEST(Load, EveryIntegerAtItsExtremesIsRefusedOrLoads) {
  const Bytes whole = SampleModel();
  size_t loaded = 0;
  TryEachInteger<uint8_t>(whole, &loaded);
  TryEachInteger<uint16_t>(whole, &loaded);
  TryEachInteger<uint32_t>(whole, &loaded);
  TryEachInteger<uint64_t>(whole, &loaded);
  EXPECT_GT(loaded, 0U);
}

TEST(Load, TooManyEntriesAreRefusedBeforeTheyAreRead) {
  const struct {
    octavo_section_type section;
    size_t size;
    const char *message;
  } cases[] = {
      {OCTAVO_SECTION_TENSORS, 65537 * 64,
       "section TENSORS: size: expected 2 to 65536 entries of 64 bytes, found 65537"},
      {OCTAVO_SECTION_OPERATORS, 16385 * 80,
       "section OPERATORS: size: expected 1 to 16384 entries of 80 bytes, found 16385"},
      {OCTAVO_SECTION_OPERANDS, 262145 * 4,
       "section OPERANDS: size: expected 2 to 262144 entries of 4 bytes, found 262145"},
      {OCTAVO_SECTION_LABELS, 65537 * 4,
       "section LABELS: size: expected 0 to 65536 entries of 4 bytes, found 65537"},
      {OCTAVO_SECTION_STRINGS, (1 << 24) + 1,
       "section STRINGS: size: expected 1 to 16777216 entries of 1 bytes, found 16777217"},
  };
  for (const auto &wrong : cases) {
    const Bytes bytes = Edited([&](ModelFile &f) { f.section(wrong.section).resize(wrong.size); });
    std::string message;
    EXPECT_EQ(Open(bytes, &message), OCTAVO_ERROR_FORMAT);
    EXPECT_EQ(message, wrong.message);
  }
}

// Rule 11 without a bias: 65794 · 255 · 128 is the first to reach 2^31.
TEST(Load, SumsThatCouldOverflowAreRefused) {
  for (const uint32_t terms : {65793u, 65794u}) {
    model_writer *writer = model_writer_create();
    const uint32_t x_shape[] = {1, terms}, y_shape[] = {1, 1}, w_shape[] = {1, terms};
    const std::vector<int8_t> weights(terms, 127);
    const int32_t inputs[] = {
        model_writer_add_activation(writer, "x", OCTAVO_INT8, 2, x_shape, 1, 0, MODEL_WRITER_NEXT),
        model_writer_add_constant(writer, "w", OCTAVO_INT8, 2, w_shape, weights.data(), 1), -1};
    const int32_t y =
        model_writer_add_activation(writer, "y", OCTAVO_INT8, 2, y_shape, 1, 0, MODEL_WRITER_NEXT);
    model_writer_add_operator(writer, "fc", OCTAVO_OP_FULLY_CONNECTED, nullptr, 3, inputs, 1, &y);
    model_writer_set_inputs(writer, 1, inputs);
    model_writer_set_outputs(writer, 1, &y);
    std::string message;
    EXPECT_EQ(Open(Finish(writer), &message), terms == 65793 ? OCTAVO_OK : OCTAVO_ERROR_FORMAT);
    EXPECT_EQ(message, terms == 65793
                           ? ""
                           : "layer 0 (fc), fully_connected: products per output: expected at most "
                             "65793 so that the accumulator cannot overflow, found 65794");
  }
}

TEST(Load, WhatIsNoFileIsRefusedAtOnce) {
  const std::string folder = testing::TempDir();
  const std::string fifo = folder + "octavo_load_test_fifo";
  remove(fifo.c_str());
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const struct {
    std::string path;
    const char *message;
  } cases[] = {{folder, "is a folder, expected an Octavo model"},
               {fifo, "is a FIFO, expected an Octavo model"},
               {"/dev/zero", "is a device, expected an Octavo model"},
               {folder + "absent.octavo", "No such file or directory"}};
  for (const auto &wrong : cases) {
    octavo_error error = {};
    octavo_model *model = nullptr;
    EXPECT_EQ(octavo_model_open(wrong.path.c_str(), &model, &error), OCTAVO_ERROR_IO);
    EXPECT_EQ(model, nullptr);
    EXPECT_THAT(error.text, HasSubstr(wrong.path + ": "));
    EXPECT_THAT(error.text, HasSubstr(wrong.message));
  }
  remove(fifo.c_str());
}

TEST(Load, ArgumentsThatAreNullAreRefused) {
  octavo_model *model = nullptr;
  const Bytes bytes = SampleModel();
  EXPECT_EQ(octavo_model_open(nullptr, &model, nullptr), OCTAVO_ERROR_ARGUMENT);
  EXPECT_EQ(octavo_model_open("x", nullptr, nullptr), OCTAVO_ERROR_ARGUMENT);
  EXPECT_EQ(octavo_model_open_memory(nullptr, 1, &model, nullptr), OCTAVO_ERROR_ARGUMENT);
  EXPECT_EQ(octavo_model_open_memory(bytes.data(), bytes.size(), nullptr, nullptr),
            OCTAVO_ERROR_ARGUMENT);
  EXPECT_EQ(octavo_model_open_memory(bytes.data(), 100, &model, nullptr), OCTAVO_ERROR_FORMAT);
  octavo_model_close(nullptr);
}

// Leaks would be found by AddressSanitizer.
TEST(Load, EachAllocationThatFailsIsReported) {
  Bytes shifted = SampleModel();
  shifted.insert(shifted.begin(), 1); // unaligned, so that the weights are copied
  for (const int lasting : {0, 1}) {
    size_t failures = 0;
    for (octavo_status status = OCTAVO_ERROR_MEMORY; status != OCTAVO_OK; failures++) {
      octavo_error error = {};
      octavo_model *model = nullptr;
      octavo_memory_fail_at(failures, lasting);
      status = octavo_model_open_memory(shifted.data() + 1, shifted.size() - 1, &model, &error);
      octavo_memory_fail_at(SIZE_MAX, 0);
      EXPECT_EQ(model != nullptr, status == OCTAVO_OK);
      octavo_model_close(model);
      if (status == OCTAVO_OK)
        break;
      ASSERT_EQ(status, OCTAVO_ERROR_MEMORY) << error.text;
      EXPECT_THAT(error.text, HasSubstr("out of memory: "));
    }
    EXPECT_GT(failures, 10U);
  }
}

} // namespace
