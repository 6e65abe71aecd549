/* An opened model as the rest of the runtime sees it: private, checked copies of the file's tables,
 * and the constants where they lie in the map. */
#ifndef OCTAVO_RUNTIME_MODEL_H
#define OCTAVO_RUNTIME_MODEL_H

#include "format.h"

#include "platforms/platform.h"

#include <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The packed weights of one operator, made by the first session and shared by all. */
typedef struct octavo_packed_weights {
  void *data; /* aligned; NULL until packed */
  size_t size;
} octavo_packed_weights;

struct octavo_model {
  /* The file; base is what constants point into. */
  const uint8_t *base;
  size_t size;
  platform_file file; /* the owned map or buffer; all zero when the caller's memory is borrowed */
  uint8_t *aligned_copy; /* owned copy of the weights where borrowed memory is not aligned */

  octavo_format_header header;
  octavo_format_section sections[OCTAVO_FORMAT_SECTIONS];

  char *strings;
  octavo_format_tensor *tensors;
  octavo_format_operator *operators;
  int32_t *operands;
  uint32_t *inputs, *outputs, *labels;
  octavo_format_preprocessing preprocessing;
  octavo_format_provenance provenance;
  octavo_format_tests tests;
  uint32_t string_bytes, tensor_count, operator_count, operand_count;
  uint32_t input_count, output_count, label_count;
  bool has_preprocessing, has_tests;

  const uint8_t *weights;      /* the WEIGHTS section */
  const uint8_t *test_vectors; /* after octavo_format_tests; bounds checked, content not trusted */

  pthread_mutex_t packing;       /* held while an operator's weights are looked up or packed */
  octavo_packed_weights *packed; /* one per operator */
};

/* The tensor of an operand. Operands that are left out give NULL. `which` counts inputs, then
 * outputs. */
static inline const octavo_format_tensor *
octavo_model_operand(const octavo_model *model, const octavo_format_operator *op, uint32_t which) {
  const int32_t index = model->operands[op->first_operand + which];
  return index < 0 ? NULL : &model->tensors[index];
}

static inline const octavo_format_tensor *
octavo_model_operator_output(const octavo_model *model, const octavo_format_operator *op,
                             uint32_t which) {
  return octavo_model_operand(model, op, (uint32_t)op->input_count + which);
}

static inline const char *octavo_model_string(const octavo_model *model, uint32_t offset) {
  return model->strings + offset;
}

/* The data of a constant. */
static inline const void *octavo_model_constant(const octavo_model *model,
                                                const octavo_format_tensor *tensor) {
  return model->weights + tensor->offset;
}

/* Fills the public description of a tensor. */
void octavo_model_fill_info(const octavo_model *model, const octavo_format_tensor *tensor,
                            octavo_tensor_info *info);

/* Fills the public form of the stored preprocessing, which must be there. */
void octavo_model_fill_preprocessing(const octavo_model *model, octavo_preprocessing *rule);

#ifdef __cplusplus
}
#endif

#endif
