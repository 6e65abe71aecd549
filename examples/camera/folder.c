// The JPEG files of a folder, in the order of their names.
#include "camera.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

typedef struct folder {
  source source; // first
  struct dirent **files;
  int count, at;
} folder;

static int is_jpeg_name(const struct dirent *entry) {
  const char *dot = strrchr(entry->d_name, '.');
  return dot != NULL && (strcasecmp(dot, ".jpg") == 0 || strcasecmp(dot, ".jpeg") == 0);
}

// The bytes of a file, to be freed by the caller; NULL, with the reason printed, if there are none.
static uint8_t *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  struct stat about;
  uint8_t *bytes = NULL;
  if (file == NULL || fstat(fileno(file), &about) != 0)
    complain("%s: %s", path, strerror(errno));
  else if (!S_ISREG(about.st_mode) || about.st_size == 0)
    complain("%s: skipped: expected a file with content", path);
  else if ((bytes = malloc((size_t)about.st_size)) == NULL)
    complain("%s: no memory for %lld bytes", path, (long long)about.st_size);
  else
    *size = fread(bytes, 1, (size_t)about.st_size, file);
  if (file != NULL)
    fclose(file);
  return bytes;
}

static int next_file(source *s, picture *frame) {
  folder *from = (folder *)s;
  while (from->at < from->count) {
    const char *name = from->files[from->at++]->d_name;
    snprintf(frame->name, sizeof frame->name, "%s", name);
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", s->path, name);
    size_t size = 0;
    uint8_t *bytes = read_file(path, &size);
    const int result = bytes == NULL ? -1 : picture_from_jpeg(frame, bytes, size);
    free(bytes);
    if (result == 0)
      return 1;
  }
  return 0;
}

static void close_folder(source *s) {
  folder *from = (folder *)s;
  for (int i = 0; i < from->count; i++)
    free(from->files[i]);
  free(from->files);
  free(from);
}

source *folder_open(const char *path) {
  folder *from = calloc(1, sizeof *from);
  if (from == NULL)
    return complain("%s: no memory", path), NULL;
  from->source = (source){.path = path, .next = next_file, .close = close_folder};
  from->count = scandir(path, &from->files, is_jpeg_name, alphasort);
  if (from->count > 0)
    return &from->source;
  if (from->count < 0)
    complain("%s: %s", path, strerror(errno));
  else
    complain("%s: expected files named *.jpg or *.jpeg, found none", path);
  close_folder(&from->source);
  return NULL;
}
