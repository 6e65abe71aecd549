// Classifies JPEG files: octavo.h in C++17, with handles that free themselves and errors that are thrown.
//
//   c++ -std=c++17 -O2 -o classify-cc classify.cc $(pkg-config --cflags --libs octavo) -ljpeg
#include <octavo.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <jpeglib.h>

namespace {

// Calls a function of octavo.h with `arguments` and an octavo_error at the end; throws what that says.
template <typename Function, typename... Arguments>
void Check(Function function, Arguments... arguments) {
  octavo_error error = {};
  const octavo_status status = function(arguments..., &error);
  if (status != OCTAVO_OK)
    throw std::runtime_error(error.text[0] != '\0' ? error.text : octavo_status_name(status));
}

struct Free {
  void operator()(octavo_model *model) const {
    octavo_model_close(model);
  }
  void operator()(octavo_session *session) const {
    octavo_session_free(session);
  }
  void operator()(FILE *file) const {
    std::fclose(file);
  }
};

struct Picture {
  uint32_t width = 0, height = 0;
  std::vector<uint8_t> rgb;
};

// A model and one session of it. Many classifiers may share a model: then keep that apart.
class Classifier {
public:
  explicit Classifier(const std::string &path) {
    octavo_model *model = nullptr;
    Check(octavo_model_open, path.c_str(), &model);
    model_.reset(model);
    octavo_session *session = nullptr;
    Check(octavo_session_create, model, static_cast<const octavo_session_options *>(nullptr), &session);
    session_.reset(session);
  }

  // The most probable classes, at most `count`.
  std::vector<octavo_class> Classify(const Picture &picture, uint32_t count) {
    Check(octavo_session_set_image, session_.get(), 0U, picture.rgb.data(), picture.width, picture.height,
          size_t{3} * picture.width);
    Check(octavo_session_run, session_.get());
    std::vector<octavo_class> classes(count);
    Check(octavo_session_top, session_.get(), 0U, classes.data(), count, &count);
    classes.resize(count);
    return classes;
  }

private:
  // The session goes first, as it must: members are destroyed from the last to the first.
  std::unique_ptr<octavo_model, Free> model_;
  std::unique_ptr<octavo_session, Free> session_;
};

// As libjpeg does by itself, a file that is no JPEG ends the program with a message.
Picture ReadJpeg(const std::string &path) {
  const std::unique_ptr<FILE, Free> file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr)
    throw std::runtime_error(path + ": cannot be opened");
  jpeg_error_mgr handler;
  jpeg_decompress_struct jpeg = {};
  jpeg.err = jpeg_std_error(&handler);
  jpeg_create_decompress(&jpeg);
  jpeg_stdio_src(&jpeg, file.get());
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = JCS_RGB;
  jpeg_start_decompress(&jpeg);
  Picture picture;
  picture.width = jpeg.output_width;
  picture.height = jpeg.output_height;
  picture.rgb.resize(size_t{3} * jpeg.output_width * jpeg.output_height);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = picture.rgb.data() + size_t{3} * jpeg.output_width * jpeg.output_scanline;
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  jpeg_destroy_decompress(&jpeg);
  return picture;
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: classify-cc MODEL PHOTO...\n");
    return 2;
  }
  try {
    Classifier classifier(argv[1]);
    for (int i = 2; i < argc; i++) {
      std::printf("%s\n", argv[i]);
      for (const octavo_class &c : classifier.Classify(ReadJpeg(argv[i]), 3))
        std::printf("%5.1f %%  %s\n", 100 * c.probability, c.label);
    }
  } catch (const std::exception &problem) {
    std::fprintf(stderr, "classify-cc: %s\n", problem.what());
    return 1;
  }
}
