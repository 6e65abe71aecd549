#include "training.h"

#include "loss.h"
#include "platforms/platform.h"
#include "precision.h"
#include "pretrained.h"
#include "qat/plan.h"
#include "qat/qat.h"
#include "runtime/error.h"
#include "runtime/memory.h"
#include "schedule.h"
#include "whitening.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- Making ready ---------------------------------------------------------------------------- */

static octavo_status load_data(training *t, const trainable *kind, octavo_error *error) {
  const train_settings *s = t->settings;
  const image_request request = {.data = s->data,
                                 .size = s->size > 0 ? s->size : kind->size,
                                 .limit = s->limit,
                                 .test_limit = s->test_limit,
                                 .seed = s->seed,
                                 .held_out = s->held_out};
  const octavo_status status = image_pair_load(&request, &t->images, error);
  if (status != OCTAVO_OK)
    return status;
  image_pair_hash(&t->images, t->data_hash);
  if (s->mean.count == 3) {
    memcpy(t->mean, s->mean.values, sizeof t->mean);
    memcpy(t->deviation, s->deviation.values, sizeof t->deviation);
  } else {
    image_set_statistics(&t->images.train, t->mean, t->deviation);
  }
  t->changes = (augment){.seed = s->seed,
                         .translate = s->translate,
                         .flip = (augment_flip)s->flip,
                         .cutout = s->cutout};
  augment_normalise(&t->changes, t->mean, t->deviation);
  return OCTAVO_OK;
}

static octavo_status build_plan(training *t, const trainable *kind,
                                const trainable_options *options, octavo_error *error) {
  if (!t->settings->qat)
    return trainable_build(kind, options, &t->plan, error);
  architecture plain = {0};
  octavo_status status = trainable_build(kind, options, &plain, error);
  if (status == OCTAVO_OK)
    status = qat_plan(&plain, &t->plan, error);
  architecture_free(&plain);
  return status;
}

static octavo_status make_network(training *t, const trainable *kind, octavo_error *error) {
  const train_settings *s = t->settings;
  trainable_options options = train_settings_network(s);
  options.size = t->images.train.size;
  options.classes = t->images.train.class_count;
  octavo_status status = onednn_open(&t->d, s->threads, error);
  if (status == OCTAVO_OK)
    status = train_precision_choose(&t->d, (train_precision)s->precision, &t->bfloat16, error);
  if (status == OCTAVO_OK)
    status = build_plan(t, kind, &options, error);
  if (status == OCTAVO_OK)
    status = network_create(&t->d, &t->plan, s->batch, t->bfloat16, &t->net, error);
  if (status == OCTAVO_OK)
    status = initialize(t->net, s->seed, error);
  if (status == OCTAVO_OK)
    status = whitening_set(t->net, &t->images.train, &t->changes, error);
  if (status != OCTAVO_OK)
    return status;
  const augment_format format = {t->bfloat16, network_channels_last(t->net)};
  status =
      loader_open(&t->images.train, &t->changes, s->batch, true, format, &t->train_loader, error);
  if (status == OCTAVO_OK)
    status =
        loader_open(&t->images.test, &t->changes, s->batch, false, format, &t->test_loader, error);
  if (status == OCTAVO_OK && s->tta)
    loader_use_views(t->test_loader);
  return status;
}

static averaging choose_averaging(const train_settings *s) {
  return (averaging){.kind = s->ema > 0.0       ? AVERAGING_EMA
                             : s->lookahead > 0 ? AVERAGING_LOOKAHEAD
                                                : AVERAGING_NONE,
                     .decay = s->ema,
                     .interval = s->lookahead,
                     .share = s->lookahead_share,
                     .power = s->lookahead_power};
}

static uint64_t run_steps(const training *t) {
  return (uint64_t)loader_steps(t->train_loader) * t->settings->epochs;
}

/* After the start's weights are in place; a checkpoint then brings its own averages. */
static octavo_status make_averages(training *t, octavo_error *error) {
  if (t->average.kind == AVERAGING_NONE)
    return OCTAVO_OK;
  if (t->average.interval > run_steps(t))
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "--lookahead %" PRIu32 ": expected at most the %" PRIu64
                            " steps of this run, after which the weights would not have moved",
                            t->average.interval, run_steps(t));
  return averaging_create(t->net, error);
}

/* The settings and what has been found out about data and machine. */
static octavo_status describe(training *t, octavo_error *error) {
  char threads[16], version[32];
  snprintf(threads, sizeof threads, "%" PRIu32, t->d.threads);
  onednn_version(version, sizeof version);
  t->description = train_settings_describe(t->settings);
  if (t->description == NULL ||
      json_object_set_new(t->description, "threads", json_string(threads)) != 0 ||
      json_object_set_new(t->description, "precision",
                          json_string(t->bfloat16 ? "bfloat16" : "float32")) != 0 ||
      json_object_set_new(t->description, "data_sha256", json_string(t->data_hash)) != 0 ||
      json_object_set_new(t->description, "onednn", json_string(version)) != 0)
    return octavo_error_memory(error, 1, "a description of the run");
  return OCTAVO_OK;
}

static octavo_status start_from_file(training *t, octavo_error *error) {
  pretrained_report report;
  const octavo_status status = pretrained_load(t->net, t->settings->init, &report, error);
  if (status != OCTAVO_OK)
    return status;
  printf("%s: %" PRIu32 " of %" PRIu32 " tensors taken\n%s", t->settings->init, report.taken,
         report.wanted, report.lines);
  if (report.missing > 0)
    printf("%" PRIu32 " tensors are not in it, such as %s: they start at random\n", report.missing,
           report.first_missing);
  return OCTAVO_OK;
}

static octavo_status resume(training *t, octavo_error *error) {
  t->net->phase.quantize = t->settings->qat;
  char *checkpoint = training_path(t, "checkpoint.safetensors");
  char *csv = training_path(t, "history.csv");
  octavo_status status = checkpoint != NULL && csv != NULL
                             ? checkpoint_load(t->net, &t->at, t->description, checkpoint, error)
                             : octavo_error_memory(error, 1, "a file name");
  if (status == OCTAVO_OK &&
      (t->at.epoch > t->settings->epochs || t->at.step > loader_steps(t->train_loader)))
    status = octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "%s: expected a step of the run, found epoch %" PRIu32
                              " and step %" PRIu32,
                              checkpoint, t->at.epoch, t->at.step);
  if (status == OCTAVO_OK && t->at.epoch > 0)
    status = history_read_csv(&t->history, csv, t->at.epoch, error);
  if (status == OCTAVO_OK && t->history.count > 0)
    t->earlier_seconds = t->history.rows[t->history.count - 1].seconds;
  octavo_memory_free(checkpoint);
  octavo_memory_free(csv);
  return status;
}

octavo_status training_open(training *t, const train_settings *s, octavo_error *error) {
  *t = (training){.settings = s,
                  .optimizer = {.momentum = s->momentum,
                                .weight_decay = s->weight_decay,
                                .nesterov = s->nesterov == 1,
                                .decay_all = s->decay_all},
                  .average = choose_averaging(s),
                  .history = {.tta = s->tta}};
  const trainable *kind = trainable_find(s->network);
  octavo_status status = run_files_check(t, error);
  if (status == OCTAVO_OK)
    status = load_data(t, kind, error);
  if (status == OCTAVO_OK)
    status = make_network(t, kind, error);
  if (status == OCTAVO_OK)
    status = describe(t, error);
  if (status == OCTAVO_OK && s->init != NULL && !s->resume)
    status = start_from_file(t, error);
  if (status == OCTAVO_OK && s->qat && !s->resume)
    status = qat_begin(t, error);
  if (status == OCTAVO_OK)
    status = make_averages(t, error);
  if (status == OCTAVO_OK && s->resume)
    status = resume(t, error);
  /* Last, so that a run that cannot begin leaves no empty folder. */
  return status == OCTAVO_OK ? run_files_prepare(t, error) : status;
}

void training_close(training *t) {
  loader_close(t->train_loader);
  loader_close(t->test_loader);
  network_free(t->net);
  architecture_free(&t->plan);
  image_pair_free(&t->images);
  json_decref(t->description);
  history_free(&t->history);
  onednn_close(&t->d);
  *t = (training){0};
}

/* ---- Training -------------------------------------------------------------------------------- */

static uint64_t steps_done(const training *t) {
  return (uint64_t)t->at.epoch * loader_steps(t->train_loader) + t->at.step;
}

/* Of a step of the epoch that t->at is in. */
static double rate_at(const training *t, uint32_t step) {
  const double done = (double)t->at.epoch * loader_steps(t->train_loader) + step;
  const double share = done / (double)run_steps(t);
  return t->settings->rate * schedules[t->settings->schedule].factor(share, t->settings->warmup);
}

/* From the gradients to the next step's weights. */
static octavo_status update_weights(training *t, octavo_error *error) {
  const octavo_status status = sgd_step(t->net, &t->optimizer, rate_at(t, t->at.step), error);
  if (status != OCTAVO_OK)
    return status;
  return averaging_step(t->net, &t->average, steps_done(t) + 1, run_steps(t), error);
}

/* A mean loss above this says that the right classes are given probabilities of e^-1000: such a run
 * does not come back, although its weights may stay finite for long. */
static const double DIVERGED = 1000.0;

static octavo_status report_divergence(const training *t, const char *which, double loss,
                                       octavo_error *error) {
  return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                          "the loss of the %s images is %.3g in epoch %" PRIu32 " at step %" PRIu32
                          ": training diverges; try a lower --lr (it was %.3g)",
                          which, loss, t->at.epoch + 1, t->at.step,
                          rate_at(t, t->at.step > 0 ? t->at.step - 1 : 0));
}

/* What fake quantization does in the next step; afterwards, as for evaluation, it only rounds. */
static void begin_phase(training *t) {
  if (t->settings->qat)
    t->net->phase = qat_phase(steps_done(t), run_steps(t), loader_steps(t->train_loader));
}

static void end_phase(training *t) {
  t->net->phase = (quantization_phase){.quantize = t->settings->qat};
}

octavo_status training_step(training *t, octavo_error *error) {
  const loader_batch batch = loader_next(t->train_loader);
  const tensor *input = network_input(t->net);
  memcpy(input->data, batch.images, input->bytes);
  profile_mark(t->net->profile, PROFILE_IMAGES, PROFILE_FORWARD);
  begin_phase(t);
  octavo_status status = network_forward(t->net, true, error);
  end_phase(t);
  if (status != OCTAVO_OK)
    return status;
  const loss_result result = loss_cross_entropy(
      network_logits(t->net), batch.labels, batch.count, batch.count, network_classes(t->net),
      t->settings->label_smoothing, network_logits_gradient(t->net));
  if (!(result.sum <= DIVERGED * batch.count)) /* no number is not less either */
    return report_divergence(t, "training", result.sum / batch.count, error);
  profile_mark(t->net->profile, PROFILE_LOSS, PROFILE_FORWARD);
  status = network_backward(t->net, error);
  if (status == OCTAVO_OK)
    status = update_weights(t, error);
  t->at.loss_sum += result.sum;
  t->at.correct += result.correct;
  t->at.seen += batch.count;
  t->at.step++;
  t->epoch_time.steps++;
  return status;
}

/* Of the epoch alone: evaluation and saving are not in it. */
static void begin_profile(training *t) {
  t->epoch_time = (profile){0};
  if (!t->settings->profile)
    return;
  t->net->profile = &t->epoch_time;
  profile_start(&t->epoch_time);
}

static octavo_status stop_early(training *t, octavo_error *error) {
  const octavo_status status = run_files_save_checkpoint(t, error);
  if (status != OCTAVO_OK)
    return status;
  return octavo_error_set(error, OCTAVO_ERROR_IO,
                          "stopped in epoch %" PRIu32 " after step %" PRIu32
                          "; saved. The same command with --resume%s goes on from there",
                          t->at.epoch + 1, t->at.step,
                          t->settings->overwrite ? " in place of --overwrite" : "");
}

/* The rest of the epoch that t->at is in. Returns images per second through *speed. */
static octavo_status train_epoch(training *t, double *speed, octavo_error *error) {
  const uint32_t steps = loader_steps(t->train_loader), first = t->at.step;
  char label[96];
  octavo_status status = loader_begin(t->train_loader, t->at.epoch, first, error);
  if (status != OCTAVO_OK)
    return status;
  snprintf(label, sizeof label, "epoch %" PRIu32 "/%" PRIu32, t->at.epoch + 1, t->settings->epochs);
  progress bar;
  progress_begin(&bar, stderr, label, "images", (uint64_t)(steps - first) * t->settings->batch);
  const uint64_t begun = platform_nanoseconds();
  begin_profile(t);
  while (status == OCTAVO_OK && t->at.step < steps) {
    status = platform_interrupted() ? stop_early(t, error) : training_step(t, error);
    if (status == OCTAVO_OK)
      snprintf(label, sizeof label, "epoch %" PRIu32 "/%" PRIu32 " loss %.3f accuracy %.1f %%",
               t->at.epoch + 1, t->settings->epochs, t->at.loss_sum / (double)t->at.seen,
               100.0 * (double)t->at.correct / (double)t->at.seen);
    progress_update(&bar, (uint64_t)(t->at.step - first) * t->settings->batch);
  }
  progress_end(&bar);
  profile_stop(&t->epoch_time);
  profile_add(&t->run_time, &t->epoch_time);
  const double seconds = (double)(platform_nanoseconds() - begun) * 1e-9;
  *speed = (double)(t->at.step - first) * t->settings->batch / seconds;
  return status;
}

static void print_epoch(const training *t, const history_row *r, double speed) {
  const double left = r->seconds / r->epoch * (t->settings->epochs - r->epoch);
  char tta[40] = "", averaged[40] = "";
  if (t->settings->tta)
    snprintf(tta, sizeof tta, ", %.2f %% with TTA", 100.0 * r->tta_accuracy);
  if (t->average.kind != AVERAGING_NONE)
    snprintf(averaged, sizeof averaged, " (%s weights)", averaging_name(t->average.kind));
  printf("epoch %" PRIu32 "/%" PRIu32
         "  loss %.4f  accuracy %.2f %%  test loss %.4f  test accuracy %.2f %%%s%s  %.0f images/s  "
         "%.0f s left\n",
         r->epoch, t->settings->epochs, r->train_loss, 100.0 * r->train_accuracy, r->test_loss,
         100.0 * r->test_accuracy, tta, averaged, speed, left);
  fflush(stdout);
}

/* Puts the weights that are evaluated and written in the place of the trained ones, and, called
 * again, back. */
static octavo_status exchange_weights(training *t, octavo_error *error) {
  return t->average.kind == AVERAGING_NONE ? OCTAVO_OK : averaging_swap(t->net, error);
}

/* Evaluates, and goes on to the next epoch with all that belongs to this one saved. */
static octavo_status finish_epoch(training *t, double rate, double speed, octavo_error *error) {
  evaluation_result test;
  octavo_status status = exchange_weights(t, error);
  if (status == OCTAVO_OK)
    status = training_evaluate(t, &test, error);
  if (status == OCTAVO_OK)
    status = exchange_weights(t, error);
  if (status == OCTAVO_OK && platform_interrupted())
    status = stop_early(t, error);
  if (status == OCTAVO_OK && !isfinite(test.loss))
    status = report_divergence(t, "test", test.loss, error);
  if (status != OCTAVO_OK)
    return status;
  const double seen = (double)t->at.seen;
  const history_row row = {.epoch = t->at.epoch + 1,
                           .rate = rate,
                           .train_loss = t->at.loss_sum / seen,
                           .train_accuracy = (double)t->at.correct / seen,
                           .test_loss = test.loss,
                           .test_accuracy = test.accuracy,
                           .tta_accuracy = test.tta_accuracy,
                           .seconds = t->earlier_seconds +
                                      (double)(platform_nanoseconds() - t->begun) * 1e-9};
  status = history_add(&t->history, &row, error);
  t->at = (checkpoint_position){.epoch = t->at.epoch + 1,
                                .float_accuracy = t->at.float_accuracy,
                                .rounded_accuracy = t->at.rounded_accuracy};
  if (status == OCTAVO_OK)
    status = run_files_save_epoch(t, error);
  if (status == OCTAVO_OK)
    print_epoch(t, &row, speed);
  if (status == OCTAVO_OK && t->settings->profile)
    status = profile_print(&t->epoch_time, stdout, error);
  return status;
}

octavo_status training_run(training *t, octavo_error *error) {
  t->begun = platform_nanoseconds();
  octavo_status status = OCTAVO_OK;
  while (status == OCTAVO_OK && t->at.epoch < t->settings->epochs) {
    const double rate = rate_at(t, 0);
    double speed = 0.0;
    status = train_epoch(t, &speed, error);
    if (status == OCTAVO_OK)
      status = finish_epoch(t, rate, speed, error);
  }
  if (status == OCTAVO_OK)
    status = exchange_weights(t, error);
  if (status == OCTAVO_OK)
    status = run_files_save_result(t, error);
  return status == OCTAVO_OK ? exchange_weights(t, error) : status;
}
