#include "json_writer.h"

#include "utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void json_writer_begin(json_writer *writer, FILE *stream) {
  memset(writer, 0, sizeof *writer);
  writer->stream = stream;
}

static void new_line(const json_writer *writer) {
  fputc('\n', writer->stream);
  for (uint32_t i = 0; i < writer->depth; i++)
    fputs("  ", writer->stream);
}

static void write_quoted(FILE *stream, const char *value) {
  fputc('"', stream);
  for (const char *at = value; *at != '\0';) {
    const size_t length = utf8_length(at);
    if (length == 0) {
      fputs("\\ufffd", stream);
      at++;
      continue;
    }
    if (*at == '"' || *at == '\\')
      fputc('\\', stream);
    if ((unsigned char)*at < 0x20)
      fprintf(stream, "\\u%04x", (unsigned)*at);
    else
      fwrite(at, 1, length, stream);
    at += length;
  }
  fputc('"', stream);
}

/* What stands before every value. */
static void begin_value(json_writer *writer, const char *key) {
  if (writer->filled[writer->depth])
    fputc(',', writer->stream);
  if (writer->depth > 0)
    new_line(writer);
  writer->filled[writer->depth] = true;
  if (key != NULL) {
    write_quoted(writer->stream, key);
    fputs(": ", writer->stream);
  }
}

static void nest(json_writer *writer, const char *key, char opening, char closing) {
  begin_value(writer, key);
  fputc(opening, writer->stream);
  if (writer->depth >= JSON_WRITER_MAX_DEPTH)
    abort(); /* the callers' nesting is fixed in their code */
  writer->depth++;
  writer->filled[writer->depth] = false;
  writer->closing[writer->depth] = closing;
}

void json_writer_object(json_writer *writer, const char *key) {
  nest(writer, key, '{', '}');
}

void json_writer_list(json_writer *writer, const char *key) {
  nest(writer, key, '[', ']');
}

void json_writer_close(json_writer *writer) {
  const bool filled = writer->filled[writer->depth];
  const char closing = writer->closing[writer->depth];
  writer->depth--;
  if (filled)
    new_line(writer);
  fputc(closing, writer->stream);
  if (writer->depth == 0)
    fputc('\n', writer->stream);
}

void json_writer_string(json_writer *writer, const char *key, const char *value) {
  begin_value(writer, key);
  if (value == NULL)
    fputs("null", writer->stream);
  else
    write_quoted(writer->stream, value);
}

void json_writer_real(json_writer *writer, const char *key, double value) {
  begin_value(writer, key);
  if (isfinite(value))
    fprintf(writer->stream, "%.9g", value);
  else
    fputs("null", writer->stream);
}

void json_writer_integer(json_writer *writer, const char *key, int64_t value) {
  begin_value(writer, key);
  fprintf(writer->stream, "%" PRId64, value);
}

void json_writer_unsigned(json_writer *writer, const char *key, uint64_t value) {
  begin_value(writer, key);
  fprintf(writer->stream, "%" PRIu64, value);
}

void json_writer_boolean(json_writer *writer, const char *key, bool value) {
  begin_value(writer, key);
  fputs(value ? "true" : "false", writer->stream);
}
