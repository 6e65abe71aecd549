/* Which images the doctor looks at. */
#ifndef OCTAVO_CONVERTER_DOCTOR_IMAGES_H
#define OCTAVO_CONVERTER_DOCTOR_IMAGES_H

#include "converter/doctor/subject.h"
#include "converter/doctor/trial.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The most that are taken of a labelled folder. */
#define DOCTOR_MAX_IMAGES 100

/* The images named on the command line, which all show options->expect, and a sample of the test
 * images of options->data. On failure *images is all zero. Errors: ARGUMENT (no such class), those
 * of reading images. */
octavo_status doctor_images_open(const convert_options *options, const doctor_subject *subject,
                                 FILE *progress, doctor_images *images, octavo_error *error);

/* Whether one has other proportions than width : height. */
bool doctor_images_distorted(const doctor_images *images, uint32_t width, uint32_t height);

#ifdef __cplusplus
}
#endif

#endif
