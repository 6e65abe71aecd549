/* octavo-run: classifies images on a device, and looks into a model file. */
#include "run.h"

#include "common/option_rows.h"
#include "common/subject.h"
#include "platforms/platform.h"

#include <inttypes.h>
#include <stddef.h>

static const option_descriptor descriptors[] = {
    {.name = "MODEL",
     .kind = OPTION_ARGUMENT,
     .offset = offsetof(run_options, model),
     .help = "The .octavo file; --cpu needs none."},
    {.name = "IMAGE",
     .kind = OPTION_ARGUMENTS,
     .offset = offsetof(run_options, images),
     .help = RUN_IMAGE_KINDS " files to classify, each on its own."},
    {.name = "top",
     .kind = OPTION_UNSIGNED,
     .offset = offsetof(run_options, top),
     .value = "N",
     .help = "How many classes to tell per image.",
     .group = "Options",
     .minimum = 1,
     .maximum = 1000000,
     .needs = OPTION_NAMES("IMAGE")},
    {OPTION_ROW_THREADS, .offset = offsetof(run_options, threads),
     .needs = OPTION_NAMES("IMAGE", "profile", "verify", "bench")},
    {.name = "repeat",
     .kind = OPTION_UNSIGNED,
     .offset = offsetof(run_options, repeat),
     .value = "N",
     .help = "Decode, preprocess and infer each image so often, and tell the medians.",
     .minimum = 1,
     .maximum = 1000000,
     .needs = OPTION_NAMES("IMAGE", "profile")},
    {.name = "json",
     .kind = OPTION_FLAG,
     .offset = offsetof(run_options, json),
     .help = "Write one JSON object instead of text."},
    {.name = "info",
     .kind = OPTION_FLAG,
     .offset = offsetof(run_options, info),
     .help = "Show sizes, inputs, preprocessing, provenance, graph and memory plan.",
     .group = "Looking inside"},
    {.name = "profile",
     .kind = OPTION_FLAG,
     .offset = offsetof(run_options, profile),
     .help = "Show per operator the time, its share, GMAC/s and the kernel; without images, "
             "running on an empty input."},
    {.name = "cpu",
     .kind = OPTION_FLAG,
     .offset = offsetof(run_options, cpu),
     .help = "Show the processor, which kernels it gets, and what slows it down now."},
    {.name = "verify",
     .kind = OPTION_FLAG,
     .offset = offsetof(run_options, verify),
     .help = "Run the test vectors stored in the file and compare the results, int8 to the last "
             "bit."},
    {.name = "bench",
     .kind = OPTION_FLAG,
     .offset = offsetof(run_options, bench),
     .help = "Measure on noise: latency with its spread, start-up, memory; and whether the numbers "
             "are to be trusted.",
     .group = "Measuring"},
    {OPTION_ROW_SECONDS, .offset = offsetof(run_options, seconds), .needs = OPTION_NAMES("bench")},
    {OPTION_ROW_RUNS, .offset = offsetof(run_options, runs), .needs = OPTION_NAMES("bench")},
    {OPTION_ROW_WARMUP, .offset = offsetof(run_options, warmup), .needs = OPTION_NAMES("bench")},
};

static const char *const examples[] = {"octavo-run resnet20.octavo cat.jpg",
                                       "octavo-run resnet20.octavo --repeat 100 --threads 2 *.png",
                                       "octavo-run resnet20.octavo --info",
                                       "octavo-run resnet20.octavo --verify --profile --json",
                                       "octavo-run resnet20.octavo --bench --threads auto",
                                       "octavo-run --cpu",
                                       NULL};

static const char *const exit_codes[] = {
    "0  success", "1  the model or an image could not be used, or --verify found a difference",
    "2  wrong usage", NULL};

static const option_program program = {
    .name = "octavo-run",
    .summary = "Classifies images with an Octavo model, and tells how long each took.",
    .options = descriptors,
    .option_count = sizeof descriptors / sizeof descriptors[0],
    .examples = examples,
    .exit_codes = exit_codes};

static bool fail(const octavo_error *error) {
  fprintf(stderr, "octavo-run: %s\n", error->text);
  return false;
}

/* --profile without images: the content of the input does not change what is computed. */
static bool run_empty(const run_options *options, octavo_session *session) {
  octavo_error error = {{0}};
  for (uint32_t i = 0; i < options->repeat && !platform_interrupted(); i++)
    if (octavo_session_run(session, &error) != OCTAVO_OK)
      return fail(&error);
  return !platform_interrupted();
}

/* Everything that needs a session. */
static bool infer(const run_options *options, octavo_model *model, json_writer *json) {
  octavo_error error = {{0}};
  octavo_session_options session_options;
  octavo_session_options_init(&session_options);
  session_options.threads = options->threads;
  session_options.profile = options->profile;
  octavo_session *session = NULL;
  if (octavo_session_create(model, &session_options, &session, &error) != OCTAVO_OK)
    return fail(&error);
  bool good = false;
  if (options->images.count > 0)
    good = run_classify(options, model, session, json);
  else
    good = run_empty(options, session);
  if (json != NULL)
    json_writer_integer(json, "threads", octavo_session_threads(session));
  if (options->profile && json != NULL)
    run_profile_json(model, session, json);
  else if (options->profile && run_profile_print(model, session, &error) != OCTAVO_OK)
    good = fail(&error);
  octavo_session_free(session);
  return good;
}

/* All that was asked for, in this order; a failure of one part does not hide the others. */
static bool act(const run_options *options, octavo_model *model, const run_start *start,
                json_writer *json) {
  octavo_error error = {{0}};
  bool good = true;
  if (options->info && json != NULL)
    run_info_json(model, json);
  else if (options->info && run_info_print(model, &error) != OCTAVO_OK)
    good = fail(&error);
  if (options->verify)
    good &= run_verify(options, model, json);
  if (options->images.count > 0 || options->profile)
    good &= infer(options, model, json);
  if (options->bench && run_bench(options, model, start, json, &error) != OCTAVO_OK)
    good = fail(&error);
  return good;
}

/* The same, between the braces of the JSON object if that is wanted. `model` NULL: --cpu alone. */
static bool report(const run_options *options, octavo_model *model, const run_start *start) {
  octavo_error error = {{0}};
  json_writer writer;
  json_writer *json = NULL;
  bool good = true;
  if (options->json) {
    json = &writer;
    json_writer_begin(json, stdout);
    json_writer_object(json, NULL);
    if (model != NULL)
      json_writer_string(json, "model", options->model);
    json_writer_string(json, "version", octavo_version());
  }
  if (options->cpu && run_cpu(json, &error) != OCTAVO_OK)
    good = fail(&error);
  if (model != NULL)
    good &= act(options, model, start, json);
  if (json != NULL)
    json_writer_close(json);
  return good;
}

static bool run(const run_options *options) {
  octavo_error error = {{0}};
  octavo_model *model = NULL;
  if (options->model == NULL)
    return report(options, NULL, NULL);
  platform_cpu_prefer_fast(options->threads);
  run_start start = {.process_ms = subject_process_time()};
  const uint64_t begun = platform_nanoseconds();
  if (run_model_open(options, &model, &error) != OCTAVO_OK)
    return fail(&error);
  start.open_ms = subject_elapsed(begun);
  const bool good = report(options, model, &start);
  octavo_model_close(model);
  return good;
}

/* A program with its model inside takes no MODEL, which is the first descriptor, and the examples
 * are about that. */
static option_program command_line(void) {
  option_program line = program;
  if (run_model_inside != NULL) {
    line.options++;
    line.option_count--;
    line.examples = NULL;
  }
  return line;
}

/* Returns the exit code of wrong usage, or OPTIONS_RUN. */
static int check_usage(const run_options *options) {
  const bool on_model = options->images.count > 0 || options->info || options->profile ||
                        options->verify || options->bench;
  if (options->model == NULL && (on_model || !options->cpu)) {
    fprintf(stderr, "octavo-run: MODEL is missing; see --help\n");
    return 2;
  }
  if (!on_model && !options->cpu) {
    fprintf(
        stderr,
        "octavo-run: nothing to do with the model %s: give an IMAGE, --info, --profile, --verify, "
        "--bench or --cpu\n",
        options->model);
    return 2;
  }
  return OPTIONS_RUN;
}

int main(int argc, char **argv) {
  run_options options = {
      .model = run_model_inside, .threads = 1, .repeat = 1, .top = 5, .seconds = 2, .warmup = 10};
  const option_program line = command_line();
  int code = options_parse(&line, argc, argv, &options);
  if (code == OPTIONS_RUN)
    code = check_usage(&options);
  if (code != OPTIONS_RUN)
    return code;
  platform_interrupt_catch();
  const bool good = run(&options);
  if (fflush(stdout) != 0 || ferror(stdout)) {
    fprintf(stderr, "octavo-run: the output could not be written\n");
    return 1;
  }
  return good ? 0 : 1;
}
