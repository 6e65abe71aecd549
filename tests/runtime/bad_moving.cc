// Attributes and shapes of the operators that move data.
#include "tests/runtime/bad_files.h"
#include "tests/runtime/moving_operators.h"

#include <cmath>

namespace {

const char *const kLayers[] = {"layer 0 (half), slice: ", "layer 1 (shuffle), transpose: ",
                               "layer 2 (larger), resize: ", "layer 3 (mean), mean: "};

void Add(std::vector<BadFile> &files, const std::string &name, MovingOperator op,
         const std::string &message, const std::function<void(octavo_attributes &)> &edit) {
  ModelFile file(MovingOperatorsModel(true));
  edit(file.op(op).attributes);
  files.push_back({name, OCTAVO_ERROR_FORMAT, kLayers[op] + message, file.Assemble()});
}

void AddShape(std::vector<BadFile> &files, const std::string &name, MovingOperator op,
              const std::string &message, uint32_t axis, uint32_t length) {
  ModelFile file(MovingOperatorsModel(true));
  octavo_format_tensor &y = file.tensor(static_cast<size_t>(op) + 1);
  y.bytes = y.bytes / y.shape[axis] * length;
  y.shape[axis] = length;
  files.push_back({name, OCTAVO_ERROR_FORMAT, kLayers[op] + message, file.Assemble()});
}

void AddSlices(std::vector<BadFile> &files) {
  Add(files, "10_slice_step_0", kSlice, "step: expected 1 to 16777216, found 0",
      [](octavo_attributes &a) { a.slice.step[2] = 0; });
  Add(files, "10_slice_step_4294967295", kSlice, "step: expected 1 to 16777216, found 4294967295",
      [](octavo_attributes &a) { a.slice.step[2] = UINT32_MAX; });
  Add(files, "10_slice_step_of_batch", kSlice, "step: expected 1 to 1, found 2",
      [](octavo_attributes &a) { a.slice.step[0] = 2; });
  Add(files, "10_slice_step_beyond_rank", kSlice, "step: expected 0 to 0, found 1",
      [](octavo_attributes &a) { a.slice.step[4] = 1; });
  Add(files, "10_slice_begin", kSlice, "begin: expected 0 to 7, found 8",
      [](octavo_attributes &a) { a.slice.begin[3] = 8; });
  Add(files, "10_slice_begin_4294967295", kSlice, "begin: expected 0 to 7, found 4294967295",
      [](octavo_attributes &a) { a.slice.begin[3] = UINT32_MAX; });
  Add(files, "10_slice_begin_of_batch", kSlice, "begin: expected 0 to 0, found 1",
      [](octavo_attributes &a) { a.slice.begin[0] = 1; });
  Add(files, "10_slice_begin_beyond_rank", kSlice, "begin: expected 0 to 0, found 1",
      [](octavo_attributes &a) { a.slice.begin[5] = 1; });
  Add(files, "09_slice_past_end", kSlice, "dimension 3 of the output: expected at most 3, found 4",
      [](octavo_attributes &a) { a.slice.begin[3] = 5; });
  Add(files, "09_slice_steps_past_end", kSlice,
      "dimension 2 of the output: expected at most 2, found 3",
      [](octavo_attributes &a) { a.slice.step[2] = 3; });
  Add(files, "01_slice_reserved", kSlice, "reserved attribute byte 48: expected 0, found 1",
      [](octavo_attributes &a) { a.slice.reserved[0] = 1; });
}

void AddTransposes(std::vector<BadFile> &files) {
  for (const uint32_t axis : {0u, 4u, UINT32_MAX})
    Add(files, "10_transpose_axis_" + std::to_string(axis), kTranspose,
        "axis: expected 1 to 3, found " + std::to_string(axis),
        [=](octavo_attributes &a) { a.transpose.axes[3] = axis; });
  Add(files, "10_transpose_batch", kTranspose, "axis: expected 0 to 0, found 1",
      [](octavo_attributes &a) { a.transpose.axes[0] = 1; });
  Add(files, "10_transpose_twice", kTranspose, "axes: expected each once, found 3 twice",
      [](octavo_attributes &a) { a.transpose.axes[3] = 3; });
  Add(files, "10_transpose_beyond_rank", kTranspose, "axis: expected 0 to 0, found 4",
      [](octavo_attributes &a) { a.transpose.axes[4] = 4; });
  Add(files, "09_transpose_shape", kTranspose, "dimension 1 of the output: expected 3, found 4",
      [](octavo_attributes &a) {
        a.transpose.axes[1] = 2;
        a.transpose.axes[2] = 3;
        a.transpose.axes[3] = 1;
      });
  Add(files, "01_transpose_reserved", kTranspose, "reserved attribute byte 24: expected 0, found 1",
      [](octavo_attributes &a) { a.transpose.reserved[0] = 1; });
}

void AddResizes(std::vector<BadFile> &files) {
  Add(files, "10_resize_mode", kResize, "mode: expected 0 to 1, found 2",
      [](octavo_attributes &a) { a.resize.mode = 2; });
  Add(files, "10_resize_coordinates", kResize, "coordinates: expected 0 to 3, found 4",
      [](octavo_attributes &a) { a.resize.coordinates = 4; });
  Add(files, "10_resize_rounding", kResize, "rounding: expected 0 to 3, found 4",
      [](octavo_attributes &a) {
        a.resize.mode = 0;
        a.resize.rounding = 4;
      });
  Add(files, "10_resize_rounding_of_linear", kResize, "rounding: expected 0 to 0, found 1",
      [](octavo_attributes &a) { a.resize.rounding = 1; });
  const struct {
    const char *name, *text;
    float scale;
  } scales[] = {{"zero", "0", 0},
                {"negative", "-2", -2},
                {"nan", "nan", NAN},
                {"infinite", "inf", INFINITY},
                {"tiny", "1e-30", 1e-30f}};
  for (const auto &s : scales)
    Add(files, std::string("10_resize_scale_") + s.name, kResize,
        std::string("scale: expected 2^-24 to 2^24, found ") + s.text,
        [&](octavo_attributes &a) { a.resize.scale_width = s.scale; });
  AddShape(files, "09_resize_channels", kResize, "channels of the output: expected 3 to 3, found 2",
           3, 2);
  Add(files, "01_resize_reserved", kResize, "reserved attribute byte 20: expected 0, found 1",
      [](octavo_attributes &a) { a.resize.reserved[0] = 1; });
}

void AddMeans(std::vector<BadFile> &files) {
  const struct {
    const char *name, *text;
    uint32_t axes;
  } wrong[] = {{"none", "0x0", 0}, {"batch", "0x7", 7}, {"beyond_rank", "0x16", 22}};
  for (const auto &w : wrong)
    Add(files, std::string("10_mean_axes_") + w.name, kMean,
        std::string("axes: expected one or more of 1 to 3, one bit each, found ") + w.text,
        [&](octavo_attributes &a) { a.mean.axes = w.axes; });
  Add(files, "09_mean_shape", kMean, "dimension 2 of the output: expected 2, found 1",
      [](octavo_attributes &a) { a.mean.axes = 2; });
  Add(files, "01_mean_reserved", kMean, "reserved attribute byte 4: expected 0, found 1",
      [](octavo_attributes &a) { a.mean.reserved[0] = 1; });
}

void AddScales(std::vector<BadFile> &files) {
  for (const MovingOperator op : {kSlice, kTranspose, kResize}) {
    ModelFile file(MovingOperatorsModel(true));
    for (size_t after = static_cast<size_t>(op) + 1; after <= kMovingOperators; after++)
      file.tensor(after).zero_point = 5;
    const char *const names[] = {"slice", "transpose", "resize"};
    files.push_back({std::string("09_scale_of_") + names[op], OCTAVO_ERROR_FORMAT,
                     std::string(kLayers[op]) +
                         "scale and zero point: expected the same in input and output, found 0.1, "
                         "0 and 0.1, 5",
                     file.Assemble()});
  }
}

} // namespace

void AddBadMoving(std::vector<BadFile> &files) {
  AddSlices(files);
  AddTransposes(files);
  AddResizes(files);
  AddMeans(files);
  AddScales(files);
}
