/* Many sessions of one model at once. Also run under ThreadSanitizer. */
#include "tests/session/network.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace octavo_test {
namespace {

/* Sessions with one thread and with two, made and run at the same time, give `expected`. */
void expect_from_many(Model &model, const std::vector<uint8_t> &input,
                      const std::vector<uint8_t> &expected) {
  std::atomic<int> wrong{0};
  std::vector<std::thread> workers;
  for (uint32_t worker = 0; worker < 6; ++worker)
    workers.emplace_back([&, worker] {
      for (int round = 0; round < 4; ++round) {
        octavo_session_options options;
        octavo_session_options_init(&options);
        options.threads = 1 + worker % 2;
        options.batch = 1;
        octavo_session *session = nullptr;
        if (octavo_session_create(model.get(), &options, &session, nullptr) != OCTAVO_OK ||
            octavo_session_set_batch(session, 2, nullptr) != OCTAVO_OK) {
          ++wrong;
          return;
        }
        for (int i = 0; i < 5; ++i)
          wrong += run_session(session, input) != expected;
        octavo_session_free(session);
      }
    });
  for (std::thread &worker : workers)
    worker.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Threads, ManySessionsOfOneModel) {
  Model model(network());
  const auto input = network_input(model.get(), 2);
  expect_from_many(model, input, run_reference(model.get(), 2, input));
}

/* Each session has its own quantized activations; which thread computes what changes nothing. */
TEST(Threads, ManySessionsOfDynamicQuantization) {
  NetworkOptions options;
  options.type = OCTAVO_FLOAT32;
  options.dynamic = true;
  Model model(network(options));
  const auto input = network_input(model.get(), 2);
  octavo_session *session = nullptr;
  ASSERT_EQ(octavo_session_create(model.get(), nullptr, &session, nullptr), OCTAVO_OK);
  ASSERT_EQ(octavo_session_set_batch(session, 2, nullptr), OCTAVO_OK);
  const auto expected = run_session(session, input);
  octavo_session_free(session);
  expect_from_many(model, input, expected);
}

TEST(Threads, ModelsOfTheirOwn) {
  std::atomic<int> wrong{0};
  std::vector<std::thread> workers;
  for (uint32_t worker = 0; worker < 4; ++worker)
    workers.emplace_back([&] {
      Model model(network());
      octavo_session *session = nullptr;
      if (octavo_session_create(model.get(), nullptr, &session, nullptr) != OCTAVO_OK) {
        ++wrong;
        return;
      }
      const auto input = network_input(model.get(), 1);
      wrong += run_session(session, input) != run_reference(model.get(), 1, input);
      octavo_session_free(session);
    });
  for (std::thread &worker : workers)
    worker.join();
  EXPECT_EQ(wrong, 0);
}

} // namespace
} // namespace octavo_test
