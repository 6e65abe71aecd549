/* octavo-train: from images to a network. */
#include "training.h"

#include "platforms/platform.h"

static void print_begin(const training *t) {
  const double macs = (double)architecture_macs(&t->plan) * 1e-6;
  printf("%s: %.2f million parameters, %.1f million MACs; %u training and %u test images of %u "
         "classes; %s, %u threads\n",
         t->settings->network, (double)architecture_parameters(&t->plan) * 1e-6, macs,
         t->images.train.count, t->images.test.count, t->images.train.class_count,
         t->bfloat16 ? "bfloat16" : "float32", t->d.threads);
  if (t->images.left_out > 0)
    printf("left out, as not .jpg, .jpeg or .png: %u, such as %s\n", t->images.left_out,
           t->images.left_out_name);
  fflush(stdout);
}

static void print_end(const training *t) {
  const train_settings *s = t->settings;
  const bool is_folder = platform_path(s->data) == PLATFORM_PATH_FOLDER;
  printf("%s: model.onnx, weights.safetensors, history.csv, curves.svg, run.json, labels.txt\n",
         s->output);
  if (s->qat) /* the ranges are in the file */
    printf("Next: octavo-convert %s/model.onnx -o model.octavo\n", s->output);
  else
    printf("Next: octavo-convert %s/model.onnx --calib %s -o model.octavo\n", s->output,
           is_folder ? s->data : "DIR");
}

int main(int argc, char **argv) {
  train_settings settings;
  const int code = train_settings_parse(argc, argv, &settings);
  if (code != OPTIONS_RUN)
    return code;
  octavo_error error = {0};
  training t = {0};
  octavo_status status = OCTAVO_OK;
  if (settings.list) {
    status = trainable_list(stdout, &error);
  } else {
    platform_interrupt_catch();
    status = training_open(&t, &settings, &error);
    if (status == OCTAVO_OK)
      print_begin(&t);
    if (status == OCTAVO_OK)
      status = training_run(&t, &error);
    if (status == OCTAVO_OK)
      print_end(&t);
  }
  training_close(&t);
  if (status == OCTAVO_OK)
    return 0;
  fprintf(stderr, "octavo-train: %s\n", error.text);
  return 1;
}
