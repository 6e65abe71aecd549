#include "options_internal.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A row of the table of option kinds. */
typedef struct kind_descriptor {
  bool (*store)(const option_descriptor *option, const char *text, void *member);
  void (*expect)(const option_descriptor *option, char *expected, size_t size);
  void (*show)(const option_descriptor *option, const void *member, char *text, size_t size);
  bool (*is_set)(const void *member);
} kind_descriptor;

static bool in_range(const option_descriptor *option, double value) {
  const bool limited = option->minimum != 0.0 || option->maximum != 0.0;
  return !limited || (value >= option->minimum && value <= option->maximum);
}

/* Adds "from A to B" if the option is limited. */
static void expect_number(const option_descriptor *option, const char *what, char *expected,
                          size_t size) {
  if (option->minimum == 0.0 && option->maximum == 0.0)
    snprintf(expected, size, "%s", what);
  else if (option->maximum >= (double)UINT32_MAX)
    snprintf(expected, size, "%s of at least %.10g", what, option->minimum);
  else
    snprintf(expected, size, "%s from %.10g to %.10g", what, option->minimum, option->maximum);
}

/* ---- Whole numbers --------------------------------------------------------------------------- */

static bool parse_whole(const char *text, int base, uint64_t *value) {
  if (!isdigit((unsigned char)text[0]))
    return false;
  char *end = NULL;
  errno = 0;
  const unsigned long long number = strtoull(text, &end, base);
  if (errno != 0 || *end != '\0')
    return false;
  *value = number;
  return true;
}

static bool store_unsigned(const option_descriptor *option, const char *text, void *member) {
  uint64_t value = 0;
  if (!parse_whole(text, 10, &value) || value > UINT32_MAX || !in_range(option, (double)value))
    return false;
  *(uint32_t *)member = (uint32_t)value;
  return true;
}

static void expect_unsigned(const option_descriptor *option, char *expected, size_t size) {
  expect_number(option, "a whole number", expected, size);
}

static void show_unsigned(const option_descriptor *option, const void *member, char *text,
                          size_t size) {
  (void)option;
  snprintf(text, size, "%" PRIu32, *(const uint32_t *)member);
}

static bool store_threads(const option_descriptor *option, const char *text, void *member) {
  return store_unsigned(option, strcmp(text, "auto") == 0 ? "0" : text, member);
}

static void expect_threads(const option_descriptor *option, char *expected, size_t size) {
  expect_number(option, "auto, or a whole number", expected, size);
}

static void show_threads(const option_descriptor *option, const void *member, char *text,
                         size_t size) {
  if (*(const uint32_t *)member == 0)
    snprintf(text, size, "auto");
  else
    show_unsigned(option, member, text, size);
}

static bool store_seed(const option_descriptor *option, const char *text, void *member) {
  (void)option;
  const bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  return parse_whole(text, hexadecimal ? 16 : 10, member);
}

static void expect_seed(const option_descriptor *option, char *expected, size_t size) {
  (void)option;
  snprintf(expected, size, "a whole number below 2^64, decimal or 0x…");
}

static void show_seed(const option_descriptor *option, const void *member, char *text,
                      size_t size) {
  (void)option;
  snprintf(text, size, "%" PRIu64, *(const uint64_t *)member);
}

/* ---- Real numbers ---------------------------------------------------------------------------- */

/* Reads "0.5" or "1/255" up to `end_mark`; the end goes to *end. */
static bool parse_real(const char *text, double *value, const char **end) {
  char *stop = NULL;
  double number = strtod(text, &stop);
  if (stop == text || isspace((unsigned char)text[0]))
    return false;
  if (*stop == '/') {
    const char *divisor_text = stop + 1;
    const double divisor = strtod(divisor_text, &stop);
    if (stop == divisor_text || isspace((unsigned char)divisor_text[0]))
      return false;
    number /= divisor;
  }
  *end = stop;
  *value = number;
  return isfinite(number) != 0;
}

static bool store_real(const option_descriptor *option, const char *text, void *member) {
  double value = 0.0;
  const char *end = NULL;
  if (!parse_real(text, &value, &end) || *end != '\0' || !in_range(option, value))
    return false;
  *(double *)member = value;
  return true;
}

static void expect_real(const option_descriptor *option, char *expected, size_t size) {
  expect_number(option, "a number", expected, size);
}

static void show_real(const option_descriptor *option, const void *member, char *text,
                      size_t size) {
  (void)option;
  const double value = *(const double *)member;
  text[0] = '\0';
  if (!isnan(value)) /* NaN: the option has no default */
    snprintf(text, size, "%.6g", value);
}

static bool store_reals(const option_descriptor *option, const char *text, void *member) {
  option_reals list = {.count = 0};
  for (const char *at = text;;) {
    if (list.count == OPTION_REALS_MAX)
      return false;
    double value = 0.0;
    const char *end = NULL;
    if (!parse_real(at, &value, &end) || !in_range(option, value))
      return false;
    list.values[list.count++] = value;
    if (*end == '\0')
      break;
    if (*end != ',')
      return false;
    at = end + 1;
  }
  *(option_reals *)member = list;
  return true;
}

static void expect_reals(const option_descriptor *option, char *expected, size_t size) {
  char each[128];
  expect_number(option, "numbers", each, sizeof each);
  snprintf(expected, size, "%s, separated by commas, at most %d", each, OPTION_REALS_MAX);
}

static void show_reals(const option_descriptor *option, const void *member, char *text,
                       size_t size) {
  (void)option;
  const option_reals *list = member;
  text[0] = '\0';
  for (uint32_t i = 0; i < list->count; i++) {
    const size_t length = strlen(text);
    snprintf(text + length, size - length, "%s%.6g", i == 0 ? "" : ",", list->values[i]);
  }
}

/* ---- Text ------------------------------------------------------------------------------------ */

static bool store_string(const option_descriptor *option, const char *text, void *member) {
  (void)option;
  if (text[0] == '\0')
    return false;
  *(const char **)member = text;
  return true;
}

static void expect_string(const option_descriptor *option, char *expected, size_t size) {
  snprintf(expected, size, "%s", option->value != NULL ? option->value : "a text");
}

static void show_string(const option_descriptor *option, const void *member, char *text,
                        size_t size) {
  (void)option;
  const char *value = *(const char *const *)member;
  snprintf(text, size, "%s", value != NULL ? value : "");
}

static bool store_strings(const option_descriptor *option, const char *text, void *member) {
  (void)option;
  option_strings *list = member;
  if (text[0] == '\0' || list->count == OPTION_STRINGS_MAX)
    return false;
  list->values[list->count++] = text;
  return true;
}

static void expect_strings(const option_descriptor *option, char *expected, size_t size) {
  snprintf(expected, size, "%s, at most %d times", option->value != NULL ? option->value : "a text",
           OPTION_STRINGS_MAX);
}

static bool store_choice(const option_descriptor *option, const char *text, void *member) {
  for (int i = 0; option->choices[i] != NULL; i++) {
    if (strcmp(option->choices[i], text) == 0) {
      *(int *)member = i;
      return true;
    }
  }
  return false;
}

static void expect_choice(const option_descriptor *option, char *expected, size_t size) {
  expected[0] = '\0';
  for (int i = 0; option->choices[i] != NULL; i++) {
    const size_t length = strlen(expected);
    const char *between = i == 0 ? "" : option->choices[i + 1] == NULL ? " or " : ", ";
    snprintf(expected + length, size - length, "%s%s", between, option->choices[i]);
  }
}

static void show_choice(const option_descriptor *option, const void *member, char *text,
                        size_t size) {
  const int chosen = *(const int *)member;
  snprintf(text, size, "%s", chosen >= 0 ? option->choices[chosen] : "");
}

static void show_nothing(const option_descriptor *option, const void *member, char *text,
                         size_t size) {
  (void)option;
  (void)member;
  (void)size;
  text[0] = '\0';
}

static bool store_flag(const option_descriptor *option, const char *text, void *member) {
  (void)option;
  (void)text;
  *(bool *)member = true;
  return true;
}

/* ---- What counts as set -----------------------------------------------------------------------
 */

static bool is_true(const void *member) {
  return *(const bool *)member;
}

static bool has_unsigned(const void *member) {
  return *(const uint32_t *)member != 0;
}

static bool has_seed(const void *member) {
  return *(const uint64_t *)member != 0;
}

static bool has_real(const void *member) {
  const double value = *(const double *)member;
  return !isnan(value) && value != 0.0;
}

static bool has_reals(const void *member) {
  return ((const option_reals *)member)->count > 0;
}

static bool has_string(const void *member) {
  return *(const char *const *)member != NULL;
}

static bool has_strings(const void *member) {
  return ((const option_strings *)member)->count > 0;
}

static bool has_choice(const void *member) {
  return *(const int *)member > 0;
}

static bool has_arguments(const void *member) {
  return ((const option_arguments *)member)->count > 0;
}

static const kind_descriptor kinds[] = {
    [OPTION_FLAG] = {store_flag, expect_string, show_nothing, is_true},
    [OPTION_QUESTION] = {store_flag, expect_string, show_nothing, is_true},
    [OPTION_UNSIGNED] = {store_unsigned, expect_unsigned, show_unsigned, has_unsigned},
    [OPTION_THREADS] = {store_threads, expect_threads, show_threads, has_unsigned},
    [OPTION_SEED] = {store_seed, expect_seed, show_seed, has_seed},
    [OPTION_REAL] = {store_real, expect_real, show_real, has_real},
    [OPTION_REALS] = {store_reals, expect_reals, show_reals, has_reals},
    [OPTION_STRING] = {store_string, expect_string, show_string, has_string},
    [OPTION_STRINGS] = {store_strings, expect_strings, show_nothing, has_strings},
    [OPTION_CHOICE] = {store_choice, expect_choice, show_choice, has_choice},
    [OPTION_ARGUMENT] = {store_string, expect_string, show_nothing, has_string},
    [OPTION_ARGUMENTS] = {store_string, expect_string, show_nothing, has_arguments},
};

bool options_store(const option_descriptor *option, const char *text, void *values, char *expected,
                   size_t size) {
  const kind_descriptor *kind = &kinds[option->kind];
  if (kind->store(option, text, (char *)values + option->offset))
    return true;
  kind->expect(option, expected, size);
  return false;
}

void options_show(const option_descriptor *option, const void *values, char *text, size_t size) {
  kinds[option->kind].show(option, (const char *)values + option->offset, text, size);
}

bool options_is_set(const option_descriptor *option, const void *values, const char *choice) {
  const void *member = (const char *)values + option->offset;
  if (choice == NULL)
    return kinds[option->kind].is_set(member);
  const int chosen = *(const int *)member;
  return chosen >= 0 && strcmp(option->choices[chosen], choice) == 0;
}
