#include "converter/layer_names.h"

#include "common/edit_distance.h"
#include "runtime/error.h"

#include <stdio.h>
#include <string.h>

#define SUGGESTIONS 3

/* The closest name that is farther than `beyond`, or as far and later than `after`. */
static int32_t next_closest(const graph *g, const char *name, size_t length, size_t *distance,
                            int32_t after) {
  size_t best = SIZE_MAX;
  int32_t found = GRAPH_NONE;
  for (uint32_t n = 0; n < g->node_count; n++) {
    const char *candidate = g->nodes[n].name;
    const size_t d = edit_distance(name, length, candidate);
    const bool is_new =
        after == GRAPH_NONE || d > *distance || (d == *distance && (int32_t)n > after);
    if (is_new && d < best) {
      best = d;
      found = (int32_t)n;
    }
  }
  *distance = best;
  return found;
}

static octavo_status report_unknown(const graph *g, const char *option, const char *name,
                                    size_t length, octavo_error *error) {
  char closest[256] = "";
  size_t used = 0, distance = 0;
  int32_t node = GRAPH_NONE;
  for (int i = 0; i < SUGGESTIONS && used < sizeof closest; i++) {
    node = next_closest(g, name, length, &distance, node);
    if (node == GRAPH_NONE)
      break;
    used += (size_t)snprintf(closest + used, sizeof closest - used, "%s%.70s", i == 0 ? "" : ", ",
                             g->nodes[node].name);
  }
  return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                          "%s: expected layers of the network, found '%.*s'; the closest names are "
                          "%s",
                          option, (int)length, name, closest);
}

octavo_status layer_find(const graph *g, const char *option, const char *name, size_t length,
                         uint32_t *node, octavo_error *error) {
  for (uint32_t n = 0; n < g->node_count; n++)
    if (strlen(g->nodes[n].name) == length && memcmp(g->nodes[n].name, name, length) == 0) {
      *node = n;
      return OCTAVO_OK;
    }
  return report_unknown(g, option, name, length, error);
}

static octavo_status mark_list(const graph *g, const char *option, const char *list, bool *marks,
                               octavo_error *error) {
  for (const char *begin = list; *begin != '\0';) {
    const size_t length = strcspn(begin, ",");
    uint32_t node = 0;
    const octavo_status status = layer_find(g, option, begin, length, &node, error);
    if (status != OCTAVO_OK)
      return status;
    marks[node] = true;
    begin += length + (begin[length] == ',');
  }
  return OCTAVO_OK;
}

octavo_status layer_mark(const graph *g, const char *option, const option_strings *lists,
                         bool *marks, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; i < lists->count && status == OCTAVO_OK; i++)
    status = mark_list(g, option, lists->values[i], marks, error);
  return status;
}
