#include "pretrained.h"

#include "runtime/error.h"
#include "runtime/memory.h"
#include "safetensors.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Adds a line, if all of it fits. */
static void add_line(pretrained_report *report, const char *text) {
  static const char END[] = ": starts at random\n";
  const size_t used = strlen(report->lines), length = strlen(text);
  if (used + length + sizeof END > sizeof report->lines)
    return;
  memcpy(report->lines + used, text, length);
  memcpy(report->lines + used + length, END, sizeof END);
}

static octavo_status check_finite(const parameter *p, const float *data, octavo_error *error) {
  for (size_t i = 0; i < p->count; i++)
    if (!isfinite(data[i]))
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "%s: value %zu is %g, expected finite numbers", p->name, i,
                              (double)data[i]);
  return OCTAVO_OK;
}

/* Ranges of fake quantization are found from the images, whatever a file says. */
static octavo_status take(const safetensors *file, network *n, parameter *p, float *data,
                          pretrained_report *report, octavo_error *error) {
  if (p->kind == PARAMETER_RANGE)
    return OCTAVO_OK;
  report->wanted++;
  if (!safetensors_has(file, p->name)) {
    if (report->missing++ == 0)
      snprintf(report->first_missing, sizeof report->first_missing, "%s", p->name);
    return OCTAVO_OK;
  }
  octavo_error why = {0};
  if (safetensors_read(file, p->name, p->rank, p->dims, data, &why) != OCTAVO_OK) {
    add_line(report, why.text);
    report->unfit++;
    return OCTAVO_OK;
  }
  report->taken++;
  const octavo_status status = check_finite(p, data, error);
  return status == OCTAVO_OK ? parameter_set(n, p, data, error) : status;
}

static octavo_status take_all(const safetensors *file, network *n, pretrained_report *report,
                              octavo_error *error) {
  size_t largest = 0;
  for (uint32_t i = 0; i < n->parameter_count; i++)
    largest = n->parameters[i]->count > largest ? n->parameters[i]->count : largest;
  float *data = octavo_memory_alloc(largest, sizeof *data);
  if (data == NULL)
    return octavo_error_memory(error, (uint64_t)largest * sizeof *data, "weights");
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; status == OCTAVO_OK && i < n->parameter_count; i++)
    status = take(file, n, n->parameters[i], data, report, error);
  octavo_memory_free(data);
  return status;
}

octavo_status pretrained_load(network *n, const char *path, pretrained_report *report,
                              octavo_error *error) {
  *report = (pretrained_report){0};
  safetensors file;
  octavo_status status = safetensors_open(path, &file, error);
  if (status != OCTAVO_OK)
    return status;
  status = take_all(&file, n, report, error);
  if (status != OCTAVO_OK)
    octavo_error_prefix(error, "%s", path);
  if (status == OCTAVO_OK && report->taken == 0) {
    const char *found = safetensors_first_name(&file);
    status = octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "%s: expected tensors with the network's names and shapes, such as "
                              "%s, found none of them but others, such as %.100s",
                              path, n->parameters[0]->name, found != NULL ? found : "none");
  }
  safetensors_close(&file);
  return status == OCTAVO_OK ? network_refresh(n, error) : status;
}
