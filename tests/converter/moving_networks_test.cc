/* Networks that shuffle, take apart and resize, as PyTorch exports them, through octavo-convert:
 * its self-check holds the engine against the plain C reference, in int8 to the last bit. */
#include "octavo.h"
#include "tests/converter/program.h"
#include "tests/converter/tiny_network.h"

#include <gmock/gmock.h>

namespace {

using testing::HasSubstr;

struct Network {
  const char *file;
  const char *transposes; /* what the summary says of them */
};

void PrintTo(const Network &network, std::ostream *stream) {
  *stream << network.file;
}

class MovingNetworks : public testing::TestWithParam<Network> {
protected:
  void Convert(const std::vector<std::string> &options) {
    const std::string source = std::string(OCTAVO_TEST_DATA) + "/onnx/" + GetParam().file + ".onnx";
    std::vector<std::string> arguments = {source, "-o", folder_.Path("net.octavo")};
    arguments.insert(arguments.end(), options.begin(), options.end());
    result_ = RunProgram(OCTAVO_CONVERT, arguments);
    EXPECT_EQ(result_.code, 0) << result_.errors;
    EXPECT_THAT(result_.output, HasSubstr("self-check passed"));
    EXPECT_THAT(result_.output, HasSubstr(GetParam().transposes));
    octavo_model *model = nullptr;
    octavo_error error = {};
    ASSERT_EQ(octavo_model_open(folder_.Path("net.octavo").c_str(), &model, &error), OCTAVO_OK)
        << error.text;
    EXPECT_EQ(octavo_model_verify(model, 1, &error), OCTAVO_OK) << error.text;
    octavo_model_close(model);
  }

  TemporaryFolder folder_;
  ProgramResult result_;
};

TEST_P(MovingNetworks, Float) {
  Convert({"--mode", "float"});
}

TEST_P(MovingNetworks, Int8) {
  WriteImages(folder_.Path("images"), 24, 20, 16);
  Convert({"--calib", folder_.Path("images")});
  EXPECT_THAT(result_.output, HasSubstr("engine and plain C reference agree to the last bit"));
}

const Network networks[] = {
    {"shufflenet", "transposes left: 3, in the source: 3"},
    {"shufflenet_opset12", "transposes left: 3, in the source: 3"},
    {"inception", "transposes left: 0, in the source: 0"},
    {"upscale", "transposes left: 3, in the source: 2"},
};

INSTANTIATE_TEST_SUITE_P(Networks, MovingNetworks, testing::ValuesIn(networks),
                         [](const testing::TestParamInfo<Network> &n) { return n.param.file; });

} // namespace
