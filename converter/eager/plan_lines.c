#include "converter/eager/plan_lines.h"

#include <string.h>

typedef struct cursor {
  const char *at, *end;
} cursor;

typedef enum token_kind { TOKEN_END, TOKEN_PLUS, TOKEN_NAME, TOKEN_QUOTED, TOKEN_BAD } token_kind;

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

/* What stands behind a \: a line break cannot stand in a line, nor survive some editors. */
static char unescape(char c) {
  return c == 'n' ? '\n' : c == 'r' ? '\r' : c;
}

static token_kind read_quoted(cursor *c, char *text, size_t room) {
  size_t length = 0;
  for (c->at++; c->at < c->end && *c->at != '"'; c->at++) {
    const bool escaped = *c->at == '\\' && c->at + 1 < c->end;
    c->at += escaped;
    if (length + 1 == room)
      return TOKEN_BAD;
    text[length++] = escaped ? unescape(*c->at) : *c->at;
  }
  text[length] = '\0';
  if (c->at == c->end)
    return TOKEN_BAD;
  c->at++;
  return TOKEN_QUOTED;
}

static token_kind read_plain(cursor *c, char *text, size_t room) {
  size_t length = 0;
  for (; c->at < c->end && !is_blank(*c->at) && strchr("+#\"", *c->at) == NULL; c->at++) {
    if (length + 1 == room)
      return TOKEN_BAD;
    text[length++] = *c->at;
  }
  text[length] = '\0';
  return TOKEN_NAME;
}

/* `text` has room for a name. */
static token_kind next_token(cursor *c, char *text, size_t room) {
  while (c->at < c->end && is_blank(*c->at))
    c->at++;
  text[0] = '\0';
  if (c->at == c->end || *c->at == '#')
    return TOKEN_END;
  if (*c->at == '\0')
    return TOKEN_BAD;
  if (*c->at == '+') {
    c->at++;
    return TOKEN_PLUS;
  }
  return *c->at == '"' ? read_quoted(c, text, room) : read_plain(c, text, room);
}

static void broken(plan_line *line, const char *problem) {
  line->kind = PLAN_LINE_BROKEN;
  line->problem = problem;
}

static const char bad_text[] = "expected names of at most 1023 bytes, quotes in pairs, and no zero "
                               "bytes";

/* What may follow the last name: an observer, and nothing else. */
static void finish(cursor *c, token_kind kind, const char *text, plan_line *line) {
  char rest[OCTAVO_FORMAT_MAX_NAME + 1];
  if (kind == TOKEN_END)
    return;
  if (kind != TOKEN_NAME || strlen(text) >= sizeof line->observer) {
    broken(line, kind == TOKEN_BAD ? bad_text : "expected a calibrator behind the modules");
    return;
  }
  memcpy(line->observer, text, strlen(text) + 1);
  if (next_token(c, rest, sizeof rest) != TOKEN_END)
    broken(line, "expected modules with + between them and at most one calibrator, found more");
}

static void parse_layer(cursor *c, plan_line *line) {
  char text[OCTAVO_FORMAT_MAX_NAME + 1];
  line->kind = PLAN_LINE_LAYER;
  token_kind kind = TOKEN_PLUS;
  while (kind == TOKEN_PLUS) {
    if (line->module_count == PLAN_LINE_MODULES) {
      broken(line, "expected at most 8 modules in one layer, found more");
      return;
    }
    char *name = line->modules[line->module_count];
    kind = next_token(c, name, sizeof line->modules[0]);
    if (kind != TOKEN_NAME && kind != TOKEN_QUOTED) {
      broken(line, kind == TOKEN_BAD ? bad_text : "expected the name of a module");
      return;
    }
    line->module_count++;
    kind = next_token(c, text, sizeof text);
  }
  finish(c, kind, text, line);
}

/* Whether the line is this word alone. */
static bool is_keyword(cursor c, const char *keyword) {
  char text[OCTAVO_FORMAT_MAX_NAME + 1];
  return next_token(&c, text, sizeof text) == TOKEN_NAME && strcmp(text, keyword) == 0 &&
         next_token(&c, text, sizeof text) == TOKEN_END;
}

void plan_line_parse(const char *text, size_t length, plan_line *line) {
  *line = (plan_line){0};
  if (length == 0) /* PLAN_LINE_EMPTY; `text` may be NULL */
    return;
  cursor c = {text, text + length}, first = c;
  char name[OCTAVO_FORMAT_MAX_NAME + 1];
  if (next_token(&first, name, sizeof name) == TOKEN_END)
    line->kind = PLAN_LINE_EMPTY;
  else if (is_keyword(c, "quantize"))
    line->kind = PLAN_LINE_QUANTIZE;
  else if (is_keyword(c, "dequantize"))
    line->kind = PLAN_LINE_DEQUANTIZE;
  else
    parse_layer(&c, line);
}
