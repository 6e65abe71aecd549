#include "common/table.h"
#include "converter/doctor/report.h"

#include <math.h>

#define SHOWN 10

static double percent(const doctor_score *score) {
  return 100.0 * exp(score->mean_log);
}

static void print_head(const doctor_result *r, FILE *stream) {
  const doctor_score *now = &r->scores[0];
  fprintf(stream, "%s on %u image%s, fed in %u ways (%.1f s)\n\n", r->options->source,
          r->images->count, r->images->count == 1 ? "" : "s", r->candidates->count,
          (double)r->nanoseconds * 1e-9);
  fprintf(stream,
          "As it is fed now, the expected class is first for %u of %u, with a probability of %.1f "
          "%% (geometric mean).\n",
          now->right, r->images->count, percent(now));
}

static void print_mistake(const doctor_result *r, FILE *stream) {
  const doctor_candidate *best = &r->candidates->list[r->order[0]];
  const doctor_score *score = &r->scores[r->order[0]];
  const char *remedy = doctor_remedy(best);
  char options[512];
  doctor_options(best, options, sizeof options);
  fprintf(stream,
          "It is fed wrongly: with channels %s, values %s, size %s, layout %s it is first for %u "
          "of %u, with %.1f %%.\n",
          doctor_order_names[best->order], best->values, best->geometry,
          doctor_layout_names[best->layout], score->right, r->images->count, percent(score));
  if (remedy[0] != '\0')
    fprintf(stream, "What to do: %s.\n", remedy);
  fprintf(stream, "Of octavo-convert's options about images %spass exactly these: %s\n",
          remedy[0] != '\0' ? "then " : "", options);
}

static void print_finding(const doctor_result *r, FILE *stream) {
  if (r->finding == DOCTOR_MISTAKE)
    print_mistake(r, stream);
  else if (r->finding == DOCTOR_SOUND)
    fputs("Nothing that was tried does better: its preprocessing is right, as far as these images "
          "tell.\n",
          stream);
  else
    fputs("Nothing that was tried makes the expected class the first: look for the mistake "
          "elsewhere, such as the order of the labels, the class that was expected, or a network "
          "that is not trained.\n",
          stream);
  if (r->images->count < 5)
    fputs("Few images can mislead: give more, or a labelled folder with --data.\n", stream);
  if (r->subject->is_int8)
    fputs("The model is int8: it cuts off what lies outside the range it was calibrated for. The "
          "ONNX file tells more.\n",
          stream);
}

static void print_row(table *t, const doctor_result *r, uint32_t rank) {
  const uint32_t index = r->order[rank];
  const doctor_candidate *c = &r->candidates->list[index];
  table_cell(t, "%u", rank + 1);
  table_cell(t, "%u", r->scores[index].right);
  table_cell(t, "%.2f %%", percent(&r->scores[index]));
  table_cell(t, "%s", doctor_order_names[c->order]);
  table_cell(t, "%s", c->values);
  table_cell(t, "%s", c->geometry);
  table_cell(t, "%s", doctor_layout_names[c->layout]);
  table_cell(t, "%s", c->present ? "now" : "");
}

octavo_status doctor_print(const doctor_result *r, FILE *stream, octavo_error *error) {
  print_head(r, stream);
  print_finding(r, stream);
  fputc('\n', stream);
  table *t =
      table_create("rrrlllll", (const char *const[]){"rank", "right", "probability", "channels",
                                                     "values", "size", "layout", ""});
  for (uint32_t i = 0; i < r->candidates->count; i++)
    if (i < SHOWN || r->options->verbose || r->candidates->list[r->order[i]].present)
      print_row(t, r, i);
  const octavo_status status = table_print(t, stream, error);
  table_free(t);
  return status;
}
