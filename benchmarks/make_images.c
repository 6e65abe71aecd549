/* octavo-make-images: writes the small built-in set of generated images. */
#include "common/image_write.h"
#include "common/options.h"
#include "common/progress.h"
#include "common/shapes.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <stdio.h>

typedef struct settings {
  const char *folder;
  uint32_t count, size;
  uint64_t seed;
} settings;

#define AT(member) offsetof(settings, member)

static const option_descriptor options[] = {
    {.name = "DIR",
     .kind = OPTION_ARGUMENT,
     .offset = AT(folder),
     .help = "The folder to write to; made if it does not exist.",
     .group = "Arguments",
     .minimum = 1},
    {.name = "count",
     .kind = OPTION_UNSIGNED,
     .offset = AT(count),
     .value = "N",
     .help = "Images of each class in each of train and test.",
     .group = "Options",
     .minimum = 1,
     .maximum = 9999},
    {.name = "size",
     .kind = OPTION_UNSIGNED,
     .offset = AT(size),
     .value = "N",
     .help = "Height and width of the images.",
     .minimum = 8,
     .maximum = 1024},
    {.name = "seed",
     .kind = OPTION_SEED,
     .offset = AT(seed),
     .value = "N",
     .help = "Another seed gives other images; octavo-train's shapes10 of a seed begins with "
             "those of the same seed."},
};

static const char *const examples[] = {"octavo-make-images images",
                                       "octavo-make-images images --count 100 --size 224", NULL};

static const option_program program = {
    .name = "octavo-make-images",
    .summary = "Writes a small set of generated images, ten classes of drawn shapes, as "
               "DIR/{train,test}/CLASS/NNNN.png. The same options give the same files.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .examples = examples};

static const char *const splits[] = {"train", "test"};
enum { SPLITS = 2 };

/* Joins and makes the folder. *result is NULL on failure. */
static octavo_status make_folder(const char *parent, const char *name, char **result,
                                 octavo_error *error) {
  *result = platform_path_join(parent, name);
  if (*result == NULL)
    return octavo_error_memory(error, 0, "a path");
  const octavo_status status = platform_folder_create(*result, error);
  if (status != OCTAVO_OK) {
    octavo_memory_free(*result);
    *result = NULL;
  }
  return status;
}

static octavo_status write_one(const char *folder, uint32_t index, const image *picture,
                               octavo_error *error) {
  char name[32];
  snprintf(name, sizeof name, "%04u.png", index);
  char *path = platform_path_join(folder, name);
  if (path == NULL)
    return octavo_error_memory(error, 0, "a path");
  const octavo_status status = image_write_png(picture, path, error);
  octavo_memory_free(path);
  return status;
}

static octavo_status write_class(const settings *s, const char *parent, uint32_t split,
                                 uint32_t shape, image *picture, progress *bar,
                                 octavo_error *error) {
  char *folder = NULL;
  octavo_status status = make_folder(parent, shapes_names[shape], &folder, error);
  for (uint32_t i = 0; status == OCTAVO_OK && i < s->count; i++) {
    if (platform_interrupted()) {
      status = octavo_error_set(error, OCTAVO_ERROR_IO, "interrupted");
      break;
    }
    random_state random;
    random_seed(&random, shapes_seed(s->seed, split, shape, i));
    shapes_draw(shape, s->size, &random, picture->rgb);
    status = write_one(folder, i, picture, error);
    progress_update(bar, (uint64_t)(split * SHAPES_COUNT + shape) * s->count + i + 1);
  }
  octavo_memory_free(folder);
  return status;
}

static octavo_status write_images(const settings *s, octavo_error *error) {
  image picture = {.width = s->size, .height = s->size};
  picture.rgb = octavo_memory_alloc((size_t)s->size * s->size, 3);
  if (picture.rgb == NULL)
    return octavo_error_memory(error, (uint64_t)s->size * s->size * 3, "an image");
  progress bar;
  progress_begin(&bar, stderr, "drawing", "images", (uint64_t)SPLITS * SHAPES_COUNT * s->count);
  octavo_status status = platform_folder_create(s->folder, error);
  for (uint32_t split = 0; status == OCTAVO_OK && split < SPLITS; split++) {
    char *folder = NULL;
    status = make_folder(s->folder, splits[split], &folder, error);
    for (uint32_t shape = 0; status == OCTAVO_OK && shape < SHAPES_COUNT; shape++)
      status = write_class(s, folder, split, shape, &picture, &bar, error);
    octavo_memory_free(folder);
  }
  progress_end(&bar);
  octavo_memory_free(picture.rgb);
  return status;
}

int main(int argc, char **argv) {
  settings s = {.count = 50, .size = 32, .seed = 1};
  const int code = options_parse(&program, argc, argv, &s);
  if (code != OPTIONS_RUN)
    return code;
  platform_interrupt_catch();
  octavo_error error = {0};
  if (write_images(&s, &error) != OCTAVO_OK) {
    fprintf(stderr, "%s: %s\n", program.name, error.text);
    return 1;
  }
  printf("%u images of %u classes in %s\n", SPLITS * SHAPES_COUNT * s.count, SHAPES_COUNT,
         s.folder);
  return 0;
}
