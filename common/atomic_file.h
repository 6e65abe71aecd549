/* Output files that appear whole or not at all: written under a temporary name in the same folder,
 * synced, renamed, and the folder synced. Whatever fails, and after `kill -9` at any moment, the
 * old file or the new one is there. */
#ifndef OCTAVO_COMMON_ATOMIC_FILE_H
#define OCTAVO_COMMON_ATOMIC_FILE_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct atomic_file atomic_file;

/* Begins to write the file that shall be called `path`. Errors: IO, MEMORY. */
octavo_status atomic_file_create(const char *path, atomic_file **file, octavo_error *error);

/* Appends. After a failure the file can only be aborted, and atomic_file_commit fails too. */
octavo_status atomic_file_write(atomic_file *file, const void *data, size_t size,
                                octavo_error *error);
octavo_status atomic_file_print(atomic_file *file, octavo_error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Makes it the file called `path`, and frees `file` whether that works or not; after a failure the
 * old file is still there (but if only the last step failed, syncing the folder, the new one). */
octavo_status atomic_file_commit(atomic_file *file, octavo_error *error);

/* Removes what was written and frees `file`. NULL is allowed. */
void atomic_file_abort(atomic_file *file);

/* Creates, writes and commits in one call. */
octavo_status atomic_file_save(const char *path, const void *data, size_t size,
                               octavo_error *error);

/* Removes from the folder what processes left that were killed while they wrote a file: temporary
 * ones whose process lives no more. Errors: IO (the folder cannot be read), MEMORY. */
octavo_status atomic_file_sweep(const char *folder, octavo_error *error);

/* For tests: the n-th step from now (counted from 0; create, each write, sync, rename, folder sync
 * are steps) fails as if the disk did. SIZE_MAX: none. */
void atomic_file_fail_at(size_t n);

#ifdef __cplusplus
}
#endif

#endif
