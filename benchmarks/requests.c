#include "requests.h"

#include "platforms/platform.h"
#include "runtime/error.h"

#include <inttypes.h>
#include <stdio.h>

enum { RUNS_MAX = 1000000 };

bool requests_read(uint32_t *runs, octavo_status *status, octavo_error *error) {
  char line[64];
  if (platform_interrupted() || fgets(line, sizeof line, stdin) == NULL)
    return false;
  char rest = 0;
  if (sscanf(line, "%" SCNu32 " %c", runs, &rest) != 1 || *runs > RUNS_MAX) {
    *status = octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                               "standard input: expected a number of runs up to %d on each line",
                               RUNS_MAX);
    return false;
  }
  return true;
}
