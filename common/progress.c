#include "progress.h"

#include "platforms/platform.h"

#include <inttypes.h>
#include <string.h>

#define REDRAW_NANOSECONDS UINT64_C(100000000)
#define BAR_MAX            40

void progress_begin(progress *p, FILE *stream, const char *label, const char *unit,
                    uint64_t total) {
  *p = (progress){.stream = stream, .label = label, .unit = unit, .total = total};
  p->terminal = platform_terminal(stream);
  p->begun = platform_nanoseconds();
  progress_update(p, 0);
}

/* "[####      ] 40 %", as wide as the terminal leaves room for. */
static int draw_bar(const progress *p, uint64_t done, size_t room, char *text, size_t size) {
  const size_t width = room < BAR_MAX ? room : BAR_MAX;
  const uint64_t shown = done < p->total ? done : p->total;
  const double share = (double)shown / (double)p->total;
  const size_t full = (size_t)(share * (double)width);
  char bar[BAR_MAX + 1];
  memset(bar, ' ', width);
  memset(bar, '#', full);
  bar[width] = '\0';
  return snprintf(text, size, "[%s] %3.0f %%", bar, share * 100.0);
}

static void draw(const progress *p, uint64_t done, uint64_t now) {
  char counts[160];
  char bar[BAR_MAX + 32] = "";
  const double seconds = (double)(now - p->begun) * 1e-9;
  const double rate = seconds > 0.0 ? (double)done / seconds : 0.0;
  int length = 0;
  if (p->total == 0) {
    length = snprintf(counts, sizeof counts, "%" PRIu64 " %s, %.0f/s", done, p->unit, rate);
  } else if (rate > 0.0 && done <= p->total) {
    const uint64_t left = (uint64_t)((double)(p->total - done) / rate + 0.5);
    length = snprintf(counts, sizeof counts,
                      "%" PRIu64 "/%" PRIu64 " %s, %.0f/s, %" PRIu64 ":%02" PRIu64 " left", done,
                      p->total, p->unit, rate, left / 60, left % 60);
  } else {
    length = snprintf(counts, sizeof counts, "%" PRIu64 "/%" PRIu64 " %s", done, p->total, p->unit);
  }
  const size_t used = strlen(p->label) + (length > 0 ? (size_t)length : 0) + 16;
  const size_t width = platform_terminal_width(p->stream);
  if (p->total > 0 && width > used + 4)
    draw_bar(p, done, width - used, bar, sizeof bar);
  /* A line that wraps cannot be taken back. */
  char line[512];
  snprintf(line, sizeof line, "%s %s %s", p->label, bar, counts);
  fprintf(p->stream, "\r\033[K%.*s", (int)width - 1, line);
  fflush(p->stream);
}

void progress_update(progress *p, uint64_t done) {
  if (!p->terminal)
    return;
  const uint64_t now = platform_nanoseconds();
  if (p->drawn != 0 && now - p->drawn < REDRAW_NANOSECONDS)
    return;
  p->drawn = now;
  draw(p, done, now);
}

void progress_end(progress *p) {
  if (!p->terminal)
    return;
  fputs("\r\033[K", p->stream);
  fflush(p->stream);
}
