/* --calib-report: how the ranges settled while images came in. */
#ifndef OCTAVO_CONVERTER_CALIBRATE_REPORT_H
#define OCTAVO_CONVERTER_CALIBRATE_REPORT_H

#include "converter/calibrate/calibrate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes a table with commas (RFC 4180), one row per activation: tensor, seen_min, seen_max, then
 * min and max as they were chosen after each stage's images (empty where those were none),
 * movement (calibration_movement) and enough (yes or no, by CALIBRATION_ENOUGH). The file appears
 * whole or not at all. Errors: IO, MEMORY. */
octavo_status calibration_report_write(const calibration *c, const graph *g, const char *path,
                                       octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
