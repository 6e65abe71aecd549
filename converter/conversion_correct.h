/* The part of a conversion that corrects the network for its int8 form. */
#ifndef OCTAVO_CONVERTER_CONVERSION_CORRECT_H
#define OCTAVO_CONVERTER_CONVERSION_CORRECT_H

#include "converter/conversion.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Before anything is computed from c->network: what leaves its function as it is. Errors: ARGUMENT
 * (--correct), MEMORY. */
octavo_status conversion_even_out(conversion *c, octavo_error *error);

/* The other corrections that were asked for, into a copy, since c->network stays what int8 is
 * compared with; none in other modes than static. How weights are rounded is decided once ranges
 * are known, for what the network with all its int8 layers feeds them, and stays if a search
 * then takes some of those to float32. Biases are corrected when the search is over, for the
 * precisions that it found. */
octavo_status conversion_decide_rounding(conversion *c, octavo_error *error);
octavo_status conversion_correct_bias(conversion *c, octavo_error *error);

/* Calibrator, weights and corrections as the provenance has them: "mse, bias". Returns `text`. */
const char *conversion_method(const conversion *c, char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
