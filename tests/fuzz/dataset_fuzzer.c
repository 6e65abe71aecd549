/* The first byte chooses a file of a small data set, the others are its content: a single .bin, the
 * batch or the class names of the official CIFAR-10 layout, or an image in a folder per class. */
#include "common/dataset.h"
#include "platforms/platform.h"
#include "runtime/memory.h"

#include <stdlib.h>
#include <string.h>

#define RECORD_BYTES 3073
#define FILES        4

static const struct {
  const char *folder, *file, *opened;
} places[FILES] = {
    {"single", "x.bin", "single/x.bin"},
    {"official", "test_batch.bin", "official"},
    {"names", "batches.meta.txt", "names"},
    {"classes/a", "1.png", "classes"},
};

static char root[512];

/* "root/folder/file", freed by the caller. */
static char *path_of(const char *folder, const char *file) {
  char *inner = platform_path_join(root, folder);
  char *path = inner == NULL ? NULL : platform_path_join(inner, file);
  octavo_memory_free(inner);
  if (path == NULL)
    abort();
  return path;
}

static void write_file(const char *folder, const char *file, const void *data, size_t size) {
  char *path = path_of(folder, file);
  FILE *stream = fopen(path, "wb");
  if (stream == NULL || fwrite(data, 1, size, stream) != size || fclose(stream) != 0)
    abort();
  octavo_memory_free(path);
}

static void make_folder(const char *name) {
  octavo_error error;
  char *path = platform_path_join(root, name);
  if (path == NULL || platform_folder_create(path, &error) != OCTAVO_OK)
    abort();
  octavo_memory_free(path);
}

static void remove_all(void) {
  static const char *const paths[] = {"single/x.bin",
                                      "single",
                                      "official/test_batch.bin",
                                      "official/batches.meta.txt",
                                      "official",
                                      "names/test_batch.bin",
                                      "names/batches.meta.txt",
                                      "names",
                                      "classes/a/1.png",
                                      "classes/a",
                                      "classes",
                                      ""};
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
    char *path = platform_path_join(root, paths[i]);
    if (path != NULL)
      remove(path);
    octavo_memory_free(path);
  }
}

/* The files that stay the same. */
static void set_up(void) {
  static const char names[] = "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  static const uint8_t record[RECORD_BYTES];
  const char *parent = getenv("TMPDIR");
  snprintf(root, sizeof root, "%s/octavo-dataset-fuzzer-%u", parent != NULL ? parent : "/tmp",
           platform_process_id());
  static const char *const folders[] = {"", "single", "official", "names", "classes", "classes/a"};
  for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
    make_folder(folders[i]);
  atexit(remove_all);
  write_file("official", "batches.meta.txt", names, sizeof names - 1);
  write_file("names", "test_batch.bin", record, sizeof record);
}

static void look_at_all(const dataset *set) {
  uint32_t indices[3];
  uint32_t filled = 0;
  char name[64];
  octavo_error error;
  if (dataset_sample(set, 3, 1, indices, &filled, &error) != OCTAVO_OK)
    abort();
  for (uint32_t i = 0; i < filled; i++) {
    image photo;
    const uint32_t label = dataset_label(set, indices[i]);
    if (label != DATASET_NO_LABEL && label >= dataset_class_count(set))
      abort();
    dataset_name(set, indices[i], name, sizeof name);
    dataset_load(set, indices[i], &photo, &error);
    image_free(&photo);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  if (root[0] == '\0')
    set_up();
  const size_t place = data[0] % FILES;
  write_file(places[place].folder, places[place].file, data + 1, size - 1);
  char *path = path_of(places[place].opened, "");
  path[strlen(path) - 1] = '\0'; /* the separator that an empty name leaves */
  dataset *set = NULL;
  octavo_error error;
  if (dataset_open(path, DATASET_TEST, &set, &error) == OCTAVO_OK)
    look_at_all(set);
  dataset_close(set);
  octavo_memory_free(path);
  return 0;
}
