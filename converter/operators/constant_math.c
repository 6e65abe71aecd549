#include "converter/operators/constant_math.h"

#include "runtime/memory.h"

#include <string.h>

void constant_strides(const onnx_shape *shape, int64_t strides[GRAPH_MAX_RANK]) {
  int64_t stride = 1;
  for (uint32_t i = shape->rank; i-- > 0;) {
    strides[i] = stride;
    stride *= shape->dims[i];
  }
}

void constant_next(const onnx_shape *shape, int64_t position[GRAPH_MAX_RANK]) {
  for (uint32_t i = shape->rank; i-- > 0;) {
    if (++position[i] < shape->dims[i])
      return;
    position[i] = 0;
  }
}

octavo_status constant_broadcast(const onnx_node *n, const onnx_shape *a, const onnx_shape *b,
                                 onnx_shape *shape) {
  shape->rank = a->rank > b->rank ? a->rank : b->rank;
  for (uint32_t i = 0; i < shape->rank; i++) {
    const uint32_t skip_a = shape->rank - a->rank, skip_b = shape->rank - b->rank;
    const int64_t dim_a = i < skip_a ? 1 : a->dims[i - skip_a];
    const int64_t dim_b = i < skip_b ? 1 : b->dims[i - skip_b];
    if (dim_a != dim_b && dim_a != 1 && dim_b != 1)
      return onnx_invalid(n, "its operands cannot be broadcast: %lld against %lld elements",
                          (long long)dim_a, (long long)dim_b);
    shape->dims[i] = dim_a == 1 ? dim_b : dim_a;
  }
  return OCTAVO_OK;
}

/* Where in a broadcast operand the element at `position` of the result lies. */
static size_t operand_index(const onnx_shape *operand, uint32_t rank, const int64_t *position) {
  int64_t strides[GRAPH_MAX_RANK], index = 0;
  constant_strides(operand, strides);
  for (uint32_t i = 0; i < operand->rank; i++)
    if (operand->dims[i] != 1)
      index += strides[i] * position[rank - operand->rank + i];
  return (size_t)index;
}

static float compute_float(constant_operation operation, float a, float b) {
  switch (operation) {
  case CONSTANT_ADD:
    return a + b;
  case CONSTANT_SUBTRACT:
    return a - b;
  case CONSTANT_MULTIPLY:
    return a * b;
  case CONSTANT_DIVIDE:
    return a / b;
  }
  return 0;
}

/* Wraps around like the hardware, since overflow of signed numbers is undefined in C. */
static int64_t compute_int(constant_operation operation, int64_t a, int64_t b) {
  switch (operation) {
  case CONSTANT_ADD:
    return (int64_t)((uint64_t)a + (uint64_t)b);
  case CONSTANT_SUBTRACT:
    return (int64_t)((uint64_t)a - (uint64_t)b);
  case CONSTANT_MULTIPLY:
    return (int64_t)((uint64_t)a * (uint64_t)b);
  case CONSTANT_DIVIDE:
    return b == 0 || (b == -1 && a == INT64_MIN) ? 0 : a / b;
  }
  return 0;
}

static octavo_status compute_element(const onnx_node *n, constant_operation operation, size_t ia,
                                     size_t ib, size_t io, void *result) {
  const void *a = onnx_input(n, 0)->data, *b = onnx_input(n, 1)->data;
  switch (onnx_input(n, 0)->type) {
  case GRAPH_FLOAT32:
    ((float *)result)[io] =
        compute_float(operation, ((const float *)a)[ia], ((const float *)b)[ib]);
    return OCTAVO_OK;
  case GRAPH_INT64:
    ((int64_t *)result)[io] =
        compute_int(operation, ((const int64_t *)a)[ia], ((const int64_t *)b)[ib]);
    return OCTAVO_OK;
  case GRAPH_INT32:
    ((int32_t *)result)[io] =
        (int32_t)compute_int(operation, ((const int32_t *)a)[ia], ((const int32_t *)b)[ib]);
    return OCTAVO_OK;
  case GRAPH_INT8:
  case GRAPH_UINT8:
  case GRAPH_BOOL:
    break;
  }
  return onnx_unsupported(n, "of constants of this data type");
}

octavo_status constant_binary(onnx_node *n, constant_operation operation) {
  if (onnx_input(n, 0)->type != onnx_input(n, 1)->type)
    return onnx_invalid(n, "its operands have different data types");
  const onnx_shape a = onnx_shape_of(onnx_input(n, 0)), b = onnx_shape_of(onnx_input(n, 1));
  const graph_type type = onnx_input(n, 0)->type;
  onnx_shape shape = {0};
  uint64_t count = 0;
  octavo_status status = constant_broadcast(n, &a, &b, &shape);
  if (status == OCTAVO_OK)
    status = onnx_count(n, &shape, &count);
  if (status != OCTAVO_OK)
    return status;
  void *result = octavo_memory_alloc((size_t)count + 1, graph_type_size(type));
  if (result == NULL)
    return octavo_error_memory(n->error, count, "a constant");
  int64_t position[GRAPH_MAX_RANK] = {0};
  for (size_t i = 0; i < count && status == OCTAVO_OK; i++) {
    status = compute_element(n, operation, operand_index(&a, shape.rank, position),
                             operand_index(&b, shape.rank, position), i, result);
    constant_next(&shape, position);
  }
  if (status == OCTAVO_OK)
    status = onnx_emit_constant(n, type, &shape, result);
  octavo_memory_free(result);
  return status;
}

/* ---- Moving elements ------------------------------------------------------------------------ */

/* A result of `shape` whose element at `position` is the input's at base + Σ position · step. */
static octavo_status copy_elements(onnx_node *n, const onnx_shape *shape, int64_t base,
                                   const int64_t *steps) {
  uint64_t count = 0;
  octavo_status status = onnx_count(n, shape, &count);
  if (status != OCTAVO_OK)
    return status;
  const graph_tensor *input = onnx_input(n, 0);
  const size_t size = graph_type_size(input->type);
  const graph_type type = input->type;
  uint8_t *result = octavo_memory_alloc((size_t)count + 1, size);
  if (result == NULL)
    return octavo_error_memory(n->error, count * size, "a constant");
  int64_t position[GRAPH_MAX_RANK] = {0};
  for (size_t i = 0; i < count; i++) {
    int64_t from = base;
    for (uint32_t k = 0; k < shape->rank; k++)
      from += position[k] * steps[k];
    memcpy(result + i * size, (const uint8_t *)input->data + (size_t)from * size, size);
    constant_next(shape, position);
  }
  status = onnx_emit_constant(n, type, shape, result);
  octavo_memory_free(result);
  return status;
}

octavo_status constant_transpose(onnx_node *n, const onnx_shape *order) {
  const onnx_shape from = onnx_shape_of(onnx_input(n, 0));
  onnx_shape shape = {.rank = from.rank};
  int64_t strides[GRAPH_MAX_RANK], steps[GRAPH_MAX_RANK];
  constant_strides(&from, strides);
  for (uint32_t i = 0; i < from.rank; i++) {
    shape.dims[i] = from.dims[order->dims[i]];
    steps[i] = strides[order->dims[i]];
  }
  return copy_elements(n, &shape, 0, steps);
}

octavo_status constant_slice(onnx_node *n, const onnx_shape *start, const onnx_shape *step,
                             const onnx_shape *shape) {
  const onnx_shape from = onnx_shape_of(onnx_input(n, 0));
  int64_t strides[GRAPH_MAX_RANK], steps[GRAPH_MAX_RANK], base = 0;
  constant_strides(&from, strides);
  for (uint32_t i = 0; i < from.rank; i++) {
    base += start->dims[i] * strides[i];
    steps[i] = step->dims[i] * strides[i];
  }
  return copy_elements(n, shape, base, steps);
}

octavo_status constant_reshape(onnx_node *n, const onnx_shape *shape) {
  const graph_tensor *input = onnx_input(n, 0);
  uint64_t count = 0;
  octavo_status status = onnx_count(n, shape, &count);
  if (status == OCTAVO_OK && count != graph_element_count(input))
    status =
        onnx_invalid(n, "its shape has %llu elements, its input %llu", (unsigned long long)count,
                     (unsigned long long)graph_element_count(input));
  if (status != OCTAVO_OK)
    return status;
  return onnx_emit_constant(n, input->type, shape, input->data);
}

/* ---- Cast ----------------------------------------------------------------------------------- */

static bool read_element(const graph_tensor *tensor, size_t i, double *value) {
  switch (tensor->type) {
  case GRAPH_FLOAT32:
    *value = (double)((const float *)tensor->data)[i];
    break;
  case GRAPH_INT32:
    *value = (double)((const int32_t *)tensor->data)[i];
    break;
  case GRAPH_INT64:
    *value = (double)((const int64_t *)tensor->data)[i];
    break;
  case GRAPH_INT8:
    *value = (double)((const int8_t *)tensor->data)[i];
    break;
  case GRAPH_UINT8:
  case GRAPH_BOOL:
    *value = (double)((const uint8_t *)tensor->data)[i];
    break;
  }
  /* What every integer type here can hold; NaN is not. */
  return *value >= -2147483648.0 && *value <= 2147483647.0;
}

octavo_status constant_cast(onnx_node *n, graph_type type) {
  const graph_tensor *input = onnx_input(n, 0);
  if (input->type == type) {
    onnx_alias(n, n->inputs[0]);
    return OCTAVO_OK;
  }
  const size_t count = (size_t)graph_element_count(input);
  const onnx_shape shape = onnx_shape_of(input);
  void *result = octavo_memory_alloc(count + 1, graph_type_size(type));
  if (result == NULL)
    return octavo_error_memory(n->error, (uint64_t)count * 8, "a constant");
  octavo_status status = OCTAVO_OK;
  for (size_t i = 0; i < count && status == OCTAVO_OK; i++) {
    double value = 0;
    if (!read_element(input, i, &value) && type != GRAPH_FLOAT32)
      status = onnx_unsupported(n, "of a constant that does not fit in 32 bits");
    else if (type == GRAPH_FLOAT32)
      ((float *)result)[i] = (float)value;
    else if (type == GRAPH_INT64)
      ((int64_t *)result)[i] = (int64_t)value;
    else
      ((int32_t *)result)[i] = (int32_t)value;
  }
  if (status == OCTAVO_OK)
    status = onnx_emit_constant(n, type, &shape, result);
  octavo_memory_free(result);
  return status;
}
