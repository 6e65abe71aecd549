// Classifies what a V4L2 camera sees, or the JPEG files of a folder in place of one.
//
//   cc -O2 -o camera *.c $(pkg-config --cflags --libs octavo) -ljpeg
//   ./camera MODEL                        from /dev/video0
//   ./camera MODEL /dev/video2            from another camera
//   ./camera MODEL FOLDER                 from a folder, in the order of the names
//   ./camera MODEL /dev/video0 FRAMES     so many frames, then stop
#include "camera.h"

#include <octavo.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

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

static source *open_source(const char *path) {
  struct stat about;
  return stat(path, &about) == 0 && S_ISDIR(about.st_mode) ? folder_open(path) : camera_open(path);
}

int main(int argc, char **argv) {
  char *end = "";
  const unsigned long limit = argc == 4 ? strtoul(argv[3], &end, 10) : (unsigned long)-1;
  if (argc < 2 || argc > 4 || *end != '\0' || limit == 0)
    return fprintf(stderr, "usage: camera MODEL [DEVICE | FOLDER [FRAMES]]\n"), 2;
  octavo_model *model = NULL;
  octavo_session *session = NULL;
  octavo_error error = {""};
  source *from = NULL;
  setvbuf(stdout, NULL, _IOLBF, 0); // a line at once, into a pipe too
  int result = -1;
  if (octavo_model_open(argv[1], &model, &error) || octavo_session_create(model, NULL, &session, &error))
    complain("%s", error.text);
  else if ((from = open_source(argc > 2 ? argv[2] : "/dev/video0")) != NULL)
    result = classify(session, from, limit);
  if (from != NULL)
    from->close(from);
  octavo_session_free(session);
  octavo_model_close(model);
  return result == 0 ? 0 : 1;
}
