/* --calibrator-for: single layers whose ranges are chosen in another way. */
#ifndef OCTAVO_CONVERTER_CALIBRATE_CHOICES_H
#define OCTAVO_CONVERTER_CALIBRATE_CHOICES_H

#include "common/options.h"
#include "converter/calibrate/calibrator.h"
#include "converter/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads lists of LAYER=NAME with commas between them into `choices`, one per tensor of `g`: the
 * calibrator of each such layer's results. Others are left alone. Errors: ARGUMENT (a layer that is
 * not there: the message tells the closest names; no such calibrator). */
octavo_status calibrator_choices_read(const graph *g, const option_strings *lists,
                                      const calibrator **choices, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
