// What proto_save writes, read back with protobuf-c.
#include "common/onnx/proto.h"

#include "runtime/memory.h"
#include "tests/common/temporary_folder.h"

#include <gmock/gmock.h>

#include <memory>
#include <string>

namespace {

using testing::HasSubstr;

struct Free {
  void operator()(Onnx__ModelProto *model) const {
    onnx__model_proto__free_unpacked(model, nullptr);
  }
};

class Proto : public testing::Test {
protected:
  void SetUp() override {
    proto_begin(&p_, "graph");
  }
  void TearDown() override {
    proto_end(&p_);
  }
  octavo_status Save() {
    return proto_save(&p_, "test", folder_.path("x.onnx").c_str(), &error_);
  }
  std::unique_ptr<Onnx__ModelProto, Free> Read() {
    const std::string bytes = folder_.read("x.onnx");
    return std::unique_ptr<Onnx__ModelProto, Free>(onnx__model_proto__unpack(
        nullptr, bytes.size(), reinterpret_cast<const uint8_t *>(bytes.data())));
  }

  TemporaryFolder folder_;
  proto_graph p_{};
  octavo_error error_{};
};

TEST_F(Proto, MetadataIsKeptInOrder) {
  for (int i = 0; i < 200; i++) // more than there is room for at first
    proto_metadata(&p_, ("key" + std::to_string(i)).c_str(), std::to_string(i * i).c_str());
  proto_metadata(&p_, "lines", "a\nb\xc3\xa4\n");
  ASSERT_EQ(Save(), OCTAVO_OK) << error_.text;
  const auto model = Read();
  ASSERT_NE(model, nullptr);
  ASSERT_EQ(model->n_metadata_props, 201u);
  for (int i = 0; i < 200; i++) {
    EXPECT_EQ(model->metadata_props[i]->key, "key" + std::to_string(i));
    EXPECT_EQ(model->metadata_props[i]->value, std::to_string(i * i));
  }
  EXPECT_STREQ(model->metadata_props[200]->value, "a\nb\xc3\xa4\n");
  EXPECT_STREQ(model->graph->name, "graph");
}

TEST_F(Proto, SeveralInputsAndOutputs) {
  const int64_t shape[2] = {0, 5};
  for (const char *name : {"a", "b", "c"}) {
    proto_input(&p_, name, 2, shape);
    proto_output(&p_, name, 2, shape);
  }
  ASSERT_EQ(Save(), OCTAVO_OK) << error_.text;
  const auto model = Read();
  ASSERT_NE(model, nullptr);
  ASSERT_EQ(model->graph->n_input, 3u);
  ASSERT_EQ(model->graph->n_output, 3u);
  EXPECT_STREQ(model->graph->input[1]->name, "b");
  EXPECT_STREQ(model->graph->output[2]->name, "c");
  const Onnx__TensorShapeProto *dims = model->graph->output[2]->type->tensor_type->shape;
  EXPECT_STREQ(dims->dim[0]->dim_param, "N");
  EXPECT_EQ(dims->dim[1]->dim_value, 5);
}

TEST_F(Proto, Attributes) {
  const char *const x = "x";
  Onnx__NodeProto *node = proto_node(&p_, "Op", "op", 1, &x, "y");
  proto_attribute_float(&p_, node, "alpha", 0.25f);
  proto_attribute_text(&p_, node, "mode", "nearest");
  ASSERT_EQ(Save(), OCTAVO_OK) << error_.text;
  const auto model = Read();
  ASSERT_NE(model, nullptr);
  ASSERT_EQ(model->graph->node[0]->n_attribute, 2u);
  const Onnx__AttributeProto *alpha = model->graph->node[0]->attribute[0];
  const Onnx__AttributeProto *mode = model->graph->node[0]->attribute[1];
  EXPECT_EQ(alpha->type, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);
  EXPECT_EQ(alpha->f, 0.25f);
  EXPECT_EQ(mode->type, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING);
  EXPECT_EQ(std::string(reinterpret_cast<const char *>(mode->s.data), mode->s.len), "nearest");
}

TEST_F(Proto, NoMetadataIsWrittenUnlessAdded) {
  ASSERT_EQ(Save(), OCTAVO_OK) << error_.text;
  EXPECT_EQ(Read()->n_metadata_props, 0u);
}

TEST_F(Proto, MemoryShortForMetadataIsReported) {
  for (size_t i = 0; i < 4; i++) { // entry, list, key, value
    proto_end(&p_);
    proto_begin(&p_, "graph");
    octavo_memory_fail_at(i, 0);
    proto_metadata(&p_, "key", "value");
    octavo_memory_fail_at(SIZE_MAX, 0);
    EXPECT_EQ(Save(), OCTAVO_ERROR_MEMORY) << i;
    EXPECT_THAT(error_.text, HasSubstr("memory"));
    EXPECT_FALSE(std::filesystem::exists(folder_.path("x.onnx")));
  }
}

} // namespace
