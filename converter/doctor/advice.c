#include "converter/doctor/advice.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FEW_IMAGES 5

static bool better(const doctor_score *a, const doctor_score *b) {
  return a->right != b->right ? a->right > b->right : a->mean_log > b->mean_log;
}

void doctor_rank(const doctor_score *scores, uint32_t count, uint32_t *order) {
  for (uint32_t i = 0; i < count; i++) { /* insertion: stable, and there are few */
    uint32_t at = i;
    for (; at > 0 && better(&scores[i], &scores[order[at - 1]]); at--)
      order[at] = order[at - 1];
    order[at] = i;
  }
}

doctor_finding doctor_find(const doctor_score *scores, uint32_t best, uint32_t images) {
  const doctor_score *now = &scores[0], *other = &scores[best];
  if (other->right == 0)
    return DOCTOR_UNKNOWN;
  if (other->right <= now->right)
    return DOCTOR_SOUND;
  /* Each image on which the two differ is a fair coin if neither is better. */
  const double lead = other->right - now->right;
  return images < FEW_IMAGES || lead * lead >= 4.0 * other->disagrees ? DOCTOR_MISTAKE
                                                                      : DOCTOR_SOUND;
}

static void append(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void append(char *text, size_t size, const char *format, ...) {
  const size_t length = strlen(text);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text + length, size - length, format, arguments);
  va_end(arguments);
}

static void append_numbers(char *text, size_t size, const char *option, const float *values,
                           uint32_t count) {
  bool same = true;
  for (uint32_t c = 1; c < count; c++)
    same = same && values[c] == values[0];
  append(text, size, " %s ", option);
  for (uint32_t c = 0; c < (same ? 1 : count); c++)
    append(text, size, "%s%.6g", c == 0 ? "" : ",", (double)values[c]);
}

static void append_geometry(char *text, size_t size, const octavo_preprocessing *rule) {
  const uint32_t longer = rule->width > rule->height ? rule->width : rule->height;
  if (rule->resize == OCTAVO_RESIZE_SHORT_SIDE && rule->resize_height == longer)
    append(text, size, " --crop center");
  else if (rule->resize == OCTAVO_RESIZE_SHORT_SIDE)
    append(text, size, " --resize %u", rule->resize_height);
  else if (rule->resize_width == rule->width && rule->resize_height == rule->height)
    append(text, size, " --crop none");
  else
    append(text, size, " --resize %ux%u", rule->resize_width, rule->resize_height);
}

void doctor_options(const doctor_candidate *candidate, char *text, size_t size) {
  const octavo_preprocessing *rule = &candidate->rule;
  text[0] = '\0';
  if (candidate->order == DOCTOR_BGR)
    append(text, size, " --bgr");
  if (fabsf(rule->scale * 255.0f - 1.0f) > 1e-4f)
    append(text, size, " --scale %.6g", (double)rule->scale);
  append_numbers(text, size, "--mean", rule->mean, rule->channels);
  append_numbers(text, size, "--std", rule->std, rule->channels);
  append_geometry(text, size, rule);
  memmove(text, text + 1, strlen(text)); /* the blank in front */
}

static const char *const layout_remedies[DOCTOR_LAYOUTS] = {
    [DOCTOR_LAYOUT_RIGHT] = "",
    [DOCTOR_LAYOUT_INTERLEAVED] =
        ("the network was trained on images whose interleaved bytes were read as planes, which no "
         "option can imitate: mend the loading of the training images (transpose to NCHW, not "
         "reshape) and train again"),
    [DOCTOR_LAYOUT_TRANSPOSED] =
        ("the network was trained on images whose rows and columns were exchanged, which no option "
         "can imitate: exchange them before octavo-run sees the image, or mend the training"),
};

const char *doctor_remedy(const doctor_candidate *candidate) {
  if (candidate->layout != DOCTOR_LAYOUT_RIGHT)
    return layout_remedies[candidate->layout];
  return candidate->order == DOCTOR_GREY && candidate->rule.channels == 3
             ? "the network was trained on grey images, which no option can imitate: make images "
               "grey before octavo-run sees them"
             : "";
}
