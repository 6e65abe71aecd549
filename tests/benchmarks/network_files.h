// Networks written and read back.
#ifndef OCTAVO_TESTS_BENCHMARKS_NETWORK_FILES_H
#define OCTAVO_TESTS_BENCHMARKS_NETWORK_FILES_H

extern "C" {
#include "benchmarks/networks/networks.h"
}
#include "onnx.pb-c.h"
#include "tests/common/temporary_folder.h"

#include <map>
#include <memory>
#include <set>
#include <string>

struct Settings {
  net_precision precision = NET_FLOAT;
  bool batch_norm = false;
  uint64_t seed = 1;
  uint32_t size = 0;
};

using Model = std::unique_ptr<Onnx__ModelProto, void (*)(Onnx__ModelProto *)>;

inline std::string Save(const network &net, const Settings &settings, const TemporaryFolder &folder,
                        octavo_status *status, octavo_error *error) {
  net_options options = {};
  options.seed = settings.seed;
  options.size = settings.size ? settings.size : net.size;
  options.classes = net.classes;
  options.precision = settings.precision;
  options.batch_norm = settings.batch_norm;
  net_builder *b = net_create(net.name, &options);
  net.build(b);
  *status = net_save(b, folder.path("net.onnx").c_str(), error);
  net_free(b);
  return folder.read("net.onnx");
}

inline std::string Bytes(const char *name, const Settings &settings = {}) {
  const TemporaryFolder folder;
  octavo_status status = OCTAVO_OK;
  octavo_error error = {};
  const std::string bytes = Save(*network_find(name), settings, folder, &status, &error);
  EXPECT_EQ(status, OCTAVO_OK) << error.text;
  return bytes;
}

inline Model Parse(const std::string &bytes) {
  Onnx__ModelProto *model = onnx__model_proto__unpack(
      nullptr, bytes.size(), reinterpret_cast<const uint8_t *>(bytes.data()));
  return Model(model, [](Onnx__ModelProto *m) { onnx__model_proto__free_unpacked(m, nullptr); });
}

inline std::map<std::string, int> CountOperators(const Onnx__GraphProto &graph) {
  std::map<std::string, int> counts;
  for (size_t i = 0; i < graph.n_node; i++)
    counts[graph.node[i]->op_type]++;
  return counts;
}

inline uint64_t CountWeights(const Onnx__GraphProto &graph) {
  uint64_t sum = 0;
  for (size_t i = 0; i < graph.n_initializer; i++) {
    uint64_t count = 1;
    for (size_t d = 0; d < graph.initializer[i]->n_dims; d++)
      count *= static_cast<uint64_t>(graph.initializer[i]->dims[d]);
    sum += graph.initializer[i]->n_dims > 0 ? count : 0;
  }
  return sum;
}

inline void ExpectSound(const network &net, const Onnx__GraphProto &graph) {
  std::set<std::string> known = {graph.input[0]->name}, names;
  for (size_t i = 0; i < graph.n_initializer; i++)
    EXPECT_TRUE(known.insert(graph.initializer[i]->name).second) << graph.initializer[i]->name;
  for (size_t i = 0; i < graph.n_node; i++) {
    const Onnx__NodeProto &node = *graph.node[i];
    EXPECT_TRUE(names.insert(node.name).second) << node.name;
    for (size_t k = 0; k < node.n_input; k++)
      EXPECT_TRUE(known.count(node.input[k])) << node.name << " reads " << node.input[k];
    EXPECT_TRUE(known.insert(node.output[0]).second) << node.output[0];
  }
  EXPECT_TRUE(known.count("logits"));
  ASSERT_EQ(graph.n_output, 1u);
  const Onnx__TensorShapeProto &shape = *graph.output[0]->type->tensor_type->shape;
  EXPECT_STREQ(graph.output[0]->name, "logits");
  EXPECT_STREQ(shape.dim[0]->dim_param, "N");
  EXPECT_EQ(shape.dim[1]->dim_value, net.classes);
}

#endif
