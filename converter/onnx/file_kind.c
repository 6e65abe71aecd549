#include "converter/onnx/file_kind.h"

#include "runtime/format.h"

#include <string.h>
#include <strings.h>

typedef struct file_kind {
  const char *magic;
  size_t length, offset;
  const char *message;
} file_kind;

static const file_kind kinds[] = {
    {OCTAVO_FORMAT_MAGIC, 8, 0,
     "this is an .octavo file, which is converted already; give the .onnx file it was made from"},
    {"PK\3\4", 4, 0,
     "this is a zip archive, such as PyTorch writes (.pt, .pth) or Keras (.keras); export the "
     "network to ONNX first (torch.onnx.export, tf2onnx)"},
    {"\x80\x02", 2, 0,
     "this is a Python pickle, such as old PyTorch checkpoints; export the network to ONNX first "
     "(torch.onnx.export)"},
    {"\x89HDF\r\n", 6, 0,
     "this is an HDF5 file, such as Keras writes (.h5); export the network to ONNX first "
     "(tf2onnx)"},
    {"TFL3", 4, 4, "this is a TensorFlow Lite model; export the network to ONNX instead (tf2onnx)"},
    {"ORTM", 4, 4, "this is a model in ONNX Runtime's own format (.ort); give the .onnx file"},
    {"version https://git-lfs", 23, 0,
     "this is a Git LFS pointer, not the file itself; run `git lfs pull` and try again"},
    {"\x1f\x8b", 2, 0, "this is a gzip file; unpack it first"},
};

/* 8 bytes of length, then JSON. */
static bool is_safetensors(const uint8_t *data, size_t size) {
  return size >= 10 && data[8] == '{' && data[9] == '"' && data[6] == 0 && data[7] == 0;
}

static bool is_html(const uint8_t *data, size_t size) {
  static const char *const starts[] = {"<!doctype", "<html", "<?xml"};
  size_t i = 0;
  while (i < size && (data[i] == ' ' || data[i] == '\n' || data[i] == '\r' || data[i] == '\t'))
    i++;
  for (size_t k = 0; k < sizeof starts / sizeof starts[0]; k++)
    if (size - i >= strlen(starts[k]) &&
        strncasecmp((const char *)data + i, starts[k], strlen(starts[k])) == 0)
      return true;
  return false;
}

octavo_status file_kind_check(const uint8_t *data, size_t size, octavo_error *error) {
  const char *message = NULL;
  if (size == 0)
    message = "the file is empty";
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && message == NULL; i++) {
    const file_kind *kind = &kinds[i];
    if (size >= kind->offset + kind->length &&
        memcmp(data + kind->offset, kind->magic, kind->length) == 0)
      message = kind->message;
  }
  if (message == NULL && is_html(data, size))
    message = "this is a web page, not a model: the download gave an error page or needs a login";
  if (message == NULL && is_safetensors(data, size))
    message = "this is a safetensors file, which holds weights without the network; export the "
              "network to ONNX";
  if (message == NULL)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "expected an ONNX model: %s", message);
}
