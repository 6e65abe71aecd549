/* What the files of octavo-run share. */
#ifndef OCTAVO_RUNTIME_RUN_RUN_H
#define OCTAVO_RUNTIME_RUN_RUN_H

#include "common/json_writer.h"
#include "common/options.h"
#include "octavo.h"

/* The command line. */
typedef struct run_options {
  const char *model;
  option_arguments images;
  uint32_t threads, repeat, top, runs, warmup;
  double seconds;
  bool json, info, profile, verify, bench, cpu;
} run_options;

/* Classifies all images of the command line. What goes wrong with one is said on stderr, and the
 * others go on; returns whether all went well. `json` is NULL for text, else an open object. */
bool run_classify(const run_options *options, octavo_model *model, octavo_session *session,
                  json_writer *json);

/* --info. */
octavo_status run_info_print(const octavo_model *model, octavo_error *error);
void run_info_json(const octavo_model *model, json_writer *json);

/* --profile: what the session has measured. */
octavo_status run_profile_print(const octavo_model *model, const octavo_session *session,
                                octavo_error *error);
void run_profile_json(const octavo_model *model, const octavo_session *session, json_writer *json);

/* --verify; returns whether the results are the stored ones. What differs is said on stderr. */
bool run_verify(const run_options *options, octavo_model *model, json_writer *json);

/* --bench, of a model that took open_ms milliseconds to open. `json` as above. */
octavo_status run_bench(const run_options *options, octavo_model *model, double open_ms,
                        json_writer *json, octavo_error *error);

/* --cpu. */
octavo_status run_cpu(json_writer *json, octavo_error *error);

/* "1×32×32×3" in a buffer of 80 bytes. */
void run_shape_text(const octavo_tensor_info *info, char text[80]);

const char *run_type_name(octavo_type type);

#endif
