/* Everything Octavo asks of the operating system and the processor. Callers never need an `#if`:
 * where a system cannot tell something, the function says so by its result, as described at each.
 *
 * All functions may be called from any thread unless it says otherwise. */
#ifndef OCTAVO_PLATFORMS_PLATFORM_H
#define OCTAVO_PLATFORMS_PLATFORM_H

#include "octavo.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Time (clock.c) ------------------------------------------------------------------------- */

/* A clock that only goes forward, in nanoseconds since some fixed moment. */
uint64_t platform_nanoseconds(void);

/* Nanoseconds that the process has computed since its start, all threads together. Asked at the
 * beginning of main: what it took to load the program. */
uint64_t platform_process_nanoseconds(void);

/* Waits at least that long; returns early when the process was interrupted. */
void platform_sleep(uint64_t nanoseconds);

/* ---- Whole files, read-only (file_map.c) ---------------------------------------------------- */

typedef struct platform_file {
  const uint8_t *data; /* `size` bytes, never written to; not NULL even when size is 0 */
  size_t size;
  bool mapped; /* else read into memory */
} platform_file;

/* Maps the regular file at `path`, or reads it where it cannot be mapped. `expected` names what the
 * caller wants, with article, for messages such as "x: is a folder, expected a model file".
 * Folders, FIFOs, sockets and devices are refused without waiting on them. On failure *file is all
 * zero. Errors: IO, MEMORY. */
octavo_status platform_file_open(const char *path, const char *expected, platform_file *file,
                                 octavo_error *error);

/* The same for the file `relative`, parts separated by '/', inside `folder` ("" = the current one):
 * "..", absolute paths and symbolic links at any part of `relative` are refused. */
octavo_status platform_file_open_inside(const char *folder, const char *relative,
                                        const char *expected, platform_file *file,
                                        octavo_error *error);

/* Tells the system that the pages wholly inside [offset, offset + size) are not needed soon: they
 * leave resident memory and are read again from the file if touched. A hint; does nothing for a
 * file that is not mapped. */
void platform_file_drop(const platform_file *file, size_t offset, size_t size);

/* Ends the map or frees the memory. An all-zero *file and NULL are allowed. */
void platform_file_close(platform_file *file);

/* ---- Paths (path.c, folder.c) --------------------------------------------------------------- */

typedef enum platform_path_kind {
  PLATFORM_PATH_MISSING, /* also: not allowed to look */
  PLATFORM_PATH_FILE,
  PLATFORM_PATH_FOLDER,
  PLATFORM_PATH_OTHER, /* FIFO, socket, device */
} platform_path_kind;

/* Follows symbolic links. */
platform_path_kind platform_path(const char *path);

/* Where in `path` its last component begins: "a/b.c" gives "b.c". */
const char *platform_path_name(const char *path);

/* The length of the folder part of `path`, separator included: "a/b.c" gives 2, "b.c" gives 0. */
size_t platform_path_folder_length(const char *path);

/* "folder/name" in one new string (octavo_memory_free). NULL if memory is short. A folder "" gives
 * the name alone. */
char *platform_path_join(const char *folder, const char *name);

/* The path with all symbolic links followed, in a new string (octavo_memory_free); a copy of `path`
 * where that cannot be told, as for a file that does not exist yet. NULL if memory is short. */
char *platform_path_resolve(const char *path);

typedef struct platform_entry {
  const char *name; /* owned by the folder */
  platform_path_kind kind;
} platform_entry;

typedef struct platform_folder {
  platform_entry *entries; /* sorted by name, bytewise, so the same on every machine */
  size_t count;
} platform_folder;

/* Lists a folder, without "." and "..", names that begin with a dot included. On failure *folder is
 * all zero. Errors: IO, MEMORY. */
octavo_status platform_folder_list(const char *path, platform_folder *folder, octavo_error *error);

/* An all-zero *folder and NULL are allowed. */
void platform_folder_free(platform_folder *folder);

/* Makes a folder; one that exists already is fine. Errors: IO. */
octavo_status platform_folder_create(const char *path, octavo_error *error);

/* ---- Durable files (durable.c) -------------------------------------------------------------- */

/* Creates `path` for writing; fails if it exists already. NULL with *error filled on failure, in
 * which `name` stands for the file. */
FILE *platform_file_create(const char *path, const char *name, octavo_error *error);

/* Flushes the stream and waits until its bytes are on the disk. `path` is for the message. */
octavo_status platform_file_sync(FILE *file, const char *path, octavo_error *error);

/* The same for the names in the folder that holds `path`. Folders that a file system cannot sync
 * count as synced. */
octavo_status platform_folder_sync(const char *path, octavo_error *error);

/* Replaces `to` by `from` in one step. */
octavo_status platform_rename(const char *from, const char *to, octavo_error *error);

/* Removes a file; returns whether it is gone. */
bool platform_remove(const char *path);

/* The number of this process, to make names that no other process uses. */
uint32_t platform_process_id(void);

/* Whether a process of that number lives on this machine. */
bool platform_process_exists(uint32_t id);

/* ---- Ctrl-C (interrupt.c) ------------------------------------------------------------------- */

/* From now on SIGINT, SIGTERM and SIGHUP set a flag instead of ending the process. A second one
 * ends it at once, after removing the registered files. */
void platform_interrupt_catch(void);

/* Whether one came. Programs poll this between pieces of work and then clean up and end with 1. */
bool platform_interrupted(void);

/* Registers a temporary file that the second signal removes. Returns a slot to give back, or −1 if
 * all are taken (harmless: then it only stays behind). `path` must live until it is given back. */
int platform_interrupt_register(const char *path);
void platform_interrupt_unregister(int slot);

/* ---- Processors (cpu_count.c, cpu_clusters.c, cpu_pin.c, cpu_describe.c, cpu_features.c) ----- */

/* How many CPUs this process may use: the smallest of those online, its affinity mask, and its
 * cgroup's quota (v1 and v2, rounded up). At least 1. */
uint32_t platform_cpu_count(void);

/* Binds the calling thread to the `index`-th CPU it may use (modulo their number). Returns false
 * where the system cannot. */
bool platform_cpu_pin(uint32_t index);

/* The CPU quota of the cgroup, 1.5 being one and a half; 0 = none. */
double platform_cpu_quota(void);

#define PLATFORM_CPUS_MAX     1024u
#define PLATFORM_CLUSTERS_MAX 8u

/* CPUs of one kind. */
typedef struct platform_cluster {
  uint64_t cpus[PLATFORM_CPUS_MAX / 64]; /* bit n % 64 of word n / 64 is CPU n */
  uint32_t count;
  uint32_t capacity;              /* 1024 is the fastest of the machine; 0 = not known */
  double lowest_mhz, highest_mhz; /* that the hardware can; 0 = not known */
  double limit_mhz;               /* set by the user, or against heat; 0 = not known */
  double frequency_mhz;           /* of the first, now; 0 = not known */
  char governor[32];              /* "" = not known */
  bool fast; /* the kind to compute on: of the fastest, or near it; all where they are alike */
} platform_cluster;

/* The online CPUs by kind, in the order of the first of each. Returns how many kinds; 0 where the
 * system does not tell. */
uint32_t platform_cpu_clusters(platform_cluster clusters[PLATFORM_CLUSTERS_MAX]);

/* Binds the calling thread, and the threads it makes from then on, to the fast CPUs among those it
 * may use, where CPUs differ and `threads` (0 = as many as there are) fit on them. Returns how many
 * CPUs it is bound to; 0 if everything stays as it was. For programs: a library must not. */
uint32_t platform_cpu_prefer_fast(uint32_t threads);

typedef struct platform_cpu {
  char name[128];     /* such as "AMD EPYC 9R14"; "unknown" if the system does not tell */
  char isa[16];       /* "x86-64", "arm64", "arm" ... of this program */
  char features[128]; /* those that matter for kernels, as this process sees them: "avx2 vnni" */
  uint32_t cpus;      /* online */
  size_t l1d, l2, l3; /* bytes of the first CPU's caches; 0 = not known */
} platform_cpu;

void platform_cpu_describe(platform_cpu *cpu);

/* What decides whether a measurement means anything, read now. */
typedef struct platform_conditions {
  double frequency_mhz;  /* of the CPU that the caller runs on; 0 = not known */
  char governor[32];     /* such as "performance"; "" = not known */
  double load_average;   /* over one minute; negative = not known */
  uint32_t throttled;    /* Raspberry Pi's bits: 1 under-voltage, 2 frequency capped, 4 throttled,
                            8 soft temperature limit, the same << 16 for "has happened" */
  bool throttled_known;  /* whether `throttled` could be read */
  double temperature_c;  /* of the first thermal zone; NaN = not known */
  uint64_t quota_events; /* times the cgroup ran out of its CPU quota; 0 if none or not known */
} platform_conditions;

void platform_conditions_read(platform_conditions *conditions);

/* ---- Memory (memory_use.c) ------------------------------------------------------------------ */

/* Bytes of physical memory that the process holds now, and the most it ever held. 0 = not known. */
size_t platform_memory_resident(void);
size_t platform_memory_peak(void);

/* Tells the system that the range will be gone through again and again, so that large pages are
 * worth their cost. To be called before it is first touched; a hint, without effect on its
 * content. */
void platform_memory_prefer_large_pages(void *data, size_t size);

/* Makes platform_memory_peak count anew from now. Returns false where the system cannot. */
bool platform_memory_peak_reset(void);

/* ---- Terminal (terminal.c) ------------------------------------------------------------------ */

/* Whether a person may be looking: a terminal that understands cursor movement. */
bool platform_terminal(FILE *stream);

/* Columns; 80 if it cannot be told. */
uint32_t platform_terminal_width(FILE *stream);

#ifdef __cplusplus
}
#endif

#endif
