/* octavo-convert --export-qdq as its users call it. */
#include "tests/converter/small_program.h"

#include <fstream>

namespace {

using testing::HasSubstr;

TEST_F(Program, ExportsAndReadsBackWithoutCalibration) {
  const std::string onnx = folder_.Path("int8.onnx"), again = folder_.Path("again.octavo");
  std::ofstream(folder_.Path("labels.txt")) << "0\n1\n2\n3\n4\n5\n6\n7\n8\nnine\n";
  ASSERT_EQ(Convert({"--calib", Images(), "--mean", "0.5,0.4,0.3", "--std", "0.25", "--labels",
                     folder_.Path("labels.txt")})
                .code,
            0);
  ProgramResult r = RunProgram(OCTAVO_CONVERT, {"--export-qdq", Output(), "-o", onnx});
  EXPECT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("int8.onnx: an ONNX model"));
  EXPECT_THAT(r.output, HasSubstr("5 of 5 layers int8"));
  r = RunProgram(OCTAVO_CONVERT, {onnx, "-o", again, "--json", folder_.Path("again.json")});
  EXPECT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("quantized by the source"));
  EXPECT_THAT(r.output, HasSubstr("5 of 5 layers int8"));
  EXPECT_THAT(r.output, HasSubstr("10 labels from the network"));
  EXPECT_THAT(ReadFile(folder_.Path("again.json")), HasSubstr("\"int8_layers\": 5"));
  r = RunProgram(OCTAVO_CONVERT, {onnx, "-o", folder_.Path("kept.octavo"), "--keep-float", "sum"});
  EXPECT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("4 of 5 layers int8"));
  r = RunProgram(OCTAVO_CONVERT, {onnx, "--search", "--calib", Images(), "--data", Images()});
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.errors, HasSubstr("is quantized already"));
  for (const std::vector<std::string> &option : {std::vector<std::string>{"--mode", "static"},
                                                 {"--calib", Images()},
                                                 {"--mean", "0.5"},
                                                 {"--correct", "none"},
                                                 {"--bgr"},
                                                 {"--data", Images()},
                                                 {"--labels", "labels.txt"}}) {
    std::vector<std::string> arguments = {"--export-qdq", Output(), "-o", folder_.Path("x.onnx")};
    arguments.insert(arguments.end(), option.begin(), option.end());
    r = RunProgram(OCTAVO_CONVERT, arguments);
    EXPECT_EQ(r.code, 2) << option[0];
    EXPECT_THAT(r.errors, HasSubstr(option[0] + ": found with --export-qdq of a model file"));
    EXPECT_FALSE(std::filesystem::exists(folder_.Path("x.onnx")));
  }
  /* Exported again it is the same file. */
  const std::string second = folder_.Path("second.onnx");
  r = RunProgram(OCTAVO_CONVERT, {"--export-qdq", again, "-o", second, "--quiet"});
  EXPECT_EQ(r.code, 0) << r.errors;
  EXPECT_EQ(r.output, "");
  EXPECT_TRUE(ReadFile(onnx) == ReadFile(second));
}

TEST_F(Program, ExportsANetworkThatItCalibratesFirst) {
  const std::string direct = folder_.Path("direct.onnx"), later = folder_.Path("later.onnx");
  ASSERT_EQ(Convert({"--calib", Images(), "--mean", "0.5", "--std", "0.25"}).code, 0);
  ProgramResult r = RunProgram(OCTAVO_CONVERT, {"--export-qdq", Output(), "-o", later});
  ASSERT_EQ(r.code, 0) << r.errors;
  r = RunProgram(OCTAVO_CONVERT, {"--export-qdq", Network(), "--calib", Images(), "--mean", "0.5",
                                  "--std", "0.25", "-o", direct});
  EXPECT_EQ(r.code, 0) << r.errors;
  EXPECT_TRUE(ReadFile(direct) == ReadFile(later));
}

TEST_F(Program, ExportOfFloatModelsIsRefused) {
  ASSERT_EQ(Convert({"--mode", "float"}).code, 0);
  const ProgramResult r =
      RunProgram(OCTAVO_CONVERT, {"--export-qdq", Output(), "-o", folder_.Path("x.onnx")});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.errors, HasSubstr("expected a network with int8 layers"));
  EXPECT_FALSE(std::filesystem::exists(folder_.Path("x.onnx")));
}

TEST_F(Program, ExportOfWhatIsNoModel) {
  ExpectFailure(RunProgram(OCTAVO_CONVERT,
                           {"--export-qdq", "/no/such/file.octavo", "-o", folder_.Path("x.onnx")}),
                "file.octavo");
}

} // namespace
