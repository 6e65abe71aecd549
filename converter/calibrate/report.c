#include "converter/calibrate/report.h"

#include "common/atomic_file.h"

/* In quotes, those within doubled. */
static octavo_status write_name(atomic_file *file, const char *name, octavo_error *error) {
  octavo_status status = atomic_file_print(file, error, "\"");
  for (; *name != '\0' && status == OCTAVO_OK; name++)
    status = atomic_file_print(file, error, *name == '"' ? "\"\"" : "%c", *name);
  return status == OCTAVO_OK ? atomic_file_print(file, error, "\"") : status;
}

static octavo_status write_heading(atomic_file *file, const calibration *c, octavo_error *error) {
  octavo_status status = atomic_file_print(file, error, "tensor,seen_min,seen_max");
  for (uint32_t s = 0; s < CALIBRATION_STAGES && status == OCTAVO_OK; s++)
    status =
        atomic_file_print(file, error, ",min_%u,max_%u", c->stage_images[s], c->stage_images[s]);
  return status == OCTAVO_OK ? atomic_file_print(file, error, ",movement,enough\n") : status;
}

/* Adding 0 makes 0 of −0, which a calibrator may give. */
static octavo_status write_range(atomic_file *file, value_range range, octavo_error *error) {
  return atomic_file_print(file, error, ",%.7g,%.7g", (double)range.min + 0.0,
                           (double)range.max + 0.0);
}

static octavo_status write_row(atomic_file *file, const calibration *c, uint32_t tensor,
                               const char *name, octavo_error *error) {
  octavo_status status = write_name(file, name, error);
  if (status == OCTAVO_OK)
    status = write_range(file, c->seen[tensor], error);
  for (uint32_t s = 0; s < CALIBRATION_STAGES && status == OCTAVO_OK; s++)
    status = c->stage_images[s] == 0 ? atomic_file_print(file, error, ",,")
                                     : write_range(file, c->stages[s][tensor], error);
  const float moved = calibration_movement(c, tensor);
  return status == OCTAVO_OK ? atomic_file_print(file, error, ",%.4f,%s\n", (double)moved,
                                                 moved <= CALIBRATION_ENOUGH ? "yes" : "no")
                             : status;
}

octavo_status calibration_report_write(const calibration *c, const graph *g, const char *path,
                                       octavo_error *error) {
  atomic_file *file = NULL;
  octavo_status status = atomic_file_create(path, &file, error);
  if (status == OCTAVO_OK)
    status = write_heading(file, c, error);
  for (uint32_t t = 0; t < g->tensor_count && status == OCTAVO_OK; t++)
    if (!g->tensors[t].constant)
      status = write_row(file, c, t, g->tensors[t].name, error);
  if (status == OCTAVO_OK)
    return atomic_file_commit(file, error);
  atomic_file_abort(file);
  return status;
}
