/* From names to numbers, by a hash. */
#ifndef OCTAVO_CONVERTER_NAME_MAP_H
#define OCTAVO_CONVERTER_NAME_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct name_map_entry {
  const char *name; /* NULL: free */
  int32_t value;
} name_map_entry;

typedef struct name_map {
  name_map_entry *slots;
  size_t slot_count, used;
} name_map;

/* Adds a name, or changes its value. The string is borrowed. False: out of memory. */
bool name_map_set(name_map *map, const char *name, int32_t value);

/* NULL if the name is unknown. */
const int32_t *name_map_find(const name_map *map, const char *name);

void name_map_clear(name_map *map);

#endif
