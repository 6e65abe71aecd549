#include "converter/parallel.h"

#include "runtime/error.h"

#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <vector>

namespace {

struct Record {
  std::mutex lock;
  std::multiset<uint32_t> done;
  std::set<uint32_t> threads;
  uint32_t fails_at = UINT32_MAX;
  std::condition_variable failure;
};

octavo_status Work(void *context, uint32_t thread, uint32_t index, octavo_error *error) {
  auto *record = static_cast<Record *>(context);
  std::unique_lock<std::mutex> guard(record->lock);
  /* On a busy machine the others would be through before the one that fails gets a processor. */
  if (record->fails_at != UINT32_MAX && index > record->fails_at)
    record->failure.wait(guard, [&] { return record->done.count(record->fails_at) > 0; });
  record->done.insert(index);
  record->threads.insert(thread);
  record->failure.notify_all();
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

struct Blocks {
  uint32_t left[4]; /* by the tasks of a block, at index % 4 */
  std::vector<uint32_t> in_order;
};

octavo_status Leave(void *context, uint32_t thread, uint32_t index, octavo_error *error) {
  (void)thread, (void)error;
  static_cast<Blocks *>(context)->left[index % 4] = index;
  return OCTAVO_OK;
}

void Collect(void *context, uint32_t first, uint32_t end) {
  auto *blocks = static_cast<Blocks *>(context);
  EXPECT_LE(end - first, 4u);
  for (uint32_t i = first; i < end; i++)
    blocks->in_order.push_back(blocks->left[i % 4]);
}

TEST(Parallel, BlocksAreReducedInOrder) {
  std::vector<uint32_t> expected;
  for (uint32_t i = 3; i < 30; i++)
    expected.push_back(i);
  for (const uint32_t threads : {1u, 2u, 4u, 7u}) {
    Blocks blocks = {};
    parallel_job job = {};
    job.first = 3;
    job.end = 30;
    job.threads = threads;
    job.task = Leave;
    job.context = &blocks;
    job.block = 4;
    job.reduce = Collect;
    octavo_error error = {};
    ASSERT_EQ(parallel_run(&job, &error), OCTAVO_OK) << error.text;
    EXPECT_EQ(blocks.in_order, expected);
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
