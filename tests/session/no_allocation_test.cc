/* octavo_session_run calls no allocator, neither ours nor the C library's: this program puts its
 * own in front of that and counts. */
#include "tests/session/network.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>

namespace {
std::atomic<bool> counting{false};
std::atomic<size_t> count{0};

void note() {
  if (counting)
    ++count;
}
} // namespace

extern "C" {
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t number, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
  note();
  return __libc_malloc(size);
}
void *calloc(size_t number, size_t size) {
  note();
  return __libc_calloc(number, size);
}
void *realloc(void *old, size_t size) {
  note();
  return __libc_realloc(old, size);
}
void *aligned_alloc(size_t alignment, size_t size) {
  note();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void **result, size_t alignment, size_t size) {
  note();
  *result = __libc_memalign(alignment, size);
  return *result == nullptr ? 12 : 0;
}
}
namespace octavo_test {
namespace {

TEST(NoAllocation, InARun) {
  for (int kind = 0; kind < 3; ++kind) {
    NetworkOptions network_options;
    network_options.type = kind == 0 ? OCTAVO_INT8 : OCTAVO_FLOAT32;
    network_options.dynamic = kind == 2;
    network_options.softmax = true;
    Model model(network(network_options));
    octavo_session_options options;
    octavo_session_options_init(&options);
    options.threads = 2;
    options.batch = 2;
    octavo_session *session = nullptr;
    ASSERT_EQ(octavo_session_create(model.get(), &options, &session, nullptr), OCTAVO_OK);
    const auto input = network_input(model.get(), 2);
    memcpy(octavo_session_input(session, 0), input.data(), input.size());
    float output[2 * kClasses];
    octavo_class classes[5];
    uint32_t filled = 0;
    counting = true;
    free(malloc(1)); /* the counter works */
    EXPECT_GT(count, 0u);
    count = 0;
    int failed = 0;
    for (int i = 0; i < 3; ++i) {
      failed += octavo_session_run(session, nullptr) != OCTAVO_OK;
      failed +=
          octavo_session_get_output_f32(session, 0, output, 2 * kClasses, nullptr) != OCTAVO_OK;
      failed += octavo_session_top(session, 1, classes, 5, &filled, nullptr) != OCTAVO_OK;
    }
    counting = false;
    EXPECT_EQ(count, 0u);
    EXPECT_EQ(failed, 0);
    octavo_session_free(session);
  }
}

} // namespace
} // namespace octavo_test
