/* The most probable classes. */
#include "session_state.h"

#include "operators/common.h"

#include <math.h>

/* The values of one image's output 0, as reals. */
typedef struct scores {
  const octavo_format_tensor *tensor;
  const void *data;
  uint32_t count;
} scores;

static float score(const scores *s, uint32_t index) {
  if (s->tensor->type == OCTAVO_FLOAT32)
    return ((const float *)s->data)[index];
  return (float)(((const int8_t *)s->data)[index] - s->tensor->zero_point) * s->tensor->scale;
}

/* Whether output 0 is already probabilities: a softmax made it, or a dequantization or reshape of
 * one. */
static bool ends_in_softmax(const octavo_model *model) {
  int64_t wanted = model->outputs[0];
  for (uint32_t i = model->operator_count; i-- > 0;) {
    const octavo_format_operator *op = &model->operators[i];
    if (model->operands[op->first_operand + op->input_count] != wanted)
      continue;
    if (op->opcode == OCTAVO_OP_SOFTMAX)
      return true;
    if (op->opcode != OCTAVO_OP_DEQUANTIZE && op->opcode != OCTAVO_OP_RESHAPE)
      return false;
    wanted = model->operands[op->first_operand];
  }
  return false;
}

/* NaN sorts last. */
static bool above(float a, float b) {
  return a > b || (!isnan(a) && isnan(b));
}

/* Inserts classes in falling order; equal ones stay in the order in which they come. */
static uint32_t select_classes(const scores *s, octavo_class *classes, uint32_t count) {
  uint32_t filled = 0;
  for (uint32_t i = 0; i < s->count; ++i) {
    const float value = score(s, i);
    if (filled == count && (count == 0 || !above(value, classes[count - 1].probability)))
      continue;
    uint32_t at = filled < count ? filled++ : count - 1;
    for (; at > 0 && above(value, classes[at - 1].probability); --at)
      classes[at] = classes[at - 1];
    classes[at] = (octavo_class){.index = i, .probability = value};
  }
  return filled;
}

static void to_probabilities(const scores *s, octavo_class *classes, uint32_t filled) {
  if (filled == 0)
    return;
  const double largest = classes[0].probability;
  double sum = 0;
  for (uint32_t i = 0; i < s->count; ++i)
    sum += exp((double)score(s, i) - largest);
  for (uint32_t i = 0; i < filled; ++i)
    classes[i].probability = (float)(exp((double)classes[i].probability - largest) / sum);
}

octavo_status octavo_session_top(const octavo_session *session, uint32_t position,
                                 octavo_class *classes, uint32_t count, uint32_t *filled,
                                 octavo_error *error) {
  const octavo_model *model = session->model;
  *filled = 0;
  if (position >= session->plan.batch)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "position: expected less than the batch of %u, found %u",
                            session->plan.batch, position);
  if (model->output_count == 0)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT, "the model has no output");
  const octavo_format_tensor *tensor = &model->tensors[model->outputs[0]];
  const uint8_t *data = session->plan.arena + (size_t)tensor->offset * session->plan.batch;
  const scores s = {
      .tensor = tensor,
      .data = data + (size_t)tensor->bytes * position,
      .count = (uint32_t)octavo_tensor_elements(tensor),
  };
  *filled = select_classes(&s, classes, count);
  if (!ends_in_softmax(model))
    to_probabilities(&s, classes, *filled);
  for (uint32_t i = 0; i < *filled; ++i) {
    const char *label = octavo_model_label(model, classes[i].index);
    classes[i].label = label == NULL ? "" : label;
  }
  return OCTAVO_OK;
}
