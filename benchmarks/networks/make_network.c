/* octavo-make-network: writes a network with random weights as ONNX. */
#include "networks.h"

#include "common/options.h"
#include "common/table.h"
#include "runtime/error.h"

#include <stdio.h>

typedef struct settings {
  const char *name, *output;
  uint64_t seed;
  uint32_t size, classes;
  int precision;
  bool batch_norm, list;
} settings;

static const char *const precisions[] = {"none", "u8", "s8", NULL};

#define AT(member) offsetof(settings, member)

static const option_descriptor options[] = {
    {.name = "NAME",
     .kind = OPTION_ARGUMENT,
     .offset = AT(name),
     .help = "The network; see --list.",
     .group = "Arguments"},
    {.name = "output",
     .letter = 'o',
     .kind = OPTION_STRING,
     .offset = AT(output),
     .value = "FILE",
     .help = "The ONNX file to write.",
     .group = "Options"},
    {.name = "size",
     .kind = OPTION_UNSIGNED,
     .offset = AT(size),
     .value = "N",
     .help = "Height and width of the input image; 0 is the network's own.",
     .maximum = 4096},
    {.name = "classes",
     .kind = OPTION_UNSIGNED,
     .offset = AT(classes),
     .value = "N",
     .help = "Number of outputs; 0 is the network's own.",
     .maximum = 100000},
    {.name = "seed",
     .kind = OPTION_SEED,
     .offset = AT(seed),
     .value = "N",
     .help = "Seed of the random weights."},
    {.name = "qdq",
     .kind = OPTION_CHOICE,
     .offset = AT(precision),
     .choices = precisions,
     .help = "Write it quantized: int8 weights per channel, and QuantizeLinear/DequantizeLinear "
             "pairs around unsigned (u8) or signed (s8) activations"},
    {.name = "batch-norm",
     .kind = OPTION_FLAG,
     .offset = AT(batch_norm),
     .help = "Keep BatchNormalization as nodes of their own; else it is folded."},
    {.name = "list", .kind = OPTION_QUESTION, .offset = AT(list), .help = "List the networks."},
};

static const char *const examples[] = {
    "octavo-make-network resnet20 -o resnet20.onnx",
    "octavo-make-network resnet18 --size 32 --classes 10 --qdq u8 -o resnet18-u8.onnx", NULL};

static const option_program program = {
    .name = "octavo-make-network",
    .summary = "Writes a network with random weights as an ONNX file, to measure speed with. The "
               "same options give the same bytes.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .examples = examples};

static octavo_status list_networks(octavo_error *error) {
  table *t = table_create("lrrl", (const char *const[]){"name", "size", "classes", "network"});
  for (size_t i = 0; i < network_count; i++) {
    table_cell(t, "%s", networks[i].name);
    table_cell(t, "%u", networks[i].size);
    table_cell(t, "%u", networks[i].classes);
    table_cell(t, "%s", networks[i].summary);
  }
  const octavo_status status = table_print(t, stdout, error);
  table_free(t);
  return status;
}

static octavo_status write_network(const network *net, const settings *s, octavo_error *error) {
  const net_options wanted = {.seed = s->seed,
                              .size = s->size ? s->size : net->size,
                              .classes = s->classes ? s->classes : net->classes,
                              .precision = (net_precision)s->precision,
                              .batch_norm = s->batch_norm};
  net_builder *b = net_create(net->name, &wanted);
  if (b == NULL)
    return octavo_error_memory(error, 0, "the network");
  net->build(b);
  const octavo_status status = net_save(b, s->output, error);
  net_free(b);
  return status;
}

static int usage(const char *message) {
  fprintf(stderr, "%s: %s; see --help\n", program.name, message);
  return 2;
}

int main(int argc, char **argv) {
  settings s = {.seed = 1};
  const int code = options_parse(&program, argc, argv, &s);
  if (code != OPTIONS_RUN)
    return code;
  octavo_error error = {0};
  octavo_status status = OCTAVO_OK;
  if (s.list) {
    status = list_networks(&error);
  } else {
    const network *net = s.name ? network_find(s.name) : NULL;
    if (net == NULL)
      return usage("NAME: expected one of those that --list shows");
    if (s.output == NULL)
      return usage("expected an output file, -o FILE");
    if (s.batch_norm && s.precision != NET_FLOAT)
      return usage("--batch-norm and --qdq exclude each other: a quantizer folds it first");
    status = write_network(net, &s, &error);
  }
  if (status != OCTAVO_OK) {
    fprintf(stderr, "%s: %s\n", program.name, error.text);
    return 1;
  }
  return 0;
}
