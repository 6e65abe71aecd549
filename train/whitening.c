#include "whitening.h"

#include "runtime/error.h"
#include "runtime/memory.h"
#include "symmetric_eigen.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
  MAX_IMAGES = 5000,
  MAX_PIXELS = MAX_IMAGES * 32 * 32, /* of all images together */
  MAX_PATCH = 3 * 7 * 7,             /* numbers of the largest patch */
};
static const double EPSILON = 5e-4;

typedef struct moments {
  size_t kernel, size, count; /* numbers of a patch: count = 3 · kernel² */
  double *sums;               /* [count, count], the upper half */
  uint64_t patches;
  float *image; /* [3, size, size] */
} moments;

/* The patch at (y, x) in the order channel, row, column. */
static void take_patch(const moments *m, size_t y, size_t x, double *patch) {
  for (size_t c = 0; c < 3; c++)
    for (size_t i = 0; i < m->kernel; i++)
      for (size_t j = 0; j < m->kernel; j++)
        *patch++ = (double)m->image[(c * m->size + y + i) * m->size + x + j];
}

static void add_image(moments *m) {
  double patch[MAX_PATCH];
  for (size_t y = 0; y + m->kernel <= m->size; y++)
    for (size_t x = 0; x + m->kernel <= m->size; x++) {
      take_patch(m, y, x, patch);
      for (size_t i = 0; i < m->count; i++)
        for (size_t j = i; j < m->count; j++)
          m->sums[i * m->count + j] += patch[i] * patch[j];
      m->patches++;
    }
}

static void add_images(moments *m, const image_set *set, const augment *changes) {
  const uint32_t by_size = (uint32_t)(MAX_PIXELS / (m->size * m->size)) + 1;
  uint32_t images = set->count < MAX_IMAGES ? set->count : MAX_IMAGES;
  images = images < by_size ? images : by_size;
  for (uint32_t i = 0; i < images; i++) {
    const uint32_t index = (uint32_t)((uint64_t)i * set->count / images);
    augment_image(changes, set, index, 0, false, (augment_format){0}, m->image);
    add_image(m);
  }
  for (size_t i = 0; i < m->count; i++)
    for (size_t j = i; j < m->count; j++) {
      m->sums[i * m->count + j] /= (double)m->patches;
      m->sums[j * m->count + i] = m->sums[i * m->count + j];
    }
}

/* Filter i and filter count + i. */
static void make_filters(const double *values, const double *vectors, size_t count,
                         float *filters) {
  for (size_t i = 0; i < count; i++) {
    const double scale = 1.0 / sqrt(values[i] + EPSILON);
    for (size_t k = 0; k < count; k++) {
      const float weight = (float)(vectors[i * count + k] * scale);
      filters[i * count + k] = weight;
      filters[(count + i) * count + k] = -weight;
    }
  }
}

static octavo_status set_filters(network *n, parameter *p, const image_set *set,
                                 const augment *changes, octavo_error *error) {
  moments m = {.kernel = p->dims[2], .size = set->size, .count = p->fan_in};
  if (p->dims[1] != 3 || m.count > MAX_PATCH || p->dims[0] != 2 * m.count)
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "%s cannot whiten: expected three channels and two filters for each "
                            "number of a patch of at most %d, found %" PRIu32 " filters for %zu",
                            p->name, MAX_PATCH, p->dims[0], m.count);
  double *numbers = octavo_memory_alloc(m.count * (2 * m.count + 1), sizeof *numbers);
  float *filters = octavo_memory_alloc(p->count, sizeof *filters);
  m.image = octavo_memory_alloc(image_set_bytes(set), sizeof *m.image);
  octavo_status status = OCTAVO_OK;
  if (numbers == NULL || filters == NULL || m.image == NULL) {
    status = octavo_error_memory(error, image_set_bytes(set) * sizeof *m.image, "an image");
  } else {
    double *values = numbers + m.count * m.count, *vectors = values + m.count;
    m.sums = numbers;
    add_images(&m, set, changes);
    symmetric_eigen(m.sums, m.count, values, vectors);
    make_filters(values, vectors, m.count, filters);
    status = parameter_set(n, p, filters, error);
  }
  octavo_memory_free(numbers);
  octavo_memory_free(filters);
  octavo_memory_free(m.image);
  return status;
}

octavo_status whitening_set(network *n, const image_set *set, const augment *changes,
                            octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  bool any = false;
  for (uint32_t i = 0; status == OCTAVO_OK && i < n->parameter_count; i++) {
    if (n->parameters[i]->start != ARCHITECTURE_START_WHITEN)
      continue;
    status = set_filters(n, n->parameters[i], set, changes, error);
    any = true;
  }
  return status == OCTAVO_OK && any ? network_refresh(n, error) : status;
}
