#include "converter/name_map.h"

#include "runtime/memory.h"

#include <string.h>

static uint32_t hash(const char *text) {
  uint32_t value = 2166136261u; /* FNV-1a */
  for (; *text != '\0'; text++)
    value = (value ^ (uint8_t)*text) * 16777619u;
  return value;
}

static name_map_entry *slot_of(const name_map *map, const char *name) {
  const size_t mask = map->slot_count - 1;
  for (size_t i = hash(name) & mask;; i = (i + 1) & mask) {
    name_map_entry *slot = &map->slots[i];
    if (slot->name == NULL || strcmp(slot->name, name) == 0)
      return slot;
  }
}

static bool grow(name_map *map) {
  name_map larger = {.slot_count = map->slot_count == 0 ? 64 : map->slot_count * 2};
  larger.slots = octavo_memory_alloc(larger.slot_count, sizeof *larger.slots);
  if (larger.slots == NULL)
    return false;
  for (size_t i = 0; i < map->slot_count; i++)
    if (map->slots[i].name != NULL)
      *slot_of(&larger, map->slots[i].name) = map->slots[i];
  larger.used = map->used;
  octavo_memory_free(map->slots);
  *map = larger;
  return true;
}

bool name_map_set(name_map *map, const char *name, int32_t value) {
  if (map->used * 2 >= map->slot_count && !grow(map))
    return false;
  name_map_entry *slot = slot_of(map, name);
  if (slot->name == NULL) {
    slot->name = name;
    map->used++;
  }
  slot->value = value;
  return true;
}

const int32_t *name_map_find(const name_map *map, const char *name) {
  if (map->used == 0)
    return NULL;
  const name_map_entry *slot = slot_of(map, name);
  return slot->name == NULL ? NULL : &slot->value;
}

void name_map_clear(name_map *map) {
  octavo_memory_free(map->slots);
  *map = (name_map){0};
}
