// Opens bytes as a model; if they are one, asks for everything and, if it is small, runs it.
//
// The checksums and the file size would stop nearly all changes that a fuzzer makes, so that every
// input is tried twice: as it is, and with those made right.

#include "octavo.h"

#include "runtime/crc32.h"
#include "runtime/format.h"
#include "tests/support/reseal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
  if (!condition)
    abort();
}

/* Reads each byte of a string that the library says is there. */
static void read_string(const char *text) {
  require(text != NULL && strlen(text) <= OCTAVO_FORMAT_MAX_NAME);
}

static void read_tensor(const octavo_tensor_info *info) {
  read_string(info->name);
  size_t bytes = info->type == OCTAVO_INT8 ? 1 : 4;
  require(info->rank >= 1 && info->rank <= OCTAVO_MAX_RANK);
  for (uint32_t i = 0; i < info->rank; i++)
    bytes *= info->shape[i];
  require(bytes == info->bytes);
}

/* Returns the multiply-accumulates of all operators. */
static uint64_t query(const octavo_model *model) {
  octavo_tensor_info tensor;
  octavo_operator_info op;
  octavo_model_info about;
  octavo_preprocessing rule;
  uint64_t macs = 0;
  for (uint32_t i = 0; octavo_model_input(model, i, &tensor) == OCTAVO_OK; i++)
    read_tensor(&tensor);
  for (uint32_t i = 0; octavo_model_output(model, i, &tensor) == OCTAVO_OK; i++)
    read_tensor(&tensor);
  for (uint32_t i = 0; octavo_model_operator(model, i, &op) == OCTAVO_OK; i++) {
    read_string(op.name);
    read_tensor(&op.output);
    macs = macs > UINT64_MAX - op.macs ? UINT64_MAX : macs + op.macs;
  }
  for (uint32_t i = 0; i < octavo_model_label_count(model); i++)
    read_string(octavo_model_label(model, i));
  require(octavo_model_describe(model, &about) == OCTAVO_OK);
  read_string(about.tool);
  read_string(about.source);
  read_string(about.mode);
  read_string(about.calibrator);
  (void)octavo_model_preprocessing(model, &rule);
  return macs;
}

/* Small enough for a fuzzer to run: what takes long says nothing about safety. */
static bool is_small(const octavo_model *model, uint64_t macs) {
  octavo_model_info about;
  require(octavo_model_describe(model, &about) == OCTAVO_OK);
  return about.arena_bytes <= 1 << 20 && about.weight_bytes <= 1 << 20 && macs <= 1 << 22;
}

/* Inputs that lean to the extremes, then everything that a session can be asked. */
static void run(octavo_model *model) {
  octavo_session *session = NULL;
  octavo_error error = {{0}};
  const octavo_status status = octavo_session_create(model, NULL, &session, &error);
  require((status == OCTAVO_OK) == (session != NULL));
  if (session == NULL)
    return;
  octavo_tensor_info info;
  for (uint32_t i = 0; octavo_model_input(model, i, &info) == OCTAVO_OK; i++)
    memset(octavo_session_input(session, i), 0x7f, info.bytes);
  require(octavo_session_run(session, &error) == OCTAVO_OK);
  for (uint32_t i = 0; octavo_model_output(model, i, &info) == OCTAVO_OK; i++)
    (void)octavo_crc32(0, octavo_session_output(session, i), info.bytes);
  octavo_class classes[3];
  uint32_t filled = 0;
  (void)octavo_session_top(session, 0, classes, 3, &filled, &error);
  octavo_session_free(session);
  (void)octavo_model_verify(model, 1, &error);
}

static void open_model(const uint8_t *data, size_t size) {
  octavo_error error = {{0}};
  octavo_model *model = NULL;
  const octavo_status status = octavo_model_open_memory(data, size, &model, &error);
  require((status == OCTAVO_OK) == (model != NULL));
  require((status == OCTAVO_OK) == (error.text[0] == '\0'));
  if (model != NULL && is_small(model, query(model)))
    run(model);
  octavo_model_close(model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  open_model(data, size);
  uint8_t *copy = malloc(size == 0 ? 1 : size);
  if (copy == NULL)
    return 0;
  memcpy(copy, data, size);
  if (size >= sizeof(octavo_format_header)) {
    octavo_format_header header;
    memcpy(&header, copy, sizeof header);
    header.file_size = size;
    memcpy(copy, &header, sizeof header);
  }
  reseal(copy, size);
  open_model(copy, size);
  free(copy);
  return 0;
}
