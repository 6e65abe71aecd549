// Stands in for libFuzzer where there is none: hands each file named, and each file in the folders
// named, to LLVMFuzzerTestOneInput once. So every compiler replays the corpora.

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Deeper than any corpus: ends the walk if a folder links back to itself.
enum { MAX_DEPTH = 16 };

static unsigned long replayed;

static int fail(const char *path) {
  fprintf(stderr, "%s: %s\n", path, strerror(errno));
  return 1;
}

static int replay_file(const char *path, size_t size) {
  FILE *file = fopen(path, "rb");
  if (!file)
    return fail(path);
  // A block of exactly this size, so that AddressSanitizer sees a read past the end.
  uint8_t *data = malloc(size ? size : 1);
  if (!data) {
    fclose(file);
    return fail(path);
  }
  const size_t got = fread(data, 1, size, file);
  fclose(file);
  if (got == size) {
    LLVMFuzzerTestOneInput(data, size);
    replayed++;
  } else {
    fprintf(stderr, "%s: expected %zu bytes, found %zu\n", path, size, got);
  }
  free(data);
  return got == size ? 0 : 1;
}

static int replay_path(const char *path, int depth);

static int replay_folder(const char *path, int depth) {
  DIR *folder = opendir(path);
  if (!folder)
    return fail(path);
  int failures = 0;
  for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (entry->d_name[0] == '.')
      continue;
    const size_t length = strlen(path) + strlen(entry->d_name) + 2;
    char *child = malloc(length);
    if (!child) {
      failures += fail(path);
      break;
    }
    snprintf(child, length, "%s/%s", path, entry->d_name);
    failures += replay_path(child, depth + 1);
    free(child);
  }
  closedir(folder);
  return failures;
}

static int replay_path(const char *path, int depth) {
  struct stat info;
  if (stat(path, &info) != 0)
    return fail(path);
  if (S_ISREG(info.st_mode))
    return replay_file(path, (size_t)info.st_size);
  if (S_ISDIR(info.st_mode) && depth < MAX_DEPTH)
    return replay_folder(path, depth);
  fprintf(stderr, "%s: neither a file nor a folder of files\n", path);
  return 1;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s FILE|FOLDER...\n", argv[0]);
    return 2;
  }
  int failures = 0;
  for (int i = 1; i < argc; i++)
    failures += replay_path(argv[i], 0);
  printf("replayed %lu inputs\n", replayed);
  if (replayed == 0)
    fprintf(stderr, "no inputs found\n");
  return failures || replayed == 0 ? 1 : 0;
}
