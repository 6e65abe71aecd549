#include "converter/doctor/candidates.h"

#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>
#include <string.h>

const char *const doctor_order_names[] = {
    [DOCTOR_RGB] = "RGB", [DOCTOR_BGR] = "BGR", [DOCTOR_GREY] = "grey"};
const char *const doctor_layout_names[] = {[DOCTOR_LAYOUT_RIGHT] = "as it is",
                                           [DOCTOR_LAYOUT_INTERLEAVED] = "NHWC read as NCHW",
                                           [DOCTOR_LAYOUT_TRANSPOSED] = "transposed"};

/* value = (pixel · scale − mean) / std; red first. */
typedef struct value_row {
  const char *name;
  float scale, mean[3], std[3];
  uint32_t channels; /* of the networks it is for; 0 = any */
} value_row;

#define UNIT (1.0f / 255.0f)

static const value_row value_rows[] = {
    {"0..1", UNIT, {0, 0, 0}, {1, 1, 1}, 0},
    {"ImageNet", UNIT, {0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}, 3},
    {"CIFAR-10", UNIT, {0.4914f, 0.4822f, 0.4465f}, {0.2470f, 0.2435f, 0.2616f}, 3},
    {"MNIST", UNIT, {0.1307f, 0, 0}, {0.3081f, 1, 1}, 1},
    {"-1..1", UNIT, {0.5f, 0.5f, 0.5f}, {0.5f, 0.5f, 0.5f}, 0},
    {"0..255", 1.0f, {0, 0, 0}, {1, 1, 1}, 0},
    {"0..255 - mean", 1.0f, {123.68f, 116.78f, 103.94f}, {1, 1, 1}, 3},
    {"-128..127", 1.0f, {128, 128, 128}, {1, 1, 1}, 0},
};

typedef struct order_row {
  doctor_order order;
  doctor_layout layout;
  uint32_t channels; /* 0 = any */
} order_row;

static const order_row order_rows[] = {
    {DOCTOR_RGB, DOCTOR_LAYOUT_RIGHT, 3},      {DOCTOR_BGR, DOCTOR_LAYOUT_RIGHT, 3},
    {DOCTOR_GREY, DOCTOR_LAYOUT_RIGHT, 0},     {DOCTOR_RGB, DOCTOR_LAYOUT_INTERLEAVED, 3},
    {DOCTOR_RGB, DOCTOR_LAYOUT_TRANSPOSED, 3}, {DOCTOR_GREY, DOCTOR_LAYOUT_TRANSPOSED, 1},
};

typedef void (*set_geometry)(octavo_preprocessing *rule);

static void stretch(octavo_preprocessing *rule) {
  rule->resize = OCTAVO_RESIZE_STRETCH;
  rule->resize_width = rule->width;
  rule->resize_height = rule->height;
}

static void short_side(octavo_preprocessing *rule, uint32_t side) {
  rule->resize = OCTAVO_RESIZE_SHORT_SIDE;
  rule->resize_width = rule->resize_height = side;
}

static uint32_t longer(const octavo_preprocessing *rule) {
  return rule->width > rule->height ? rule->width : rule->height;
}

static void crop(octavo_preprocessing *rule) {
  short_side(rule, longer(rule));
}

/* 224 of 256, as for ImageNet, or that share of another size. */
static void crop_smaller(octavo_preprocessing *rule) {
  short_side(rule, (longer(rule) * 256 + 112) / 224);
}

typedef struct geometry_row {
  const char *name;
  set_geometry set;
  bool if_distorted; /* the same as the first unless images have other proportions */
} geometry_row;

static const geometry_row geometry_rows[] = {
    {"stretched", stretch, false},
    {"centre", crop, true},
    {"centre, 224 of 256", crop_smaller, false},
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static bool serves(uint32_t wanted, uint32_t channels) {
  return wanted == 0 || wanted == channels;
}

static bool close_to(float a, float b) {
  return fabsf(a - b) <= 2e-3f * fmaxf(fabsf(a), fabsf(b)) + 1e-6f;
}

static bool same_values(const octavo_preprocessing *a, const octavo_preprocessing *b) {
  bool same = close_to(a->scale, b->scale);
  for (uint32_t c = 0; c < a->channels; c++)
    same = same && close_to(a->mean[c], b->mean[c]) && close_to(a->std[c], b->std[c]);
  return same;
}

static bool same_geometry(const octavo_preprocessing *a, const octavo_preprocessing *b) {
  return a->resize == b->resize && a->resize_height == b->resize_height &&
         (a->resize == OCTAVO_RESIZE_SHORT_SIDE || a->resize_width == b->resize_width);
}

static void set_values(const value_row *row, doctor_order order, octavo_preprocessing *rule) {
  rule->scale = row->scale;
  for (uint32_t c = 0; c < rule->channels; c++) {
    const uint32_t from = order == DOCTOR_BGR ? 2 - c : c;
    rule->mean[c] = row->mean[from];
    rule->std[c] = row->std[from];
  }
}

/* The values the model uses now, with the channels of the other order. */
static void turn_values(const octavo_preprocessing *present, bool bgr, octavo_preprocessing *rule) {
  for (uint32_t c = 0; c < rule->channels && rule->channels == 3; c++) {
    const uint32_t from = present->bgr != bgr ? 2 - c : c;
    rule->mean[c] = present->mean[from];
    rule->std[c] = present->std[from];
  }
}

static void add(doctor_candidates *all, const doctor_candidate *candidate) {
  for (uint32_t i = 0; i < all->count; i++) {
    const doctor_candidate *other = &all->list[i];
    if (other->order == candidate->order && other->layout == candidate->layout &&
        same_values(&other->rule, &candidate->rule) &&
        same_geometry(&other->rule, &candidate->rule))
      return;
  }
  all->list[all->count++] = *candidate;
}

static const char *name_of_values(const octavo_preprocessing *rule, doctor_order order) {
  for (size_t i = 0; i < COUNT(value_rows); i++) {
    octavo_preprocessing other = *rule;
    set_values(&value_rows[i], order, &other);
    if (serves(value_rows[i].channels, rule->channels) && same_values(&other, rule))
      return value_rows[i].name;
  }
  return "the model's";
}

static const char *name_of_geometry(const octavo_preprocessing *rule) {
  for (size_t i = 0; i < COUNT(geometry_rows); i++) {
    octavo_preprocessing other = *rule;
    geometry_rows[i].set(&other);
    if (same_geometry(&other, rule))
      return geometry_rows[i].name;
  }
  return "the model's";
}

static doctor_candidate make_present(const octavo_preprocessing *rule) {
  const doctor_order order = rule->channels == 1 ? DOCTOR_GREY
                             : rule->bgr         ? DOCTOR_BGR
                                                 : DOCTOR_RGB;
  return (doctor_candidate){.rule = *rule,
                            .order = order,
                            .layout = DOCTOR_LAYOUT_RIGHT,
                            .values = name_of_values(rule, order),
                            .geometry = name_of_geometry(rule),
                            .present = true};
}

/* All values and orders for one geometry. */
static void add_combinations(const doctor_candidate *present, const doctor_candidate *geometry,
                             doctor_candidates *all) {
  for (size_t o = 0; o < COUNT(order_rows); o++) {
    const order_row *order = &order_rows[o];
    if (!serves(order->channels, present->rule.channels))
      continue;
    doctor_candidate c = *geometry;
    c.order = order->order;
    c.layout = order->layout;
    c.rule.bgr = order->order == DOCTOR_BGR;
    turn_values(&present->rule, c.rule.bgr, &c.rule);
    c.values = present->values;
    add(all, &c);
    for (size_t v = 0; v < COUNT(value_rows); v++) {
      if (!serves(value_rows[v].channels, present->rule.channels))
        continue;
      set_values(&value_rows[v], order->order, &c.rule);
      c.values = value_rows[v].name;
      add(all, &c);
    }
  }
}

octavo_status doctor_candidates_make(const octavo_preprocessing *present, bool distorted,
                                     doctor_candidates *result, octavo_error *error) {
  const size_t room = 1 + COUNT(order_rows) * (COUNT(value_rows) + 1) * (COUNT(geometry_rows) + 1);
  memset(result, 0, sizeof *result);
  result->list = octavo_memory_alloc(room, sizeof *result->list);
  if (result->list == NULL)
    return octavo_error_memory(error, room * sizeof *result->list, "the combinations");
  const doctor_candidate now = make_present(present);
  add(result, &now);
  doctor_candidate geometry = now;
  geometry.present = false;
  add_combinations(&now, &geometry, result);
  for (size_t i = 0; i < COUNT(geometry_rows); i++) {
    geometry_rows[i].set(&geometry.rule);
    geometry.geometry = geometry_rows[i].name;
    if (distorted || !geometry_rows[i].if_distorted)
      add_combinations(&now, &geometry, result);
  }
  return OCTAVO_OK;
}

void doctor_candidates_free(doctor_candidates *candidates) {
  octavo_memory_free(candidates->list);
  memset(candidates, 0, sizeof *candidates);
}
