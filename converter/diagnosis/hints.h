/* From numbers to advice in words: a table of rules. */
#ifndef OCTAVO_CONVERTER_DIAGNOSIS_HINTS_H
#define OCTAVO_CONVERTER_DIAGNOSIS_HINTS_H

#include "converter/diagnosis/diagnosis.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HINT_BYTES 512

typedef struct hint_facts {
  const diagnosis *layers;
  const calibration *ranges;
  const char *calibrator; /* name; "" = nothing was calibrated */
  uint32_t images;        /* calibrated with */
  uint32_t images_available;
} hint_facts;

/* How many rules there are for a layer, and for the conversion as a whole. */
uint32_t hints_layer_rules(void);
uint32_t hints_general_rules(void);

/* Whether rule `rule` has something to say about layer `layer`; then `text` holds it. */
bool hints_layer(const hint_facts *facts, uint32_t layer, uint32_t rule, char text[HINT_BYTES]);
bool hints_general(const hint_facts *facts, uint32_t rule, char text[HINT_BYTES]);

#ifdef __cplusplus
}
#endif

#endif
