#include "options_internal.h"

#include "common/edit_distance.h"
#include "octavo.h"

#include <stdarg.h>
#include <string.h>

#define EXIT_USAGE 2

typedef struct parser {
  const option_program *program;
  int argc;
  char **argv;
  void *values;
  int next;        /* argument to look at */
  int positionals; /* moved to argv[1 .. positionals] */
  uint64_t given;  /* bit i: option i was given */
} parser;

static int wrong(const parser *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int wrong(const parser *p, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "%s: ", p->program->name);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fprintf(stderr, "\n%s: --help tells all options\n", p->program->name);
  return EXIT_USAGE;
}

static int unknown(const parser *p, const char *argument, const char *name, size_t length) {
  const char *best = NULL;
  size_t best_distance = SIZE_MAX;
  for (size_t i = 0; i < p->program->option_count; i++) {
    const option_descriptor *option = &p->program->options[i];
    if (options_positional(option))
      continue;
    const size_t d = edit_distance(name, length, option->name);
    if (d < best_distance) {
      best_distance = d;
      best = option->name;
    }
  }
  if (best != NULL && best_distance <= 1 + length / 3)
    return wrong(p, "unknown option %s; did you mean --%s?", argument, best);
  return wrong(p, "unknown option %s", argument);
}

static size_t find_long(const option_program *program, const char *name, size_t length) {
  for (size_t i = 0; i < program->option_count; i++) {
    const option_descriptor *option = &program->options[i];
    if (!options_positional(option) && strlen(option->name) == length &&
        memcmp(option->name, name, length) == 0)
      return i;
  }
  return SIZE_MAX;
}

static size_t find_letter(const option_program *program, char letter) {
  for (size_t i = 0; i < program->option_count; i++)
    if (program->options[i].letter == letter && !options_positional(&program->options[i]))
      return i;
  return SIZE_MAX;
}

/* Stores the value of option `index`: `attached` if not NULL, else the next argument. */
static int take_value(parser *p, size_t index, const char *attached) {
  const option_descriptor *option = &p->program->options[index];
  const bool repeated = (p->given >> index & 1u) != 0;
  if (repeated && !options_bare(option) && option->kind != OPTION_STRINGS)
    return wrong(p, "--%s was given twice", option->name);
  p->given |= UINT64_C(1) << index;
  const char *text = attached;
  if (options_bare(option) && attached != NULL)
    return wrong(p, "--%s takes no value, found '%s'", option->name, attached);
  if (!options_bare(option) && attached == NULL) {
    if (p->next >= p->argc)
      return wrong(p, "--%s needs a value: %s", option->name,
                   option->value != NULL ? option->value : "VALUE");
    text = p->argv[p->next++];
  }
  char expected[512];
  if (!options_store(option, text, p->values, expected, sizeof expected))
    return wrong(p, "--%s: expected %s, found '%s'", option->name, expected, text);
  return OPTIONS_RUN;
}

static int take_long(parser *p, const char *argument) {
  const char *name = argument + 2;
  const char *equals = strchr(name, '=');
  const size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
  const size_t index = find_long(p->program, name, length);
  if (index == SIZE_MAX)
    return unknown(p, argument, name, length);
  return take_value(p, index, equals != NULL ? equals + 1 : NULL);
}

static int take_short(parser *p, const char *argument) {
  const size_t index = find_letter(p->program, argument[1]);
  if (index == SIZE_MAX)
    return wrong(p, "unknown option %s", argument);
  const char *rest = argument + 2;
  return take_value(p, index, *rest != '\0' ? rest : NULL);
}

/* Goes over the arguments once; the positional ones end up in argv[1 ..], in order. */
static int take_all(parser *p) {
  bool only_positionals = false;
  while (p->next < p->argc) {
    char *argument = p->argv[p->next++];
    int code = OPTIONS_RUN;
    if (!only_positionals && strcmp(argument, "--") == 0)
      only_positionals = true;
    else if (!only_positionals && strncmp(argument, "--", 2) == 0)
      code = take_long(p, argument);
    else if (!only_positionals && argument[0] == '-' && argument[1] != '\0')
      code = take_short(p, argument);
    else
      p->argv[++p->positionals] = argument;
    if (code != OPTIONS_RUN)
      return code;
  }
  return OPTIONS_RUN;
}

/* Gives the positional arguments to their entries, in the order of the table. */
static int assign_positionals(parser *p) {
  int used = 0;
  for (size_t i = 0; i < p->program->option_count; i++) {
    const option_descriptor *option = &p->program->options[i];
    if (!options_positional(option))
      continue;
    const int left = p->positionals - used;
    if (left < (int)option->minimum)
      return wrong(p, "%s is missing", option->name);
    char *member = (char *)p->values + option->offset;
    int taken = left;
    if (option->kind == OPTION_ARGUMENTS) {
      if (option->maximum > 0.0 && left > (int)option->maximum)
        return wrong(p, "%s: expected at most %.0f, found %d", option->name, option->maximum, left);
      *(option_arguments *)(void *)member =
          (option_arguments){.values = p->argv + 1 + used, .count = (uint32_t)left};
    } else {
      taken = left > 0 ? 1 : 0;
      if (taken > 0)
        *(const char **)(void *)member = p->argv[1 + used];
    }
    used += taken;
  }
  if (used < p->positionals)
    return wrong(p, "unexpected argument '%s'", p->argv[1 + used]);
  return OPTIONS_RUN;
}

static int check_required(const parser *p) {
  for (size_t i = 0; i < p->program->option_count; i++) {
    const option_descriptor *option = &p->program->options[i];
    if (option->required && !options_positional(option) && (p->given >> i & 1u) == 0)
      return wrong(p, "--%s is missing", option->name);
  }
  return OPTIONS_RUN;
}

static const option_descriptor *find_named(const option_program *program, const char *name,
                                           size_t length, size_t *index) {
  for (*index = 0; *index < program->option_count; ++*index) {
    const option_descriptor *option = &program->options[*index];
    if (strlen(option->name) == length && memcmp(option->name, name, length) == 0)
      return option;
  }
  return NULL;
}

/* Whether one of `names` is set, in the sense of option_descriptor. */
static bool any_set(const parser *p, const char *const *names) {
  for (; *names != NULL; names++) {
    const size_t length = strcspn(*names, "=");
    size_t index = 0;
    const option_descriptor *option = find_named(p->program, *names, length, &index);
    if (option != NULL &&
        options_is_set(option, p->values, (*names)[length] != '\0' ? *names + length + 1 : NULL))
      return true;
  }
  return false;
}

static bool any_given(const parser *p, const char *const *names, const char **which) {
  for (; *names != NULL; names++) {
    size_t index = 0;
    *which = *names;
    if (find_named(p->program, *names, strlen(*names), &index) != NULL &&
        (p->given >> index & 1u) != 0)
      return true;
  }
  return false;
}

/* "--lookahead", "IMAGE or --profile", "--schedule one-cycle": positional arguments are in
 * capitals. */
static void list_names(const char *const *names, char *text, size_t size) {
  for (size_t i = 0, length = 0; names[i] != NULL && length < size; i++) {
    const bool capital = names[i][0] >= 'A' && names[i][0] <= 'Z', last = names[i + 1] == NULL;
    const char *between = i == 0 ? "" : last ? " or " : ", ";
    length += (size_t)snprintf(text + length, size - length, "%s%s%s", between, capital ? "" : "--",
                               names[i]);
  }
  for (char *equals = strchr(text, '='); equals != NULL; equals = strchr(equals, '='))
    *equals = ' ';
}

static int check_relations(const parser *p) {
  char names[256] = "";
  const char *other = NULL;
  for (size_t i = 0; i < p->program->option_count && !p->program->draft; i++) {
    const option_descriptor *option = &p->program->options[i];
    if ((p->given >> i & 1u) == 0)
      continue;
    if (option->needs != NULL && !any_set(p, option->needs)) {
      list_names(option->needs, names, sizeof names);
      return wrong(p, "--%s does nothing without %s", option->name, names);
    }
    if (option->excludes != NULL && any_given(p, option->excludes, &other))
      return wrong(p, "--%s and --%s exclude each other", option->name, other);
  }
  return OPTIONS_RUN;
}

/* --help and --version are served even if the rest makes no sense, and before values change. */
static bool asks(int argc, char **argv, const char *name, const char *letter) {
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
    if (strcmp(argv[i], name) == 0 || (letter != NULL && strcmp(argv[i], letter) == 0))
      return true;
  return false;
}

/* Whether one of the program's own questions is asked, and which. */
static const option_descriptor *find_question(const option_program *program, int argc,
                                              char **argv) {
  for (size_t i = 0; i < program->option_count; i++) {
    const option_descriptor *option = &program->options[i];
    char name[64];
    snprintf(name, sizeof name, "--%s", option->name);
    if (option->kind == OPTION_QUESTION && asks(argc, argv, name, NULL))
      return option;
  }
  return NULL;
}

int options_parse(const option_program *program, int argc, char **argv, void *values) {
  if (asks(argc, argv, "--help", find_letter(program, 'h') == SIZE_MAX ? "-h" : NULL)) {
    options_print_help(program, values, stdout);
    return 0;
  }
  if (asks(argc, argv, "--version", NULL)) {
    printf("%s %s\n", program->name, octavo_version());
    return 0;
  }
  const option_descriptor *question = find_question(program, argc, argv);
  if (question != NULL) {
    *(bool *)((char *)values + question->offset) = true;
    return OPTIONS_RUN;
  }
  parser p = {.program = program, .argc = argc, .argv = argv, .values = values, .next = 1};
  if (program->option_count > 64)
    return wrong(&p, "more than 64 options in its own table");
  if (argc <= 1 && program->option_count > 0) {
    /* Nothing given: the usage line helps more than the name of the first missing thing. */
    bool needs = false;
    for (size_t i = 0; i < program->option_count; i++) {
      const option_descriptor *option = &program->options[i];
      needs |= option->required || (options_positional(option) && option->minimum >= 1.0);
    }
    if (needs)
      options_print_usage(program, stderr);
  }
  int code = take_all(&p);
  if (code == OPTIONS_RUN)
    code = assign_positionals(&p);
  if (code == OPTIONS_RUN)
    code = check_required(&p);
  if (code == OPTIONS_RUN)
    code = check_relations(&p);
  if (program->given != 0)
    *(uint64_t *)(void *)((char *)values + program->given) = p.given;
  return code;
}
