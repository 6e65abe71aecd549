/* Many sessions of one model at once. Also run under ThreadSanitizer. */
#include "tests/session/network.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace octavo_test {
namespace {

TEST(Threads, ManySessionsOfOneModel) {
  Model model(network());
  const auto input = network_input(model.get(), 2);
  const auto expected = run_reference(model.get(), 2, input);
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
