/* From --expect to the number of a class. */
#ifndef OCTAVO_CONVERTER_DOCTOR_EXPECTED_CLASS_H
#define OCTAVO_CONVERTER_DOCTOR_EXPECTED_CLASS_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `text` is a label of the model, whatever the case of its letters, one of the names in a label
 * such as "tabby, tabby cat", or a number below `classes`. Errors: ARGUMENT; the message names
 * labels that are near. */
octavo_status expected_class_find(const octavo_model *model, uint32_t classes, const char *text,
                                  uint32_t *index, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
