#include "options_internal.h"

#include <string.h>

#define LINE_WIDTH  96
#define HELP_COLUMN 30

static const char *const usual_exit_codes[] = {"0  success", "1  failure; the message says what",
                                               "2  wrong usage", NULL};

/* How --help and usage name what an option takes. */
static const char *value_name(const option_descriptor *option) {
  return option->value != NULL ? option->value : "VALUE";
}

void options_print_usage(const option_program *program, FILE *stream) {
  fprintf(stream, "Usage: %s", program->name);
  for (size_t i = 0; i < program->option_count; i++) {
    const option_descriptor *option = &program->options[i];
    if (option->required && !options_positional(option))
      fprintf(stream, " --%s %s", option->name, value_name(option));
  }
  fputs(" [options]", stream);
  for (size_t i = 0; i < program->option_count; i++) {
    const option_descriptor *option = &program->options[i];
    if (!options_positional(option))
      continue;
    const char *more = option->kind == OPTION_ARGUMENTS ? "..." : "";
    fprintf(stream, option->minimum >= 1.0 ? " %s%s" : " [%s%s]", option->name, more);
  }
  fputc('\n', stream);
}

/* Writes the words of `text` from HELP_COLUMN on; `column` is where the line stands. */
static void print_wrapped(FILE *stream, const char *text, size_t column) {
  if (column + 2 > HELP_COLUMN) {
    fputc('\n', stream);
    column = 0;
  }
  fprintf(stream, "%*s", (int)(HELP_COLUMN - column), "");
  column = HELP_COLUMN;
  while (*text != '\0') {
    const size_t length = strcspn(text, " ");
    if (column > HELP_COLUMN && column + 1 + length > LINE_WIDTH) {
      fprintf(stream, "\n%*s", HELP_COLUMN, "");
      column = HELP_COLUMN;
    } else if (column > HELP_COLUMN) {
      fputc(' ', stream);
      column++;
    }
    fwrite(text, 1, length, stream);
    column += length;
    text += length;
    text += strspn(text, " ");
  }
  fputc('\n', stream);
}

/* Appends formatted text; what does not fit is cut. */
static void append(char *text, size_t size, const char *before, const char *word,
                   const char *after) {
  const size_t length = strlen(text);
  snprintf(text + length, size - length, "%s%s%s", before, word, after);
}

/* The help sentence, the choices and the default. */
static void describe(const option_descriptor *option, const void *values, char *text, size_t size) {
  text[0] = '\0';
  append(text, size, "", option->help, "");
  const size_t length = strlen(text);
  if (option->kind == OPTION_CHOICE && length > 0 && text[length - 1] == '.')
    text[length - 1] = '\0'; /* the choices go on with the sentence */
  for (int i = 0; option->kind == OPTION_CHOICE && option->choices[i] != NULL; i++) {
    const bool last = option->choices[i + 1] == NULL;
    append(text, size, i == 0 ? ": " : last ? " or " : ", ", option->choices[i], "");
  }
  char preset[256];
  options_show(option, values, preset, sizeof preset);
  if (preset[0] != '\0')
    append(text, size, " [", preset, "]");
  else if (option->required)
    append(text, size, " ", "(required)", "");
}

static void print_option(const option_descriptor *option, const void *values, FILE *stream) {
  char left[128];
  char right[1024];
  char letter[8] = "   ";
  if (option->letter != '\0')
    snprintf(letter, sizeof letter, "-%c,", option->letter);
  if (options_positional(option))
    snprintf(left, sizeof left, "  %s", option->name);
  else if (options_bare(option))
    snprintf(left, sizeof left, "  %s --%s", letter, option->name);
  else
    snprintf(left, sizeof left, "  %s --%s %s", letter, option->name, value_name(option));
  describe(option, values, right, sizeof right);
  fputs(left, stream);
  print_wrapped(stream, right, strlen(left));
}

static void print_lines(const char *heading, const char *const *lines, FILE *stream) {
  fprintf(stream, "\n%s:\n", heading);
  for (size_t i = 0; lines[i] != NULL; i++)
    fprintf(stream, "  %s\n", lines[i]);
}

void options_print_help(const option_program *program, const void *values, FILE *stream) {
  static const option_descriptor common[] = {
      {.name = "help", .letter = 'h', .kind = OPTION_FLAG, .help = "Show this text and end."},
      {.name = "version", .kind = OPTION_FLAG, .help = "Show the version and end."}};
  static const bool unset = false;
  options_print_usage(program, stream);
  fprintf(stream, "\n%s\n", program->summary);
  const char *group = NULL;
  for (size_t i = 0; i < program->option_count; i++) {
    const option_descriptor *option = &program->options[i];
    const char *heading = option->group;
    if (heading == NULL && group == NULL)
      heading = options_positional(option) ? "Arguments" : "Options";
    if (heading != NULL && (group == NULL || strcmp(heading, group) != 0)) {
      fprintf(stream, "\n%s:\n", heading);
      group = heading;
    }
    print_option(option, values, stream);
  }
  fputs("\nHelp:\n", stream);
  for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
    print_option(&common[i], &unset, stream);
  print_lines("Exit codes", program->exit_codes != NULL ? program->exit_codes : usual_exit_codes,
              stream);
  if (program->examples != NULL)
    print_lines("Examples", program->examples, stream);
}
