/* A labelled set of images, in any of these layouts, told apart by looking:
 *   - CIFAR-10's official binary version: DIR/data_batch_1.bin … _5.bin (training),
 * DIR/test_batch.bin (test), DIR/batches.meta.txt (class names), or DIR/cifar-10-batches-bin/ with
 * the same; or a single FILE.bin of 3073-byte records, then with the batches.meta.txt beside it if
 * there is one;
 *   - one folder per class with JPEG or PNG files: DIR/CLASS/x.png, or with splits
 *     DIR/{train,test}/CLASS/x.png or DIR/images/{train,test}/CLASS/x.png ("val", "valid" and
 *     "validation" serve as test too);
 *   - a flat folder DIR/x.png without classes, for calibration (also as DIR/train/x.png).
 * Where a folder has both, the binary layout is used. A set without splits gives everything for
 * every split. Classes and images are in bytewise order of their names, so the same everywhere.
 *
 * An opened set is read-only: any number of threads may load from it. Images are read when asked
 * for and not kept. */
#ifndef OCTAVO_COMMON_DATASET_H
#define OCTAVO_COMMON_DATASET_H

#include "image.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dataset dataset;

typedef enum dataset_split { DATASET_TRAIN, DATASET_TEST, DATASET_ALL } dataset_split;

/* What dataset_label gives for a set without classes. */
#define DATASET_NO_LABEL UINT32_MAX

/* Lists the images; reads none of a folder. Errors: IO (missing, unreadable), FORMAT (no layout
 * recognized, truncated or foreign binary file, an empty set), MEMORY; the message names the file,
 * what was expected and what was found. */
octavo_status dataset_open(const char *path, dataset_split split, dataset **result,
                           octavo_error *error);

/* NULL is allowed. */
void dataset_close(dataset *set);

uint32_t dataset_count(const dataset *set);

/* 0 for a set without classes. */
uint32_t dataset_class_count(const dataset *set);

/* "" out of range. Owned by the set. */
const char *dataset_class_name(const dataset *set, uint32_t index);

/* The class of image `index` < dataset_count, or DATASET_NO_LABEL. */
uint32_t dataset_label(const dataset *set, uint32_t index);

/* What to call image `index` in messages, written to `buffer` of `size` bytes: a file's path, or
 * "test_batch.bin #17". Returns `buffer`. */
const char *dataset_name(const dataset *set, uint32_t index, char *buffer, size_t size);

/* How many files and folders lie among the images and are none by their names, hidden ones not
 * counted; `name` of `size` bytes gets the path of the first, or "". */
uint32_t dataset_left_out(const dataset *set, char *name, size_t size);

/* How the set was understood, for reports: "CIFAR-10 binary", "folder per class", "flat folder". */
const char *dataset_layout(const dataset *set);

/* Reads image `index` to *result, which the caller frees with image_free. Errors: ARGUMENT, IO,
 * FORMAT, UNSUPPORTED, MEMORY. After a failure the set is as good as before: whether to skip and
 * count is the caller's decision. */
octavo_status dataset_load(const dataset *set, uint32_t index, image *result, octavo_error *error);

/* Fills `indices` with min(count, dataset_count) different images in an order that depends on
 * `seed` and nothing else, and stores that number in *filled. With classes the sample is balanced:
 * the classes take turns until one has no more. count = dataset_count shuffles the set. Errors:
 * MEMORY. */
octavo_status dataset_sample(const dataset *set, uint32_t count, uint64_t seed, uint32_t *indices,
                             uint32_t *filled, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
