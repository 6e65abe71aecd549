#include "settings.h"

#include "augment.h"
#include "image_set.h"
#include "runtime/memory.h"
#include "schedule.h"

#include <inttypes.h>
#include <string.h>

#define AT(member) offsetof(train_settings, member)

static const char *const recipe_names[] = {"classic", "fast", NULL};
static const char *const no_yes[] = {"no", "yes", NULL};
static const char *const flips[] = {"none", "random", "alternating", NULL};
static const char *const precisions[] = {"auto", "float32", "bfloat16", NULL};

/* The first rows of architecture_function. */
static const char *const activations[] = {"usual", "relu", "gelu", NULL};

enum { COSINE, ONE_CYCLE }; /* rows of schedule.c */

/* What the recipes say; the order is that of recipe_names. */
static const train_settings recipes[] = {
    {.epochs = 10,
     .rate = 0.01,
     .momentum = 0.9,
     .weight_decay = 5e-4,
     .warmup = 0.3,
     .schedule = COSINE,
     .flip = AUGMENT_FLIP_RANDOM,
     .translate = 4},
    {.epochs = 10,
     .rate = 0.15,
     .momentum = 0.9,
     .weight_decay = 5e-4,
     .warmup = 0.25,
     .schedule = ONE_CYCLE,
     .nesterov = 1,
     .label_smoothing = 0.1,
     .flip = AUGMENT_FLIP_ALTERNATING,
     .translate = 3},
};

static const option_descriptor options[] = {
    {.name = "NETWORK",
     .kind = OPTION_ARGUMENT,
     .offset = AT(network),
     .help = "What to train; --list tells the names.",
     .group = "Arguments"},
    {.name = "list",
     .kind = OPTION_FLAG,
     .offset = AT(list),
     .help = "Print the networks with their parameters and multiply-accumulates, and stop."},
    {.name = "data",
     .letter = 'd',
     .kind = OPTION_STRING,
     .offset = AT(data),
     .value = "DIR",
     .help = "Images: CIFAR-10's binary batches, one folder per class (with or without train and "
             "test above), or shapes10, which is drawn on the spot.",
     .group = "Run"},
    {.name = "output",
     .letter = 'o',
     .kind = OPTION_STRING,
     .offset = AT(output),
     .value = "DIR",
     .help = "Folder for the results; made if it does not exist."},
    {.name = "resume",
     .kind = OPTION_FLAG,
     .offset = AT(resume),
     .help = "Go on from the checkpoint in the output folder; the other options as before."},
    {.name = "overwrite",
     .kind = OPTION_FLAG,
     .offset = AT(overwrite),
     .help = "Begin anew although the output folder holds a run."},
    {.name = "init",
     .kind = OPTION_STRING,
     .offset = AT(init),
     .value = "FILE",
     .help = "Start from these weights (safetensors with torchvision's names, as timm has them); "
             "tensors of another shape start at random."},
    {.name = "recipe",
     .kind = OPTION_CHOICE,
     .offset = AT(recipe),
     .choices = recipe_names,
     .help = "Where the options below that are not given come from."},
    {.name = "epochs",
     .letter = 'e',
     .kind = OPTION_UNSIGNED,
     .offset = AT(epochs),
     .value = "N",
     .minimum = 1,
     .maximum = 100000,
     .help = "Passes over the training images."},
    {.name = "batch",
     .letter = 'b',
     .kind = OPTION_UNSIGNED,
     .offset = AT(batch),
     .value = "N",
     .minimum = 1,
     .maximum = 65536,
     .help = "Images in a step."},
    {.name = "size",
     .kind = OPTION_UNSIGNED,
     .offset = AT(size),
     .value = "N",
     .maximum = 1024,
     .help = "Height and width of the network's input; 0 is the network's usual. Other images are "
             "stretched to it."},
    {.name = "width",
     .kind = OPTION_REAL,
     .offset = AT(width),
     .value = "X",
     .maximum = 16,
     .help = "Factor of the numbers of channels, of mobilenetv2; 0 is the network's usual."},
    {.name = "activation",
     .kind = OPTION_CHOICE,
     .offset = AT(activation),
     .choices = activations,
     .help = "Of airbench94, whose usual is gelu. octavo-convert takes relu alone."},
    {.name = "limit",
     .letter = 'n',
     .kind = OPTION_UNSIGNED,
     .offset = AT(limit),
     .value = "N",
     .maximum = 1e9,
     .help = "Training images, evenly from the classes; 0 is all (of shapes10: 10000)."},
    {.name = "test-limit",
     .kind = OPTION_UNSIGNED,
     .offset = AT(test_limit),
     .value = "N",
     .maximum = 1e9,
     .help = "The same for the test images (of shapes10: 2000)."},
    {.name = "val-share",
     .kind = OPTION_REAL,
     .offset = AT(held_out),
     .value = "X",
     .minimum = 0.001,
     .maximum = 0.9,
     .help = "Where the data has no test or val folder: the share of each class that is held out "
             "for testing, chosen by the seed."},
    {.name = "seed",
     .kind = OPTION_SEED,
     .offset = AT(seed),
     .value = "N",
     .help = "The same seed and number of threads give the same network, bit by bit."},
    {.name = "threads",
     .letter = 't',
     .kind = OPTION_UNSIGNED,
     .offset = AT(threads),
     .value = "N",
     .maximum = 1024,
     .help = "Threads; 0 is as many as CPUs may be used."},
    {.name = "precision",
     .kind = OPTION_CHOICE,
     .offset = AT(precision),
     .choices = precisions,
     .help = "Of activations and the weights they meet; auto is bfloat16 where the CPU has it. "
             "Weights are kept and updated in float32 in any case."},
    {.name = "tta",
     .kind = OPTION_FLAG,
     .offset = AT(tta),
     .help =
         "Evaluate with test-time augmentation too: the logits' mean over the image, its mirror "
         "image, and both shifted by a pixel either way. Takes six times as long."},
    {.name = "profile",
     .kind = OPTION_FLAG,
     .offset = AT(profile),
     .help =
         "Print after each epoch how the time was shared by kinds of layers, the optimizer, the "
         "loss and waiting for images; run.json gets the sums."},
    {.name = "lr",
     .kind = OPTION_REAL,
     .offset = AT(rate),
     .value = "X",
     .minimum = 1e-9,
     .maximum = 1000,
     .help = "Learning rate; the peak one where the schedule moves it.",
     .group = "Optimizer"},
    {.name = "schedule",
     .kind = OPTION_CHOICE,
     .offset = AT(schedule),
     .choices = schedule_names,
     .help = "How the rate moves."},
    {.name = "warmup",
     .kind = OPTION_REAL,
     .offset = AT(warmup),
     .value = "X",
     .minimum = 0.001,
     .maximum = 0.999,
     .help = "Share of the steps in which one-cycle and triangular rise."},
    {.name = "momentum",
     .kind = OPTION_REAL,
     .offset = AT(momentum),
     .value = "X",
     .minimum = 0,
     .maximum = 0.9999,
     .help = "Share of the step before that is kept."},
    {.name = "nesterov",
     .kind = OPTION_CHOICE,
     .offset = AT(nesterov),
     .choices = no_yes,
     .help = "Nesterov's momentum."},
    {.name = "weight-decay",
     .kind = OPTION_REAL,
     .offset = AT(weight_decay),
     .value = "X",
     .minimum = 0,
     .maximum = 1,
     .help = "Of weights; batch norm and biases are spared."},
    {.name = "decay-all",
     .kind = OPTION_FLAG,
     .offset = AT(decay_all),
     .help = "Weight decay for batch norm and biases too, as PyTorch does if not told otherwise."},
    {.name = "label-smoothing",
     .kind = OPTION_REAL,
     .offset = AT(label_smoothing),
     .value = "X",
     .minimum = 0,
     .maximum = 0.99,
     .help = "Share of the target that is spread over all classes."},
    {.name = "ema",
     .kind = OPTION_REAL,
     .offset = AT(ema),
     .value = "X",
     .minimum = 0,
     .maximum = 0.999999,
     .help = "Evaluate and write an exponential moving average of the weights that keeps this "
             "share of itself in each step, such as 0.999, and less at the start; 0 is none."},
    {.name = "lookahead",
     .kind = OPTION_UNSIGNED,
     .offset = AT(lookahead),
     .value = "K",
     .maximum = 1e6,
     .help = "Every K steps move slow weights towards the trained ones and go on from there; the "
             "slow ones are evaluated and written. 0 is none."},
    {.name = "lookahead-share",
     .kind = OPTION_REAL,
     .offset = AT(lookahead_share),
     .value = "X",
     .minimum = 0.001,
     .maximum = 1,
     .help = "How much of the way the slow weights move."},
    {.name = "lookahead-power",
     .kind = OPTION_REAL,
     .offset = AT(lookahead_power),
     .value = "X",
     .minimum = 0,
     .maximum = 100,
     .help = "0 moves by the same share all the time; above 0 the share comes down to it from 1: "
             "1 - (1 - share) * progress^X (airbench94: K 5, share 0.226, X 3)."},
    {.name = "translate",
     .kind = OPTION_UNSIGNED,
     .offset = AT(translate),
     .value = "N",
     .maximum = 64,
     .help = "Shift training images by up to N pixels each way, reflecting at the border.",
     .group = "Augmentation"},
    {.name = "flip",
     .kind = OPTION_CHOICE,
     .offset = AT(flip),
     .choices = flips,
     .help = "Mirror training images: at random, or at random once and then in turns."},
    {.name = "cutout",
     .kind = OPTION_UNSIGNED,
     .offset = AT(cutout),
     .value = "N",
     .maximum = 1024,
     .help = "Blank a random square of N pixels; 0 is none."},
    {.name = "mean",
     .kind = OPTION_REALS,
     .offset = AT(mean),
     .value = "R,G,B",
     .help = "Mean of the channels in [0, 1]; computed from the training images if not given."},
    {.name = "std",
     .kind = OPTION_REALS,
     .offset = AT(deviation),
     .value = "R,G,B",
     .help = "Their standard deviation."},
};

static const char *const examples[] = {
    "octavo-train resnet8 --data shapes10 --recipe fast -o runs/shapes",
    "octavo-train resnet20 --data cifar10 --recipe fast --epochs 30 -o runs/r20",
    "octavo-train resnet20 --data cifar10 --recipe fast --epochs 30 -o runs/r20 --resume", NULL};

static const char *const exit_codes[] = {
    "0  trained", "1  failure, or stopped by Ctrl-C (--resume goes on)", "2  wrong usage", NULL};

static const option_program program = {
    .name = "octavo-train",
    .summary = "Trains an image classifier and writes it as ONNX, for octavo-convert, and as "
               "safetensors.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .examples = examples,
    .exit_codes = exit_codes};

static void take_recipe(train_settings *s, int recipe) {
  *s = recipes[recipe];
  s->recipe = recipe;
  s->batch = 128;
  s->lookahead_share = 0.5;
  s->seed = 1;
  s->held_out = 0.1;
}

/* The options are parsed twice: once to learn the recipe (from a copy of argv, which the parser
 * reorders), then on top of the recipe's values. */
static int find_recipe(int argc, char **argv, train_settings *s) {
  char **copy = octavo_memory_alloc((size_t)argc + 1, sizeof *copy);
  if (copy == NULL)
    return 1;
  memcpy(copy, argv, (size_t)argc * sizeof *copy);
  take_recipe(s, 0);
  const int code = options_parse(&program, argc, copy, s);
  octavo_memory_free(copy);
  return code;
}

static int wrong(const char *text) {
  fprintf(stderr, "%s: %s\n%s: --help tells all options\n", program.name, text, program.name);
  return 2;
}

int train_settings_parse(int argc, char **argv, train_settings *s) {
  int code = find_recipe(argc, argv, s);
  if (code != OPTIONS_RUN)
    return code;
  take_recipe(s, s->recipe);
  code = options_parse(&program, argc, argv, s);
  if (code != OPTIONS_RUN || s->list)
    return code;
  if (s->network == NULL)
    return wrong("NETWORK is missing");
  if (trainable_find(s->network) == NULL) {
    fprintf(stderr, "%s: no network '%s'; there are:", program.name, s->network);
    for (size_t i = 0; i < trainable_count; i++)
      fprintf(stderr, " %s", trainables[i].name);
    fputc('\n', stderr);
    return 2;
  }
  trainable_options network = train_settings_network(s);
  octavo_error error = {0};
  if (trainable_complete(trainable_find(s->network), &network, &error) != OCTAVO_OK)
    return wrong(error.text);
  if (s->data == NULL)
    return wrong("--data is missing (--data shapes10 needs no files)");
  if (s->output == NULL)
    return wrong("--output is missing");
  if (s->mean.count != s->deviation.count || (s->mean.count != 0 && s->mean.count != 3))
    return wrong("--mean and --std: expected both with three numbers, or neither");
  for (uint32_t i = 0; i < s->deviation.count; i++)
    if (s->deviation.values[i] <= 0.0)
      return wrong("--std: expected numbers above 0");
  if (s->ema > 0.0 && s->lookahead > 0)
    return wrong("--ema and --lookahead exclude each other: both say which weights are written");
  if (s->resume && s->overwrite)
    return wrong("--resume and --overwrite exclude each other");
  return OPTIONS_RUN;
}

trainable_options train_settings_network(const train_settings *s) {
  return (trainable_options){.width = s->width, .function = (architecture_function)s->activation};
}

typedef struct description {
  json_t *object;
  bool complete;
} description;

static void add_text(description *d, const char *key, const char *text) {
  d->complete = d->complete && json_object_set_new(d->object, key, json_string(text)) == 0;
}

static void add_real(description *d, const char *key, double value) {
  char text[40];
  snprintf(text, sizeof text, "%.9g", value);
  add_text(d, key, text);
}

static void add_unsigned(description *d, const char *key, uint64_t value) {
  char text[24];
  snprintf(text, sizeof text, "%" PRIu64, value);
  add_text(d, key, text);
}

/* "0.5,0.5,0.5", or "computed" for those that come from the data. */
static void add_channels(description *d, const char *key, const option_reals *values) {
  char text[100] = "computed";
  const double *v = values->values;
  if (values->count == 3)
    snprintf(text, sizeof text, "%.9g,%.9g,%.9g", v[0], v[1], v[2]);
  add_text(d, key, text);
}

/* What was chosen, or is usual, where the network has such an option at all. */
static void add_network(description *d, const train_settings *s) {
  trainable_options network = train_settings_network(s);
  octavo_error refused;
  add_text(d, "network", s->network);
  if (trainable_complete(trainable_find(s->network), &network, &refused) != OCTAVO_OK)
    return;
  if (network.width != 0.0)
    add_real(d, "width", network.width);
  if (network.function != ARCHITECTURE_NO_FUNCTION)
    add_text(d, "activation", activations[network.function]);
}

json_t *train_settings_describe(const train_settings *s) {
  description result = {json_object(), true}, *o = &result;
  add_network(o, s);
  add_text(o, "recipe", recipe_names[s->recipe]);
  add_unsigned(o, "epochs", s->epochs);
  add_unsigned(o, "batch", s->batch);
  add_unsigned(o, "seed", s->seed);
  add_text(o, "init", s->init != NULL ? s->init : "random");
  add_unsigned(o, "limit", s->limit);
  add_unsigned(o, "test_limit", s->test_limit);
  add_real(o, "val_share", s->held_out);
  add_channels(o, "mean", &s->mean);
  add_channels(o, "std", &s->deviation);
  add_real(o, "lr", s->rate);
  add_text(o, "schedule", schedules[s->schedule].name);
  add_real(o, "warmup", s->warmup);
  add_real(o, "momentum", s->momentum);
  add_text(o, "nesterov", no_yes[s->nesterov]);
  add_real(o, "weight_decay", s->weight_decay);
  add_text(o, "decay_all", no_yes[s->decay_all ? 1 : 0]);
  add_real(o, "label_smoothing", s->label_smoothing);
  add_real(o, "ema", s->ema);
  add_unsigned(o, "lookahead", s->lookahead);
  add_real(o, "lookahead_share", s->lookahead_share);
  add_real(o, "lookahead_power", s->lookahead_power);
  add_unsigned(o, "translate", s->translate);
  add_text(o, "flip", flips[s->flip]);
  add_unsigned(o, "cutout", s->cutout);
  add_text(o, "tta", no_yes[s->tta ? 1 : 0]);
  if (result.complete)
    return result.object;
  json_decref(result.object);
  return NULL;
}
