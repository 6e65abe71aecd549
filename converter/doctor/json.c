#include "common/json_file.h"
#include "converter/doctor/report.h"
#include "runtime/error.h"

#include <math.h>

static const char *const findings[] = {
    [DOCTOR_SOUND] = "sound", [DOCTOR_MISTAKE] = "mistake", [DOCTOR_UNKNOWN] = "unknown"};

static json_t *candidate_object(const doctor_result *r, uint32_t rank) {
  const uint32_t index = r->order[rank];
  const doctor_candidate *c = &r->candidates->list[index];
  const doctor_score *score = &r->scores[index];
  char options[512];
  doctor_options(c, options, sizeof options);
  return json_pack("{s:I, s:I, s:f, s:s, s:s, s:s, s:s, s:b, s:s, s:s}", "rank",
                   (json_int_t)rank + 1, "right", (json_int_t)score->right, "probability",
                   exp(score->mean_log), "channels", doctor_order_names[c->order], "values",
                   c->values, "size", c->geometry, "layout", doctor_layout_names[c->layout],
                   "present", c->present, "options", options, "remedy", doctor_remedy(c));
}

octavo_status doctor_write_json(const doctor_result *r, const char *path, octavo_error *error) {
  json_t *list = json_array();
  bool complete = true;
  for (uint32_t i = 0; i < r->candidates->count; i++)
    complete &= json_array_append_new(list, candidate_object(r, i)) == 0;
  json_t *root =
      json_pack("{s:o, s:I, s:s, s:b, s:f, s:o}", "model", json_file_text(r->options->source),
                "images", (json_int_t)r->images->count, "finding", findings[r->finding], "int8",
                r->subject->is_int8, "seconds", (double)r->nanoseconds * 1e-9, "candidates", list);
  const octavo_status status =
      root != NULL && complete
          ? json_file_write(path, root, error)
          : octavo_error_set(error, OCTAVO_ERROR_MEMORY, "out of memory for the findings");
  json_decref(root);
  return status;
}
