#include "settings.h"

#include "precision.h"
#include "recipes.h"
#include "runtime/memory.h"
#include "settings_options.h"

#include <string.h>

/* The options are parsed twice: once to learn the recipe and the network (from a copy of argv,
 * which the parser reorders), then on top of the recipe's values. In between a second time if they
 * have --qat, which makes another recipe the usual one. */
static int find_recipe(int argc, char **argv, int usual, train_settings *s) {
  option_program draft = train_program;
  draft.draft = true;
  char **copy = octavo_memory_alloc((size_t)argc + 1, sizeof *copy);
  if (copy == NULL)
    return 1;
  memcpy(copy, argv, (size_t)argc * sizeof *copy);
  recipe_take(s, usual, NULL);
  const int code = options_parse(&draft, argc, copy, s);
  octavo_memory_free(copy);
  return code;
}

static int wrong(const char *text) {
  fprintf(stderr, "%s: %s\n%s: --help tells all options\n", train_program.name, text,
          train_program.name);
  return 2;
}

int train_settings_parse(int argc, char **argv, train_settings *s) {
  int code = find_recipe(argc, argv, RECIPE_CLASSIC, s);
  if (code == OPTIONS_RUN && s->qat)
    code = find_recipe(argc, argv, RECIPE_QAT, s);
  if (code != OPTIONS_RUN)
    return code;
  recipe_take(s, s->recipe, s->network);
  code = options_parse(&train_program, argc, argv, s);
  if (code != OPTIONS_RUN || s->list)
    return code;
  if (s->network == NULL)
    return wrong("NETWORK is missing");
  if (trainable_find(s->network) == NULL) {
    fprintf(stderr, "%s: no network '%s'; there are:", train_program.name, s->network);
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
    return wrong("--ema and --lookahead exclude each other: both say which weights are written; "
                 "--lookahead 0 turns off one that the recipe brings");
  if (s->qat && s->init == NULL)
    return wrong("--qat needs a trained network to begin with: --init weights.safetensors of a run "
                 "without --qat");
  if (s->qat && s->precision == TRAIN_PRECISION_BFLOAT16)
    return wrong("--qat computes in float32, in which sums of int8 products are as exact as int8 "
                 "inference; leave out --precision bfloat16");
  if (s->qat)
    s->precision = TRAIN_PRECISION_FLOAT32;
  return OPTIONS_RUN;
}

trainable_options train_settings_network(const train_settings *s) {
  return (trainable_options){.width = s->width, .function = (architecture_function)s->activation};
}
