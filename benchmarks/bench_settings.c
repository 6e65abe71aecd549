#include "bench_settings.h"

#include "common/option_rows.h"
#include "layers.h"

#include <stdio.h>

#define AT(member) offsetof(bench_settings, member)

static const char *const splits[] = {"train", "test", "all", NULL};
static const char *const orders[] = {"run", "time", NULL};

static const option_descriptor options[] = {
    {.name = "MODEL",
     .kind = OPTION_ARGUMENTS,
     .offset = AT(models),
     .minimum = 1,
     .maximum = 16,
     .help = "The .octavo files to measure. Several are measured in turns, block by block.",
     .group = "Arguments"},
    {OPTION_ROW_THREADS, .offset = AT(threads), .group = "How to run"},
    {.name = "batch",
     .letter = 'b',
     .kind = OPTION_UNSIGNED,
     .offset = AT(batch),
     .value = "N",
     .minimum = 1,
     .maximum = 4096,
     .help = "Images per run."},
    {OPTION_ROW_WARMUP, .offset = AT(warmup)},
    {OPTION_ROW_RUNS, .offset = AT(runs)},
    {OPTION_ROW_SECONDS, .offset = AT(seconds)},
    {.name = "images",
     .kind = OPTION_STRING,
     .offset = AT(images),
     .value = "DIR",
     .help = "Measure on these images (any layout that octavo-eval takes), and also how long it "
             "takes to decode and to preprocess one; else on seeded noise."},
    {.name = "image-limit",
     .kind = OPTION_UNSIGNED,
     .offset = AT(image_limit),
     .value = "N",
     .minimum = 1,
     .maximum = 100000,
     .help = "How many of the images to hold in memory.",
     .needs = OPTION_NAMES("images")},
    {.name = "split",
     .kind = OPTION_CHOICE,
     .offset = AT(split),
     .choices = splits,
     .help = "Which part of the images",
     .needs = OPTION_NAMES("images")},
    {.name = "seed",
     .kind = OPTION_SEED,
     .offset = AT(seed),
     .value = "N",
     .help = "Seed of the noise, the choice of images and the bootstrap."},
    {.name = "xnnpack",
     .kind = OPTION_FLAG,
     .offset = AT(xnnpack),
     .help = "Leave all layers to XNNPACK, to see what Octavo's own kernels are worth on this "
             "processor."},
    {.name = "compare",
     .letter = 'c',
     .kind = OPTION_FLAG,
     .offset = AT(compare),
     .help = "Compare two models: the ratio of their medians with a 95 % confidence interval from "
             "a bootstrap over pairs of neighbouring blocks, and which one wins.",
     .group = "What to report"},
    {.name = "profile",
     .letter = 'p',
     .kind = OPTION_FLAG,
     .offset = AT(profile),
     .help = "Time of each operator, and sums per kind of operator; with --compare also layer "
             "against layer."},
    {.name = "sort",
     .kind = OPTION_CHOICE,
     .offset = AT(sort),
     .choices = orders,
     .help = "Order of the operators",
     .needs = OPTION_NAMES("profile")},
    {.name = "max-ms",
     .kind = OPTION_REAL,
     .offset = AT(max_ms),
     .value = "X",
     .minimum = 0,
     .maximum = 1e9,
     .help = "Exit with 1 if the median of any model is above X milliseconds; 0 is no limit."},
    {.name = "json",
     .kind = OPTION_STRING,
     .offset = AT(json),
     .value = "FILE",
     .help = "Write everything as JSON too."},
    {.name = "csv",
     .kind = OPTION_STRING,
     .offset = AT(csv),
     .value = "FILE",
     .help = "Write a line per model as CSV too."},
    {.name = "stdin",
     .kind = OPTION_FLAG,
     .offset = AT(from_stdin),
     .help = "For scripts that take turns with other programs: open one model, print its start-up "
             "times as a line of JSON, then for each line N on standard input run N times and "
             "print the milliseconds as a JSON list.",
     .excludes = OPTION_NAMES("warmup", "runs", "seconds", "images", "compare", "profile", "max-ms",
                              "json", "csv")},
};

static const char *const examples[] = {
    "octavo-bench model.octavo", "octavo-bench --profile --sort time model.octavo",
    "octavo-bench --compare float.octavo int8.octavo",
    "octavo-bench --threads 2 --images photos --max-ms 5 --json out.json model.octavo", NULL};

static const char *const exit_codes[] = {
    "0  measured", "1  failure, or the limit of --max-ms is exceeded; the message says which",
    "2  wrong usage", NULL};

static const option_program program = {
    .name = "octavo-bench",
    .summary = "Measures how long models take: latency with its spread, start-up, memory, and the "
               "share of each operator; and says when the numbers should not be trusted.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .examples = examples,
    .exit_codes = exit_codes};

int bench_settings_parse(int argc, char **argv, bench_settings *settings) {
  *settings = (bench_settings){.threads = 1,
                               .batch = 1,
                               .warmup = 10,
                               .seconds = 2,
                               .image_limit = 256,
                               .split = 1,
                               .seed = 1};
  const int code = options_parse(&program, argc, argv, settings);
  if (code != OPTIONS_RUN)
    return code;
  if (settings->compare && settings->models.count != 2) {
    fprintf(stderr, "%s: --compare: expected two models, found %u; see --help\n", program.name,
            settings->models.count);
    return 2;
  }
  if (settings->from_stdin && settings->models.count != 1) {
    fprintf(stderr, "%s: --stdin: expected one model, found %u; see --help\n", program.name,
            settings->models.count);
    return 2;
  }
  return OPTIONS_RUN;
}
