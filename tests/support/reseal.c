#include "tests/support/reseal.h"

#include "runtime/checked.h"
#include "runtime/crc32.h"
#include "runtime/format.h"

#include <string.h>

void reseal(uint8_t *data, size_t size) {
  octavo_format_header header;
  octavo_format_section sections[OCTAVO_FORMAT_SECTIONS];
  if (size < sizeof header + sizeof sections)
    return;
  memcpy(&header, data, sizeof header);
  memcpy(sections, data + sizeof header, sizeof sections);
  for (size_t i = 0; i < OCTAVO_FORMAT_SECTIONS; i++)
    if (octavo_checked_range(sections[i].offset, sections[i].size, size))
      sections[i].checksum = octavo_crc32(0, data + sections[i].offset, (size_t)sections[i].size);
  header.checksum = 0;
  header.checksum =
      octavo_crc32(octavo_crc32(0, &header, sizeof header), sections, sizeof sections);
  memcpy(data, &header, sizeof header);
  memcpy(data + sizeof header, sections, sizeof sections);
}
