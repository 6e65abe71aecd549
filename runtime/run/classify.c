#include "run.h"

#include "common/image.h"
#include "common/statistics.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <inttypes.h>
#include <string.h>

enum { DECODE, PREPROCESS, INFER, STAGES };

static const char *const stage_names[STAGES] = {"decode", "preprocess", "infer"};

#define BAR_CELLS 24

/* One classified image. The arrays are made once, for all images. */
typedef struct result {
  octavo_class *classes;
  uint32_t class_count;
  double *times[STAGES]; /* milliseconds, `repeat` each */
  uint32_t measured;
  uint32_t width, height;
} result;

static void result_free(result *r) {
  octavo_memory_free(r->classes);
  for (int s = 0; s < STAGES; s++)
    octavo_memory_free(r->times[s]);
}

static bool result_allocate(result *r, const run_options *options) {
  bool complete = true;
  r->classes = octavo_memory_alloc(options->top, sizeof *r->classes);
  for (int s = 0; s < STAGES; s++) {
    r->times[s] = octavo_memory_alloc(options->repeat, sizeof(double));
    complete &= r->times[s] != NULL;
  }
  return complete && r->classes != NULL;
}

static double milliseconds(uint64_t from, uint64_t to) {
  return (double)(to - from) * 1e-6;
}

/* Decodes, preprocesses and runs once, and notes how long each took. */
static octavo_status classify_once(const char *path, octavo_session *session, result *r,
                                   octavo_error *error) {
  image photo = {0};
  const uint64_t begun = platform_nanoseconds();
  octavo_status status = image_load(path, &photo, error);
  const uint64_t decoded = platform_nanoseconds();
  if (status == OCTAVO_OK)
    status = octavo_session_set_image(session, 0, photo.rgb, photo.width, photo.height,
                                      (size_t)photo.width * 3, error);
  const uint64_t preprocessed = platform_nanoseconds();
  if (status == OCTAVO_OK)
    status = octavo_session_run(session, error);
  const uint64_t inferred = platform_nanoseconds();
  r->width = photo.width;
  r->height = photo.height;
  image_free(&photo);
  if (status != OCTAVO_OK)
    return status;
  r->times[DECODE][r->measured] = milliseconds(begun, decoded);
  r->times[PREPROCESS][r->measured] = milliseconds(decoded, preprocessed);
  r->times[INFER][r->measured] = milliseconds(preprocessed, inferred);
  r->measured++;
  return OCTAVO_OK;
}

static octavo_status classify(const run_options *options, const char *path, octavo_session *session,
                              result *r, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  r->measured = 0;
  r->class_count = 0;
  for (uint32_t i = 0; status == OCTAVO_OK && i < options->repeat; i++) {
    if (i > 0 && platform_interrupted())
      break;
    status = classify_once(path, session, r, error);
  }
  if (status == OCTAVO_OK)
    status = octavo_session_top(session, 0, r->classes, options->top, &r->class_count, error);
  for (int s = 0; s < STAGES; s++)
    statistics_sort(r->times[s], r->measured);
  return status;
}

/* The class's label, or its number in `buffer` if it has none. */
static const char *class_name(const octavo_class *c, char *buffer, size_t size) {
  snprintf(buffer, size, "class %" PRIu32, c->index);
  return c->label[0] != '\0' ? c->label : buffer;
}

/* UTF-8 continuation bytes take no room. */
static size_t characters(const char *text) {
  size_t count = 0;
  for (; *text != '\0'; text++)
    count += ((unsigned char)*text & 0xc0) != 0x80;
  return count;
}

/* A bar whose last cell is filled by eighths. */
static void print_bar(float share) {
  static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const uint32_t eighths = (uint32_t)(share * (float)(8 * BAR_CELLS) + 0.5F);
  fputs("  ", stdout);
  for (uint32_t i = 0; i < eighths / 8; i++)
    fputs("█", stdout);
  fputs(parts[eighths % 8], stdout);
}

static void print_text(const char *path, const run_options *options, const result *r) {
  char buffer[32];
  size_t width = 0;
  for (uint32_t i = 0; i < r->class_count; i++) {
    const size_t length = characters(class_name(&r->classes[i], buffer, sizeof buffer));
    width = length > width ? length : width;
  }
  printf("%s (%" PRIu32 " × %" PRIu32 ")\n", path, r->width, r->height);
  for (uint32_t i = 0; i < r->class_count; i++) {
    const octavo_class *c = &r->classes[i];
    const char *name = class_name(c, buffer, sizeof buffer);
    printf("  %s%*s %6.2f %%", name, (int)(width - characters(name)), "",
           (double)c->probability * 100.0);
    if (platform_terminal(stdout))
      print_bar(c->probability);
    putchar('\n');
  }
  double total = 0.0;
  fputs("  ", stdout);
  for (int s = 0; s < STAGES; s++) {
    const double median = statistics_percentile(r->times[s], r->measured, 50.0);
    printf("%s%s %.3f ms", s == 0 ? "" : " + ", stage_names[s], median);
    total += median;
  }
  printf(" = %.3f ms", total);
  if (options->repeat > 1)
    printf(" (medians of %" PRIu32 "; infer from %.3f to %.3f ms)", r->measured, r->times[INFER][0],
           r->times[INFER][r->measured - 1]);
  putchar('\n');
}

static void write_json(const char *path, const result *r, json_writer *json) {
  json_writer_object(json, NULL);
  json_writer_string(json, "file", path);
  json_writer_integer(json, "width", r->width);
  json_writer_integer(json, "height", r->height);
  json_writer_list(json, "top");
  for (uint32_t i = 0; i < r->class_count; i++) {
    json_writer_object(json, NULL);
    json_writer_integer(json, "index", r->classes[i].index);
    json_writer_string(json, "label", r->classes[i].label);
    json_writer_real(json, "probability", (double)r->classes[i].probability);
    json_writer_close(json);
  }
  json_writer_close(json);
  json_writer_object(json, "latency_ms");
  for (int s = 0; s < STAGES; s++)
    json_writer_real(json, stage_names[s], statistics_percentile(r->times[s], r->measured, 50.0));
  json_writer_integer(json, "repeat", r->measured);
  json_writer_close(json);
  json_writer_close(json);
}

static void report_failure(const char *path, const octavo_error *error, json_writer *json) {
  /* Reading errors name the file already. */
  const bool named = strncmp(error->text, path, strlen(path)) == 0;
  fprintf(stderr, "octavo-run: %s%s%s\n", named ? "" : path, named ? "" : ": ", error->text);
  if (json == NULL)
    return;
  json_writer_object(json, NULL);
  json_writer_string(json, "file", path);
  json_writer_string(json, "error", error->text);
  json_writer_close(json);
}

bool run_classify(const run_options *options, octavo_model *model, octavo_session *session,
                  json_writer *json) {
  octavo_error error = {{0}};
  octavo_preprocessing rule;
  result r = {0};
  if (octavo_model_preprocessing(model, &rule) != OCTAVO_OK) {
    fprintf(stderr,
            "octavo-run: %s: the model takes no images: its file says nothing about "
            "preprocessing\n",
            options->model);
    return false;
  }
  if (!result_allocate(&r, options)) {
    fprintf(stderr, "octavo-run: out of memory\n");
    result_free(&r);
    return false;
  }
  if (json != NULL)
    json_writer_list(json, "images");
  uint32_t failures = 0;
  uint32_t i = 0;
  for (; i < options->images.count && !platform_interrupted(); i++) {
    const char *path = options->images.values[i];
    if (classify(options, path, session, &r, &error) != OCTAVO_OK) {
      report_failure(path, &error, json);
      failures++;
    } else if (json != NULL) {
      write_json(path, &r, json);
    } else {
      print_text(path, options, &r);
    }
  }
  if (json != NULL)
    json_writer_close(json);
  if (i < options->images.count)
    fprintf(stderr, "octavo-run: interrupted after %" PRIu32 " of %" PRIu32 " images\n", i,
            options->images.count);
  result_free(&r);
  return failures == 0 && i == options->images.count;
}
