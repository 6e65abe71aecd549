/* One run of octavo-convert: from the network's file to a checked model in memory. */
#ifndef OCTAVO_CONVERTER_CONVERSION_H
#define OCTAVO_CONVERTER_CONVERSION_H

#include "converter/built_model.h"
#include "converter/calibrate/calibrate.h"
#include "converter/cli.h"
#include "converter/correct/correct.h"
#include "converter/diagnosis/diagnosis.h"
#include "converter/eager/plan_file.h"
#include "converter/passes/passes.h"
#include "converter/precision/front.h"
#include "converter/precision/max_drop.h"
#include "converter/quantize/given.h"
#include "converter/selfcheck.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct conversion {
  const convert_options *options;
  uint32_t threads;
  FILE *progress;  /* NULL = nowhere */
  bool is_misused; /* whether it failed since options do not go with the source */

  uint64_t source_bytes;
  uint8_t source_sha256[32];
  char *unsupported; /* all operators that are not, where the message names only some; or NULL */
  passes_report passes;
  graph *network;   /* lowered, float */
  graph *corrected; /* the same with corrections for its int8 layers; NULL = there are none */
  graph *quantized; /* lowered, int8 or mixed; NULL in float mode */
  bool is_given;    /* whether the source is quantized already: nothing is calibrated */
  given_report given;
  bool is_image; /* whether there is one input, of images; else no preprocessing */
  octavo_preprocessing rule;
  label_list labels;

  image_sample calibration_images; /* empty without --calib */
  image_sample test_images;        /* empty without --data */
  input_cache inputs;              /* of calibration_images, for what runs them many times */
  eager_plan plan;                 /* with --plan */
  calibration ranges;              /* static modes */
  layer_precision *precisions;     /* static modes: one per node of `network` */
  const calibrator **choices;      /* by --plan or --calibrator-for: one per tensor of `network` */
  max_drop_result drop;            /* with --max-drop */
  front front;                     /* with --search, and then no int8 model */
  uint32_t corrections;            /* static mode: a set of correction_kind */
  correction_report equalized, rounded, bias_corrected;
  built_model float_model;
  bool bit_exact;                      /* the result gives the same bits on every CPU */
  built_model int8_model;              /* static modes */
  selfcheck_result quality;            /* static modes */
  diagnosis layers;                    /* static and dynamic mode with --report; else all zero */
  float accuracy_float, accuracy_int8; /* percent; NaN = not measured */
  uint64_t nanoseconds;
} conversion;

/* Does everything but write files. `options` must outlive *c. On success and on failure the caller
 * frees *c with conversion_free. Errors: of every kind; the message says what to do. */
octavo_status conversion_run(conversion *c, const convert_options *options, FILE *progress,
                             octavo_error *error);

/* The model to write. */
const built_model *conversion_result(const conversion *c);

void conversion_free(conversion *c);

#ifdef __cplusplus
}
#endif

#endif
