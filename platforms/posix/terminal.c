#include "platforms/platform.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool platform_terminal(FILE *stream) {
  const char *kind = getenv("TERM");
  return isatty(fileno(stream)) != 0 && (kind == NULL || strcmp(kind, "dumb") != 0);
}

uint32_t platform_terminal_width(FILE *stream) {
  struct winsize size;
  if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}
