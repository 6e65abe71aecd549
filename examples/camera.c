// Classifies what a V4L2 camera sees, or the JPEG files of a folder in place of one.
//
//   cc -O2 -o camera camera.c $(pkg-config --cflags --libs octavo) -ljpeg
//   ./camera MODEL                        from /dev/video0
//   ./camera MODEL /dev/video2            from another camera
//   ./camera MODEL FOLDER                 from a folder, in the order of the names
//   ./camera MODEL /dev/video0 FRAMES     so many frames, then stop
#include <octavo.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jpeglib.h>

enum { WIDTH = 640, HEIGHT = 480, BUFFERS = 4, SECONDS_TO_WAIT = 5 };

// RGB, 3 · width bytes a row. The memory is kept from one frame to the next.
typedef struct picture {
  uint8_t *rgb;
  size_t capacity;
  uint32_t width, height;
  char name[300];
} picture;

// Where frames come from. `next` returns 1 and fills the picture, 0 after the last frame, -1 after an
// error, which it has printed.
typedef struct source {
  int (*next)(struct source *source, picture *frame);
  const char *path;
  int device; // of the camera
  struct v4l2_format format;
  struct {
    uint8_t *bytes;
    size_t size;
  } buffers[BUFFERS];
  uint32_t frames;
  struct dirent **files; // of the folder
  int file_count, file;
} source;

static int complain(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("camera: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  return -1;
}

static int make_room(picture *frame, uint32_t width, uint32_t height) {
  const size_t bytes = (size_t)3 * width * height;
  if (bytes > frame->capacity) {
    uint8_t *rgb = realloc(frame->rgb, bytes);
    if (rgb == NULL)
      return complain("no memory for a picture of %u x %u", width, height);
    frame->rgb = rgb;
    frame->capacity = bytes;
  }
  frame->width = width;
  frame->height = height;
  return 0;
}

// ---- JPEG: files, and the frames of cameras that send MJPEG

typedef struct jpeg_failure {
  struct jpeg_error_mgr manager; // first: libjpeg hands back a pointer to it
  jmp_buf back;
  char text[JMSG_LENGTH_MAX];
} jpeg_failure;

static void jpeg_failed(j_common_ptr jpeg) {
  jpeg_failure *failure = (jpeg_failure *)jpeg->err;
  jpeg->err->format_message(jpeg, failure->text);
  longjmp(failure->back, 1);
}

// Warnings, as of a frame that ends too early: what there is is shown.
static void jpeg_warned(j_common_ptr jpeg) {
  (void)jpeg;
}

// Returns 0, or -1 with the reason printed. Frames without Huffman tables are fine: libjpeg-turbo then
// takes the standard's, which MJPEG means.
static int decode_jpeg(const uint8_t *bytes, size_t size, picture *frame) {
  jpeg_failure failure;
  struct jpeg_decompress_struct jpeg;
  jpeg.err = jpeg_std_error(&failure.manager);
  failure.manager.error_exit = jpeg_failed;
  failure.manager.output_message = jpeg_warned;
  jpeg_create_decompress(&jpeg);
  if (setjmp(failure.back) != 0) {
    jpeg_destroy_decompress(&jpeg);
    return complain("%s: skipped: %s", frame->name, failure.text);
  }
  jpeg_mem_src(&jpeg, bytes, size);
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = JCS_RGB;
  jpeg_start_decompress(&jpeg);
  const int result = make_room(frame, jpeg.output_width, jpeg.output_height);
  while (result == 0 && jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = frame->rgb + (size_t)3 * frame->width * jpeg.output_scanline;
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  jpeg_destroy_decompress(&jpeg);
  return result;
}

// ---- A folder

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

// The next file that can be decoded.
static int next_file(source *from, picture *frame) {
  while (from->file < from->file_count) {
    snprintf(frame->name, sizeof frame->name, "%s", from->files[from->file]->d_name);
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", from->path, from->files[from->file++]->d_name);
    size_t size = 0;
    uint8_t *bytes = read_file(path, &size);
    const int result = bytes == NULL ? -1 : decode_jpeg(bytes, size, frame);
    free(bytes);
    if (result == 0)
      return 1;
  }
  return 0;
}

static int open_folder(source *from) {
  from->next = next_file;
  from->file_count = scandir(from->path, &from->files, is_jpeg_name, alphasort);
  if (from->file_count < 0)
    return complain("%s: %s", from->path, strerror(errno));
  if (from->file_count == 0)
    return complain("%s: expected files named *.jpg or *.jpeg, found none", from->path);
  return 0;
}

// ---- A camera (Linux kernel documentation, "Video for Linux API", streaming I/O with memory mapping)

static int ask(const source *from, unsigned long request, void *argument) {
  int result;
  do
    result = ioctl(from->device, request, argument);
  while (result < 0 && errno == EINTR);
  return result;
}

static int camera_failed(const source *from, const char *what) {
  switch (errno) {
  case ENOENT:
    return complain(
        "%s: no such camera. Is it plugged in? ls /dev/video* shows which there are; a folder of "
        "JPEG files does as well",
        from->path);
  case EACCES:
    return complain("%s: not allowed. Become a member of its group: sudo usermod -aG video $USER",
                    from->path);
  case EBUSY:
    return complain("%s: busy (%s): another program uses this camera; fuser %s shows which", from->path,
                    what, from->path);
  case ENODEV:
    return complain("%s: the camera is gone (%s)", from->path, what);
  default:
    return complain("%s: %s: %s", from->path, what, strerror(errno));
  }
}

// YUYV first: it needs no decoder. Cameras change what they cannot do, so their answer counts.
static int choose_format(source *from) {
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
  return complain("%s: expected a camera that gives YUYV or MJPEG, found neither", from->path);
}

static int map_buffers(source *from) {
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

static uint8_t byte_of(int value) {
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

// Two pixels are four bytes, Y0 U Y1 V. ITU-R BT.601 in 8 bits (Y 16..235, U and V 16..240), in 1/256:
// R = 1.164 (Y - 16) + 1.596 (V - 128) and so on.
static void convert_yuyv(const uint8_t *yuyv, size_t stride, picture *frame) {
  uint8_t *rgb = frame->rgb;
  for (uint32_t y = 0; y < frame->height; y++)
    for (uint32_t x = 0; x < frame->width; x++, rgb += 3) {
      const uint8_t *pair = yuyv + y * stride + (size_t)4 * (x / 2);
      const int luma = 298 * (pair[2 * (x % 2)] - 16) + 128, u = pair[1] - 128, v = pair[3] - 128;
      rgb[0] = byte_of((luma + 409 * v) / 256);
      rgb[1] = byte_of((luma - 100 * u - 208 * v) / 256);
      rgb[2] = byte_of((luma + 516 * u) / 256);
    }
}

static int decode_frame(const source *from, const struct v4l2_buffer *buffer, picture *frame) {
  const struct v4l2_pix_format *pixels = &from->format.fmt.pix;
  const uint8_t *bytes = from->buffers[buffer->index].bytes;
  if (pixels->pixelformat == V4L2_PIX_FMT_MJPEG)
    return decode_jpeg(bytes, buffer->bytesused, frame);
  const size_t least = (size_t)2 * pixels->width, stride = pixels->bytesperline;
  if (pixels->width % 2 != 0 || stride < least ||
      buffer->bytesused < stride * (pixels->height - 1) + least)
    return complain("%s: skipped: %u bytes are no whole frame", frame->name, buffer->bytesused);
  if (make_room(frame, pixels->width, pixels->height) != 0)
    return -1;
  convert_yuyv(bytes, stride, frame);
  return 0;
}

// The next frame that arrived whole.
static int next_camera_frame(source *from, picture *frame) {
  for (int decoded = 0; !decoded;) {
    struct pollfd ready = {.fd = from->device, .events = POLLIN};
    const int count = poll(&ready, 1, 1000 * SECONDS_TO_WAIT);
    if (count < 0 && errno == EINTR)
      continue;
    if (count == 0)
      return complain("%s: no frame for %d seconds", from->path, SECONDS_TO_WAIT);
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

static int open_camera(source *from) {
  from->next = next_camera_frame;
  from->device = open(from->path, O_RDWR | O_CLOEXEC);
  if (from->device < 0)
    return camera_failed(from, "opening");
  struct v4l2_capability about = {0};
  if (ask(from, VIDIOC_QUERYCAP, &about) != 0)
    return complain("%s: expected a camera (V4L2) or a folder, found neither", from->path);
  const uint32_t able =
      about.capabilities & V4L2_CAP_DEVICE_CAPS ? about.device_caps : about.capabilities;
  if (!(able & V4L2_CAP_VIDEO_CAPTURE) || !(able & V4L2_CAP_STREAMING))
    return complain(
        "%s (%s): expected a device that captures and streams, found none. Cameras often have "
        "several: try the next number",
        from->path, (const char *)about.card);
  if (choose_format(from) != 0 || map_buffers(from) != 0)
    return -1;
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  return ask(from, VIDIOC_STREAMON, &type) == 0 ? 0 : camera_failed(from, "starting");
}

static int open_source(source *from) {
  struct stat about;
  const bool folder = stat(from->path, &about) == 0 && S_ISDIR(about.st_mode);
  return folder ? open_folder(from) : open_camera(from);
}

static void close_source(source *from) {
  for (size_t i = 0; i < BUFFERS; i++)
    if (from->buffers[i].bytes != NULL)
      munmap(from->buffers[i].bytes, from->buffers[i].size);
  if (from->device >= 0)
    close(from->device); // stops the camera too
  for (int i = 0; i < from->file_count; i++)
    free(from->files[i]);
  free(from->files);
}

// ---- The program

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// Classifies frames until there are no more, or `limit`. Returns 0, or -1 with the reason printed.
static int classify(octavo_session *session, source *from, unsigned long limit) {
  picture frame = {0};
  octavo_error error = {""};
  const double start = seconds();
  unsigned long count = 0;
  int more = 1, result = 0;
  while (result == 0 && count < limit && (more = from->next(from, &frame)) == 1) {
    octavo_class best = {0};
    uint32_t filled = 0;
    if (octavo_session_set_image(session, 0, frame.rgb, frame.width, frame.height,
                                 (size_t)3 * frame.width, &error) ||
        octavo_session_run(session, &error) ||
        octavo_session_top(session, 0, &best, 1, &filled, &error)) {
      result = complain("%s: %s", frame.name, error.text);
    } else {
      count++;
      printf("%7.1f frames/s  %5.1f %%  %-16s %s\n", (double)count / (seconds() - start),
             100 * (double)best.probability, filled > 0 ? best.label : "", frame.name);
    }
  }
  free(frame.rgb);
  if (result == 0 && more >= 0 && count == 0)
    result = complain("%s: no picture could be read", from->path);
  return more < 0 ? -1 : result;
}

int main(int argc, char **argv) {
  char *end = "";
  const unsigned long limit = argc == 4 ? strtoul(argv[3], &end, 10) : (unsigned long)-1;
  if (argc < 2 || argc > 4 || *end != '\0' || limit == 0)
    return fprintf(stderr, "usage: camera MODEL [DEVICE | FOLDER [FRAMES]]\n"), 2;
  source from = {.path = argc > 2 ? argv[2] : "/dev/video0", .device = -1};
  octavo_model *model = NULL;
  octavo_session *session = NULL;
  octavo_error error = {""};
  setvbuf(stdout, NULL, _IOLBF, 0); // a line at once, into a pipe too
  int result = -1;
  if (octavo_model_open(argv[1], &model, &error) || octavo_session_create(model, NULL, &session, &error))
    complain("%s", error.text);
  else if (open_source(&from) == 0)
    result = classify(session, &from, limit);
  close_source(&from);
  octavo_session_free(session);
  octavo_model_close(model);
  return result == 0 ? 0 : 1;
}
