#include "runtime/memory.h"
#include "tests/session/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace octavo_test {
namespace {

using testing::HasSubstr;

class SessionTest : public testing::Test {
protected:
  SessionTest() : model_(network()) {}
  ~SessionTest() override {
    octavo_memory_fail_at(SIZE_MAX, 0);
    octavo_session_free(session_);
  }

  octavo_status create(uint32_t threads, uint32_t batch) {
    octavo_session_free(session_);
    octavo_session_options options;
    octavo_session_options_init(&options);
    options.threads = threads;
    options.batch = batch;
    return octavo_session_create(model_.get(), &options, &session_, &error_);
  }

  Model model_;
  octavo_session *session_ = nullptr;
  octavo_error error_ = {};
};

TEST_F(SessionTest, DefaultsAreOneThreadAndOneImage) {
  ASSERT_EQ(octavo_session_create(model_.get(), nullptr, &session_, &error_), OCTAVO_OK);
  EXPECT_EQ(octavo_session_threads(session_), 1u);
  EXPECT_EQ(octavo_session_batch(session_), 1u);
  octavo_session_free(nullptr);
}

TEST_F(SessionTest, EqualsTheReferenceForAnyThreadsAndBatch) {
  for (uint32_t threads : {1u, 2u, 4u})
    for (uint32_t batch : {1u, 2u, 5u}) {
      ASSERT_EQ(create(threads, batch), OCTAVO_OK) << error_.text;
      EXPECT_EQ(octavo_session_threads(session_), threads);
      const auto input = network_input(model_.get(), batch);
      EXPECT_EQ(run_session(session_, input), run_reference(model_.get(), batch, input));
    }
}

TEST_F(SessionTest, FloatIsTheSameForAnyThreadsAndSplit) {
  NetworkOptions options;
  options.type = OCTAVO_FLOAT32;
  Model model(network(options));
  const auto input = network_input(model.get(), 6);
  std::vector<uint8_t> whole;
  for (uint32_t threads : {1u, 2u, 4u}) {
    octavo_session_options o;
    octavo_session_options_init(&o);
    o.threads = threads;
    o.batch = 6;
    octavo_session *session = nullptr;
    ASSERT_EQ(octavo_session_create(model.get(), &o, &session, &error_), OCTAVO_OK);
    const auto output = run_session(session, input);
    if (threads == 1)
      whole = output;
    EXPECT_EQ(output, whole);
    octavo_session_free(session);
  }
}

TEST_F(SessionTest, ZeroThreadsMeansTheUsableOnes) {
  ASSERT_EQ(create(0, 1), OCTAVO_OK) << error_.text;
  EXPECT_GE(octavo_session_threads(session_), 1u);
}

TEST_F(SessionTest, ABatchEqualsItsImagesAlone) {
  const auto input = network_input(model_.get(), 6);
  ASSERT_EQ(create(1, 6), OCTAVO_OK);
  const auto whole = run_session(session_, input);
  std::vector<uint8_t> joined;
  const size_t image = input.size() / 6;
  for (uint32_t part : {1u, 2u, 3u}) { /* 1 + 2 + 3 images */
    ASSERT_EQ(create(2, part), OCTAVO_OK);
    const size_t from = joined.size() / kClasses * image;
    const auto output =
        run_session(session_, {input.begin() + static_cast<ptrdiff_t>(from),
                               input.begin() + static_cast<ptrdiff_t>(from + part * image)});
    joined.insert(joined.end(), output.begin(), output.end());
  }
  EXPECT_EQ(joined, whole);
}

TEST_F(SessionTest, SetBatchChangesWhatARunTakes) {
  ASSERT_EQ(create(2, 1), OCTAVO_OK);
  for (uint32_t batch : {3u, 1u, 8u, 8u, 2u}) {
    ASSERT_EQ(octavo_session_set_batch(session_, batch, &error_), OCTAVO_OK) << error_.text;
    EXPECT_EQ(octavo_session_batch(session_), batch);
    const auto input = network_input(model_.get(), batch, batch);
    EXPECT_EQ(run_session(session_, input), run_reference(model_.get(), batch, input));
  }
}

TEST_F(SessionTest, InputsKeepTheirContentOverARun) {
  ASSERT_EQ(create(1, 2), OCTAVO_OK);
  const auto input = network_input(model_.get(), 2);
  const auto first = run_session(session_, input);
  EXPECT_EQ(memcmp(octavo_session_input(session_, 0), input.data(), input.size()), 0);
  ASSERT_EQ(octavo_session_run(session_, &error_), OCTAVO_OK);
  EXPECT_EQ(memcmp(octavo_session_output(session_, 0), first.data(), first.size()), 0);
}

TEST_F(SessionTest, RefusesBadOptions) {
  octavo_session_options options;
  octavo_session_options_init(&options);
  options.size = 4;
  EXPECT_EQ(octavo_session_create(model_.get(), &options, &session_, &error_),
            OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error_.text, HasSubstr("octavo_session_options_init"));
  EXPECT_EQ(session_, nullptr);
  EXPECT_EQ(create(1, 0), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error_.text, HasSubstr("batch: expected 1 to 1048576, found 0"));
  EXPECT_EQ(create(1025, 1), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error_.text, HasSubstr("threads: expected 0 to 1024, found 1025"));
  ASSERT_EQ(create(1, 3), OCTAVO_OK);
  EXPECT_EQ(octavo_session_set_batch(session_, 0, nullptr), OCTAVO_ERROR_ARGUMENT);
  EXPECT_EQ(octavo_session_batch(session_), 3u);
}

/* Each allocation of a session's making fails in turn, alone and with all after it. */
TEST_F(SessionTest, SurvivesEveryAllocationFailure) {
  for (octavo_type type : {OCTAVO_INT8, OCTAVO_FLOAT32})
    for (int lasting : {0, 1}) {
      bool made = false;
      size_t failures = 0;
      for (size_t n = 0; !made; ++n) {
        NetworkOptions options;
        options.type = type;
        options.softmax = true;
        Model model(network(options));
        octavo_session *session = nullptr;
        octavo_memory_fail_at(n, lasting);
        const octavo_status status = octavo_session_create(model.get(), nullptr, &session, &error_);
        octavo_memory_fail_at(SIZE_MAX, 0);
        made = status == OCTAVO_OK;
        if (made)
          octavo_session_free(session);
        else {
          ++failures;
          ASSERT_EQ(status, OCTAVO_ERROR_MEMORY) << n << ": " << error_.text;
          ASSERT_EQ(session, nullptr);
          EXPECT_THAT(error_.text, HasSubstr("out of memory"));
        }
        /* What a failure left behind does no harm. */
        ASSERT_EQ(octavo_session_create(model.get(), nullptr, &session, &error_), OCTAVO_OK);
        const auto input = network_input(model.get(), 1);
        if (type == OCTAVO_INT8) {
          ASSERT_EQ(run_session(session, input), run_reference(model.get(), 1, input));
        }
        octavo_session_free(session);
      }
      EXPECT_GT(failures, 10u);
    }
}

TEST_F(SessionTest, KeepsItsBatchWhenSetBatchFails) {
  ASSERT_EQ(create(2, 2), OCTAVO_OK);
  const auto input = network_input(model_.get(), 2);
  const auto expected = run_reference(model_.get(), 2, input);
  octavo_status status = OCTAVO_ERROR_MEMORY;
  for (size_t n = 0; status != OCTAVO_OK; ++n) {
    octavo_memory_fail_at(n, 1);
    status = octavo_session_set_batch(session_, 5, &error_);
    octavo_memory_fail_at(SIZE_MAX, 0);
    if (status == OCTAVO_OK)
      break;
    ASSERT_EQ(status, OCTAVO_ERROR_MEMORY);
    ASSERT_EQ(octavo_session_batch(session_), 2u);
    ASSERT_EQ(run_session(session_, input), expected);
  }
  EXPECT_EQ(octavo_session_batch(session_), 5u);
}

TEST_F(SessionTest, RunAllocatesNothing) {
  ASSERT_EQ(create(2, 3), OCTAVO_OK);
  const auto input = network_input(model_.get(), 3);
  memcpy(octavo_session_input(session_, 0), input.data(), input.size());
  const size_t before = octavo_memory_count();
  for (int i = 0; i < 3; ++i)
    ASSERT_EQ(octavo_session_run(session_, &error_), OCTAVO_OK);
  EXPECT_EQ(octavo_memory_count(), before);
}

struct Seen {
  std::vector<uint32_t> operators;
  std::vector<uint8_t> last;
};

TEST_F(SessionTest, ObserverSeesEveryOutputInOrder) {
  ASSERT_EQ(create(1, 2), OCTAVO_OK);
  Seen seen;
  octavo_session_observe(
      session_,
      [](void *context, uint32_t index, uint32_t which, const octavo_tensor_info *info,
         const void *data) {
        Seen *s = static_cast<Seen *>(context);
        EXPECT_EQ(which, 0u);
        s->operators.push_back(index);
        const uint8_t *bytes = static_cast<const uint8_t *>(data);
        s->last.assign(bytes, bytes + 2 * info->bytes);
      },
      &seen);
  const auto output = run_session(session_, network_input(model_.get(), 2));
  ASSERT_EQ(seen.operators.size(), octavo_model_operator_count(model_.get()));
  for (uint32_t i = 0; i < seen.operators.size(); ++i)
    EXPECT_EQ(seen.operators[i], i);
  EXPECT_EQ(seen.last, output);
  octavo_session_observe(session_, nullptr, nullptr);
  seen.operators.clear();
  run_session(session_, network_input(model_.get(), 2));
  EXPECT_TRUE(seen.operators.empty());
}

} // namespace
} // namespace octavo_test
