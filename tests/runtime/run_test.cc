// octavo-run as a program, with a model whose answers follow from arithmetic.
#include "runtime/crc32.h"
#include "runtime/format.h"
#include "tests/benchmarks/colour_model.h"
#include "tests/benchmarks/program.h"
#include "tests/support/reseal.h"

#include <gmock/gmock.h>
#include <jansson.h>

#include <cmath>
#include <cstring>

namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Run : public testing::Test {
protected:
  Run() {
    folder_.write("m.octavo", ColourModelBytes({}));
    WriteColour(folder_, "red.png", 200, 10, 30);
    WriteColour(folder_, "blue.png", 0, 0, 255);
    folder_.write("bad.png", "hello");
  }
  ~Run() override {
    json_decref(root_);
  }
  std::string Path(const std::string &name) const {
    return folder_.path(name);
  }
  // Runs it on the model with words that begin with "@" standing for files of the folder.
  ProgramResult Start(const std::string &words) const {
    std::string replaced;
    for (char c : words)
      replaced += c == '@' ? Path("") + "/" : std::string(1, c);
    return RunProgram(OCTAVO_RUN, replaced);
  }
  json_t *Parse(const ProgramResult &result) {
    json_error_t error;
    json_decref(root_);
    root_ = json_loads(result.output.c_str(), 0, &error);
    EXPECT_NE(root_, nullptr) << error.text << "\n" << result.output;
    return root_;
  }

  TemporaryFolder folder_;
  json_t *root_ = nullptr;
};

// Softmax of the channels' means, 200/255, 10/255 and 30/255.
TEST_F(Run, ProbabilitiesOfAKnownImage) {
  const ProgramResult result = Start("@m.octavo @red.png");
  EXPECT_EQ(result.code, 0) << result.message;
  EXPECT_EQ(result.message, "");
  const double red = std::exp(200 / 255.0), green = std::exp(10 / 255.0),
               blue = std::exp(30 / 255.0), sum = red + green + blue;
  char expected[256];
  snprintf(expected, sizeof expected,
           "%s (8 × 8)\n  red   %6.2f %%\n  blue  %6.2f %%\n  green %6.2f %%\n  decode ",
           Path("red.png").c_str(), red / sum * 100, blue / sum * 100, green / sum * 100);
  EXPECT_THAT(result.output, StartsWith(expected));
  for (const char *part : {" + preprocess ", " + infer ", " ms = "})
    EXPECT_THAT(result.output, HasSubstr(part));
}

TEST_F(Run, Json) {
  const ProgramResult result =
      Start("@m.octavo @red.png @blue.png --json --top 1 --repeat 3 --threads 2 --info --profile");
  ASSERT_EQ(result.code, 0) << result.message;
  json_t *root = Parse(result);
  json_t *images = json_object_get(root, "images");
  ASSERT_EQ(json_array_size(images), 2u);
  json_t *blue = json_array_get(images, 1);
  EXPECT_EQ(json_string_value(json_object_get(blue, "file")), Path("blue.png"));
  EXPECT_EQ(json_integer_value(json_object_get(blue, "width")), 8);
  json_t *top = json_object_get(blue, "top");
  ASSERT_EQ(json_array_size(top), 1u);
  EXPECT_STREQ(json_string_value(json_object_get(json_array_get(top, 0), "label")), "blue");
  EXPECT_EQ(json_integer_value(json_object_get(json_array_get(top, 0), "index")), 2);
  EXPECT_NEAR(json_number_value(json_object_get(json_array_get(top, 0), "probability")),
              std::exp(1.0) / (std::exp(1.0) + 2), 1e-5);
  json_t *latency = json_object_get(blue, "latency_ms");
  EXPECT_EQ(json_integer_value(json_object_get(latency, "repeat")), 3);
  for (const char *stage : {"decode", "preprocess", "infer"})
    EXPECT_GT(json_number_value(json_object_get(latency, stage)), 0.0) << stage;
  EXPECT_EQ(json_integer_value(json_object_get(root, "threads")), 2);
  json_t *profile = json_object_get(root, "profile");
  ASSERT_EQ(json_array_size(profile), 1u);
  EXPECT_EQ(json_integer_value(json_object_get(json_array_get(profile, 0), "runs")), 6);
  json_t *info = json_object_get(root, "info");
  EXPECT_EQ(json_array_size(json_object_get(info, "labels")), 3u);
  EXPECT_STREQ(json_string_value(json_object_get(json_object_get(info, "provenance"), "mode")),
               "float");
  EXPECT_NEAR(json_number_value(json_object_get(json_object_get(info, "preprocessing"), "scale")),
              1 / 255.0, 1e-8);
}

TEST_F(Run, ABadImageDoesNotStopTheOthers) {
  const ProgramResult result = Start("@m.octavo @red.png @bad.png @none.png @blue.png");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.message, HasSubstr("bad.png: expected a JPEG, PNG or PPM (P6) image"));
  EXPECT_THAT(result.message, HasSubstr("none.png: cannot be opened"));
  EXPECT_THAT(result.output, HasSubstr("red.png (8 × 8)"));
  EXPECT_THAT(result.output, HasSubstr("blue.png (8 × 8)"));
  const ProgramResult json = Start("@m.octavo @bad.png @blue.png --json");
  EXPECT_EQ(json.code, 1);
  json_t *images = json_object_get(Parse(json), "images");
  ASSERT_EQ(json_array_size(images), 2u);
  EXPECT_NE(json_object_get(json_array_get(images, 0), "error"), nullptr);
  EXPECT_NE(json_object_get(json_array_get(images, 1), "top"), nullptr);
}

TEST_F(Run, InfoAndProfileAreTables) {
  const ProgramResult info = Start("@m.octavo --info");
  EXPECT_EQ(info.code, 0) << info.message;
  for (const char *part : {"| Input ", "image float32 1×8×8×3", "| resize to 8×8, crop 8×8, RGB",
                           "| average | global_average_pool | float32 | 1×3 "})
    EXPECT_THAT(info.output, HasSubstr(part));
  const ProgramResult profile = Start("@m.octavo --profile --repeat 7");
  EXPECT_EQ(profile.code, 0) << profile.message;
  EXPECT_THAT(profile.output, HasSubstr("| average | global_average_pool |"));
  EXPECT_THAT(profile.output, HasSubstr("7 runs"));
}

// y = W x with W of small whole numbers: x = 1, 2, 3, 4 gives 1, 5, 2. With a test vector that says
// so, and of which each value is a sample.
std::string MatrixModelBytes() {
  const uint32_t x_shape[] = {1, 4}, y_shape[] = {1, 3}, w_shape[] = {3, 4};
  const int8_t w[] = {1, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, -1}, x[] = {1, 2, 3, 4}, y[] = {1, 5, 2};
  const int8_t samples[] = {1, 5, 1, 2}; // of three values: 0, 1, 0, 2
  model_writer *writer = model_writer_create();
  const int32_t in =
      model_writer_add_activation(writer, "x", OCTAVO_INT8, 2, x_shape, 1, 0, MODEL_WRITER_NEXT);
  const int32_t weights = model_writer_add_constant(writer, "w", OCTAVO_INT8, 2, w_shape, w, 1);
  const int32_t out =
      model_writer_add_activation(writer, "y", OCTAVO_INT8, 2, y_shape, 1, 0, MODEL_WRITER_NEXT);
  octavo_attributes attributes = {};
  attributes.clamp.clamp_min = -INFINITY;
  attributes.clamp.clamp_max = INFINITY;
  const int32_t inputs[] = {in, weights, -1};
  model_writer_add_operator(writer, "matrix", OCTAVO_OP_FULLY_CONNECTED, &attributes, 3, inputs, 1,
                            &out);
  model_writer_set_inputs(writer, 1, &in);
  model_writer_set_outputs(writer, 1, &out);
  const uint32_t checksum = octavo_crc32(0, y, sizeof y);
  model_writer_add_test(writer, x, sizeof x, y, sizeof y, &checksum, 1);
  model_writer_add_samples(writer, samples, sizeof samples);
  uint8_t *data = nullptr;
  size_t size = 0;
  octavo_error error = {};
  EXPECT_EQ(model_writer_finish(writer, &data, &size, &error), OCTAVO_OK) << error.text;
  model_writer_free(writer);
  const std::string bytes(reinterpret_cast<char *>(data), size);
  octavo_memory_free_aligned(data);
  return bytes;
}

TEST_F(Run, VerifyTellsHowFarTheProofReaches) {
  folder_.write("matrix.octavo", MatrixModelBytes());
  const ProgramResult result = Start("@matrix.octavo --verify");
  EXPECT_EQ(result.code, 0) << result.message;
  EXPECT_EQ(result.output, "bit-exact: 1 test vector, 1 layer\n");
  const ProgramResult json = Start("@matrix.octavo --verify --json");
  EXPECT_EQ(json.code, 0);
  json_t *verify = json_object_get(Parse(json), "verify");
  EXPECT_TRUE(json_is_true(json_object_get(verify, "passed")));
  EXPECT_STREQ(json_string_value(json_object_get(verify, "result")), "bit-exact");
  EXPECT_EQ(json_integer_value(json_object_get(verify, "exact_layers")), 1);
}

// A weight changed from 1 to 4, and the file's checksums made right again: 2 · 1 + 3 · 4 = 14.
TEST_F(Run, VerifyTellsBothValuesOfADamagedModel) {
  std::string bytes = MatrixModelBytes();
  octavo_format_section weights;
  memcpy(&weights,
         bytes.data() + sizeof(octavo_format_header) +
             (OCTAVO_SECTION_WEIGHTS - 1) * sizeof weights,
         sizeof weights);
  bytes[weights.offset + 6] = 4;
  reseal(reinterpret_cast<uint8_t *>(bytes.data()), bytes.size());
  folder_.write("damaged.octavo", bytes);
  const ProgramResult result = Start("@damaged.octavo --verify");
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.output, "");
  EXPECT_THAT(result.message, HasSubstr("test vector 0: layer 0 (matrix), fully_connected: value "
                                        "1: expected 5, found 14 (checksum"));
  const ProgramResult json = Start("@damaged.octavo --verify --json");
  EXPECT_EQ(json.code, 1);
  json_t *verify = json_object_get(Parse(json), "verify");
  EXPECT_STREQ(json_string_value(json_object_get(verify, "result")), "failed");
  EXPECT_THAT(json_string_value(json_object_get(verify, "error")), HasSubstr("found 14"));
}

TEST_F(Run, BenchTellsStatisticsStartAndMemory) {
  const ProgramResult text = Start("@m.octavo --bench --runs 20");
  EXPECT_EQ(text.code, 0) << text.message;
  for (const char *part : {"| runs |", " p99 ", "|   20 |", "| process ms | open ms |",
                           " peak kB | peak - file |", " CPUs"})
    EXPECT_THAT(text.output, HasSubstr(part));
  const ProgramResult json = Start("@m.octavo --bench --runs 30 --warmup 0 --threads 2 --json");
  ASSERT_EQ(json.code, 0) << json.message;
  json_t *bench = json_object_get(Parse(json), "bench");
  EXPECT_EQ(json_integer_value(json_object_get(bench, "runs")), 30);
  json_t *latency = json_object_get(bench, "latency_ms");
  double last = 0;
  for (const char *name : {"min", "p5", "p50", "p90", "p95", "p99", "max"}) {
    const double value = json_number_value(json_object_get(latency, name));
    EXPECT_GE(value, last) << name;
    last = value;
  }
  for (const char *name : {"first", "mean"})
    EXPECT_GT(json_number_value(json_object_get(latency, name)), 0) << name;
  EXPECT_TRUE(json_is_number(json_object_get(latency, "std")));
  for (const char *name : {"peak_bytes", "arena_bytes"})
    EXPECT_GT(json_number_value(json_object_get(bench, name)), 0) << name;
  double answered = 0;
  for (const char *name : {"process_ms", "open_ms", "create_ms", "first_run_ms"}) {
    const double value = json_number_value(json_object_get(bench, name));
    EXPECT_GT(value, 0) << name;
    answered += value;
  }
  EXPECT_NEAR(json_number_value(json_object_get(bench, "first_answer_ms")), answered, 1e-5);
  json_t *conditions = json_object_get(bench, "conditions");
  EXPECT_TRUE(json_is_boolean(json_object_get(conditions, "valid")));
  EXPECT_EQ(json_integer_value(json_object_get(conditions, "threads")), 2);
}

TEST_F(Run, BenchGoesOnForTheTimeGiven) {
  const ProgramResult result = Start("@m.octavo --bench --seconds 0.05 --threads auto --json");
  ASSERT_EQ(result.code, 0) << result.message;
  json_t *bench = json_object_get(Parse(result), "bench");
  EXPECT_GT(json_integer_value(json_object_get(bench, "runs")), 0);
}

TEST_F(Run, CpuNeedsNoModel) {
  const ProgramResult text = Start("--cpu");
  EXPECT_EQ(text.code, 0) << text.message;
  for (const char *part : {"| Processor ", "| Caches ", "| int8 convolution ", "| Quota "})
    EXPECT_THAT(text.output, HasSubstr(part));
  const ProgramResult json = Start("--cpu --json");
  ASSERT_EQ(json.code, 0);
  json_t *cpu = json_object_get(Parse(json), "cpu");
  EXPECT_GE(json_integer_value(json_object_get(cpu, "usable_cpus")), 1);
  EXPECT_TRUE(json_is_string(json_object_get(json_object_get(cpu, "kernels"), "int8 convolution")));
  EXPECT_TRUE(json_is_array(json_object_get(cpu, "clusters")));
  EXPECT_EQ(Start("--bench").code, 2);
  EXPECT_THAT(Start("--bench --cpu").message, HasSubstr("MODEL is missing"));
}

TEST_F(Run, VerifyWithoutTestVectorsFails) {
  const ProgramResult result = Start("@m.octavo --verify");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.message, HasSubstr("test vector"));
  const ProgramResult json = Start("@m.octavo --verify --json");
  EXPECT_EQ(json.code, 1);
  EXPECT_TRUE(json_is_false(json_object_get(json_object_get(Parse(json), "verify"), "passed")));
}

TEST_F(Run, ModelsThatCannotBeUsed) {
  ColourModel no_images;
  no_images.preprocessing = false;
  folder_.write("plain.octavo", ColourModelBytes(no_images));
  const ProgramResult plain = Start("@plain.octavo @red.png --profile");
  EXPECT_EQ(plain.code, 1);
  EXPECT_THAT(plain.message, HasSubstr("plain.octavo: the model takes no images"));
  EXPECT_EQ(plain.output, "");
  const ProgramResult folder = Start("@ @red.png");
  EXPECT_EQ(folder.code, 1);
  EXPECT_THAT(folder.message, HasSubstr("is a folder, expected an Octavo model"));
  EXPECT_EQ(Start("@red.png @red.png").code, 1);
}

TEST_F(Run, UnlabelledClassesGoByTheirNumber) {
  ColourModel model;
  model.labels.clear();
  folder_.write("plain.octavo", ColourModelBytes(model));
  const ProgramResult result = Start("@plain.octavo @blue.png --top 1");
  EXPECT_EQ(result.code, 0) << result.message;
  EXPECT_THAT(result.output, HasSubstr("  class 2  57.61 %")); // e / (e + 2)
}

TEST_F(Run, UsageAndOutputErrors) {
  EXPECT_EQ(Start("").code, 2);
  EXPECT_THAT(Start("@m.octavo").message, HasSubstr("nothing to do with the model /"));
  EXPECT_EQ(Start("@m.octavo @red.png --top 0").code, 2);
  const struct {
    const char *line, *message;
  } idle[] = {{"@m.octavo --info --top 3", "--top does nothing without IMAGE"},
              {"@m.octavo --verify --repeat 3", "--repeat does nothing without IMAGE or --profile"},
              {"@m.octavo @red.png --runs 3", "--runs does nothing without --bench"},
              {"@m.octavo @red.png --seconds 3", "--seconds does nothing without --bench"},
              {"@m.octavo @red.png --warmup 3", "--warmup does nothing without --bench"},
              {"@m.octavo --info -t 2", "--threads does nothing without IMAGE, --profile"}};
  for (const auto &c : idle) {
    const ProgramResult result = Start(c.line);
    EXPECT_EQ(result.code, 2) << c.line;
    EXPECT_THAT(result.message, HasSubstr(c.message));
  }
  const ProgramResult help = Start("--help");
  EXPECT_EQ(help.code, 0);
  for (const char *part : {"--top", "--threads", "--repeat", "--json", "--info", "--profile",
                           "--verify", "--bench", "--cpu", "Exit codes:"})
    EXPECT_THAT(help.output, HasSubstr(part));
  // A full disk is no success.
  const ProgramResult full = Start("@m.octavo @red.png >/dev/full 2>/dev/null; echo code $?");
  EXPECT_EQ(full.output, "code 1\n");
}

} // namespace
