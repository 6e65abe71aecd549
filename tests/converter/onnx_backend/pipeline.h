/* A network the whole way: import, passes, memory plan, model file, runtime. */
#ifndef OCTAVO_TESTS_ONNX_BACKEND_PIPELINE_H
#define OCTAVO_TESTS_ONNX_BACKEND_PIPELINE_H

#include "converter/built_model.h"

#include <string>
#include <vector>

using Shape = std::vector<int64_t>;

class Pipeline {
public:
  Pipeline() = default;
  ~Pipeline();
  Pipeline(const Pipeline &) = delete;
  Pipeline &operator=(const Pipeline &) = delete;

  /* ONNX bytes to a float model with a session. Once. */
  octavo_status Convert(const std::string &bytes, octavo_error *error);

  /* As the runtime has them, by their names in the source; empty if there is no such one. */
  Shape InputShape(const std::string &name) const;
  Shape OutputShape(size_t index) const;
  size_t output_count() const;

  octavo_status SetInput(const std::string &name, const std::vector<float> &values,
                         octavo_error *error);
  octavo_status Run(octavo_error *error);
  std::vector<float> Output(size_t index) const;

private:
  int64_t InputIndex(const std::string &name) const;

  graph *graph_ = nullptr;
  built_model built_ = {};
  octavo_session *session_ = nullptr;
};

#endif
