/* Builds an `.octavo` file in memory: what runtime/FORMAT.md says about layout, alignment and
 * checksums is done here, and the same calls give the same bytes. The meaning is the caller's: the
 * judge of a finished file is the loader.
 *
 *   model_writer *w = model_writer_create();
 *   int32_t x = model_writer_add_activation(w, "x", OCTAVO_FLOAT32, 2, (uint32_t[]){1, 8}, 0, 0,
 *                                           MODEL_WRITER_NEXT);
 *   int32_t y = model_writer_add_activation(w, "y", ...);
 *   model_writer_add_operator(w, "relu", OCTAVO_OP_CLIP, &attributes, 1, &x, 1, &y);
 *   model_writer_set_inputs(w, 1, &x);
 *   model_writer_set_outputs(w, 1, &y);
 *   octavo_status status = model_writer_finish(w, &data, &size, &error);
 *   model_writer_free(w);
 *
 * Errors: the first failure (memory, an argument that no file can hold) is kept, all later calls do
 * nothing, and model_writer_finish reports it; so the calls before need no check. One thread at a
 * time. Everything handed over is copied. */
#ifndef OCTAVO_CONVERTER_WRITER_MODEL_WRITER_H
#define OCTAVO_CONVERTER_WRITER_MODEL_WRITER_H

#include "runtime/format.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct model_writer model_writer;

/* NULL if memory is short; every function takes that NULL, model_writer_finish with an error. */
model_writer *model_writer_create(void);
void model_writer_free(model_writer *writer);

/* As the offset of an activation: after all activations so far. For tests; nothing is ever placed
 * over anything else. */
#define MODEL_WRITER_NEXT UINT64_MAX

/* Adds an activation at byte `offset` of the arena (for batch 1, a multiple of 64). `shape` has
 * `rank` entries and begins with the batch, 1. `scale` and `zero_point` are those of an int8
 * tensor, 0 otherwise. Returns the tensor's index, which operands use; -1 after a failure. */
int32_t model_writer_add_activation(model_writer *writer, const char *name, octavo_type type,
                                    uint32_t rank, const uint32_t *shape, float scale,
                                    int32_t zero_point, uint64_t offset);

/* Adds a constant whose elements, dense and in the type's own form, are at `data`. `scale`: that of
 * an int8 constant with one scale; 0 otherwise. `name` may be "". Returns its index or -1. */
int32_t model_writer_add_constant(model_writer *writer, const char *name, octavo_type type,
                                  uint32_t rank, const uint32_t *shape, const void *data,
                                  float scale);

/* Adds an int8 constant with a scale for each of its shape[0] output channels. The scales become a
 * constant too. Returns the index of the int8 constant or -1. */
int32_t model_writer_add_channel_constant(model_writer *writer, const char *name, uint32_t rank,
                                          const uint32_t *shape, const int8_t *data,
                                          const float *scales);

/* Adds the next operator in execution order. `attributes` NULL: all zero. An operand that is left
 * out is -1. `name` is the layer's in the source model: not empty, unique. */
void model_writer_add_operator(model_writer *writer, const char *name, octavo_opcode opcode,
                               const octavo_attributes *attributes, uint32_t input_count,
                               const int32_t *inputs, uint32_t output_count,
                               const int32_t *outputs);

/* Tensor indices. A second call replaces the first; so in all functions named set. */
void model_writer_set_inputs(model_writer *writer, uint32_t count, const int32_t *tensors);
void model_writer_set_outputs(model_writer *writer, uint32_t count, const int32_t *tensors);

/* NULL: without. Values of channels that the rule does not have are written as 0. */
void model_writer_set_preprocessing(model_writer *writer, const octavo_preprocessing *rule);

void model_writer_add_label(model_writer *writer, const char *label);

/* Uses the fields tool to accuracy_images; the others follow from the file. A string that is NULL
 * counts as "". Without this call: empty strings, zeros, accuracies not measured. */
void model_writer_set_provenance(model_writer *writer, const octavo_model_info *info);

/* Adds a test vector: the inputs' bytes one after another, the outputs' likewise (batch 1, no
 * padding), and octavo_crc32 of each operator's first output (0 where that is float32). After
 * set_inputs, set_outputs and all operators. `input_bytes`, `output_bytes` and `checksum_count`
 * must be what these add up to. */
void model_writer_add_test(model_writer *writer, const void *inputs, size_t input_bytes,
                           const void *outputs, size_t output_bytes, const uint32_t *checksums,
                           uint32_t checksum_count);

/* Adds, to the vector just added, `count` values of each operator's first output, in the order of
 * the operators, from the places of octavo_format_sample_place (0 where the checksum is 0). To each
 * vector or to none; model_writer_finish refuses anything else. */
void model_writer_add_samples(model_writer *writer, const int8_t *samples, uint32_t count);

/* Gives the whole file as of now: *size bytes at *data, which the caller frees with
 * octavo_memory_free_aligned; being aligned it can be opened with octavo_model_open_memory as it
 * is. May be called any number of times: finish, open and run the result, add test vectors and
 * measured accuracy, finish again. The arena's size follows from the activations. On failure *data
 * is NULL. Errors: ARGUMENT, MEMORY. */
octavo_status model_writer_finish(model_writer *writer, uint8_t **data, size_t *size,
                                  octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
