/* ResNet-20 on CIFAR-10: the accuracy and the size that the project promises. Needs the data set in
 * the folder that the environment variable OCTAVO_CIFAR10_DIR names. */
#include "octavo.h"
#include "tests/converter/program.h"

#include <gmock/gmock.h>

#include <cstdlib>

namespace {

TEST(RealData, ResNet20LosesAtMostThreeTenthsOfAPoint) {
  const char *data = std::getenv("OCTAVO_CIFAR10_DIR");
  if (data == nullptr || *data == '\0')
    GTEST_SKIP() << "OCTAVO_CIFAR10_DIR is not set";
  TemporaryFolder folder;
  const std::string output = folder.Path("resnet20.octavo");
  const ProgramResult r =
      RunProgram(OCTAVO_CONVERT, {OCTAVO_RESNET20, "-o", output, "--calib", data, "--data", data});
  ASSERT_EQ(r.code, 0) << r.errors;
  octavo_model *model = nullptr;
  octavo_error error = {};
  ASSERT_EQ(octavo_model_open(output.c_str(), &model, &error), OCTAVO_OK) << error.text;
  octavo_model_info info;
  ASSERT_EQ(octavo_model_describe(model, &info), OCTAVO_OK);
  EXPECT_EQ(info.accuracy_images, 10000u);
  EXPECT_NEAR(info.accuracy_source, 87.93f, 0.02f) << "what ONNX Runtime measures";
  EXPECT_GE(info.accuracy_model, info.accuracy_source - 0.3f);
  EXPECT_LE((double)info.file_size * 3.6, (double)std::filesystem::file_size(OCTAVO_RESNET20));
  octavo_model_close(model);
}

} // namespace
