#include "profile.h"

#include "common/table.h"
#include "platforms/platform.h"

static const char *const names[PROFILE_PARTS] = {
    [PROFILE_CONVOLUTION] = "convolution",
    [PROFILE_BATCH_NORM] = "batch norm",
    [PROFILE_ADD] = "add",
    [PROFILE_ACTIVATION] = "activation",
    [PROFILE_POOL] = "pool",
    [PROFILE_FAKE_QUANTIZE] = "fake quantization",
    [PROFILE_LINEAR] = "linear",
    [PROFILE_LOSS] = "loss",
    [PROFILE_OPTIMIZER] = "optimizer",
    [PROFILE_IMAGES] = "images",
    [PROFILE_OTHER] = "other",
};

/* One more than the part, so that a kind without a row is told by 0. */
static const int parts[ARCHITECTURE_KINDS] = {
    [ARCHITECTURE_CONVOLUTION] = PROFILE_CONVOLUTION + 1,
    [ARCHITECTURE_BATCH_NORM] = PROFILE_BATCH_NORM + 1,
    [ARCHITECTURE_ADD] = PROFILE_ADD + 1,
    [ARCHITECTURE_MAX_POOL] = PROFILE_POOL + 1,
    [ARCHITECTURE_AVERAGE_POOL] = PROFILE_POOL + 1,
    [ARCHITECTURE_GLOBAL_AVERAGE] = PROFILE_POOL + 1,
    [ARCHITECTURE_LINEAR] = PROFILE_LINEAR + 1,
    [ARCHITECTURE_ACTIVATION] = PROFILE_ACTIVATION + 1,
    [ARCHITECTURE_FAKE_QUANTIZE] = PROFILE_FAKE_QUANTIZE + 1,
};

profile_part profile_part_of(architecture_kind kind) {
  return parts[kind] > 0 ? (profile_part)(parts[kind] - 1) : PROFILE_OTHER;
}

void profile_start(profile *p) {
  p->running = true;
  p->last = platform_nanoseconds();
}

void profile_stop(profile *p) {
  profile_mark(p, PROFILE_OTHER, PROFILE_FORWARD);
  p->running = false;
}

void profile_mark_running(profile *p, profile_part part, profile_pass pass) {
  const uint64_t now = platform_nanoseconds();
  p->nanoseconds[part][pass] += now - p->last;
  p->last = now;
}

void profile_add(profile *to, const profile *from) {
  to->steps += from->steps;
  for (int i = 0; i < PROFILE_PARTS; i++)
    for (int k = 0; k < PROFILE_PASSES; k++)
      to->nanoseconds[i][k] += from->nanoseconds[i][k];
}

static uint64_t part_nanoseconds(const profile *p, int part) {
  uint64_t sum = 0;
  for (int k = 0; k < PROFILE_PASSES; k++)
    sum += p->nanoseconds[part][k];
  return sum;
}

static uint64_t all_nanoseconds(const profile *p) {
  uint64_t sum = 0;
  for (int i = 0; i < PROFILE_PARTS; i++)
    sum += part_nanoseconds(p, i);
  return sum;
}

double profile_seconds(const profile *p) {
  return (double)all_nanoseconds(p) * 1e-9;
}

static double share(const profile *p, uint64_t nanoseconds) {
  const uint64_t all = all_nanoseconds(p);
  return all > 0 ? (double)nanoseconds / (double)all : 0.0;
}

double profile_share_outside_convolutions(const profile *p) {
  const uint64_t *c = p->nanoseconds[PROFILE_CONVOLUTION];
  return share(p, all_nanoseconds(p) - c[PROFILE_FORWARD] - c[PROFILE_BACKWARD]);
}

octavo_status profile_print(const profile *p, FILE *stream, octavo_error *error) {
  table *t = table_create("lrrrrr", (const char *const[]){"ms per step", "forward", "backward",
                                                          "update", "sum", "share"});
  const double scale = p->steps > 0 ? 1e-6 / (double)p->steps : 0.0;
  for (int i = 0; i < PROFILE_PARTS; i++) {
    const uint64_t sum = part_nanoseconds(p, i);
    if (sum == 0)
      continue;
    table_cell(t, "%s", names[i]);
    for (int k = 0; k < PROFILE_PASSES; k++)
      table_cell(t, "%.3f", (double)p->nanoseconds[i][k] * scale);
    table_cell(t, "%.3f", (double)sum * scale);
    table_cell(t, "%.1f %%", 100.0 * share(p, sum));
  }
  const octavo_status status = table_print(t, stream, error);
  table_free(t);
  const double outside = 100.0 * profile_share_outside_convolutions(p);
  if (status == OCTAVO_OK)
    fprintf(stream,
            "Forward and backward passes of convolutions %.1f %% of the time, the rest %.1f %%\n",
            100.0 - outside, outside);
  return status;
}

json_t *profile_json(const profile *p) {
  json_t *list = json_object();
  for (int i = 0; i < PROFILE_PARTS; i++) {
    const uint64_t *cells = p->nanoseconds[i];
    json_object_set_new(
        list, names[i],
        json_pack("{s:f, s:f, s:f, s:f}", "forward_seconds", (double)cells[PROFILE_FORWARD] * 1e-9,
                  "backward_seconds", (double)cells[PROFILE_BACKWARD] * 1e-9, "update_seconds",
                  (double)cells[PROFILE_UPDATE] * 1e-9, "share", share(p, part_nanoseconds(p, i))));
  }
  return json_pack("{s:I, s:f, s:f, s:o}", "steps", (json_int_t)p->steps, "seconds",
                   profile_seconds(p), "outside_convolutions",
                   profile_share_outside_convolutions(p), "parts", list);
}
