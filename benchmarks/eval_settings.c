#include "eval_settings.h"

#include "common/option_rows.h"

#define AT(member) offsetof(eval_settings, member)

static const char *const splits[] = {"train", "test", "all", NULL};

static const option_descriptor options[] = {
    {.name = "MODEL",
     .kind = OPTION_ARGUMENTS,
     .offset = AT(models),
     .minimum = 1,
     .maximum = 16,
     .help = "The .octavo files; the others are compared with the first.",
     .group = "Arguments"},
    {.name = "data",
     .letter = 'd',
     .kind = OPTION_STRING,
     .offset = AT(data),
     .value = "DIR",
     .required = true,
     .help = "The images: CIFAR-10's binary batches, one folder per class (with or without train "
             "and test above), or a flat folder.",
     .group = "Images"},
    {.name = "split",
     .kind = OPTION_CHOICE,
     .offset = AT(split),
     .choices = splits,
     .help = "Which part of them"},
    {.name = "limit",
     .letter = 'n',
     .kind = OPTION_UNSIGNED,
     .offset = AT(limit),
     .value = "N",
     .maximum = 1e9,
     .help = "Take N images, evenly from the classes; 0 is all."},
    {.name = "seed",
     .kind = OPTION_SEED,
     .offset = AT(seed),
     .value = "N",
     .help = "Seed of the choice that --limit makes.",
     .needs = OPTION_NAMES("limit")},
    {.name = "no-labels",
     .kind = OPTION_FLAG,
     .offset = AT(no_labels),
     .help = "The folders say nothing about what is right: no accuracy, agreement only."},
    {OPTION_ROW_THREADS, .offset = AT(threads), .group = "Output"},
    {.name = "confusion",
     .kind = OPTION_FLAG,
     .offset = AT(confusion),
     .help = "Which classes are taken for which: a matrix up to 20 classes, else the most frequent "
             "mistakes.",
     .excludes = OPTION_NAMES("no-labels")},
    {.name = "json",
     .kind = OPTION_STRING,
     .offset = AT(json),
     .value = "FILE",
     .help = "Write the results as JSON too."},
};

static const char *const examples[] = {
    "octavo-eval --data cifar10 float.octavo int8.octavo",
    "octavo-eval --data photos --limit 500 --confusion --json out.json model.octavo", NULL};

static const char *const exit_codes[] = {
    "0  evaluated (also if a few images could not be read; it says how many)",
    "1  failure: a model or the data cannot be read, or more than a tenth of the images",
    "2  wrong usage", NULL};

static const option_program program = {
    .name = "octavo-eval",
    .summary = "Runs models over a set of images, one image at a time, and compares them: "
               "accuracy, agreement, size and speed.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .examples = examples,
    .exit_codes = exit_codes};

int eval_settings_parse(int argc, char **argv, eval_settings *settings) {
  *settings = (eval_settings){.split = 1, .threads = 1, .seed = 1};
  return options_parse(&program, argc, argv, settings);
}
