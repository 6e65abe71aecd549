/* Operators that only move data. */
#include "reference.h"

#include <string.h>

static size_t element_size(const reference_tensor *tensor) {
  return tensor->type == OCTAVO_INT8 ? 1 : 4;
}

/* The place of element `index` along each axis. */
static void unravel(const reference_tensor *tensor, size_t index, uint32_t *place) {
  for (uint32_t i = tensor->rank; i-- > 0;) {
    place[i] = (uint32_t)(index % tensor->shape[i]);
    index /= tensor->shape[i];
  }
}

static size_t ravel(const reference_tensor *tensor, const uint32_t *place) {
  size_t index = 0;
  for (uint32_t i = 0; i < tensor->rank; i++)
    index = index * tensor->shape[i] + place[i];
  return index;
}

/* Copies x into y, moved by `shift` along each axis. */
static void place_at(const reference_tensor *x, const uint32_t *shift, const reference_tensor *y) {
  const size_t size = element_size(x), elements = reference_elements(x);
  for (size_t i = 0; i < elements; i++) {
    uint32_t place[OCTAVO_MAX_RANK];
    unravel(x, i, place);
    for (uint32_t axis = 0; axis < x->rank; axis++)
      place[axis] += shift[axis];
    memcpy((char *)y->data + ravel(y, place) * size, (const char *)x->data + i * size, size);
  }
}

void reference_concatenation(uint32_t axis, const reference_tensor *inputs, uint32_t count,
                             const reference_tensor *y) {
  uint32_t shift[OCTAVO_MAX_RANK] = {0};
  for (uint32_t i = 0; i < count; i++) {
    place_at(&inputs[i], shift, y);
    shift[axis] += inputs[i].shape[axis];
  }
}

void reference_reshape(const reference_tensor *x, const reference_tensor *y) {
  memcpy(y->data, x->data, reference_elements(x) * element_size(x));
}

void reference_pad(const octavo_attributes_pad *attributes, const reference_tensor *x,
                   const reference_tensor *y) {
  const size_t elements = reference_elements(y);
  for (size_t i = 0; i < elements; i++)
    if (y->type == OCTAVO_INT8)
      ((int8_t *)y->data)[i] = reference_quantize_bound(attributes->value, y->scale, y->zero_point);
    else
      ((float *)y->data)[i] = attributes->value;
  place_at(x, attributes->before, y);
}

void reference_transpose(const octavo_attributes_transpose *attributes, const reference_tensor *x,
                         const reference_tensor *y) {
  const size_t size = element_size(x), elements = reference_elements(y);
  for (size_t i = 0; i < elements; i++) {
    uint32_t to[OCTAVO_MAX_RANK], from[OCTAVO_MAX_RANK];
    unravel(y, i, to);
    for (uint32_t axis = 0; axis < y->rank; axis++)
      from[attributes->axes[axis]] = to[axis];
    memcpy((char *)y->data + i * size, (const char *)x->data + ravel(x, from) * size, size);
  }
}

void reference_slice(const octavo_attributes_slice *attributes, const reference_tensor *x,
                     const reference_tensor *y) {
  const size_t size = element_size(x), elements = reference_elements(y);
  for (size_t i = 0; i < elements; i++) {
    uint32_t place[OCTAVO_MAX_RANK];
    unravel(y, i, place);
    for (uint32_t axis = 0; axis < y->rank; axis++)
      place[axis] = attributes->begin[axis] + place[axis] * attributes->step[axis];
    memcpy((char *)y->data + i * size, (const char *)x->data + ravel(x, place) * size, size);
  }
}
