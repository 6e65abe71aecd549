/* Octavo: run a compact int8 (or float32) image classifier on a CPU.
 *
 * This is the whole public interface of liboctavo, and the only header that a device needs.
 *
 *   octavo_model   an opened `.octavo` file: checked tables, weights, labels, preprocessing
 *   octavo_session what one thread needs to run that model: activations, operators, worker threads
 *
 * The usual order: octavo_model_open, octavo_session_create, octavo_session_set_image (or fill
 * octavo_session_input), octavo_session_run, octavo_session_top, then free in reverse.
 *
 * Threads: one model may serve any number of sessions on any threads at once; its packed weights
 * are shared among them. A session belongs to one thread at a time; the functions that take one say
 * nothing more about it. The library keeps no other state, prints nothing and never ends the
 * process.
 *
 * Errors: functions that can fail return an octavo_status, OCTAVO_OK being zero, and where
 * something can be said about it also fill the caller's octavo_error (which may be NULL). On
 * failure output parameters that return a handle are set to NULL.
 *
 * Layout: activations are dense, NHWC for images, with the batch as the outermost dimension.
 */
#ifndef OCTAVO_H
#define OCTAVO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define OCTAVO_API __attribute__((visibility("default")))
#else
#define OCTAVO_API
#endif

/* The version of this header; octavo_version() tells that of the library that was linked. */
#define OCTAVO_VERSION "0.1.0"

/* The largest rank of a tensor, the batch dimension included. */
#define OCTAVO_MAX_RANK 6

/* ---- Status ------------------------------------------------------------------------------------
 */

typedef enum octavo_status {
  OCTAVO_OK = 0,
  OCTAVO_ERROR_ARGUMENT, /* the caller asked for what the function's description rules out */
  OCTAVO_ERROR_IO,       /* a file could not be opened, read, written or renamed */
  OCTAVO_ERROR_FORMAT, /* the bytes are not what they should be: not a model, damaged, malformed */
  OCTAVO_ERROR_UNSUPPORTED, /* well formed, but newer than or unknown to this library or this CPU */
  OCTAVO_ERROR_MEMORY,      /* an allocation failed; nothing is leaked, nothing half-made remains */
  OCTAVO_ERROR_MISMATCH     /* octavo_model_verify: results differ from the stored ones */
} octavo_status;

/* What went wrong, in words: where, what was expected, what was found. Always NUL-terminated. */
typedef struct octavo_error {
  char text[512];
} octavo_error;

/* A constant, short English name of a status, such as "invalid model file". Never NULL. */
OCTAVO_API const char *octavo_status_name(octavo_status status);

/* The version of the library, such as "0.1.0". A constant string. */
OCTAVO_API const char *octavo_version(void);

/* ---- Model -------------------------------------------------------------------------------------
 */

typedef struct octavo_model octavo_model;

/* Opens the `.octavo` file at `path` (mapped read-only where the system can) and checks all of it:
 * see runtime/FORMAT.md for what is refused. On success *model owns the file; the file may be
 * replaced or removed afterwards by renaming, but must not be overwritten in place. Errors: IO,
 * FORMAT, UNSUPPORTED, MEMORY. Any thread. */
OCTAVO_API octavo_status octavo_model_open(const char *path, octavo_model **model,
                                           octavo_error *error);

/* The same from `size` bytes at `data`, which the model borrows: they must stay, unchanged, until
 * octavo_model_close. No alignment is required, but 64 bytes avoid a copy of the weights. */
OCTAVO_API octavo_status octavo_model_open_memory(const void *data, size_t size,
                                                  octavo_model **model, octavo_error *error);

/* Frees a model. All its sessions must have been freed before. NULL is allowed. */
OCTAVO_API void octavo_model_close(octavo_model *model);

typedef enum octavo_type { OCTAVO_INT8 = 1, OCTAVO_FLOAT32 = 2, OCTAVO_INT32 = 3 } octavo_type;

/* Describes a tensor. real value = scale · (stored − zero_point) for int8; scale is 1 and
 * zero_point 0 for float32. */
typedef struct octavo_tensor_info {
  const char *name; /* owned by the model */
  octavo_type type;
  uint32_t rank;
  uint32_t shape[OCTAVO_MAX_RANK]; /* for batch 1: shape[0] is 1 */
  size_t bytes;                    /* for batch 1; batch N takes N times that */
  float scale;
  int32_t zero_point;
} octavo_tensor_info;

/* Inputs and outputs, in the order of the source model. `index` out of range is
 * OCTAVO_ERROR_ARGUMENT. */
OCTAVO_API uint32_t octavo_model_input_count(const octavo_model *model);
OCTAVO_API uint32_t octavo_model_output_count(const octavo_model *model);
OCTAVO_API octavo_status octavo_model_input(const octavo_model *model, uint32_t index,
                                            octavo_tensor_info *info);
OCTAVO_API octavo_status octavo_model_output(const octavo_model *model, uint32_t index,
                                             octavo_tensor_info *info);

/* One operator of the graph, in execution order. */
typedef struct octavo_operator_info {
  const char *name;          /* the layer's name in the source model; owned by the model */
  const char *kind;          /* "convolution", "add", ...; a constant string */
  octavo_tensor_info output; /* its first output */
  uint64_t macs;             /* multiply-accumulates for batch 1 */
  size_t weight_bytes;       /* constants it reads, in the file */
  uint64_t arena_offset;     /* of its first output, for batch 1 */
} octavo_operator_info;

OCTAVO_API uint32_t octavo_model_operator_count(const octavo_model *model);
OCTAVO_API octavo_status octavo_model_operator(const octavo_model *model, uint32_t index,
                                               octavo_operator_info *info);

/* Where a model comes from and what was measured of it when it was made. Strings are owned by the
 * model and never NULL; an accuracy that was not measured is NaN. */
typedef struct octavo_model_info {
  const char *tool;               /* program and version that wrote the file */
  const char *source;             /* file name of the source network */
  uint8_t source_sha256[32];      /* of the source file */
  const char *mode;               /* "float", "static", "static-eager" or "dynamic" */
  const char *calibrator;         /* method and its settings; "" if none */
  uint8_t calibration_sha256[32]; /* of the calibration images in the order they were used */
  uint32_t calibration_images;
  uint64_t seed;
  float accuracy_source;    /* percent, the float network */
  float accuracy_model;     /* percent, this model */
  uint32_t accuracy_images; /* images both were measured on; 0 if not measured */
  size_t file_size;
  size_t weight_bytes;
  size_t arena_bytes; /* activations for batch 1 */
  uint32_t test_vectors;
} octavo_model_info;

OCTAVO_API octavo_status octavo_model_describe(const octavo_model *model, octavo_model_info *info);

/* Class labels: `count` is 0 for a model without. octavo_model_label returns NULL out of range. */
OCTAVO_API uint32_t octavo_model_label_count(const octavo_model *model);
OCTAVO_API const char *octavo_model_label(const octavo_model *model, uint32_t index);

/* How a photo becomes the network's input: resize, crop, then per channel
 *   value = (pixel · scale − mean[c]) / std[c],  pixel 0..255. */
typedef enum octavo_resize {
  OCTAVO_RESIZE_STRETCH = 0,    /* both sides to resize_width × resize_height */
  OCTAVO_RESIZE_SHORT_SIDE = 1, /* the shorter side to resize_height, aspect ratio kept */
} octavo_resize;

typedef struct octavo_preprocessing {
  uint32_t width, height; /* of the network's input, after the centre crop */
  uint32_t resize_width, resize_height;
  octavo_resize resize;
  bool bgr;          /* the network's channel order; the caller's images are always RGB */
  uint32_t channels; /* 3, or 1: luma = 0.299 R + 0.587 G + 0.114 B */
  float scale;
  float mean[3], std[3]; /* in the network's channel order */
} octavo_preprocessing;

/* OCTAVO_ERROR_ARGUMENT if the model was made without (its input is no image). */
OCTAVO_API octavo_status octavo_model_preprocessing(const octavo_model *model,
                                                    octavo_preprocessing *preprocessing);

/* ---- Session -----------------------------------------------------------------------------------
 */

typedef struct octavo_session octavo_session;

/* Fill with octavo_session_options_init, then change what you want to. */
typedef struct octavo_session_options {
  size_t size;      /* sizeof this struct: how the library knows which fields the caller has */
  uint32_t threads; /* 1 = the calling thread only; 0 = as many as this process may use CPUs */
  uint32_t batch;   /* images per run, at least 1 */
  bool profile;     /* measure each operator */
} octavo_session_options;

/* threads 1, batch 1, no profile. */
OCTAVO_API void octavo_session_options_init(octavo_session_options *options);

/* Makes a session; `options` NULL means the defaults. The first session of a model packs the
 * weights, later ones share them. Errors: ARGUMENT, UNSUPPORTED, MEMORY. Any thread. */
OCTAVO_API octavo_status octavo_session_create(octavo_model *model,
                                               const octavo_session_options *options,
                                               octavo_session **session, octavo_error *error);

/* Frees a session. NULL is allowed. */
OCTAVO_API void octavo_session_free(octavo_session *session);

/* Changes the number of images per run. Allocates; pointers to inputs and outputs become invalid.
 * On failure the session keeps its old batch. Errors: ARGUMENT, MEMORY. */
OCTAVO_API octavo_status octavo_session_set_batch(octavo_session *session, uint32_t batch,
                                                  octavo_error *error);
OCTAVO_API uint32_t octavo_session_batch(const octavo_session *session);
OCTAVO_API uint32_t octavo_session_threads(const octavo_session *session);

/* The memory of an input (to fill before a run) or an output (to read after it), of batch ·
 * info.bytes bytes in the tensor's own type. Owned by the session, 64-byte aligned. Inputs keep
 * their content over a run; outputs are valid until the next run. NULL if `index` is out of range.
 */
OCTAVO_API void *octavo_session_input(octavo_session *session, uint32_t index);
OCTAVO_API const void *octavo_session_output(const octavo_session *session, uint32_t index);

/* The same as float32, quantized or dequantized where the tensor is int8. `count` is the number of
 * elements of `values`, batch included, and must be right. Errors: ARGUMENT. Allocates nothing. */
OCTAVO_API octavo_status octavo_session_set_input_f32(octavo_session *session, uint32_t index,
                                                      const float *values, size_t count,
                                                      octavo_error *error);
OCTAVO_API octavo_status octavo_session_get_output_f32(const octavo_session *session,
                                                       uint32_t index, float *values, size_t count,
                                                       octavo_error *error);

/* Writes an RGB image (8 bits per channel, interleaved, rows `stride` bytes apart) as image
 * `position` of the batch into input 0, through the model's own preprocessing: resize, crop, and
 * one table look-up per value. Errors: ARGUMENT; MEMORY only if the image must be resized. */
OCTAVO_API octavo_status octavo_session_set_image(octavo_session *session, uint32_t position,
                                                  const uint8_t *rgb, uint32_t width,
                                                  uint32_t height, size_t stride,
                                                  octavo_error *error);

/* Runs the model once on the whole batch. Allocates nothing. Errors: UNSUPPORTED only, from a CPU
 * that changed under a running session; none is expected. */
OCTAVO_API octavo_status octavo_session_run(octavo_session *session, octavo_error *error);

typedef struct octavo_class {
  uint32_t index;
  const char *label; /* owned by the model; "" if it has no labels */
  float probability; /* 0..1: softmax of output 0 unless the model ends in one */
} octavo_class;

/* The `count` most probable classes of image `position`, most probable first; equal ones by index.
 * Fills min(count, classes of the model) entries and stores that number in *filled. Allocates
 * nothing. */
OCTAVO_API octavo_status octavo_session_top(const octavo_session *session, uint32_t position,
                                            octavo_class *classes, uint32_t count, uint32_t *filled,
                                            octavo_error *error);

/* ---- Looking inside ----------------------------------------------------------------------------
 */

/* One operator's share of the time, summed over the runs since the session was made or
 * octavo_session_profile_reset was called. */
typedef struct octavo_profile_entry {
  const char *name;   /* the layer */
  const char *kind;   /* the operator */
  const char *kernel; /* how it is computed, such as "qs8-qc8w igemm" or "f32 dwconv" */
  uint64_t runs;
  uint64_t nanoseconds;
  uint64_t macs; /* of one run at the session's batch */
} octavo_profile_entry;

/* ARGUMENT if `index` is not below octavo_model_operator_count. The times are zero unless the
 * session was made with `profile`. */
OCTAVO_API octavo_status octavo_session_profile(const octavo_session *session, uint32_t index,
                                                octavo_profile_entry *entry);
OCTAVO_API void octavo_session_profile_reset(octavo_session *session);

/* Called during octavo_session_run after each operator with its index, and each output in turn:
 * `info` describes it for batch 1, `data` holds the whole batch and is valid during the call only.
 * `which` counts the operator's outputs. */
typedef void (*octavo_observer)(void *context, uint32_t operator_index, uint32_t which,
                                const octavo_tensor_info *info, const void *data);

/* Sets or (NULL) removes the observer. */
OCTAVO_API void octavo_session_observe(octavo_session *session, octavo_observer observer,
                                       void *context);

/* Runs the test vectors stored in the file on this machine and compares: what follows
 * from integers to the last bit, float32 results within 1e-4 + 1e-3 · |stored|, and results of
 * networks that go from float32 back to int8 within 5 % of their range. OCTAVO_ERROR_MISMATCH names
 * the first layer that differs. OCTAVO_ERROR_ARGUMENT if the file holds no test vectors. */
OCTAVO_API octavo_status octavo_model_verify(octavo_model *model, uint32_t threads,
                                             octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
