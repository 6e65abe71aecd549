#include "reference.h"

#include "runtime/checked.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <string.h>

static reference_tensor view(const octavo_model *model, const reference_run *run, uint32_t index) {
  const octavo_format_tensor *from = &model->tensors[index];
  const bool constant = from->role == OCTAVO_ROLE_CONSTANT;
  reference_tensor tensor = {
      .type = (octavo_type)from->type,
      .rank = from->rank,
      .scale = from->scale,
      .zero_point = from->zero_point,
      /* The operators do not write to constants. */
      .data = constant ? (void *)(uintptr_t)octavo_model_constant(model, from) : run->data[index],
  };
  memcpy(tensor.shape, from->shape, sizeof tensor.shape);
  if (!constant)
    tensor.shape[0] = run->batch;
  else if (from->scales >= 0)
    tensor.scales = octavo_model_constant(model, &model->tensors[from->scales]);
  return tensor;
}

/* The operands of an operator that has few. */
typedef struct operands {
  reference_tensor in[3];
  bool present[3];
  reference_tensor out;
} operands;

static operands gather(const octavo_model *model, const octavo_format_operator *op,
                       const reference_run *run) {
  const int32_t *indices = model->operands + op->first_operand;
  operands o = {.out = view(model, run, (uint32_t)indices[op->input_count])};
  for (uint32_t i = 0; i < 3 && i < op->input_count; i++)
    if (indices[i] >= 0) {
      o.in[i] = view(model, run, (uint32_t)indices[i]);
      o.present[i] = true;
    }
  return o;
}

static octavo_status run_concatenation(const octavo_model *model, const octavo_format_operator *op,
                                       const reference_run *run, octavo_error *error) {
  reference_tensor *inputs = octavo_memory_alloc(op->input_count, sizeof *inputs);
  if (inputs == NULL)
    return octavo_error_memory(error, op->input_count * sizeof *inputs, "a concatenation");
  const int32_t *indices = model->operands + op->first_operand;
  for (uint32_t i = 0; i < op->input_count; i++)
    inputs[i] = view(model, run, (uint32_t)indices[i]);
  const reference_tensor y = view(model, run, (uint32_t)indices[op->input_count]);
  reference_concatenation(op->attributes.axis.axis, inputs, op->input_count, &y);
  octavo_memory_free(inputs);
  return OCTAVO_OK;
}

/* Image `n` of an activation. */
static reference_tensor image_of(const reference_tensor *tensor, uint32_t n) {
  reference_tensor image = *tensor;
  image.shape[0] = 1;
  const size_t size = tensor->type == OCTAVO_INT8 ? 1 : 4;
  image.data = (uint8_t *)tensor->data + n * reference_elements(&image) * size;
  return image;
}

/* A convolution or fully connected layer of float32 activations and int8 weights. */
static octavo_status run_dynamic(const octavo_format_operator *op, const operands *o,
                                 octavo_error *error) {
  const reference_tensor *bias = o->present[2] ? &o->in[2] : NULL;
  reference_tensor quantized = image_of(&o->in[0], 0);
  const size_t elements = reference_elements(&quantized);
  quantized.type = OCTAVO_INT8;
  quantized.data = octavo_memory_alloc(elements, 1);
  if (quantized.data == NULL)
    return octavo_error_memory(error, elements, "a quantized image");
  for (uint32_t n = 0; n < o->in[0].shape[0]; n++) {
    const reference_tensor x = image_of(&o->in[0], n), y = image_of(&o->out, n);
    reference_quantize_dynamic(x.data, &quantized);
    if (op->opcode == OCTAVO_OP_CONVOLUTION)
      reference_convolution(&op->attributes.convolution, &quantized, &o->in[1], bias, &y);
    else
      reference_fully_connected(&op->attributes.clamp, &quantized, &o->in[1], bias, &y);
  }
  octavo_memory_free(quantized.data);
  return OCTAVO_OK;
}

static bool is_dynamic(const octavo_format_operator *op, const operands *o) {
  return (op->opcode == OCTAVO_OP_CONVOLUTION || op->opcode == OCTAVO_OP_FULLY_CONNECTED) &&
         o->in[0].type == OCTAVO_FLOAT32 && o->in[1].type == OCTAVO_INT8;
}

static octavo_status run_operator(const octavo_model *model, const octavo_format_operator *op,
                                  const reference_run *run, octavo_error *error) {
  const octavo_attributes *a = &op->attributes;
  const operands o = gather(model, op, run);
  const reference_tensor *x = &o.in[0], *y = &o.out;
  const reference_tensor *bias = o.present[2] ? &o.in[2] : NULL;
  if (is_dynamic(op, &o))
    return run_dynamic(op, &o, error);
  switch ((octavo_opcode)op->opcode) {
  case OCTAVO_OP_CONVOLUTION:
    reference_convolution(&a->convolution, x, &o.in[1], bias, y);
    return OCTAVO_OK;
  case OCTAVO_OP_FULLY_CONNECTED:
    reference_fully_connected(&a->clamp, x, &o.in[1], bias, y);
    return OCTAVO_OK;
  case OCTAVO_OP_ADD:
    reference_add(&a->clamp, x, &o.in[1], y);
    return OCTAVO_OK;
  case OCTAVO_OP_MAX_POOL:
    reference_max_pool(&a->pool, x, y);
    return OCTAVO_OK;
  case OCTAVO_OP_AVERAGE_POOL:
    reference_average_pool(&a->pool, x, y);
    return OCTAVO_OK;
  case OCTAVO_OP_GLOBAL_AVERAGE_POOL:
    reference_global_average_pool(x, y);
    return OCTAVO_OK;
  case OCTAVO_OP_CLIP:
    reference_clip(&a->clamp, x, y);
    return OCTAVO_OK;
  case OCTAVO_OP_SOFTMAX:
    reference_softmax(x, o.present[1] ? o.in[1].data : NULL, y);
    return OCTAVO_OK;
  case OCTAVO_OP_CONCATENATION:
    return run_concatenation(model, op, run, error);
  case OCTAVO_OP_RESHAPE:
    reference_reshape(x, y);
    return OCTAVO_OK;
  case OCTAVO_OP_PAD:
    reference_pad(&a->pad, x, y);
    return OCTAVO_OK;
  case OCTAVO_OP_QUANTIZE:
    reference_quantize(x, y);
    return OCTAVO_OK;
  case OCTAVO_OP_DEQUANTIZE:
    reference_dequantize(x, y);
    return OCTAVO_OK;
  case OCTAVO_OP_UNARY:
    reference_unary(&a->unary, x, o.present[1] ? o.in[1].data : NULL, y);
    return OCTAVO_OK;
  case OCTAVO_OP_MULTIPLY:
    reference_multiply(&a->clamp, x, &o.in[1], y);
    return OCTAVO_OK;
  case OCTAVO_OP_SUBTRACT:
    reference_subtract(&a->clamp, x, &o.in[1], y);
    return OCTAVO_OK;
  case OCTAVO_OP_TRANSPOSE:
    reference_transpose(&a->transpose, x, y);
    return OCTAVO_OK;
  case OCTAVO_OP_SLICE:
    reference_slice(&a->slice, x, y);
    return OCTAVO_OK;
  case OCTAVO_OP_RESIZE:
    reference_resize(&a->resize, x, y);
    return OCTAVO_OK;
  case OCTAVO_OP_MEAN:
    reference_mean(&a->mean, x, y);
    return OCTAVO_OK;
  }
  return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                          "layer '%s': the reference has no opcode %u",
                          octavo_model_string(model, op->name), op->opcode);
}

static octavo_status allocate(const octavo_model *model, reference_run *run, octavo_error *error) {
  run->data = octavo_memory_alloc(model->tensor_count, sizeof *run->data);
  if (run->data == NULL)
    return octavo_error_memory(error, model->tensor_count * sizeof *run->data, "reference tensors");
  run->count = model->tensor_count;
  for (uint32_t i = 0; i < model->tensor_count; i++) {
    const octavo_format_tensor *tensor = &model->tensors[i];
    if (tensor->role != OCTAVO_ROLE_ACTIVATION)
      continue;
    size_t bytes = 0;
    if (octavo_checked_size(tensor->bytes, &bytes))
      run->data[i] = octavo_memory_alloc(run->batch, bytes);
    if (run->data[i] == NULL)
      return octavo_error_memory(error, tensor->bytes, "a reference tensor");
  }
  return OCTAVO_OK;
}

octavo_status reference_run_model(const octavo_model *model, uint32_t batch,
                                  const void *const *inputs, reference_run *run,
                                  octavo_error *error) {
  *run = (reference_run){.batch = batch};
  octavo_status status = allocate(model, run, error);
  for (uint32_t i = 0; status == OCTAVO_OK && i < model->input_count; i++) {
    const uint32_t index = model->inputs[i];
    memcpy(run->data[index], inputs[i], (size_t)model->tensors[index].bytes * batch);
  }
  for (uint32_t i = 0; status == OCTAVO_OK && i < model->operator_count; i++)
    status = run_operator(model, &model->operators[i], run, error);
  if (status != OCTAVO_OK)
    reference_run_free(run);
  return status;
}

void reference_run_free(reference_run *run) {
  for (uint32_t i = 0; i < run->count; i++)
    octavo_memory_free(run->data[i]);
  octavo_memory_free(run->data);
  *run = (reference_run){0};
}
