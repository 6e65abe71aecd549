#include "converter/parallel.h"

#include "common/progress.h"
#include "platforms/platform.h"
#include "runtime/error.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct shared_state {
  const parallel_job *job;
  uint32_t first, end; /* of the block at hand */
  atomic_uint done;
  atomic_bool stop;
  progress bar; /* of the calling thread */
} shared_state;

typedef struct worker {
  shared_state *shared;
  uint32_t thread;
  uint32_t failed_at;
  octavo_status status;
  octavo_error error;
  pthread_t handle;
  bool started;
} worker;

static void *work(void *argument) {
  worker *w = argument;
  shared_state *shared = w->shared;
  const parallel_job *job = shared->job;
  for (uint32_t i = shared->first + w->thread; i < shared->end && w->status == OCTAVO_OK;
       i += job->threads) {
    if (atomic_load(&shared->stop))
      break;
    w->failed_at = i;
    w->status = platform_interrupted() ? octavo_error_set(&w->error, OCTAVO_ERROR_IO, "interrupted")
                                       : job->task(job->context, w->thread, i, &w->error);
    const uint32_t done = atomic_fetch_add(&shared->done, 1) + 1;
    if (w->thread == 0 && job->progress != NULL)
      progress_update(&shared->bar, done);
  }
  if (w->status != OCTAVO_OK)
    atomic_store(&shared->stop, true);
  return NULL;
}

static octavo_status first_failure(const worker *workers, uint32_t count, octavo_error *error) {
  const worker *first = NULL;
  for (uint32_t t = 0; t < count; t++)
    if (workers[t].status != OCTAVO_OK &&
        (first == NULL || workers[t].failed_at < first->failed_at))
      first = &workers[t];
  if (first == NULL)
    return OCTAVO_OK;
  if (error != NULL)
    *error = first->error;
  return first->status;
}

static octavo_status run_block(shared_state *shared, octavo_error *error) {
  const uint32_t threads = shared->job->threads;
  worker workers[PARALLEL_MAX_THREADS] = {0};
  for (uint32_t t = 0; t < threads; t++)
    workers[t] = (worker){.shared = shared, .thread = t};
  for (uint32_t t = 1; t < threads; t++)
    workers[t].started = pthread_create(&workers[t].handle, NULL, work, &workers[t]) == 0;
  work(&workers[0]);
  for (uint32_t t = 1; t < threads; t++) {
    if (workers[t].started)
      pthread_join(workers[t].handle, NULL);
    else
      work(&workers[t]); /* the system gave no thread: its share is done here */
  }
  return first_failure(workers, threads, error);
}

octavo_status parallel_run(const parallel_job *job, octavo_error *error) {
  if (job->threads < 1 || job->threads > PARALLEL_MAX_THREADS)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT, "expected 1 to %d threads, found %u",
                            PARALLEL_MAX_THREADS, job->threads);
  shared_state shared = {.job = job, .end = job->first};
  if (job->progress != NULL)
    progress_begin(&shared.bar, job->progress, job->label, "images", job->end - job->first);
  octavo_status status = OCTAVO_OK;
  while (shared.end < job->end && status == OCTAVO_OK) {
    const uint32_t left = job->end - shared.end;
    shared.first = shared.end;
    shared.end += job->block > 0 && job->block < left ? job->block : left;
    status = run_block(&shared, error);
    if (status == OCTAVO_OK && job->reduce != NULL)
      job->reduce(job->context, shared.first, shared.end);
  }
  if (job->progress != NULL)
    progress_end(&shared.bar);
  return status;
}

uint32_t parallel_threads(uint32_t wanted) {
  const uint32_t threads = wanted != 0 ? wanted : platform_cpu_count();
  return threads > PARALLEL_MAX_THREADS ? PARALLEL_MAX_THREADS : threads;
}
