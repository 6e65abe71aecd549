#include "train_bench_settings.h"

#include "common/option_rows.h"
#include "train/networks.h"
#include "train/precision.h"

#define AT(member) offsetof(train_bench_settings, member)

static const option_descriptor options[] = {
    {.name = "NETWORK",
     .kind = OPTION_ARGUMENT,
     .offset = AT(network),
     .minimum = 1,
     .help = "What to train; octavo-train --list tells the names.",
     .group = "Arguments"},
    {.name = "batch",
     .letter = 'b',
     .kind = OPTION_UNSIGNED,
     .offset = AT(batch),
     .value = "N",
     .minimum = 1,
     .maximum = 65536,
     .help = "Images in a step.",
     .group = "What to run"},
    {.name = "size",
     .kind = OPTION_UNSIGNED,
     .offset = AT(size),
     .value = "N",
     .maximum = 1024,
     .help = "Height and width of the images; 0 is the network's usual."},
    {.name = "classes",
     .kind = OPTION_UNSIGNED,
     .offset = AT(classes),
     .value = "N",
     .minimum = 2,
     .maximum = 100000,
     .help = "Classes that the network tells apart."},
    {.name = "precision",
     .kind = OPTION_CHOICE,
     .offset = AT(precision),
     .choices = train_precision_names,
     .help = "As octavo-train's; auto is bfloat16 where the CPU has it."},
    {OPTION_ROW_THREADS, .offset = AT(threads)},
    {.name = "seed",
     .kind = OPTION_SEED,
     .offset = AT(seed),
     .value = "N",
     .help = "Seed of weights, images and labels."},
    {.name = "warmup",
     .kind = OPTION_UNSIGNED,
     .offset = AT(warmup),
     .value = "N",
     .maximum = 1000000,
     .help = "Steps before those that count.",
     .group = "How to measure"},
    {.name = "steps",
     .letter = 'n',
     .kind = OPTION_UNSIGNED,
     .offset = AT(steps),
     .value = "N",
     .maximum = 1000000,
     .help = "Steps that count; 0 is as many as fit --seconds."},
    {OPTION_ROW_SECONDS, .offset = AT(seconds)},
    {.name = "json",
     .kind = OPTION_STRING,
     .offset = AT(json),
     .value = "FILE",
     .help = "Write everything as JSON too."},
    {.name = "stdin",
     .kind = OPTION_FLAG,
     .offset = AT(from_stdin),
     .help = "For scripts that take turns with other programs: take one step, print a line of JSON "
             "about the start, then for each line N on standard input take N steps and print "
             "their milliseconds as a line of JSON.",
     .excludes = OPTION_NAMES("warmup", "steps", "seconds", "json")},
};

static const char *const examples[] = {
    "octavo-train-bench resnet20", "octavo-train-bench resnet18 --precision float32 --threads 1",
    "octavo-train-bench resnet18-cifar --steps 20 --json out.json", NULL};

static const option_program program = {
    .name = "octavo-train-bench",
    .summary = "Measures how fast a network is trained: forward, backward and update on random "
               "images, with the share of each kind of layer and the peak of memory.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .examples = examples};

int train_bench_settings_parse(int argc, char **argv, train_bench_settings *settings) {
  *settings =
      (train_bench_settings){.batch = 128, .classes = 10, .warmup = 3, .seconds = 10, .seed = 1};
  const int code = options_parse(&program, argc, argv, settings);
  if (code != OPTIONS_RUN || trainable_find(settings->network) != NULL)
    return code;
  fprintf(stderr, "%s: no network '%s'; octavo-train --list tells the names\n", program.name,
          settings->network);
  return 2;
}
