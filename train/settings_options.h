/* The options of octavo-train as a table, for settings.c. */
#ifndef OCTAVO_TRAIN_SETTINGS_OPTIONS_H
#define OCTAVO_TRAIN_SETTINGS_OPTIONS_H

#include "settings.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const option_program train_program;

/* The words of options with a choice, as run.json has them too; each list ends with NULL. */
extern const char *const no_yes_names[], *const flip_names[]; /* augment_flip */
extern const char *const activation_names[]; /* the first rows of architecture_function */

#ifdef __cplusplus
}
#endif

#endif
