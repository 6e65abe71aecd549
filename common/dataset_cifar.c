#include "dataset_internal.h"

#include "runtime/error.h"
#include "runtime/memory.h"

#include <inttypes.h>
#include <string.h>

/* https://www.cs.toronto.edu/~kriz/cifar.html: each record is one byte of label and the planes red,
 * green, blue of 32 × 32 bytes. */
#define SIDE         32
#define PLANE_BYTES  (SIDE * SIDE)
#define RECORD_BYTES (1 + 3 * PLANE_BYTES)
#define CLASSES      10

/* The folder that the official archive unpacks to. */
#define ARCHIVE_FOLDER "cifar-10-batches-bin"
#define LABELS_FILE    "batches.meta.txt"

typedef struct batch {
  platform_file file;
  char *path;
  uint32_t first, count; /* images of the set */
} batch;

#define MAX_BATCHES 6

typedef struct content {
  batch batches[MAX_BATCHES];
  uint32_t batch_count;
} content;

static const struct {
  const char *name;
  dataset_split split;
} batch_files[MAX_BATCHES] = {
    {"data_batch_1.bin", DATASET_TRAIN}, {"data_batch_2.bin", DATASET_TRAIN},
    {"data_batch_3.bin", DATASET_TRAIN}, {"data_batch_4.bin", DATASET_TRAIN},
    {"data_batch_5.bin", DATASET_TRAIN}, {"test_batch.bin", DATASET_TEST},
};

/* Whether any of the batches lies in path/folder. Allocates nothing: what is there shall not depend
 * on memory. A longer path cannot be opened anyway. */
static bool has_batches_in(const char *path, const char *folder) {
  for (size_t i = 0; i < MAX_BATCHES; i++) {
    char name[4096];
    const int length = snprintf(name, sizeof name, "%s/%s%s", path, folder, batch_files[i].name);
    if (length > 0 && (size_t)length < sizeof name && platform_path(name) == PLATFORM_PATH_FILE)
      return true;
  }
  return false;
}

static bool has_batches(const char *path) {
  return has_batches_in(path, "");
}

static bool has_archive_folder(const char *path) {
  return has_batches_in(path, ARCHIVE_FOLDER "/");
}

static bool recognize(const char *path) {
  return platform_path(path) == PLATFORM_PATH_FILE || has_batches(path) || has_archive_folder(path);
}

/* Takes over `path`. */
static octavo_status add_batch(content *c, char *path, octavo_error *error) {
  if (path == NULL)
    return octavo_error_memory(error, 1, "a file name");
  batch *b = &c->batches[c->batch_count];
  const octavo_status status =
      platform_file_open(path, "CIFAR-10 records (label and 32 × 32 RGB)", &b->file, error);
  if (status != OCTAVO_OK) {
    octavo_memory_free(path);
    return status;
  }
  b->path = path;
  c->batch_count++;
  const size_t size = b->file.size;
  if (size == 0 || size % RECORD_BYTES != 0)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%s: expected CIFAR-10 records of %d bytes each, found %zu bytes: %zu "
                            "records and %zu bytes over (truncated, or another kind of file)",
                            path, RECORD_BYTES, size, size / RECORD_BYTES, size % RECORD_BYTES);
  return OCTAVO_OK;
}

static octavo_status add_official(content *c, const char *folder, dataset_split split,
                                  octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (size_t i = 0; status == OCTAVO_OK && i < MAX_BATCHES; i++)
    if (split == DATASET_ALL || batch_files[i].split == split)
      status = add_batch(c, platform_path_join(folder, batch_files[i].name), error);
  return status;
}

/* One name a line; empty lines do not count. */
static octavo_status parse_classes(const platform_file *file, const char *path, dataset *set,
                                   octavo_error *error) {
  const char *at = (const char *)file->data;
  const char *const end = at + file->size;
  while (at < end) {
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    const char *next = line_end == NULL ? end : line_end + 1;
    size_t length = (size_t)((line_end == NULL ? end : line_end) - at);
    while (length > 0 && (at[length - 1] == '\r' || at[length - 1] == ' '))
      length--;
    if (length > 0 &&
        (set->class_count == CLASSES || length > 100 || memchr(at, '\0', length) != NULL))
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "%s: expected %d class names, one a line, found more or other bytes",
                              path, CLASSES);
    if (length > 0) {
      const octavo_status status = dataset_add_class(set, at, length, error);
      if (status != OCTAVO_OK)
        return status;
    }
    at = next;
  }
  if (set->class_count != CLASSES)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%s: expected %d class names, one a line, found %" PRIu32, path,
                            CLASSES, set->class_count);
  return OCTAVO_OK;
}

static octavo_status number_classes(dataset *set, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (char digit = '0'; status == OCTAVO_OK && digit < '0' + CLASSES; digit++)
    status = dataset_add_class(set, &digit, 1, error);
  return status;
}

/* The names from the file beside the batches. Where `required` is false and there is none, the
 * classes are called by their numbers. */
static octavo_status read_classes(const char *folder, bool required, dataset *set,
                                  octavo_error *error) {
  char *path = platform_path_join(folder, LABELS_FILE);
  if (path == NULL)
    return octavo_error_memory(error, 1, "a file name");
  octavo_status status = OCTAVO_OK;
  if (!required && platform_path(path) == PLATFORM_PATH_MISSING) {
    status = number_classes(set, error);
  } else {
    platform_file file;
    status = platform_file_open(path, "the CIFAR-10 class names", &file, error);
    if (status == OCTAVO_OK)
      status = parse_classes(&file, path, set, error);
    platform_file_close(&file);
  }
  octavo_memory_free(path);
  return status;
}

/* Numbers the images and copies their labels, each of which is checked: what is not CIFAR-10 shows
 * here at the latest. */
static octavo_status read_labels(content *c, dataset *set, octavo_error *error) {
  uint64_t total = 0;
  for (uint32_t i = 0; i < c->batch_count; i++)
    total += c->batches[i].file.size / RECORD_BYTES;
  if (total >= UINT32_MAX)
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "data set of %" PRIu64 " images, expected fewer than 2^32", total);
  set->labels = octavo_memory_alloc((size_t)total, sizeof *set->labels);
  if (set->labels == NULL)
    return octavo_error_memory(error, total * sizeof *set->labels, "labels");
  for (uint32_t i = 0; i < c->batch_count; i++) {
    batch *b = &c->batches[i];
    b->first = set->count;
    b->count = (uint32_t)(b->file.size / RECORD_BYTES);
    for (uint32_t r = 0; r < b->count; r++) {
      const uint8_t label = b->file.data[(size_t)r * RECORD_BYTES];
      if (label >= CLASSES)
        return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                                "%s: record %" PRIu32 " (byte %zu) has label %u, expected 0 to %d: "
                                "damaged, or not CIFAR-10",
                                b->path, r, (size_t)r * RECORD_BYTES, label, CLASSES - 1);
      set->labels[set->count++] = label;
    }
    platform_file_drop(&b->file, 0, b->file.size);
  }
  return OCTAVO_OK;
}

static octavo_status open_folder(const char *folder, dataset_split split, dataset *set,
                                 octavo_error *error) {
  octavo_status status = add_official(set->content, folder, split, error);
  if (status == OCTAVO_OK)
    status = read_classes(folder, true, set, error);
  return status;
}

static octavo_status open_file(const char *path, dataset *set, octavo_error *error) {
  octavo_status status = add_batch(set->content, octavo_memory_copy_string(path), error);
  if (status != OCTAVO_OK)
    return status;
  char *folder = octavo_memory_copy_string(path);
  if (folder == NULL)
    return octavo_error_memory(error, 1, "a file name");
  folder[platform_path_folder_length(path)] = '\0';
  status = read_classes(folder, false, set, error);
  octavo_memory_free(folder);
  return status;
}

static octavo_status open_set(const char *path, dataset_split split, dataset *set,
                              octavo_error *error) {
  set->content = octavo_memory_alloc(1, sizeof(content));
  if (set->content == NULL)
    return octavo_error_memory(error, sizeof(content), "a data set");
  octavo_status status = OCTAVO_OK;
  if (platform_path(path) == PLATFORM_PATH_FILE) {
    status = open_file(path, set, error);
  } else if (has_batches(path)) {
    status = open_folder(path, split, set, error);
  } else {
    char *folder = platform_path_join(path, ARCHIVE_FOLDER);
    status = folder == NULL ? octavo_error_memory(error, 1, "a file name")
                            : open_folder(folder, split, set, error);
    octavo_memory_free(folder);
  }
  return status == OCTAVO_OK ? read_labels(set->content, set, error) : status;
}

static void close_set(void *opaque) {
  content *c = opaque;
  if (c == NULL)
    return;
  for (uint32_t i = 0; i < c->batch_count; i++) {
    platform_file_close(&c->batches[i].file);
    octavo_memory_free(c->batches[i].path);
  }
  octavo_memory_free(c);
}

static const batch *batch_of(const content *c, uint32_t index) {
  const batch *b = c->batches;
  while (index - b->first >= b->count)
    b++;
  return b;
}

/* Linux maps that much around a page that is touched. */
#define MAPPED_AROUND ((size_t)1 << 16)

/* Without this the whole file would be resident after a while: a map of 150 MB that looks as if
 * memory grew with the number of images. */
static void forget(const batch *b, size_t offset) {
  const size_t begin = offset / MAPPED_AROUND * MAPPED_AROUND, rest = b->file.size - begin;
  platform_file_drop(&b->file, begin, rest < 2 * MAPPED_AROUND ? rest : 2 * MAPPED_AROUND);
}

static octavo_status load(const void *opaque, uint32_t index, image *result, octavo_error *error) {
  const batch *b = batch_of(opaque, index);
  const size_t offset = (size_t)(index - b->first) * RECORD_BYTES;
  const uint8_t *planes = b->file.data + offset + 1;
  uint8_t *rgb = octavo_memory_alloc(PLANE_BYTES, 3);
  if (rgb == NULL)
    return octavo_error_memory(error, 3 * PLANE_BYTES, "an image");
  for (size_t i = 0; i < PLANE_BYTES; i++)
    for (size_t c = 0; c < 3; c++)
      rgb[3 * i + c] = planes[c * PLANE_BYTES + i];
  forget(b, offset);
  *result = (image){.rgb = rgb, .width = SIDE, .height = SIDE};
  return OCTAVO_OK;
}

static void describe(const void *opaque, uint32_t index, char *buffer, size_t size) {
  const batch *b = batch_of(opaque, index);
  snprintf(buffer, size, "%s #%" PRIu32, platform_path_name(b->path), index - b->first);
}

const dataset_layout_type dataset_cifar_layout = {
    .name = "CIFAR-10 binary",
    .recognize = recognize,
    .open = open_set,
    .close = close_set,
    .load = load,
    .describe = describe,
};
