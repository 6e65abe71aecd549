/* What the files of the data set module share: the set itself, and the layouts as rows of a table.
 */
#ifndef OCTAVO_COMMON_DATASET_INTERNAL_H
#define OCTAVO_COMMON_DATASET_INTERNAL_H

#include "dataset.h"
#include "platforms/platform.h"

/* A layout: how to recognize, read and look into one kind of data set. */
typedef struct dataset_layout_type {
  const char *name;
  /* Whether the layout takes the path, which exists. A layout that does reports what is wrong with
   * it; no other one is tried. */
  bool (*recognize)(const char *path);
  /* Fills set->content, classes, labels and count. On failure the caller closes the set. */
  octavo_status (*open)(const char *path, dataset_split split, dataset *set, octavo_error *error);
  void (*close)(void *content); /* NULL is allowed */
  octavo_status (*load)(const void *content, uint32_t index, image *result, octavo_error *error);
  void (*describe)(const void *content, uint32_t index, char *buffer, size_t size);
} dataset_layout_type;

extern const dataset_layout_type dataset_cifar_layout;
extern const dataset_layout_type dataset_folder_layout;

struct dataset {
  const dataset_layout_type *layout;
  const char *layout_name; /* may be finer than the layout's own name */
  void *content;           /* what the layout keeps */
  char **classes;          /* class_count names */
  uint32_t class_count;
  uint32_t *labels; /* `count` of them; NULL for a set without classes */
  uint32_t count;
  uint32_t left_out;       /* entries of folders with images that are no images */
  char left_out_name[256]; /* the path of the first, cut to fit */
};

/* Adds a copy of the name, `length` bytes long, to the classes. */
octavo_status dataset_add_class(dataset *set, const char *name, size_t length, octavo_error *error);

#endif
