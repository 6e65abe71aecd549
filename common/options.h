/* The command line of a program, described by one const table of options and positional arguments
 * that say where in the program's struct each value goes. The struct's content before the call is
 * the defaults, and --help prints them.
 *
 * Understood: --name VALUE, --name=VALUE, -o VALUE, -oVALUE, flags, `--` (the rest is positional),
 * options and positional arguments in any order; --help and --version come for free. */
#ifndef OCTAVO_COMMON_OPTIONS_H
#define OCTAVO_COMMON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What an option takes, and the type of the struct member at `offset`. */
typedef enum option_kind {
  OPTION_FLAG,      /* bool, set to true */
  OPTION_QUESTION,  /* bool, set to true; as with --help, nothing else is looked at */
  OPTION_UNSIGNED,  /* uint32_t in [minimum, maximum] */
  OPTION_THREADS,   /* uint32_t as above, or the word "auto": 0 */
  OPTION_SEED,      /* uint64_t, decimal or 0x... */
  OPTION_REAL,      /* double in [minimum, maximum], finite; a fraction such as 1/255 is allowed.
                       Set to NaN before: no default is shown */
  OPTION_REALS,     /* option_reals: comma-separated numbers as above */
  OPTION_STRING,    /* const char *, into argv */
  OPTION_STRINGS,   /* option_strings: the option may be repeated */
  OPTION_CHOICE,    /* int: index into `choices` */
  OPTION_ARGUMENT,  /* positional: const char *; required if `minimum` is 1 */
  OPTION_ARGUMENTS, /* positional, the rest: option_arguments, between `minimum` and `maximum` */
} option_kind;

/* A list for needs and excludes. */
#define OPTION_NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

#define OPTION_REALS_MAX   16
#define OPTION_STRINGS_MAX 32

typedef struct option_reals {
  double values[OPTION_REALS_MAX];
  uint32_t count;
} option_reals;

typedef struct option_strings {
  const char *values[OPTION_STRINGS_MAX]; /* into argv */
  uint32_t count;
} option_strings;

typedef struct option_arguments {
  char **values; /* inside argv itself, which is reordered */
  uint32_t count;
} option_arguments;

typedef struct option_descriptor {
  const char *name; /* "threads" for --threads; for a positional argument its name, "MODEL" */
  char letter;      /* 'o' for -o; 0 = none */
  option_kind kind;
  size_t offset;              /* of the member in the program's struct */
  const char *value;          /* what --help calls the value: "N", "FILE" */
  const char *help;           /* one sentence; long ones are wrapped */
  const char *group;          /* heading in --help; NULL = that of the entry before */
  double minimum, maximum;    /* for numbers (both 0: not limited) and positional arguments */
  const char *const *choices; /* for OPTION_CHOICE: NULL-terminated */
  bool required;
  /* Names of other entries, NULL-terminated. Of `needs` one must be set for this one to mean
   * anything: given, or by default neither 0, empty nor absent; "schedule=triangular" asks for that
   * choice. None of `excludes` may be given beside it. */
  const char *const *needs, *const *excludes;
} option_descriptor;

typedef struct option_program {
  const char *name;    /* "octavo-run" */
  const char *summary; /* one or two sentences */
  const option_descriptor *options;
  size_t option_count;
  const char *const *examples;   /* NULL-terminated lines, or NULL */
  const char *const *exit_codes; /* NULL-terminated lines "1  some image could not be read"; NULL =
                                    the usual 0, 1, 2 */
  bool draft;   /* needs and excludes are left for another parse, with other defaults */
  size_t given; /* offset in the struct of a uint64_t in which bit i is set if options[i] was given;
                   0 = there is none */
} option_program;

/* What options_parse returns when the program shall go on. */
#define OPTIONS_RUN (-1)

/* Fills `values` (the program's struct). Returns OPTIONS_RUN, or the exit code to end with: 0 after
 * --help or --version went to stdout, 2 after a message about wrong usage went to stderr. Strings
 * stay owned by argv; nothing is allocated. */
int options_parse(const option_program *program, int argc, char **argv, void *values);

#ifdef __cplusplus
}
#endif

#endif
