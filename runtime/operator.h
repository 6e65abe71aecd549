/* What an operator is to the runtime: a row of a table with a few functions. A new operator is one
 * file in operators/ that defines one octavo_operator_type, and one row in operators/table.c. */
#ifndef OCTAVO_RUNTIME_OPERATOR_H
#define OCTAVO_RUNTIME_OPERATOR_H

#include "error.h"
#include "model.h"

#include <pthreadpool.h>
#include <xnnpack.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What create, reshape, setup and run of one operator in one session work on. */
typedef struct octavo_kernel {
  octavo_model *model;
  const octavo_format_operator *op;
  uint32_t index; /* of the operator */
  uint32_t batch;
  pthreadpool_t threads; /* NULL = the calling thread */
  xnn_operator_t xnn;    /* NULL where the kernel is our own */
  void *state;           /* what create allocated, freed by destroy; NULL if nothing */
  const char *name;      /* shown to users: "qs8-qc8w igemm"; set by create */
  size_t workspace_size; /* bytes that run needs, set by reshape; the session gives all operators
                            one buffer */
  void *workspace;       /* set by the session before setup; aligned */
  uint8_t *arena;        /* of the session, for `batch` */
} octavo_kernel;

typedef struct octavo_operator_type {
  uint16_t opcode;
  const char *kind;                /* "convolution" */
  uint16_t min_inputs, max_inputs; /* UINT16_MAX = any number */
  uint16_t optional_inputs;        /* bit i: input i may be left out (-1); i < 16 */
  uint16_t outputs;

  /* Checks what only this operator knows: attributes, types, constants where it needs them, and
   * that the stored output shape is the one that follows. Operand indices, tensors and their sizes
   * have been checked before. */
  octavo_status (*check)(const octavo_model *model, const octavo_format_operator *op,
                         octavo_error *error);

  /* Multiply-accumulates for batch 1. NULL = none. */
  uint64_t (*macs)(const octavo_model *model, const octavo_format_operator *op);

  /* create once; reshape after it and after each change of batch; setup after reshape, with
   * pointers into the arena; run as often as wanted, allocating nothing; destroy last, also after
   * any of these failed. reshape, setup, run and destroy may be NULL where the xnn operator's or
   * nothing is meant. */
  octavo_status (*create)(octavo_kernel *kernel, octavo_error *error);
  octavo_status (*reshape)(octavo_kernel *kernel, octavo_error *error);
  octavo_status (*setup)(octavo_kernel *kernel, octavo_error *error);
  octavo_status (*run)(octavo_kernel *kernel, octavo_error *error); /* NULL: xnn_run_operator */
  void (*destroy)(octavo_kernel *kernel); /* NULL: frees state; the session deletes xnn */
} octavo_operator_type;

/* The row of an opcode; NULL if there is none. */
const octavo_operator_type *octavo_operator_find(uint32_t opcode);

/* The rows, for listing. */
const octavo_operator_type *const *octavo_operator_table(size_t *count);

#ifdef __cplusplus
}
#endif

#endif
