// What the parts of the camera example share. main.c classifies pictures; where they come from is a
// source: v4l2.c or folder.c. picture.c makes RGB of what these hand over.
#ifndef CAMERA_H
#define CAMERA_H

#include <stddef.h>
#include <stdint.h>

// Prints "camera: …" to stderr. Returns -1, so that a function may end with it.
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

// RGB, 3 · width bytes a row. The memory is kept from one frame to the next; free(rgb) at the end.
typedef struct picture {
  uint8_t *rgb;
  size_t capacity;
  uint32_t width, height;
  char name[300]; // for messages
} picture;

// Both return 0, or -1 with the reason printed.
int picture_from_jpeg(picture *to, const uint8_t *bytes, size_t size);
// Two pixels in four bytes, Y0 U Y1 V; `width` is even, rows are `stride` bytes apart.
int picture_from_yuyv(picture *to, const uint8_t *yuyv, size_t stride, uint32_t width, uint32_t height);

// Where pictures come from. Each kind has a struct of its own that begins with this one.
typedef struct source source;
struct source {
  const char *path;
  // 1 and the picture; 0 after the last; -1 with the reason printed. Those that cannot be decoded are
  // left out, with the reason printed.
  int (*next)(source *s, picture *frame);
  void (*close)(source *s);
};

// NULL, with the reason printed, if there are no pictures to be had.
source *camera_open(const char *path);
source *folder_open(const char *path);

#endif
