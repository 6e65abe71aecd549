#include "load.h"

#include <string.h>
#include <strings.h>

typedef struct signature {
  size_t offset;
  const char *bytes;
  size_t length;
  const char *what;
} signature;

#define SIGNATURE(offset, bytes, what)                                                             \
  { offset, bytes, sizeof bytes - 1, what }

static const signature signatures[] = {
    SIGNATURE(0, "version https://git-lfs",
              "a git-LFS pointer, not the file itself: run 'git lfs pull'"),
    SIGNATURE(0, "\x89OCTAVO\r\n",
              "one that a text-mode transfer has changed: copy it again, in binary mode"),
    SIGNATURE(0, "\x09OCTAVO\n",
              "one that a 7-bit transfer has changed: copy it again, in binary mode"),
    SIGNATURE(0, "PK\x03\x04",
              "a ZIP archive, as PyTorch and Keras write: export the network as ONNX and convert "
              "that with octavo-convert"),
    SIGNATURE(0, "\x89HDF",
              "an HDF5 file, as Keras writes: export the network as ONNX and convert that with "
              "octavo-convert"),
    SIGNATURE(
        4, "TFL3",
        "a TensorFlow Lite network: convert the ONNX form of the network with octavo-convert"),
    SIGNATURE(0, "\x1f\x8b", "a gzip archive: unpack it first"),
    SIGNATURE(0, "\xff\xd8\xff", "a JPEG image"),
    SIGNATURE(0, "\x89PNG", "a PNG image"),
};

static bool is_html(const uint8_t *data, size_t size) {
  while (size > 0 && (*data == ' ' || *data == '\t' || *data == '\r' || *data == '\n')) {
    data++;
    size--;
  }
  const char *text = (const char *)data;
  return (size >= 5 && strncasecmp(text, "<html", 5) == 0) ||
         (size >= 9 && strncasecmp(text, "<!doctype", 9) == 0);
}

/* A serialized ModelProto begins with field 1, ir_version, a small number, and goes on with one of
 * its fields 2 to 8. */
static bool is_onnx(const uint8_t *data, size_t size) {
  static const uint8_t next_tags[] = {0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42};
  return size >= 3 && data[0] == 0x08 && data[1] > 0 && data[1] < 0x40 &&
         memchr(next_tags, data[2], sizeof next_tags) != NULL;
}

const char *octavo_load_guess(const uint8_t *data, size_t size) {
  if (size == 0)
    return "an empty file";
  for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
    const signature *s = &signatures[i];
    if (size >= s->offset + s->length && memcmp(data + s->offset, s->bytes, s->length) == 0)
      return s->what;
  }
  if (is_html(data, size))
    return "an HTML page, perhaps the error message of a failed download";
  if (is_onnx(data, size))
    return "an ONNX network: convert it with octavo-convert";
  if (octavo_load_is_zero(data, size < 64 ? size : 64))
    return "zeros, perhaps of a download or copy that was interrupted";
  return NULL;
}
