#include "dataset_internal.h"

#include "runtime/error.h"
#include "runtime/memory.h"

#include <inttypes.h>
#include <string.h>

/* A folder that holds images, with its listing. */
typedef struct source {
  char *path;
  platform_folder listing;
  uint32_t label;
} source;

typedef struct picture {
  uint32_t source;
  uint32_t entry; /* of the source's listing */
} picture;

typedef struct content {
  source *sources;
  picture *pictures;
  uint32_t source_count, picture_count, picture_capacity;
} content;

/* ---- Splits ---------------------------------------------------------------------------------- */

/* What the folder of a split may be called; the first that exists counts. */
static const char *const split_names[2][5] = {
    [DATASET_TRAIN] = {"train", NULL},
    [DATASET_TEST] = {"test", "val", "valid", "validation", NULL},
};

static bool is_visible(const platform_entry *entry) {
  return entry->name[0] != '.';
}

/* Whether the listing has a folder of that name. */
static bool has_folder(const platform_folder *listing, const char *name) {
  for (size_t i = 0; i < listing->count; i++)
    if (listing->entries[i].kind == PLATFORM_PATH_FOLDER &&
        strcmp(listing->entries[i].name, name) == 0)
      return true;
  return false;
}

static const char *split_folder(const platform_folder *listing, dataset_split split) {
  for (size_t i = 0; split_names[split][i] != NULL; i++)
    if (has_folder(listing, split_names[split][i]))
      return split_names[split][i];
  return NULL;
}

static bool is_split_name(const char *name) {
  for (size_t s = 0; s < 2; s++)
    for (size_t n = 0; split_names[s][n] != NULL; n++)
      if (strcmp(name, split_names[s][n]) == 0)
        return true;
  return false;
}

/* Whether there is a folder in the listing, those that may be splits left out if asked for. */
static bool has_folders(const platform_folder *listing, bool count_splits) {
  for (size_t i = 0; i < listing->count; i++) {
    const platform_entry *entry = &listing->entries[i];
    if (entry->kind == PLATFORM_PATH_FOLDER && is_visible(entry) &&
        (count_splits || !is_split_name(entry->name)))
      return true;
  }
  return false;
}

/* A class may be called "train" too. It is one if it has no folders in it and stands beside folders
 * that are no splits. */
static octavo_status looks_like_split(const char *root, const platform_folder *listing,
                                      const char *name, bool *result, octavo_error *error) {
  *result = true;
  if (!has_folders(listing, false))
    return OCTAVO_OK;
  char *path = platform_path_join(root, name);
  if (path == NULL)
    return octavo_error_memory(error, strlen(root), "a file name");
  platform_folder inner;
  const octavo_status status = platform_folder_list(path, &inner, error);
  *result = has_folders(&inner, true);
  platform_folder_free(&inner);
  octavo_memory_free(path);
  return status;
}

/* ---- Listing --------------------------------------------------------------------------------- */

static octavo_status add_picture(content *c, uint32_t source_index, size_t entry,
                                 octavo_error *error) {
  if (c->picture_count == c->picture_capacity) {
    const uint32_t larger = c->picture_capacity == 0 ? 256 : c->picture_capacity * 2;
    picture *pictures = NULL;
    if (larger > c->picture_capacity)
      pictures = octavo_memory_resize(c->pictures, larger, sizeof *pictures);
    if (pictures == NULL)
      return octavo_error_memory(error, (uint64_t)larger * sizeof *pictures, "a list of images");
    c->pictures = pictures;
    c->picture_capacity = larger;
  }
  c->pictures[c->picture_count++] = (picture){.source = source_index, .entry = (uint32_t)entry};
  return OCTAVO_OK;
}

static void leave_out(dataset *set, const char *folder, const char *name) {
  const size_t length = strlen(folder);
  const bool slash = length > 0 && folder[length - 1] == '/';
  if (set->left_out++ == 0)
    snprintf(set->left_out_name, sizeof set->left_out_name, "%s%s%s", folder, slash ? "" : "/",
             name);
}

/* Adds the images of one folder. Takes over `path`. */
static octavo_status add_source(dataset *set, char *path, uint32_t label, octavo_error *error) {
  content *c = set->content;
  source *sources = NULL;
  if (path != NULL)
    sources = octavo_memory_resize(c->sources, (size_t)c->source_count + 1, sizeof *sources);
  if (sources == NULL) {
    octavo_memory_free(path);
    return octavo_error_memory(error, sizeof *sources, "a list of folders");
  }
  c->sources = sources;
  const uint32_t index = c->source_count++;
  source *s = &c->sources[index];
  *s = (source){.path = path, .label = label};
  octavo_status status = platform_folder_list(path, &s->listing, error);
  for (size_t i = 0; status == OCTAVO_OK && i < s->listing.count; i++) {
    const platform_entry *entry = &s->listing.entries[i];
    if (!is_visible(entry))
      continue;
    if (entry->kind == PLATFORM_PATH_FILE && image_has_extension(entry->name))
      status = add_picture(c, index, i, error);
    else
      leave_out(set, path, entry->name);
  }
  return status;
}

static uint32_t find_class(const dataset *set, const char *name) {
  for (uint32_t i = 0; i < set->class_count; i++)
    if (strcmp(set->classes[i], name) == 0)
      return i;
  return DATASET_NO_LABEL;
}

/* Adds each subfolder as a class. With several roots all must have the same classes. */
static octavo_status add_classes(dataset *set, const char *root, const platform_folder *listing,
                                 bool first_root, octavo_error *error) {
  for (size_t i = 0; i < listing->count; i++) {
    const platform_entry *entry = &listing->entries[i];
    if (!is_visible(entry))
      continue;
    if (entry->kind == PLATFORM_PATH_FILE && image_has_extension(entry->name))
      return octavo_error_set(
          error, OCTAVO_ERROR_FORMAT,
          "%s: has folders, one per class, and also loose images (%s): expected "
          "only one of both",
          root, entry->name);
    if (entry->kind != PLATFORM_PATH_FOLDER)
      continue;
    octavo_status status = OCTAVO_OK;
    if (first_root)
      status = dataset_add_class(set, entry->name, strlen(entry->name), error);
    const uint32_t label = find_class(set, entry->name);
    if (status == OCTAVO_OK && label == DATASET_NO_LABEL)
      status = octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                                "%s: has a class '%s' that the other splits do not have", root,
                                entry->name);
    if (status == OCTAVO_OK)
      status = add_source(set, platform_path_join(root, entry->name), label, error);
    if (status != OCTAVO_OK)
      return status;
  }
  return OCTAVO_OK;
}

/* Adds one folder of classes, or one flat folder. */
static octavo_status add_root(dataset *set, const char *root, bool first_root,
                              octavo_error *error) {
  platform_folder listing;
  octavo_status status = platform_folder_list(root, &listing, error);
  if (status != OCTAVO_OK)
    return status;
  const bool folders = has_folders(&listing, true);
  const bool fits = first_root || folders == (set->class_count > 0);
  if (!fits)
    status = octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "%s: one split has a folder per class and the other is flat", root);
  else if (folders)
    status = add_classes(set, root, &listing, first_root, error);
  else
    status = add_source(set, platform_path_join(root, ""), DATASET_NO_LABEL, error);
  platform_folder_free(&listing);
  return status;
}

/* ---- Opening --------------------------------------------------------------------------------- */

static octavo_status add_split(dataset *set, const char *root, const platform_folder *listing,
                               dataset_split split, bool first_root, octavo_error *error) {
  const char *name = split_folder(listing, split);
  if (name == NULL)
    return octavo_error_set(
        error, OCTAVO_ERROR_FORMAT,
        "%s: has the folder '%s' and lacks '%s' for the images asked for; to use one folder for "
        "both, give that folder itself",
        root, split_folder(listing, split == DATASET_TRAIN ? DATASET_TEST : DATASET_TRAIN),
        split_names[split][0]);
  char *path = platform_path_join(root, name);
  if (path == NULL)
    return octavo_error_memory(error, strlen(root), "a file name");
  const octavo_status status = add_root(set, path, first_root, error);
  octavo_memory_free(path);
  return status;
}

/* Opens the splits below `root`, if there are any: else *found is false. */
static octavo_status open_splits(dataset *set, const char *root, const platform_folder *listing,
                                 dataset_split split, bool *found, octavo_error *error) {
  const char *train = split_folder(listing, DATASET_TRAIN);
  const char *test = split_folder(listing, DATASET_TEST);
  const char *any = train != NULL ? train : test;
  *found = false;
  octavo_status status = OCTAVO_OK;
  if (any != NULL)
    status = looks_like_split(root, listing, any, found, error);
  if (status != OCTAVO_OK || !*found)
    return status;
  if (split != DATASET_ALL)
    return add_split(set, root, listing, split, true, error);
  if (train != NULL)
    status = add_split(set, root, listing, DATASET_TRAIN, true, error);
  if (status == OCTAVO_OK && test != NULL)
    status = add_split(set, root, listing, DATASET_TEST, train == NULL, error);
  return status;
}

/* DIR/images/{train,test}: the same one level down. */
static octavo_status open_images_folder(dataset *set, const char *root, dataset_split split,
                                        bool *found, octavo_error *error) {
  platform_folder listing = {0};
  char *path = platform_path_join(root, "images");
  octavo_status status = path == NULL ? octavo_error_memory(error, strlen(root), "a file name")
                                      : platform_folder_list(path, &listing, error);
  if (status == OCTAVO_OK)
    status = open_splits(set, path, &listing, split, found, error);
  platform_folder_free(&listing);
  octavo_memory_free(path);
  return status;
}

static octavo_status add_images(const char *path, dataset_split split, dataset *set,
                                octavo_error *error) {
  platform_folder listing;
  bool found = false;
  octavo_status status = platform_folder_list(path, &listing, error);
  if (status != OCTAVO_OK)
    return status;
  status = open_splits(set, path, &listing, split, &found, error);
  if (status == OCTAVO_OK && !found && has_folder(&listing, "images"))
    status = open_images_folder(set, path, split, &found, error);
  platform_folder_free(&listing);
  if (status == OCTAVO_OK && !found)
    status = add_root(set, path, true, error);
  return status;
}

static octavo_status fill_labels(dataset *set, octavo_error *error) {
  const content *c = set->content;
  set->count = c->picture_count;
  if (set->class_count == 0)
    return OCTAVO_OK;
  set->labels = octavo_memory_alloc(set->count, sizeof *set->labels);
  if (set->labels == NULL)
    return octavo_error_memory(error, set->count * sizeof *set->labels, "labels");
  for (uint32_t i = 0; i < set->count; i++)
    set->labels[i] = c->sources[c->pictures[i].source].label;
  return OCTAVO_OK;
}

static octavo_status open_set(const char *path, dataset_split split, dataset *set,
                              octavo_error *error) {
  set->content = octavo_memory_alloc(1, sizeof(content));
  if (set->content == NULL)
    return octavo_error_memory(error, sizeof(content), "a data set");
  octavo_status status = add_images(path, split, set, error);
  if (status == OCTAVO_OK && ((const content *)set->content)->picture_count == 0)
    status = octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "%s: expected images (.jpg, .jpeg or .png), in a folder per class or "
                              "flat, or CIFAR-10's .bin files; found none",
                              path);
  if (status == OCTAVO_OK)
    status = fill_labels(set, error);
  if (set->class_count == 0)
    set->layout_name = "flat folder";
  return status;
}

static bool recognize(const char *path) {
  return platform_path(path) == PLATFORM_PATH_FOLDER;
}

static void close_set(void *opaque) {
  content *c = opaque;
  if (c == NULL)
    return;
  for (uint32_t i = 0; i < c->source_count; i++) {
    platform_folder_free(&c->sources[i].listing);
    octavo_memory_free(c->sources[i].path);
  }
  octavo_memory_free(c->sources);
  octavo_memory_free(c->pictures);
  octavo_memory_free(c);
}

static octavo_status load(const void *opaque, uint32_t index, image *result, octavo_error *error) {
  const content *c = opaque;
  const source *s = &c->sources[c->pictures[index].source];
  char *path = platform_path_join(s->path, s->listing.entries[c->pictures[index].entry].name);
  if (path == NULL)
    return octavo_error_memory(error, strlen(s->path), "a file name");
  const octavo_status status = image_load(path, result, error);
  octavo_memory_free(path);
  return status;
}

static void describe(const void *opaque, uint32_t index, char *buffer, size_t size) {
  const content *c = opaque;
  const source *s = &c->sources[c->pictures[index].source];
  const char *name = s->listing.entries[c->pictures[index].entry].name;
  const size_t length = strlen(s->path);
  const bool slash = length > 0 && s->path[length - 1] == '/';
  snprintf(buffer, size, "%s%s%s", s->path, slash ? "" : "/", name);
}

const dataset_layout_type dataset_folder_layout = {
    .name = "folder per class",
    .recognize = recognize,
    .open = open_set,
    .close = close_set,
    .load = load,
    .describe = describe,
};
