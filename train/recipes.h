/* Recipes: where the options come from that the user does not give. A new one is a row. */
#ifndef OCTAVO_TRAIN_RECIPES_H
#define OCTAVO_TRAIN_RECIPES_H

#include "settings.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { RECIPE_CLASSIC, RECIPE_FAST, RECIPE_QAT };
extern const char *const recipe_names[]; /* ends with NULL */

/* Sets all of *s to what the recipe says for the network, or for any (NULL, a name that has no row
 * of its own). */
void recipe_take(train_settings *s, int recipe, const char *network);

#ifdef __cplusplus
}
#endif

#endif
