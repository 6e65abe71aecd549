/* The network that the doctor looks at: an ONNX file as float32, or a model file as it is. */
#ifndef OCTAVO_CONVERTER_DOCTOR_SUBJECT_H
#define OCTAVO_CONVERTER_DOCTOR_SUBJECT_H

#include "converter/built_model.h"
#include "converter/cli.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct doctor_subject {
  octavo_model *model;       /* owned, here or by `built` */
  built_model built;         /* of an ONNX file */
  octavo_preprocessing rule; /* what is done to images now */
  uint32_t classes;
  bool is_int8; /* the input is int8: values outside its range are cut off */
} doctor_subject;

/* Opens options->source; the options about preprocessing and labels count for an ONNX file. On
 * failure *subject is all zero, and *unsupported as of onnx_import_listing. Errors: those of
 * reading either; ARGUMENT (the input is no image).
 */
octavo_status doctor_subject_open(const convert_options *options, doctor_subject *subject,
                                  char **unsupported, octavo_error *error);

void doctor_subject_close(doctor_subject *subject);

#ifdef __cplusplus
}
#endif

#endif
