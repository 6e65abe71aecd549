#include "converter/parallel.h"

#include "runtime/error.h"

#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <set>
#include <vector>

namespace {

struct Record {
  std::mutex lock;
  std::multiset<uint32_t> done;
  std::set<uint32_t> threads;
  uint32_t fails_at = UINT32_MAX;
};

octavo_status Work(void *context, uint32_t thread, uint32_t index, octavo_error *error) {
  auto *record = static_cast<Record *>(context);
  const std::lock_guard<std::mutex> guard(record->lock);
  record->done.insert(index);
  record->threads.insert(thread);
  if (index == record->fails_at)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "index %u", index);
  return OCTAVO_OK;
}

octavo_status RunJob(Record *record, uint32_t first, uint32_t end, uint32_t threads,
                     octavo_error *error) {
  parallel_job job = {};
  job.first = first;
  job.end = end;
  job.threads = threads;
  job.task = Work;
  job.context = record;
  return parallel_run(&job, error);
}

TEST(Parallel, EveryIndexOnce) {
  for (const uint32_t threads : {1u, 2u, 5u}) {
    Record record;
    octavo_error error = {};
    ASSERT_EQ(RunJob(&record, 10, 47, threads, &error), OCTAVO_OK) << error.text;
    EXPECT_EQ(record.done.size(), 37u);
    for (uint32_t i = 10; i < 47; i++)
      EXPECT_EQ(record.done.count(i), 1u);
    EXPECT_EQ(record.threads.size(), threads);
  }
}

TEST(Parallel, NothingToDo) {
  Record record;
  octavo_error error = {};
  EXPECT_EQ(RunJob(&record, 5, 5, 3, &error), OCTAVO_OK);
  EXPECT_TRUE(record.done.empty());
}

TEST(Parallel, AFailureStopsAndIsReported) {
  for (const uint32_t threads : {1u, 3u}) {
    Record record;
    record.fails_at = 20;
    octavo_error error = {};
    EXPECT_EQ(RunJob(&record, 0, 1000000, threads, &error), OCTAVO_ERROR_FORMAT);
    EXPECT_THAT(error.text, testing::StrEq("index 20"));
    EXPECT_LT(record.done.size(), 500000u);
  }
}

TEST(Parallel, TheNumberOfThreadsIsChecked) {
  Record record;
  octavo_error error = {};
  EXPECT_EQ(RunJob(&record, 0, 1, 0, &error), OCTAVO_ERROR_ARGUMENT);
  EXPECT_EQ(RunJob(&record, 0, 1, PARALLEL_MAX_THREADS + 1, &error), OCTAVO_ERROR_ARGUMENT);
}

} // namespace
