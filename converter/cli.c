#include "converter/cli.h"

#include "converter/calibrate/calibrator.h"
#include "converter/parallel.h"
#include "converter/preprocessing.h"
#include "converter/report/report.h"
#include "runtime/format.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define AT(member) offsetof(convert_options, member)

#define DEFAULT_CORRECTIONS "bias"

const char *const cli_mode_names[] = {"static", "static-eager", "dynamic", "float", NULL};
static const char *const weights[] = {"per-channel", "per-tensor", NULL};
static const char *const crops[] = {"auto", "center", "none", NULL};

static const option_descriptor options[] = {
    {.name = "NETWORK",
     .kind = OPTION_ARGUMENT,
     .offset = AT(source),
     .minimum = 1,
     .help = "The trained network, an ONNX file."},
    {.name = "IMAGE",
     .kind = OPTION_ARGUMENTS,
     .offset = AT(images),
     .help = "With --doctor: photos that all show the same class, JPEG or PNG."},
    {.name = "output",
     .letter = 'o',
     .kind = OPTION_STRING,
     .offset = AT(output),
     .value = "FILE",
     .help = "The model file to write, usually NAME.octavo."},
    {.name = "export-qdq",
     .kind = OPTION_FLAG,
     .offset = AT(export_qdq),
     .help = "Write the int8 network as an ONNX model with QuantizeLinear and DequantizeLinear "
             "nodes, for other tools. NETWORK may be an .octavo file then.",
     .excludes = OPTION_NAMES("write-plan", "calib-report", "test-vectors", "report", "json")},
    {.name = "mode",
     .kind = OPTION_CHOICE,
     .offset = AT(mode),
     .choices = cli_mode_names,
     .value = "MODE",
     .help = "int8 weights and activations, fused and chosen by the program or by the plan of "
             "--plan; dynamic: int8 weights, float32 activations, no calibration; or float32 "
             "throughout",
     .group = "Quantization"},
    {.name = "calib",
     .kind = OPTION_STRING,
     .offset = AT(calibration),
     .value = "DIR",
     .help =
         "Images like those the network will see: a folder of JPEG or PNG files, one folder per "
         "class, or CIFAR-10's binary files. Training images are best."},
    {.name = "calib-count",
     .kind = OPTION_UNSIGNED,
     .offset = AT(calibration_count),
     .value = "N",
     .minimum = 1,
     .maximum = 1000000,
     .help = "How many of them to use, the same number of each class.",
     .needs = OPTION_NAMES("calib")},
    {.name = "calibrator",
     .kind = OPTION_CHOICE,
     .offset = AT(calibrator),
     .choices = calibrator_names,
     .value = "NAME",
     .help = "How ranges of activations are chosen: least squared error; everything that was seen; "
             "the extremes of the images, averaged; the middle --percentile of the values; or what "
             "keeps most information (KL), which fails badly on some networks"},
    {.name = "calibrator-for",
     .kind = OPTION_STRINGS,
     .offset = AT(calibrator_for),
     .value = "LAYER=NAME,...",
     .help = "Another calibrator for the results of these layers. May be repeated."},
    {.name = "percentile",
     .kind = OPTION_REAL,
     .offset = AT(percentile),
     .value = "P",
     .minimum = 50,
     .maximum = 100,
     .help = "Percent of all values that --calibrator percentile keeps, half of the rest cut off "
             "at each end."},
    {.name = "calib-report",
     .kind = OPTION_STRING,
     .offset = AT(calib_report),
     .value = "FILE",
     .help =
         "Write how each range settled there, as CSV: as chosen after 1/8, 1/4, 1/2, 3/4 and all "
         "of the images, and whether they were enough."},
    {.name = "weights",
     .kind = OPTION_CHOICE,
     .offset = AT(weights),
     .choices = weights,
     .value = "HOW",
     .help = "One scale for each output channel, or one for all of a layer, which costs accuracy"},
    {.name = "correct",
     .kind = OPTION_STRING,
     .offset = AT(correct),
     .value = "LIST",
     .help = "Corrections, with commas between them, or none; " DEFAULT_CORRECTIONS
             " unless given. bias: take the mean error of each "
             "layer off its bias. equalize: even out the weights of neighbouring layers, for "
             "--weights per-tensor. round: choose how each weight is rounded by what that does to "
             "the layer's results, once, with all layers int8 that are not kept in float32; takes "
             "minutes on large networks."},
    {.name = "seed",
     .kind = OPTION_SEED,
     .offset = AT(seed),
     .value = "N",
     .help = "Which images are drawn."},
    {.name = "plan",
     .kind = OPTION_STRING,
     .offset = AT(plan),
     .value = "FILE",
     .help = "For static-eager: what is fused, where quantized regions begin and end, and what "
             "observes each module."},
    {.name = "write-plan",
     .kind = OPTION_STRING,
     .offset = AT(write_plan),
     .value = "FILE",
     .help = "Write such a plan for the network, to be edited, and stop."},
    {.name = "keep-float",
     .kind = OPTION_STRINGS,
     .offset = AT(keep_float),
     .value = "LAYER,...",
     .help = "These layers stay in float32. May be repeated.",
     .group = "Precision of single layers"},
    {.name = "max-drop",
     .kind = OPTION_REAL,
     .offset = AT(max_drop),
     .value = "P",
     .minimum = 0,
     .maximum = 100,
     .help = "Keep as few layers in float32 as needed to stay within P points of the float32 "
             "network, measured on the test images of --data; fail, with the best that was "
             "found, if that cannot be.",
     .needs = OPTION_NAMES("data")},
    {.name = "search",
     .kind = OPTION_FLAG,
     .offset = AT(search),
     .help = "Instead of writing a model print accuracy, latency and size, measured, from all "
             "layers int8 to all float32; needs --data.",
     .needs = OPTION_NAMES("data"),
     .excludes = OPTION_NAMES("output", "export-qdq", "calib-report", "max-drop", "test-vectors",
                              "report")},
    {.name = "require-int8",
     .kind = OPTION_FLAG,
     .offset = AT(require_int8),
     .help = "Fail if a layer has no int8 form, rather than keep it in float32."},
    {.name = "preset",
     .kind = OPTION_STRING,
     .offset = AT(preset),
     .value = "NAME",
     .help = "Everything below as usual for a data set: " PREPROCESSING_PRESET_NAMES ". Options "
             "given besides it take precedence; without either, mean, std and labels are those "
             "that octavo-train stored in the network.",
     .group = "What the network takes: value = (pixel x scale - mean) / std"},
    {.name = "scale",
     .kind = OPTION_REALS,
     .offset = AT(scale),
     .value = "S",
     .help = "Factor of pixels, which are 0 to 255; 1/255 unless given."},
    {.name = "mean",
     .kind = OPTION_REALS,
     .offset = AT(mean),
     .value = "M",
     .help = "One number or one per channel, separated by commas; 0 unless given or "
             "stored."},
    {.name = "std",
     .kind = OPTION_REALS,
     .offset = AT(std),
     .value = "S",
     .help = "One number or one per channel; 1 unless given or stored."},
    {.name = "size",
     .kind = OPTION_STRING,
     .offset = AT(size),
     .value = "N|WxH",
     .help = "Size of the network's input; must be the one in the network."},
    {.name = "resize",
     .kind = OPTION_STRING,
     .offset = AT(resize),
     .value = "N|WxH",
     .help = "N: the photo's shorter side becomes N, then the centre is cut out. WxH: the photo is "
             "stretched to that first. Unless given: stretched to the network's size."},
    {.name = "crop",
     .kind = OPTION_CHOICE,
     .offset = AT(crop),
     .choices = crops,
     .value = "HOW",
     .help = "center: cut the centre out of the photo, its shorter side resized to the network's "
             "size unless --resize tells another; none: use all of it, stretched"},
    {.name = "bgr",
     .kind = OPTION_FLAG,
     .offset = AT(bgr),
     .help = "The network takes blue first."},
    {.name = "labels",
     .kind = OPTION_STRING,
     .offset = AT(labels),
     .value = "FILE",
     .help = "Names of the classes, one per line, to store in the model."},
    {.name = "data",
     .kind = OPTION_STRING,
     .offset = AT(data),
     .value = "DIR",
     .help = "A labelled set: measure the accuracy on its test images and store it in the model.",
     .group = "Checks"},
    {.name = "test-vectors",
     .kind = OPTION_UNSIGNED,
     .offset = AT(test_vectors),
     .value = "N",
     .minimum = 0,
     .maximum = OCTAVO_FORMAT_MAX_VECTORS,
     .help = "Inputs with their results to store, with which a device proves itself; 0 means 2 for "
             "inputs up to 64x64 and 1 for larger ones."},
    {.name = "report",
     .kind = OPTION_STRINGS,
     .offset = AT(report),
     .value = "FILE",
     .help = "Write what int8 does to each layer: a page if the name ends in .html, data if in "
             ".json. May be given twice.",
     .needs = OPTION_NAMES("calib"),
     .group = "Report"},
    {.name = "doctor",
     .kind = OPTION_FLAG,
     .offset = AT(doctor),
     .help = "Convert nothing; find out how the network (or a model file) wants its images: try "
             "the usual mistakes in channels, values, size and layout on images whose class is "
             "known, rank them, and say what to pass. With --data, also on a labelled folder.",
     .excludes = OPTION_NAMES("export-qdq", "write-plan"),
     .group = "Doctor"},
    {.name = "expect",
     .kind = OPTION_STRING,
     .offset = AT(expect),
     .value = "CLASS",
     .help = "What the images show: a label or the number of a class."},
    {.name = "json",
     .kind = OPTION_STRING,
     .offset = AT(json),
     .value = "FILE",
     .help = "Write the summary there, too.",
     .group = "Running"},
    {.name = "threads",
     .kind = OPTION_THREADS,
     .offset = AT(threads),
     .value = "N",
     .maximum = PARALLEL_MAX_THREADS,
     .help = "For calibration and checks; auto (or 0) means all CPUs. The result is the same for "
             "any number."},
    {.name = "verbose",
     .letter = 'v',
     .kind = OPTION_FLAG,
     .offset = AT(verbose),
     .help = "Show all layers, not only the worst, and the ranges of activations.",
     .excludes = OPTION_NAMES("quiet")},
    {.name = "quiet",
     .letter = 'q',
     .kind = OPTION_FLAG,
     .offset = AT(quiet),
     .help = "Print errors only."},
    {.name = "operators",
     .kind = OPTION_QUESTION,
     .offset = AT(operators),
     .help = "Show which ONNX operators are supported, as Markdown, and end."},
};

static const char *const examples[] = {
    "octavo-convert resnet20.onnx --calib cifar10/ --preset cifar10 -o resnet20.octavo",
    "octavo-convert net.onnx --calib photos/ --preset imagenet --labels names.txt -o net.octavo",
    "octavo-convert net.onnx --write-plan net.plan",
    "octavo-convert net.onnx --mode static-eager --plan net.plan --calib photos/ -o net.octavo",
    "octavo-convert --export-qdq resnet20.octavo -o resnet20-int8.onnx",
    "octavo-convert net.onnx --mode float --scale 1 --mean 127.5 --std 127.5 -o net.octavo",
    "octavo-convert --doctor net.onnx cat1.jpg cat2.jpg --labels names.txt --expect cat",
    NULL};

static const option_program program = {
    .name = "octavo-convert",
    .summary = "Turns a trained ONNX network into a model file for octavo-run: int8 by static "
               "quantization\nwith calibration images, int8 weights alone, or float32. The result "
               "is run and compared\nbefore it is written.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .examples = examples,
    .given = AT(given),
};

bool cli_is_given(const convert_options *values, const char *name) {
  for (size_t i = 0; i < program.option_count; i++)
    if (strcmp(options[i].name, name) == 0)
      return (values->given >> i & 1) != 0;
  return false;
}

bool cli_mode_calibrates(int mode) {
  return mode == CONVERT_STATIC || mode == CONVERT_STATIC_EAGER;
}

static int usage(const char *message) {
  fprintf(stderr, "octavo-convert: %s\noctavo-convert: --help tells all options\n", message);
  return 2;
}

static int check_doctor(const convert_options *values) {
  if (!values->doctor && values->images.count > 0)
    return usage("one network is converted at a time; images go with --doctor");
  if (values->doctor && values->images.count == 0 && values->data == NULL)
    return usage("--doctor needs images: photos with --expect CLASS, or --data DIR");
  if (values->doctor && (values->images.count > 0) != (values->expect != NULL))
    return usage("--doctor: photos need --expect CLASS to say what they show, and the other way "
                 "round");
  return OPTIONS_RUN;
}

static int check_report(const convert_options *values) {
  for (uint32_t i = 0; i < values->report.count; i++)
    if (!report_path_is_known(values->report.values[i]))
      return usage("--report: expected a name that ends in .html or .json");
  return OPTIONS_RUN;
}

static cli_run run_of(const convert_options *values) {
  static const cli_run by_mode[] = {
      [CONVERT_STATIC] = CLI_RUN_STATIC,
      [CONVERT_STATIC_EAGER] = CLI_RUN_EAGER,
      [CONVERT_DYNAMIC] = CLI_RUN_DYNAMIC,
      [CONVERT_FLOAT] = CLI_RUN_FLOAT,
  };
  return values->doctor               ? CLI_RUN_DOCTOR
         : values->write_plan != NULL ? CLI_RUN_WRITE_PLAN
                                      : by_mode[values->mode];
}

static int check_calibration(const convert_options *values) {
  bool percentile =
      calibrator_find(calibrator_names[values->calibrator])->choose == calibrator_percentile ||
      values->plan != NULL;
  for (uint32_t i = 0; i < values->calibrator_for.count; i++)
    percentile |= strstr(values->calibrator_for.values[i], "=percentile") != NULL;
  if (cli_is_given(values, "percentile") && !percentile)
    return usage("--percentile: found without --calibrator percentile or --calibrator-for "
                 "LAYER=percentile, which alone would read it");
  return OPTIONS_RUN;
}

int cli_parse(int argc, char **argv, convert_options *values) {
  *values = (convert_options){.calibration_count = 512, .percentile = 99.99, .max_drop = NAN};
  octavo_error error;
  const int code = options_parse(&program, argc, argv, values);
  if (code != OPTIONS_RUN || values->operators)
    return code;
  if (cli_check_run(values, run_of(values), &error) != OCTAVO_OK)
    return usage(error.text);
  if (values->output == NULL && !values->search && !values->doctor && values->write_plan == NULL)
    return usage("--output FILE is missing: where to write the model");
  if (values->mode == CONVERT_STATIC_EAGER && values->plan == NULL && values->write_plan == NULL)
    return usage("--mode static-eager follows a plan: --plan FILE is missing; --write-plan FILE "
                 "writes one to begin with");
  if (values->correct == NULL)
    values->correct = DEFAULT_CORRECTIONS;
  if (values->scale.count > 1)
    return usage("--scale: expected one number");
  static int (*const checks[])(const convert_options *) = {check_calibration, check_doctor,
                                                           check_report};
  for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
    const int wrong = checks[i](values);
    if (wrong != OPTIONS_RUN)
      return wrong;
  }
  return OPTIONS_RUN;
}
