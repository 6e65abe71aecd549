// A camera by Video for Linux (Linux kernel documentation, "Video for Linux API", streaming I/O with
// memory mapping): the driver writes frames into a few buffers, which we map and hand back one by one.
#include "camera.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { WIDTH = 640, HEIGHT = 480, BUFFERS = 4, SECONDS_TO_WAIT = 5 };

typedef struct camera {
  source source; // first
  int device;
  struct v4l2_format format;
  struct {
    uint8_t *bytes;
    size_t size;
  } buffers[BUFFERS];
  uint32_t frames;
} camera;

static int ask(const camera *from, unsigned long request, void *argument) {
  int result;
  do
    result = ioctl(from->device, request, argument);
  while (result < 0 && errno == EINTR);
  return result;
}

static int camera_failed(const camera *from, const char *what) {
  switch (errno) {
  case ENOENT:
    return complain(
        "%s: no such camera. Is it plugged in? ls /dev/video* shows which there are; a folder of "
        "JPEG files does as well",
        from->source.path);
  case EACCES:
    return complain("%s: not allowed. Become a member of its group: sudo usermod -aG video $USER",
                    from->source.path);
  case EBUSY:
    return complain("%s: busy (%s): another program uses this camera; fuser %s shows which",
                    from->source.path, what, from->source.path);
  case ENODEV:
    return complain("%s: the camera is gone (%s)", from->source.path, what);
  default:
    return complain("%s: %s: %s", from->source.path, what, strerror(errno));
  }
}

// YUYV first: it needs no decoder. Cameras change what they cannot do, so their answer counts.
static int choose_format(camera *from) {
  const uint32_t wanted[] = {V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_MJPEG};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    from->format = (struct v4l2_format){.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    struct v4l2_pix_format *pixels = &from->format.fmt.pix;
    pixels->width = WIDTH;
    pixels->height = HEIGHT;
    pixels->pixelformat = wanted[i];
    pixels->field = V4L2_FIELD_ANY;
    const int result = ask(from, VIDIOC_S_FMT, &from->format);
    if (result == 0 && pixels->pixelformat == wanted[i])
      return 0;
    if (result != 0 && (errno == EBUSY || errno == ENODEV))
      return camera_failed(from, "choosing a format");
  }
  return complain("%s: expected a camera that gives YUYV or MJPEG, found neither", from->source.path);
}

static int map_buffers(camera *from) {
  struct v4l2_requestbuffers request = {
      .count = BUFFERS, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
  if (ask(from, VIDIOC_REQBUFS, &request) != 0)
    return camera_failed(from, "asking for buffers");
  for (uint32_t i = 0; i < request.count && i < BUFFERS; i++) {
    struct v4l2_buffer buffer = {
        .index = i, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    if (ask(from, VIDIOC_QUERYBUF, &buffer) != 0)
      return camera_failed(from, "asking for a buffer");
    void *bytes =
        mmap(NULL, buffer.length, PROT_READ | PROT_WRITE, MAP_SHARED, from->device, buffer.m.offset);
    if (bytes == MAP_FAILED)
      return camera_failed(from, "mapping a buffer");
    from->buffers[i].bytes = bytes;
    from->buffers[i].size = buffer.length;
    if (ask(from, VIDIOC_QBUF, &buffer) != 0)
      return camera_failed(from, "queueing a buffer");
  }
  return 0;
}

static int decode_frame(const camera *from, const struct v4l2_buffer *buffer, picture *frame) {
  const struct v4l2_pix_format *pixels = &from->format.fmt.pix;
  const uint8_t *bytes = from->buffers[buffer->index].bytes;
  if (pixels->pixelformat == V4L2_PIX_FMT_MJPEG)
    return picture_from_jpeg(frame, bytes, buffer->bytesused);
  const size_t least = (size_t)2 * pixels->width, stride = pixels->bytesperline;
  if (pixels->width % 2 != 0 || stride < least ||
      buffer->bytesused < stride * (pixels->height - 1) + least)
    return complain("%s: skipped: %u bytes are no whole frame", frame->name, buffer->bytesused);
  return picture_from_yuyv(frame, bytes, stride, pixels->width, pixels->height);
}

// The next frame that arrived whole.
static int next_frame(source *s, picture *frame) {
  camera *from = (camera *)s;
  for (int decoded = 0; !decoded;) {
    struct pollfd ready = {.fd = from->device, .events = POLLIN};
    const int count = poll(&ready, 1, 1000 * SECONDS_TO_WAIT);
    if (count < 0 && errno == EINTR)
      continue;
    if (count == 0)
      return complain("%s: no frame for %d seconds", s->path, SECONDS_TO_WAIT);
    struct v4l2_buffer buffer = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    if (count < 0 || ask(from, VIDIOC_DQBUF, &buffer) != 0)
      return camera_failed(from, "waiting for a frame");
    snprintf(frame->name, sizeof frame->name, "frame %u", from->frames++);
    decoded = buffer.index < BUFFERS && !(buffer.flags & V4L2_BUF_FLAG_ERROR) &&
              decode_frame(from, &buffer, frame) == 0;
    if (ask(from, VIDIOC_QBUF, &buffer) != 0)
      return camera_failed(from, "queueing a buffer");
  }
  return 1;
}

static int start(camera *from) {
  from->device = open(from->source.path, O_RDWR | O_CLOEXEC);
  if (from->device < 0)
    return camera_failed(from, "opening");
  struct v4l2_capability about = {0};
  if (ask(from, VIDIOC_QUERYCAP, &about) != 0)
    return complain("%s: expected a camera (V4L2) or a folder, found neither", from->source.path);
  const uint32_t able =
      about.capabilities & V4L2_CAP_DEVICE_CAPS ? about.device_caps : about.capabilities;
  if (!(able & V4L2_CAP_VIDEO_CAPTURE) || !(able & V4L2_CAP_STREAMING))
    return complain(
        "%s (%s): expected a device that captures and streams, found none. Cameras often have "
        "several: try the next number",
        from->source.path, (const char *)about.card);
  if (choose_format(from) != 0 || map_buffers(from) != 0)
    return -1;
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  return ask(from, VIDIOC_STREAMON, &type) == 0 ? 0 : camera_failed(from, "starting");
}

static void close_camera(source *s) {
  camera *from = (camera *)s;
  for (size_t i = 0; i < BUFFERS; i++)
    if (from->buffers[i].bytes != NULL)
      munmap(from->buffers[i].bytes, from->buffers[i].size);
  if (from->device >= 0)
    close(from->device); // stops the camera too
  free(from);
}

source *camera_open(const char *path) {
  camera *from = calloc(1, sizeof *from);
  if (from == NULL)
    return complain("%s: no memory", path), NULL;
  from->source = (source){.path = path, .next = next_frame, .close = close_camera};
  if (start(from) == 0)
    return &from->source;
  close_camera(&from->source);
  return NULL;
}
