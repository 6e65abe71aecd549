/* Tests of octavo-convert as a program: a network and images for all, and a folder for each. */
#ifndef OCTAVO_TESTS_CONVERTER_SMALL_PROGRAM_H
#define OCTAVO_TESTS_CONVERTER_SMALL_PROGRAM_H

extern "C" {
#include "benchmarks/networks/builder.h"
}
#include "octavo.h"
#include "tests/converter/program.h"
#include "tests/converter/tiny_network.h"

#include <gmock/gmock.h>

/* input [N,3,16,16] → conv, ReLU → conv → add, ReLU → pool → 10 classes. */
inline void WriteNetwork(const std::string &path) {
  const net_options options = {3, 16, 10, NET_FLOAT, true};
  net_builder *b = net_create("small", &options);
  const net_value x = net_conv(b, net_input(b), "stem", {8, 3, 1, 1, 1, NET_RELU});
  const net_value y = net_conv(b, x, "body", {8, 3, 1, 1, 1, NET_LINEAR});
  const net_value sum = net_add(b, x, y, "sum", NET_RELU);
  const net_value pooled = net_global_average_pool(b, sum, "pool");
  net_output(b, net_gemm(b, net_flatten(b, pooled, "flatten"), "head", 10, NET_LINEAR));
  octavo_error error = {};
  ASSERT_EQ(net_save(b, path.c_str(), &error), OCTAVO_OK) << error.text;
  net_free(b);
}

class Program : public testing::Test {
protected:
  static void SetUpTestSuite() {
    shared_ = new TemporaryFolder;
    WriteNetwork(shared_->Path("net.onnx"));
    WriteImages(shared_->Path("images"), 24, 20, 16);
  }
  static void TearDownTestSuite() {
    delete shared_;
    shared_ = nullptr;
  }

  std::string Network() const {
    return shared_->Path("net.onnx");
  }
  std::string Images() const {
    return shared_->Path("images");
  }
  std::string Output() const {
    return folder_.Path("net.octavo");
  }

  /* Converts with the network, the output and these. */
  ProgramResult Convert(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {Network(), "-o", Output()});
    return RunProgram(OCTAVO_CONVERT, arguments);
  }

  void ExpectFailure(const ProgramResult &result, const std::string &message, int code = 1) {
    EXPECT_EQ(result.code, code) << result.errors;
    EXPECT_THAT(result.errors, testing::HasSubstr(message));
    EXPECT_EQ(result.output, "");
    EXPECT_TRUE(std::filesystem::is_empty(folder_.Path())) << "nothing may be left behind";
  }

  static inline TemporaryFolder *shared_ = nullptr;
  TemporaryFolder folder_;
};

#endif
