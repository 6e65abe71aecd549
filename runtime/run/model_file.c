#include "run.h"

const char *const run_model_inside = NULL;

octavo_status run_model_open(const run_options *options, octavo_model **model,
                             octavo_error *error) {
  return octavo_model_open(options->model, model, error);
}
