/* oneDNN as the trainer uses it: one engine and stream on the CPU, tensors (a memory descriptor
 * with its memory), and operations (a primitive, made once, with its arguments bound to tensors).
 * One thread calls; oneDNN's own threads compute. */
#ifndef OCTAVO_TRAIN_ONEDNN_H
#define OCTAVO_TRAIN_ONEDNN_H

#include "dnnl_version.h"
#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct onednn {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  uint32_t threads;
} onednn;

/* Starts the engine on `threads` threads (0: as many as CPUs may be used, the fast ones where they
 * differ: the calling thread is bound to them). The same number gives the same results bit by bit.
 * Errors: UNSUPPORTED, MEMORY. */
octavo_status onednn_open(onednn *d, uint32_t threads, octavo_error *error);
void onednn_close(onednn *d); /* all zero is allowed */

/* Whether this CPU computes in bfloat16 faster than in float32. */
bool onednn_has_bfloat16(const onednn *d);

/* Whether it multiplies bfloat16 matrices in tiles (AMX). oneDNN's convolutions do so only with
 * channels last, which is up to three times as fast there and slower elsewhere. */
bool onednn_has_amx(const onednn *d);

/* "2.6.3" */
void onednn_version(char *text, size_t size);

/* OCTAVO_OK for dnnl_success; else the status in words: `what` could not be done. */
octavo_status onednn_check(dnnl_status_t status, const char *what, octavo_error *error);

/* Memory for a tensor or what goes with one, zeroed; octavo_memory_free_aligned. NULL if there is
 * none left. */
void *tensor_memory(size_t bytes);

typedef struct tensor {
  version_desc desc;    /* owned */
  dnnl_memory_t memory; /* owned */
  void *data;           /* zeroed at first; owned unless bound from outside */
  size_t bytes;
  bool borrowed;
} tensor;

/* A tensor of its own memory, described like `desc` (copied). Errors: MEMORY, UNSUPPORTED. */
octavo_status tensor_create(tensor *t, const onednn *d, version_desc desc, octavo_error *error);
/* The same without memory: tensor_bind before use. */
octavo_status tensor_describe(tensor *t, const onednn *d, version_desc desc, octavo_error *error);
/* In plain order (the last dimension runs fastest). */
octavo_status tensor_plain(tensor *t, const onednn *d, int rank, const dnnl_dims_t dims,
                           dnnl_data_type_t type, octavo_error *error);
/* Lets the tensor use `bytes` ≥ t->bytes of someone else's memory. */
octavo_status tensor_bind(tensor *t, void *data, octavo_error *error);
void tensor_free(tensor *t); /* all zero is allowed */

#define OPERATION_ARGUMENTS 10

typedef struct operation {
  dnnl_primitive_t primitive; /* NULL = nothing to do */
  dnnl_exec_arg_t arguments[OPERATION_ARGUMENTS];
  int count;
} operation;

/* Makes the primitive and frees the descriptor, if `made` (what making the descriptor returned) is
 * dnnl_success. `what` is for messages: "the convolution conv1". Errors: UNSUPPORTED, MEMORY. */
octavo_status operation_create(operation *o, dnnl_status_t made, dnnl_primitive_desc_t pd,
                               const char *what, octavo_error *error);
/* Gives argument `index` (DNNL_ARG_...) its tensor, which must outlive the operation. */
void operation_bind(operation *o, int index, const tensor *t);
octavo_status operation_run(const operation *o, const onednn *d, octavo_error *error);
void operation_free(operation *o);

/* An operation that copies `from` to `to`, changing layout and type. */
octavo_status operation_reorder(operation *o, const onednn *d, const tensor *from, const tensor *to,
                                octavo_error *error);
/* Once, without keeping the primitive. */
octavo_status tensor_copy(const onednn *d, const tensor *from, const tensor *to,
                          octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
