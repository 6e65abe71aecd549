/* What model_writer.c collects and model_layout.c lays out. */
#ifndef OCTAVO_CONVERTER_WRITER_WRITER_STATE_H
#define OCTAVO_CONVERTER_WRITER_WRITER_STATE_H

#include "model_writer.h"
#include "string_pool.h"

struct model_writer {
  octavo_status status; /* of the first failure */
  octavo_error error;

  string_pool strings;
  byte_buffer tensors;                 /* octavo_format_tensor[] */
  byte_buffer operators;               /* octavo_format_operator[] */
  byte_buffer operands;                /* int32_t[] */
  byte_buffer inputs, outputs, labels; /* uint32_t[] */
  byte_buffer tests;                   /* the vectors, without octavo_format_tests */
  byte_buffer weights;

  uint16_t minor; /* the lowest version that has all that was added */

  bool has_preprocessing;
  octavo_format_preprocessing preprocessing;
  octavo_format_provenance provenance; /* without the offsets of its strings ... */
  char *provenance_strings[4];         /* ... tool, source, mode, calibrator; NULL = "" */

  uint32_t vector_count, vector_checksums;
  uint32_t vector_samples, sampled_vectors; /* values per operator; vectors that have them */
  size_t vector_inputs, vector_outputs;     /* bytes of one vector */
  uint64_t arena_size;
};

/* Whether calls still count. */
bool writer_alive(const model_writer *writer);

/* Appends to one of the writer's buffers; a failure, in which `what` is named, is kept. */
bool writer_append(model_writer *writer, byte_buffer *buffer, const void *data, size_t size,
                   const char *what);

/* Whether version 1.0 does not have such an operator: its opcode, dynamic quantization, additions
 * that broadcast. Indices may be wrong. */
bool writer_needs_minor_1(const model_writer *writer, octavo_opcode opcode, uint32_t input_count,
                          const int32_t *inputs, uint32_t output_count, const int32_t *outputs);

#endif
