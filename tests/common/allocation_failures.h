// Fails each allocation of an action in turn, and checks what must hold then.
#ifndef OCTAVO_TESTS_COMMON_ALLOCATION_FAILURES_H
#define OCTAVO_TESTS_COMMON_ALLOCATION_FAILURES_H

#include <gtest/gtest.h>

#include "octavo.h"
#include "runtime/memory.h"

// `action` takes an octavo_error * and returns an octavo_status; it must free all it got. It is run
// once undisturbed, which must succeed, and then with its n-th allocation failing, and with all
// from the n-th on failing, for every n. AddressSanitizer sees what is leaked.
template <typename Action>
void FailEachAllocation(Action action) {
  const size_t before = octavo_memory_count();
  octavo_error error = {};
  ASSERT_EQ(action(&error), OCTAVO_OK) << error.text;
  const size_t allocations = octavo_memory_count() - before;
  for (int lasting = 0; lasting < 2; lasting++) {
    for (size_t n = 0; n < allocations; n++) {
      error = {};
      octavo_memory_fail_at(n, lasting);
      const octavo_status status = action(&error);
      octavo_memory_fail_at(SIZE_MAX, 0);
      EXPECT_EQ(status, OCTAVO_ERROR_MEMORY)
          << "allocation " << n << " of " << allocations << ": " << error.text;
      EXPECT_STRNE(error.text, "") << "allocation " << n;
    }
  }
}

#endif
