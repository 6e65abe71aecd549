#include "loader.h"

#include "common/random.h"
#include "runtime/error.h"
#include "runtime/memory.h"
#include "tta.h"

#include <pthread.h>

enum { RING = 3 };

struct loader {
  const image_set *set;
  const augment *changes;
  uint32_t batch, steps, epoch;
  uint32_t views; /* steps in a row with the same images */
  bool training;
  augment_format format;
  size_t image_bytes;
  uint32_t *order;
  uint8_t *images[RING];
  uint32_t *labels[RING];
  pthread_t thread;
  bool running; /* the thread is to be joined */
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  /* Steps made, taken and given back; guarded by the mutex. The ring holds [released, made). */
  uint32_t made, taken, released;
  bool stop;
};

static uint32_t batch_count(const loader *l, uint32_t step) {
  const uint32_t left = l->set->count - step / l->views * l->batch;
  return left < l->batch ? left : l->batch;
}

static void make_batch(loader *l, uint32_t step) {
  const uint32_t count = batch_count(l, step);
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t index = l->order[step / l->views * l->batch + i];
    uint8_t *output = l->images[step % RING] + i * l->image_bytes;
    if (l->training)
      augment_image(l->changes, l->set, index, l->epoch, true, l->format, output);
    else
      augment_image_view(l->changes, l->set, index, &tta_views[step % l->views].view, l->format,
                         output);
    l->labels[step % RING][i] = l->set->labels[index];
  }
}

static void *work(void *context) {
  loader *l = context;
  pthread_mutex_lock(&l->mutex);
  while (!l->stop && l->made < l->steps) {
    if (l->made - l->released >= RING) {
      pthread_cond_wait(&l->changed, &l->mutex);
      continue;
    }
    const uint32_t step = l->made;
    pthread_mutex_unlock(&l->mutex);
    make_batch(l, step);
    pthread_mutex_lock(&l->mutex);
    l->made++;
    pthread_cond_broadcast(&l->changed);
  }
  pthread_mutex_unlock(&l->mutex);
  return NULL;
}

static void stop(loader *l) {
  if (!l->running)
    return;
  pthread_mutex_lock(&l->mutex);
  l->stop = true;
  pthread_cond_broadcast(&l->changed);
  pthread_mutex_unlock(&l->mutex);
  pthread_join(l->thread, NULL);
  l->running = false;
}

static octavo_status allocate(loader *l, octavo_error *error) {
  bool complete = (l->order = octavo_memory_alloc(l->set->count, sizeof *l->order)) != NULL;
  for (int i = 0; i < RING; i++) {
    l->images[i] = octavo_memory_alloc(l->batch, l->image_bytes);
    l->labels[i] = octavo_memory_alloc(l->batch, sizeof(uint32_t));
    complete &= l->images[i] != NULL && l->labels[i] != NULL;
  }
  return complete ? OCTAVO_OK
                  : octavo_error_memory(error, (uint64_t)l->batch * l->image_bytes, "batches");
}

octavo_status loader_open(const image_set *set, const augment *changes, uint32_t batch,
                          bool training, augment_format format, loader **result,
                          octavo_error *error) {
  *result = NULL;
  if (training && set->count < batch)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "expected at least one batch of %u training images, found %u images; "
                            "choose a smaller --batch",
                            batch, set->count);
  loader *l = octavo_memory_alloc(1, sizeof *l);
  if (l == NULL)
    return octavo_error_memory(error, sizeof *l, "the loader");
  *l = (loader){.set = set,
                .changes = changes,
                .batch = batch,
                .views = 1,
                .training = training,
                .format = format,
                .image_bytes = image_set_bytes(set) * (format.bfloat16 ? 2 : 4)};
  l->steps = training ? set->count / batch : (set->count + batch - 1) / batch;
  pthread_mutex_init(&l->mutex, NULL);
  pthread_cond_init(&l->changed, NULL);
  const octavo_status status = allocate(l, error);
  if (status != OCTAVO_OK) {
    loader_close(l);
    return status;
  }
  *result = l;
  return OCTAVO_OK;
}

void loader_close(loader *l) {
  if (l == NULL)
    return;
  stop(l);
  pthread_mutex_destroy(&l->mutex);
  pthread_cond_destroy(&l->changed);
  for (int i = 0; i < RING; i++) {
    octavo_memory_free(l->images[i]);
    octavo_memory_free(l->labels[i]);
  }
  octavo_memory_free(l->order);
  octavo_memory_free(l);
}

void loader_use_views(loader *l) {
  l->views = TTA_VIEWS;
  l->steps *= TTA_VIEWS;
}

uint32_t loader_steps(const loader *l) {
  return l->steps;
}

octavo_status loader_begin(loader *l, uint32_t epoch, uint32_t step, octavo_error *error) {
  stop(l);
  for (uint32_t i = 0; i < l->set->count; i++)
    l->order[i] = i;
  if (l->training) {
    random_state random;
    random_seed(&random, l->changes->seed ^ (UINT64_C(0x5348554646) << 24) ^ epoch);
    random_shuffle(&random, l->order, l->set->count);
  }
  l->epoch = epoch;
  l->made = l->taken = l->released = step;
  l->stop = false;
  if (pthread_create(&l->thread, NULL, work, l) != 0)
    return octavo_error_set(error, OCTAVO_ERROR_MEMORY,
                            "a thread for the images cannot be started");
  l->running = true;
  return OCTAVO_OK;
}

loader_batch loader_next(loader *l) {
  pthread_mutex_lock(&l->mutex);
  /* Now the batch before is done with. */
  l->released = l->taken;
  pthread_cond_broadcast(&l->changed);
  loader_batch batch = {0};
  if (l->taken < l->steps) {
    while (l->made == l->taken)
      pthread_cond_wait(&l->changed, &l->mutex);
    batch = (loader_batch){.images = l->images[l->taken % RING],
                           .labels = l->labels[l->taken % RING],
                           .count = batch_count(l, l->taken),
                           .view = l->taken % l->views};
    l->taken++;
  }
  pthread_mutex_unlock(&l->mutex);
  return batch;
}
