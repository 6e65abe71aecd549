#include "tests/runtime/bad_files.h"
#include "tests/runtime/every_operator.h"

#include <cmath>
#include <limits>

namespace {

void Add(std::vector<BadFile> &files, const std::string &name, const std::string &message,
         const std::function<void(ModelFile &)> &edit) {
  files.push_back({name, OCTAVO_ERROR_FORMAT, message, Edited(edit)});
}

// A network for images of one channel, of which the rule has a mean for a second.
Bytes MeanOfAbsentChannel() {
  model_writer *writer = model_writer_create();
  const uint32_t shape[] = {1, 2, 2, 1};
  int32_t tensors[2];
  for (int i = 0; i < 2; i++)
    tensors[i] = model_writer_add_activation(writer, i == 0 ? "x" : "y", OCTAVO_INT8, 4, shape, 1,
                                             0, MODEL_WRITER_NEXT);
  model_writer_add_operator(writer, "relu", OCTAVO_OP_CLIP, nullptr, 1, &tensors[0], 1,
                            &tensors[1]);
  model_writer_set_inputs(writer, 1, &tensors[0]);
  model_writer_set_outputs(writer, 1, &tensors[1]);
  octavo_preprocessing rule = {};
  rule.width = rule.height = rule.resize_width = rule.resize_height = 2;
  rule.channels = 1;
  rule.scale = rule.std[0] = 1;
  model_writer_set_preprocessing(writer, &rule);
  ModelFile file(Finish(writer));
  file.preprocessing().mean[1] = 0.5f;
  return file.Assemble();
}

void AddPreprocessing(std::vector<BadFile> &files) {
  Add(files, "07_bgr", "preprocessing: bgr: expected 0 or 1, found 2",
      [](ModelFile &f) { f.preprocessing().bgr = 2; });
  for (const uint32_t resize : {2u, UINT32_MAX})
    Add(files, "07_resize_" + std::to_string(resize),
        "preprocessing: resize: expected 0 (stretch) or 1 (short side), found " +
            std::to_string(resize),
        [=](ModelFile &f) { f.preprocessing().resize = resize; });
  Add(files, "01_preprocessing_reserved",
      "preprocessing: reserved: expected zeros, found other bytes",
      [](ModelFile &f) { f.preprocessing().reserved[1] = 1; });
  for (const uint32_t channels : {0u, 2u, 4u, UINT32_MAX})
    Add(files, "10_channels_" + std::to_string(channels),
        "preprocessing: " + std::to_string(channels) + " channels, expected 1 or 3",
        [=](ModelFile &f) { f.preprocessing().channels = channels; });
  Add(files, "10_width_not_of_input",
      "input image: its shape is not 1 × 4 × 5 × 3, which the preprocessing gives",
      [](ModelFile &f) { f.preprocessing().width = 5; });
  Add(files, "10_crop_larger_than_image",
      "preprocessing: the crop of 4 × 4 is larger than the resized image",
      [](ModelFile &f) { f.preprocessing().resize_height = 3; });
  Add(files, "10_std_zero",
      "preprocessing: channel 1 has mean 0.5 and std 0, expected finite numbers and a std other "
      "than 0",
      [](ModelFile &f) { f.preprocessing().std[1] = 0; });
  Add(files, "10_mean_infinite",
      "preprocessing: channel 2 has mean inf and std 0.25, expected finite numbers and a std other "
      "than 0",
      [](ModelFile &f) { f.preprocessing().mean[2] = INFINITY; });
  files.push_back({"10_mean_of_absent_channel", OCTAVO_ERROR_FORMAT,
                   "preprocessing: mean and std of channel 1: expected 0 with 1 channels, found "
                   "0.5 and 0",
                   MeanOfAbsentChannel()});
  Add(files, "10_pixel_scale_nan", "preprocessing: scale is nan, expected a finite number",
      [](ModelFile &f) { f.preprocessing().scale = std::numeric_limits<float>::quiet_NaN(); });
}

void AddLabels(std::vector<BadFile> &files) {
  Add(files, "06_label_count",
      "section LABELS: size: expected 3 labels, one for each value of output 0, found 2",
      [](ModelFile &f) { f.section(OCTAVO_SECTION_LABELS).resize(8); });
  ModelFile sample(SampleModel());
  const std::string size = std::to_string(sample.section(OCTAVO_SECTION_STRINGS).size());
  for (const uint32_t offset : {2u, UINT32_MAX})
    Add(files, "07_label_" + std::to_string(offset),
        "label 2: name: expected the offset of one of the strings in " + size +
            " bytes of STRINGS, found " + std::to_string(offset),
        [=](ModelFile &f) { f.label(2) = offset; });
}

void AddProvenance(std::vector<BadFile> &files) {
  ModelFile sample(SampleModel());
  const std::string size = std::to_string(sample.section(OCTAVO_SECTION_STRINGS).size());
  Add(files, "07_provenance_string",
      "provenance: string 3: name: expected the offset of one of the strings in " + size +
          " bytes of STRINGS, found " + size,
      [=](ModelFile &f) {
        f.provenance().calibrator = static_cast<uint32_t>(f.section(OCTAVO_SECTION_STRINGS).size());
      });
  Add(files, "01_provenance_reserved", "provenance: reserved: expected zeros, found other bytes",
      [](ModelFile &f) { f.provenance().reserved[5] = 1; });
  Add(files, "10_accuracy_source",
      "provenance: accuracy_source: expected NaN or 0 to 100 percent, found 100.5",
      [](ModelFile &f) { f.provenance().accuracy_source = 100.5f; });
  Add(files, "10_accuracy_model",
      "provenance: accuracy_model: expected NaN or 0 to 100 percent, found -inf",
      [](ModelFile &f) { f.provenance().accuracy_model = -INFINITY; });
}

void AddTests(std::vector<BadFile> &files) {
  for (const uint32_t count : {0u, 65u, UINT32_MAX})
    Add(files, "02_test_vectors_" + std::to_string(count),
        "section TESTS: vector_count: expected 1 to 64, found " + std::to_string(count),
        [=](ModelFile &f) { f.tests().vector_count = count; });
  Add(files, "06_tests_operators", "section TESTS: operator_count: expected 5, found 6",
      [](ModelFile &f) { f.tests().operator_count++; });
  Add(files, "06_tests_inputs",
      "section TESTS: input_bytes: expected 48, found 4611686018427387904",
      [](ModelFile &f) { f.tests().input_bytes = UINT64_C(1) << 62; });
  Add(files, "06_tests_outputs", "section TESTS: output_bytes: expected 24, found 0",
      [](ModelFile &f) { f.tests().output_bytes = 0; });
  Add(files, "06_tests_vectors", "section TESTS: size: expected 216, found 124",
      [](ModelFile &f) { f.tests().vector_count = 2; });
  Add(files, "06_tests_trailing", "section TESTS: size: expected 124, found 125",
      [](ModelFile &f) { f.section(OCTAVO_SECTION_TESTS).push_back(0); });
  Add(files, "02_tests_samples", "section TESTS: sample_count: expected at most 64, found 65",
      [](ModelFile &f) { f.tests().sample_count = 65; });
  Add(files, "01_tests_reserved", "section TESTS: reserved: expected zeros, found other bytes",
      [](ModelFile &f) { f.tests().reserved[0] = 1; });
}

} // namespace

void AddBadDescriptions(std::vector<BadFile> &files) {
  AddPreprocessing(files);
  AddLabels(files);
  AddProvenance(files);
  AddTests(files);
}
