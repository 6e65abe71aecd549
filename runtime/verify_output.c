#include "verify_output.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of an output's largest magnitude: what one step of int8 more or less in early layers may do to
 * it. Twenty layers with dynamic quantization, 150 inputs: 0.6 %; 53 layers: 1.2 %. */
#define LOOSE_SHARE 0.05F

static octavo_status compare_int8(const octavo_tensor_info *info, const uint8_t *expected,
                                  const int8_t *found, octavo_error *error) {
  for (size_t i = 0; i < info->bytes; i++)
    if ((int8_t)expected[i] != found[i])
      return octavo_error_set(error, OCTAVO_ERROR_MISMATCH,
                              "output %.200s: value %zu: expected %d, found %d", info->name, i,
                              (int8_t)expected[i], found[i]);
  return OCTAVO_OK;
}

/* Where a step more or less is allowed, both as real values in units of the scale. */
static octavo_status compare_loose_int8(const octavo_tensor_info *info, const uint8_t *expected,
                                        const int8_t *found, octavo_error *error) {
  int largest = 0;
  for (size_t i = 0; i < info->bytes; i++) {
    const int magnitude = abs((int8_t)expected[i] - info->zero_point);
    largest = magnitude > largest ? magnitude : largest;
  }
  const float slack = 1 + LOOSE_SHARE * (float)largest;
  for (size_t i = 0; i < info->bytes; i++)
    if ((float)abs((int8_t)expected[i] - found[i]) > slack)
      return octavo_error_set(error, OCTAVO_ERROR_MISMATCH,
                              "output %.200s: value %zu: expected %d within %g, found %d",
                              info->name, i, (int8_t)expected[i], (double)slack, found[i]);
  return OCTAVO_OK;
}

static float stored_float(const uint8_t *expected, size_t i) {
  float value = 0;
  memcpy(&value, expected + i * sizeof value, sizeof value);
  return value;
}

/* LOOSE_SHARE of the largest finite magnitude. */
static float slack_of(const octavo_tensor_info *info, const uint8_t *expected) {
  float largest = 0;
  for (size_t i = 0; i < info->bytes / sizeof(float); i++) {
    const float magnitude = fabsf(stored_float(expected, i));
    if (isfinite(magnitude) && magnitude > largest)
      largest = magnitude;
  }
  return LOOSE_SHARE * largest;
}

/* By how much a float32 may differ: the same numbers summed in another order do in their last bits.
 */
static float tolerance_of(float expected, float slack) {
  return 1e-4F + 1e-3F * fabsf(expected) + slack;
}

static bool is_close(float expected, float found, float tolerance) {
  return found == expected || (isnan(expected) && isnan(found)) ||
         (isfinite(expected) && fabsf(found - expected) <= tolerance);
}

static octavo_status compare_float32(const octavo_tensor_info *info, const uint8_t *expected,
                                     const float *found, float slack, octavo_error *error) {
  for (size_t i = 0; i < info->bytes / sizeof(float); i++) {
    const float value = stored_float(expected, i);
    const float tolerance = tolerance_of(value, slack);
    if (!is_close(value, found[i], tolerance))
      return octavo_error_set(error, OCTAVO_ERROR_MISMATCH,
                              "output %.200s: value %zu: expected %.9g within %.3g, found %.9g",
                              info->name, i, (double)value, (double)tolerance, (double)found[i]);
  }
  return OCTAVO_OK;
}

octavo_status octavo_verify_output(const octavo_tensor_info *info, octavo_exactness exactness,
                                   const uint8_t *expected, const void *found,
                                   octavo_error *error) {
  const bool loose = exactness == OCTAVO_LOOSE;
  if (info->type == OCTAVO_FLOAT32)
    return compare_float32(info, expected, found, loose ? slack_of(info, expected) : 0, error);
  return loose ? compare_loose_int8(info, expected, found, error)
               : compare_int8(info, expected, found, error);
}
