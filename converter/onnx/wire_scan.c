#include "converter/onnx/wire_scan.h"

#include <stdbool.h>

enum { VARINT = 0, FIXED64 = 1, LENGTH = 2, FIXED32 = 5 };

/* One message that is being walked. */
typedef struct level {
  const ProtobufCMessageDescriptor *descriptor;
  size_t end; /* of its bytes */
} level;

typedef struct scanner {
  const uint8_t *data;
  size_t position, end; /* `end` is that of the innermost message */
  level levels[WIRE_MAX_DEPTH];
  uint32_t depth, messages;
  octavo_error *error;
} scanner;

static octavo_status damaged(const scanner *s, const char *what) {
  return octavo_error_set(s->error, OCTAVO_ERROR_FORMAT,
                          "not a valid ONNX file: at byte %zu, in %s: %s (a damaged or cut-off "
                          "download?)",
                          s->position, s->levels[s->depth - 1].descriptor->short_name, what);
}

static octavo_status read_varint(scanner *s, uint64_t *value) {
  *value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (s->position >= s->end)
      return damaged(s, "a number runs past the end");
    const uint8_t byte = s->data[s->position++];
    *value |= (uint64_t)(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0)
      return OCTAVO_OK;
  }
  return damaged(s, "a number of more than 10 bytes");
}

static octavo_status skip(scanner *s, uint64_t length) {
  if (length > s->end - s->position)
    return damaged(s, "a field runs past the end");
  s->position += (size_t)length;
  return OCTAVO_OK;
}

static octavo_status enter(scanner *s, const ProtobufCMessageDescriptor *descriptor,
                           uint64_t length) {
  if (length > s->end - s->position)
    return damaged(s, "a message runs past the end");
  if (s->depth == WIRE_MAX_DEPTH)
    return damaged(s, "messages are nested more than 24 deep");
  if (++s->messages > WIRE_MAX_MESSAGES)
    return damaged(s, "more than 4194304 messages");
  s->end = s->position + (size_t)length;
  s->levels[s->depth++] = (level){descriptor, s->end};
  return OCTAVO_OK;
}

static octavo_status scan_field(scanner *s) {
  uint64_t key = 0, value = 0;
  octavo_status status = read_varint(s, &key);
  if (status != OCTAVO_OK)
    return status;
  if (key >> 3 == 0 || key >> 3 > UINT32_MAX >> 3)
    return damaged(s, "a field number out of range");
  const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(
      s->levels[s->depth - 1].descriptor, (unsigned)(key >> 3));
  switch (key & 7) {
  case VARINT:
    return read_varint(s, &value);
  case FIXED64:
    return skip(s, 8);
  case FIXED32:
    return skip(s, 4);
  case LENGTH:
    status = read_varint(s, &value);
    if (status != OCTAVO_OK)
      return status;
    return field != NULL && field->type == PROTOBUF_C_TYPE_MESSAGE
               ? enter(s, field->descriptor, value)
               : skip(s, value);
  default:
    return damaged(s, "a field of unknown kind");
  }
}

octavo_status wire_scan(const ProtobufCMessageDescriptor *descriptor, const uint8_t *data,
                        size_t size, octavo_error *error) {
  scanner s = {.data = data, .end = size, .depth = 1, .error = error};
  s.levels[0] = (level){descriptor, size};
  while (s.depth > 0) {
    if (s.position == s.end) {
      s.depth--;
      if (s.depth > 0)
        s.end = s.levels[s.depth - 1].end;
      continue;
    }
    const octavo_status status = scan_field(&s);
    if (status != OCTAVO_OK)
      return status;
  }
  return OCTAVO_OK;
}
