#include "tests/runtime/bad_files.h"
#include "tests/runtime/elementwise_model.h"

#include <cmath>

namespace {

void Add(std::vector<BadFile> &files, const std::string &name, const std::string &message,
         const std::function<void(ModelFile &)> &edit) {
  ModelFile file(ElementwiseModel(true));
  edit(file);
  files.push_back({name, OCTAVO_ERROR_FORMAT, message, file.Assemble()});
}

void AddFunctions(std::vector<BadFile> &files) {
  const std::string gate = "layer 0 (gate), unary: ", swish = "layer 4 (swish), unary: ";
  for (const uint32_t function : {0u, 11u, UINT32_MAX})
    Add(files, "07_function_" + std::to_string(function),
        gate + "function: expected one that this library knows, found " + std::to_string(function),
        [=](ModelFile &f) { f.op(kGate).attributes.unary.function = function; });
  Add(files, "10_alpha_of_none", swish + "alpha: expected 0, as the function has none, found 0.5",
      [](ModelFile &f) { f.op(kSwish).attributes.unary.alpha = 0.5f; });
  Add(files, "10_beta_of_none", swish + "beta: expected 0, as the function has none, found -0",
      [](ModelFile &f) { f.op(kSwish).attributes.unary.beta = -0.0f; });
  Add(files, "10_alpha_nan", swish + "alpha: expected a finite number, found nan",
      [](ModelFile &f) {
        f.op(kSwish).attributes.unary = {OCTAVO_UNARY_HARD_SIGMOID, NAN, 0, {}};
      });
  Add(files, "10_beta_infinite", swish + "beta: expected a finite number, found inf",
      [](ModelFile &f) {
        f.op(kSwish).attributes.unary = {OCTAVO_UNARY_HARD_SIGMOID, 1, INFINITY, {}};
      });
  Add(files, "01_unary_reserved", gate + "reserved attribute byte 60: expected 0, found 1",
      [](ModelFile &f) { f.op(kGate).attributes.unary.reserved[12] = 1; });
}

void AddTables(std::vector<BadFile> &files) {
  const std::string gate = "layer 0 (gate), unary: ";
  Add(files, "08_function_table_is_activation",
      gate + "table: expected a constant, found an activation",
      [](ModelFile &f) { f.operand(1) = kChannels; });
  Add(files, "09_function_table_scale",
      gate + "scale of the table: expected that of the output, 0.00390625, found 0.5",
      [](ModelFile &f) { f.tensor(kGateTable).scale = 0.5f; });
  Add(files, "09_function_table_rank", gate + "rank of the table: expected 1, found 2",
      [](ModelFile &f) {
        f.tensor(kGateTable).rank = 2;
        f.tensor(kGateTable).shape[0] = 16;
        f.tensor(kGateTable).shape[1] = 16;
      });
  Add(files, "09_function_table_type", gate + "type of the table: expected int8, found int32",
      [](ModelFile &f) {
        octavo_format_tensor &table = f.tensor(kGateTable);
        table.type = OCTAVO_INT32;
        table.scale = 0;
        table.shape[0] = 64;
      });
}

void AddShapes(std::vector<BadFile> &files) {
  Add(files, "09_broadcast",
      "layer 1 (scale), multiply: dimension 3 of the second input: expected 4 or 1, found 2",
      [](ModelFile &f) {
        for (const int32_t tensor : {kChannels, kGated}) {
          f.tensor(tensor).shape[3] = 2;
          f.tensor(tensor).bytes = 2;
        }
      });
  Add(files, "09_broadcast_rank",
      "layer 1 (scale), multiply: rank of the second input: expected 4, found 2", [](ModelFile &f) {
        for (const int32_t tensor : {kChannels, kGated}) {
          f.tensor(tensor).rank = 2;
          f.tensor(tensor).shape[1] = 4;
          f.tensor(tensor).shape[2] = f.tensor(tensor).shape[3] = 0;
        }
      });
  Add(files, "09_broadcast_output",
      "layer 1 (scale), multiply: dimension 2 of the output: expected 3, found 1",
      [](ModelFile &f) {
        f.tensor(kScaled).shape[2] = 1;
        f.tensor(kScaled).bytes = 12;
      });
  Add(files, "09_unary_shape",
      "layer 0 (gate), unary: dimension 3 of the output: expected 4, found 1", [](ModelFile &f) {
        f.tensor(kGated).shape[3] = 1;
        f.tensor(kGated).bytes = 1;
      });
}

void AddScales(std::vector<BadFile> &files) {
  Add(files, "10_product_scale",
      "layer 1 (scale), multiply: scales of the inputs multiplied, over that of the output: "
      "expected normal numbers, found 0.05 · 1e-37 / 0.05",
      [](ModelFile &f) { f.tensor(kGated).scale = f.tensor(kGateTable).scale = 1e-37f; });
  Add(files, "10_difference_scale",
      "layer 3 (difference), subtract: scale of input 1 over that of the output: expected at "
      "least 2^-10 and less than 2^8, found 0.05 / 0.0001 = 500",
      [](ModelFile &f) {
        f.tensor(kBiased).scale = 0.01f;
        f.tensor(kSubtracted).scale = 0.0001f;
      });
  Add(files, "10_product_clamp",
      "layer 1 (scale), multiply: clamp: expected a minimum not above the maximum, found 2 and 1",
      [](ModelFile &f) {
        f.op(kScale).attributes.clamp = {2, 1, {}};
      });
  Add(files, "01_product_reserved",
      "layer 1 (scale), multiply: reserved attribute byte 8: expected 0, found 1",
      [](ModelFile &f) { f.op(kScale).attributes.clamp.reserved[0] = 1; });
}

} // namespace

void AddBadElementwise(std::vector<BadFile> &files) {
  AddFunctions(files);
  AddTables(files);
  AddShapes(files);
  AddScales(files);
}
