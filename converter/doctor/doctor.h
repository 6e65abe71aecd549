/* octavo-convert --doctor: does the model get its images the way it was trained on? */
#ifndef OCTAVO_CONVERTER_DOCTOR_H
#define OCTAVO_CONVERTER_DOCTOR_H

#include "converter/cli.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Tries the usual mistakes and prints what it found to `stream` (NULL = nowhere), and to
 * options->json if given. *unsupported: as of onnx_import_listing. Errors: of every kind; the
 * message says what to do. */
octavo_status doctor_run(const convert_options *options, FILE *stream, FILE *progress,
                         char **unsupported, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
