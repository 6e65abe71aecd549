/* A V4L2 camera for programs that have none: preloaded, it answers for the file that
 * FAKE_CAMERA_PATH names.
 *
 * FAKE_CAMERA: yuyv (a camera that changes the width asked for, with padded rows), mjpeg (every
 * frame is the file FAKE_CAMERA_JPEG, every third is damaged), busy, silent (neither format),
 * output (cannot capture). The device is a file in memory, so that mmap, poll and close are the
 * system's own. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum { WIDTH = 320, HEIGHT = 240, STRIDE = 2 * WIDTH + 64, BUFFER = 1 << 18, MOST_BUFFERS = 3 };

static int device = -1;
static bool streaming;
static unsigned queue[MOST_BUFFERS], queued, frames;
static unsigned char frame[BUFFER];

static bool is(const char *kind) {
  const char *chosen = getenv("FAKE_CAMERA");
  return chosen != NULL && strcmp(chosen, kind) == 0;
}

static int fail(int code) {
  errno = code;
  return -1;
}

int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  const char *fake = getenv("FAKE_CAMERA_PATH");
  if (fake == NULL || strcmp(path, fake) != 0) {
    int (*next)(const char *, int, ...);
    *(void **)&next = dlsym(RTLD_NEXT, "open");
    return next(path, flags, mode);
  }
  device = memfd_create("camera", MFD_CLOEXEC);
  return ftruncate(device, (off_t)BUFFER * MOST_BUFFERS) == 0 ? device : -1;
}

/* Pure red in YUYV: by ITU-R BT.601 Y 81, U 90, V 240. The padding is something else. */
static size_t draw_yuyv(void) {
  for (int y = 0; y < HEIGHT; y++) {
    unsigned char *row = frame + y * STRIDE;
    memset(row, 0, STRIDE);
    for (int x = 0; x < 2 * WIDTH; x += 4)
      memcpy(row + x, (const unsigned char[]){81, 90, 81, 240}, 4);
  }
  return (size_t)STRIDE * HEIGHT;
}

static size_t read_jpeg(void) {
  FILE *file = fopen(getenv("FAKE_CAMERA_JPEG"), "rb");
  const size_t size = file == NULL ? 0 : fread(frame, 1, BUFFER, file);
  if (file != NULL)
    fclose(file);
  if (frames % 3 == 2)
    memset(frame, 0, 20);
  return size;
}

static int set_format(struct v4l2_format *format) {
  if (is("busy"))
    return fail(EBUSY);
  struct v4l2_pix_format *pixels = &format->fmt.pix;
  pixels->pixelformat = is("mjpeg")  ? V4L2_PIX_FMT_MJPEG
                        : is("yuyv") ? V4L2_PIX_FMT_YUYV
                                     : V4L2_PIX_FMT_NV12;
  pixels->width = WIDTH;
  pixels->height = HEIGHT;
  pixels->bytesperline = STRIDE;
  return 0;
}

static int fill(struct v4l2_buffer *buffer) {
  if (!streaming || queued == 0)
    return fail(EINVAL);
  const size_t size = is("mjpeg") ? read_jpeg() : draw_yuyv();
  buffer->index = queue[0];
  buffer->bytesused = (unsigned)size;
  buffer->flags = 0;
  memmove(queue, queue + 1, --queued * sizeof *queue);
  frames++;
  return pwrite(device, frame, size, (off_t)BUFFER * buffer->index) == (ssize_t)size ? 0 : -1;
}

static int answer(unsigned long request, void *argument) {
  struct v4l2_buffer *buffer = argument;
  switch (request) {
  case VIDIOC_QUERYCAP:
    ((struct v4l2_capability *)argument)->capabilities =
        (is("output") ? V4L2_CAP_VIDEO_OUTPUT : V4L2_CAP_VIDEO_CAPTURE) | V4L2_CAP_STREAMING;
    return 0;
  case VIDIOC_S_FMT:
    return set_format(argument);
  case VIDIOC_REQBUFS: /* fewer than were asked for, as drivers may */
    ((struct v4l2_requestbuffers *)argument)->count = MOST_BUFFERS;
    return 0;
  case VIDIOC_QUERYBUF:
    buffer->length = BUFFER;
    buffer->m.offset = BUFFER * buffer->index;
    return 0;
  case VIDIOC_QBUF:
    if (buffer->index >= MOST_BUFFERS || queued == MOST_BUFFERS)
      return fail(EINVAL);
    queue[queued++] = buffer->index;
    return 0;
  case VIDIOC_STREAMON:
    streaming = true;
    return 0;
  case VIDIOC_DQBUF:
    return fill(buffer);
  default:
    return fail(ENOTTY);
  }
}

int ioctl(int file, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  if (file == device && device >= 0)
    return answer(request, argument);
  int (*next)(int, unsigned long, ...);
  *(void **)&next = dlsym(RTLD_NEXT, "ioctl");
  return next(file, request, argument);
}
