#include "tests/converter/onnx_backend/pipeline.h"

#include "converter/onnx/onnx_import.h"
#include "converter/passes/passes.h"

Pipeline::~Pipeline() {
  octavo_session_free(session_);
  built_model_free(&built_);
  graph_free(graph_);
}

octavo_status Pipeline::Convert(const std::string &bytes, octavo_error *error) {
  const label_list no_labels = {};
  octavo_status status = onnx_import_memory(reinterpret_cast<const uint8_t *>(bytes.data()),
                                            bytes.size(), "model", nullptr, &graph_, error);
  if (status == OCTAVO_OK)
    status = passes_run(graph_, nullptr, error);
  if (status == OCTAVO_OK)
    status = built_model_create(graph_, nullptr, &no_labels, &built_, error);
  if (status == OCTAVO_OK)
    status = octavo_session_create(built_.model, nullptr, &session_, error);
  return status;
}

static Shape ShapeOf(const octavo_tensor_info &info) {
  return Shape(info.shape, info.shape + info.rank);
}

int64_t Pipeline::InputIndex(const std::string &name) const {
  octavo_tensor_info info;
  for (uint32_t i = 0; octavo_model_input(built_.model, i, &info) == OCTAVO_OK; i++)
    if (name == info.name)
      return i;
  return -1;
}

Shape Pipeline::InputShape(const std::string &name) const {
  octavo_tensor_info info;
  const int64_t index = InputIndex(name);
  return index >= 0 &&
                 octavo_model_input(built_.model, static_cast<uint32_t>(index), &info) == OCTAVO_OK
             ? ShapeOf(info)
             : Shape();
}

Shape Pipeline::OutputShape(size_t index) const {
  octavo_tensor_info info;
  return octavo_model_output(built_.model, static_cast<uint32_t>(index), &info) == OCTAVO_OK
             ? ShapeOf(info)
             : Shape();
}

size_t Pipeline::output_count() const {
  return octavo_model_output_count(built_.model);
}

octavo_status Pipeline::SetInput(const std::string &name, const std::vector<float> &values,
                                 octavo_error *error) {
  return octavo_session_set_input_f32(session_, static_cast<uint32_t>(InputIndex(name)),
                                      values.data(), values.size(), error);
}

octavo_status Pipeline::Run(octavo_error *error) {
  return octavo_session_run(session_, error);
}

std::vector<float> Pipeline::Output(size_t index) const {
  size_t count = 1;
  for (const int64_t dimension : OutputShape(index))
    count *= static_cast<size_t>(dimension);
  std::vector<float> values(count);
  octavo_session_get_output_f32(session_, static_cast<uint32_t>(index), values.data(), count,
                                nullptr);
  return values;
}
