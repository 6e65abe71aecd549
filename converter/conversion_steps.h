/* The steps of a conversion, in the order in which conversion_run takes them. Each fills its part
 * of the conversion; errors are those of what it calls. */
#ifndef OCTAVO_CONVERTER_CONVERSION_STEPS_H
#define OCTAVO_CONVERTER_CONVERSION_STEPS_H

#include "converter/conversion.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- What comes in (conversion_input.c) ---- */

octavo_status conversion_read_network(conversion *c, octavo_error *error);
octavo_status conversion_lower_network(conversion *c, octavo_error *error);
octavo_status conversion_check_options(conversion *c, octavo_error *error);
octavo_status conversion_resolve_input(conversion *c, octavo_error *error);
octavo_status conversion_resolve_labels(conversion *c, octavo_error *error);
octavo_status conversion_open_images(conversion *c, octavo_error *error);

/* In place of all others: writes the plan that --write-plan asks for. */
octavo_status conversion_write_plan(conversion *c, octavo_error *error);

/* Whether ranges are calibrated: a network that is quantized already keeps its scales. */
bool conversion_calibrates(const conversion *c);

/* ---- The int8 network (conversion_quantize.c) ---- */

/* Chooses precisions, calibrates, corrects, and builds the model, or measures the front that
 * --search asks for. */
octavo_status conversion_quantize(conversion *c, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
