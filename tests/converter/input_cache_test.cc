/* Inputs that are kept are those that sessions get from the images, and images are read once. */
#include "converter/input_cache.h"

#include "converter/built_model.h"
#include "converter/quantize/quantize.h"
#include "tests/converter/tiny_network.h"

#include <gmock/gmock.h>

namespace {

class InputCache : public testing::Test {
protected:
  void SetUp() override {
    WriteImages(folder_.Path("images"), 6, 20, 16);
    Graph g = TinyNetwork();
    Build(g.get(), &float_);
    ASSERT_EQ(image_sample_open(folder_.Path("images").c_str(), DATASET_TRAIN, 6, 1, nullptr,
                                &images_, &error_),
              OCTAVO_OK);
    cache_.sample = &images_;
    cache_.threads = 2;
  }
  void TearDown() override {
    input_cache_free(&cache_);
    image_sample_close(&images_);
    built_model_free(&float_);
  }

  void Build(graph *g, built_model *built) {
    const label_list none = {nullptr, 0};
    ASSERT_EQ(built_model_create(g, &kTinyRule, &none, built, &error_), OCTAVO_OK) << error_.text;
  }
  /* All int8, with an input from −range to range. */
  void BuildInt8(float range, built_model *built) {
    Graph g = TinyNetwork();
    const std::vector<value_range> ranges(g->tensor_count, {-range, range});
    const quantize_settings settings = {ranges.data(), nullptr};
    graph *quantized = nullptr;
    ASSERT_EQ(quantize_graph(g.get(), &settings, &quantized, &error_), OCTAVO_OK) << error_.text;
    Build(Graph(quantized).get(), built);
  }
  void ExpectWhatASessionGets(octavo_model *model, const input_row *row) {
    octavo_session *sessions[2] = {};
    octavo_tensor_info info;
    ASSERT_EQ(octavo_model_input(model, 0, &info), OCTAVO_OK);
    for (octavo_session *&session : sessions)
      ASSERT_EQ(octavo_session_create(model, nullptr, &session, &error_), OCTAVO_OK);
    for (uint32_t i = 0; i < row->images; i++) {
      ASSERT_EQ(image_sample_feed(&images_, i, sessions[0], &error_), OCTAVO_OK) << error_.text;
      ASSERT_EQ(input_row_feed(row, i, sessions[1], &error_), OCTAVO_OK) << error_.text;
      EXPECT_EQ(memcmp(octavo_session_input(sessions[0], 0), octavo_session_input(sessions[1], 0),
                       info.bytes),
                0)
          << i;
    }
    for (octavo_session *session : sessions)
      octavo_session_free(session);
  }

  TemporaryFolder folder_;
  built_model float_ = {};
  image_sample images_ = {};
  input_cache cache_ = {};
  octavo_error error_ = {};
};

TEST_F(InputCache, RowsHoldWhatSessionsGet) {
  built_model small = {}, large = {};
  BuildInt8(1.0f, &small);
  BuildInt8(8.0f, &large);
  for (octavo_model *model : {float_.model, small.model, large.model, small.model}) {
    const input_row *row = nullptr;
    ASSERT_EQ(input_cache_get(&cache_, model, 6, &row, &error_), OCTAVO_OK) << error_.text;
    ASSERT_EQ(row->images, 6u);
    ExpectWhatASessionGets(model, row);
  }
  built_model_free(&small);
  built_model_free(&large);
}

TEST_F(InputCache, ImagesAreReadOnce) {
  const input_row *row = nullptr, *again = nullptr;
  ASSERT_EQ(input_cache_get(&cache_, float_.model, 6, &row, &error_), OCTAVO_OK) << error_.text;
  std::filesystem::remove_all(folder_.Path("images"));
  ASSERT_EQ(input_cache_get(&cache_, float_.model, 4, &again, &error_), OCTAVO_OK) << error_.text;
  EXPECT_EQ(row, again);
  EXPECT_EQ(again->images, 6u);
}

TEST_F(InputCache, MoreImagesAreReadWhenTheyAreAskedFor) {
  const input_row *row = nullptr;
  ASSERT_EQ(input_cache_get(&cache_, float_.model, 2, &row, &error_), OCTAVO_OK) << error_.text;
  EXPECT_EQ(row->images, 2u);
  ASSERT_EQ(input_cache_get(&cache_, float_.model, 5, &row, &error_), OCTAVO_OK) << error_.text;
  EXPECT_EQ(row->images, 5u);
  ExpectWhatASessionGets(float_.model, row);
}

TEST_F(InputCache, ARowThatCannotBeReadIsNotKept) {
  const input_row *row = nullptr;
  std::filesystem::remove_all(folder_.Path("images"));
  ASSERT_NE(input_cache_get(&cache_, float_.model, 6, &row, &error_), OCTAVO_OK);
  WriteImages(folder_.Path("images"), 6, 20, 16);
  ASSERT_EQ(input_cache_get(&cache_, float_.model, 6, &row, &error_), OCTAVO_OK) << error_.text;
  ExpectWhatASessionGets(float_.model, row);
}

/* Room for 4 and a half float images: 4, and 2 int8 ones, a quarter as large; none of a third kind.
 * What is not kept is read when it is fed. */
TEST_F(InputCache, ImagesBeyondTheLimitAreReadWheneverTheyAreFed) {
  constexpr size_t kBytes = 8 * 8 * 3;
  cache_.limit = 4 * kBytes * sizeof(float) + 2 * kBytes;
  built_model small = {}, large = {};
  BuildInt8(1.0f, &small);
  BuildInt8(8.0f, &large);
  const input_row *rows[3] = {};
  octavo_model *const models[3] = {float_.model, small.model, large.model};
  const uint32_t kept[3] = {4, 2, 0};
  for (int round = 0; round < 2; round++)
    for (int i = 0; i < 3; i++) {
      ASSERT_EQ(input_cache_get(&cache_, models[i], 6, &rows[i], &error_), OCTAVO_OK)
          << error_.text;
      EXPECT_EQ(rows[i]->images, 6u);
      EXPECT_EQ(rows[i]->kept, kept[i]);
      ExpectWhatASessionGets(models[i], rows[i]);
    }
  std::filesystem::remove_all(folder_.Path("images"));
  octavo_session *session = nullptr;
  ASSERT_EQ(octavo_session_create(float_.model, nullptr, &session, &error_), OCTAVO_OK);
  EXPECT_EQ(input_row_feed(rows[0], 3, session, &error_), OCTAVO_OK);
  EXPECT_EQ(input_row_feed(rows[0], 4, session, &error_), OCTAVO_ERROR_IO);
  octavo_session_free(session);
  built_model_free(&small);
  built_model_free(&large);
}

/* More kinds than there are rows: the oldest is read anew. */
TEST_F(InputCache, RowsAreGivenUpInTurn) {
  std::vector<built_model> models(INPUT_CACHE_ROWS + 1);
  for (size_t i = 0; i < models.size(); i++)
    BuildInt8(1.0f + (float)i, &models[i]);
  for (int turn = 0; turn < 2; turn++)
    for (built_model &built : models) {
      const input_row *row = nullptr;
      ASSERT_EQ(input_cache_get(&cache_, built.model, 3, &row, &error_), OCTAVO_OK);
      ExpectWhatASessionGets(built.model, row);
    }
  for (built_model &built : models)
    built_model_free(&built);
}

} // namespace
