#include "network.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <stdio.h>
#include <string.h>

static bool has_gradient(const parameter *p) {
  return p->kind != PARAMETER_RUNNING_MEAN && p->kind != PARAMETER_RUNNING_VARIANCE &&
         p->kind != PARAMETER_RANGE;
}

bool parameter_trained(const parameter *p) {
  return has_gradient(p) && !p->frozen;
}

static octavo_status fill_parameter(network *n, parameter *p, version_desc desc,
                                    octavo_error *error) {
  p->count = 1;
  for (uint32_t i = 0; i < p->rank; i++)
    p->count *= p->dims[i];
  octavo_status status = tensor_create(&p->value, n->d, desc, error);
  if (status == OCTAVO_OK && has_gradient(p))
    status = tensor_create(&p->gradient, n->d, desc, error);
  if (status != OCTAVO_OK || !parameter_trained(p))
    return status;
  p->momentum = tensor_memory(p->value.bytes);
  if (p->momentum == NULL)
    return octavo_error_memory(error, p->value.bytes, "momentum");
  return OCTAVO_OK;
}

octavo_status network_add_parameter(network *n, const layer *l, const char *suffix,
                                    const parameter *like, version_desc desc, parameter **result,
                                    octavo_error *error) {
  parameter **list =
      octavo_memory_resize(n->parameters, (size_t)n->parameter_count + 1, sizeof(parameter *));
  if (list == NULL)
    return octavo_error_memory(error, n->parameter_count, "parameters");
  n->parameters = list;
  parameter *p = octavo_memory_alloc(1, sizeof *p);
  if (p == NULL)
    return octavo_error_memory(error, sizeof *p, "a parameter");
  *p = *like;
  snprintf(p->name, sizeof p->name, "%s.%s", l->spec->name, suffix);
  list[n->parameter_count++] = p;
  *result = p;
  return fill_parameter(n, p, desc, error);
}

parameter *network_parameter(const network *n, const char *name) {
  for (uint32_t i = 0; i < n->parameter_count; i++)
    if (strcmp(n->parameters[i]->name, name) == 0)
      return n->parameters[i];
  return NULL;
}

/* Copies between `plain` and the memory `blocked` described like the parameter's value. */
static octavo_status move_plain(const network *n, const parameter *p, void *blocked, float *plain,
                                bool to_plain, octavo_error *error) {
  tensor there = {0}, here = {0};
  octavo_status status = tensor_describe(&there, n->d, p->value.desc, error);
  if (status == OCTAVO_OK)
    status = tensor_plain(&here, n->d, p->order_rank, p->order, dnnl_f32, error);
  if (status == OCTAVO_OK)
    status = tensor_bind(&there, blocked, error);
  if (status == OCTAVO_OK && !to_plain)
    memcpy(here.data, plain, p->count * sizeof *plain);
  if (status == OCTAVO_OK)
    status = to_plain ? tensor_copy(n->d, &there, &here, error)
                      : tensor_copy(n->d, &here, &there, error);
  if (status == OCTAVO_OK && to_plain)
    memcpy(plain, here.data, p->count * sizeof *plain);
  tensor_free(&there);
  tensor_free(&here);
  return status;
}

/* move_plain writes to only one of the two. */
static float *writable(const float *plain) {
  float *result = NULL;
  memcpy(&result, &plain, sizeof result);
  return result;
}

octavo_status parameter_get(const network *n, const parameter *p, float *plain,
                            octavo_error *error) {
  return move_plain(n, p, p->value.data, plain, true, error);
}

octavo_status parameter_set(network *n, parameter *p, const float *plain, octavo_error *error) {
  return move_plain(n, p, p->value.data, writable(plain), false, error);
}

octavo_status parameter_get_gradient(const network *n, const parameter *p, float *plain,
                                     octavo_error *error) {
  return move_plain(n, p, p->gradient.data, plain, true, error);
}

octavo_status parameter_get_momentum(const network *n, const parameter *p, float *plain,
                                     octavo_error *error) {
  return move_plain(n, p, p->momentum, plain, true, error);
}

octavo_status parameter_set_momentum(network *n, parameter *p, const float *plain,
                                     octavo_error *error) {
  return move_plain(n, p, p->momentum, writable(plain), false, error);
}

octavo_status parameter_get_average(const network *n, const parameter *p, float *plain,
                                    octavo_error *error) {
  return move_plain(n, p, p->average, plain, true, error);
}

octavo_status parameter_set_average(network *n, parameter *p, const float *plain,
                                    octavo_error *error) {
  return move_plain(n, p, p->average, writable(plain), false, error);
}
