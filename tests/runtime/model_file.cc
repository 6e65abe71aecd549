#include "tests/runtime/model_file.h"

#include "tests/support/reseal.h"

#include <cstring>

ModelFile::ModelFile(const Bytes &bytes) {
  memcpy(&header, bytes.data(), sizeof header);
  for (size_t i = 0; i < OCTAVO_FORMAT_SECTIONS; i++) {
    octavo_format_section section;
    memcpy(&section, bytes.data() + sizeof header + i * sizeof section, sizeof section);
    const auto start = bytes.begin() + static_cast<ptrdiff_t>(section.offset);
    sections[i].assign(start, start + static_cast<ptrdiff_t>(section.size));
  }
}

Bytes ModelFile::Assemble() {
  Bytes bytes(sizeof header + OCTAVO_FORMAT_SECTIONS * sizeof(octavo_format_section));
  for (uint32_t i = 0; i < OCTAVO_FORMAT_SECTIONS; i++) {
    bytes.resize((bytes.size() + 63) / 64 * 64);
    octavo_format_section &section = SectionOf(bytes, static_cast<octavo_section_type>(i + 1));
    section.type = i + 1;
    section.offset = bytes.size();
    section.size = sections[i].size();
    bytes.insert(bytes.end(), sections[i].begin(), sections[i].end());
  }
  header.file_size = bytes.size();
  memcpy(bytes.data(), &header, sizeof header);
  Reseal(bytes);
  return bytes;
}

uint32_t ModelFile::AddString(const std::string &text) {
  Bytes &strings = section(OCTAVO_SECTION_STRINGS);
  const size_t offset = strings.size();
  strings.insert(strings.end(), text.begin(), text.end());
  strings.push_back(0);
  return static_cast<uint32_t>(offset);
}

octavo_format_header &HeaderOf(Bytes &bytes) {
  return *reinterpret_cast<octavo_format_header *>(bytes.data());
}

octavo_format_section &SectionOf(Bytes &bytes, octavo_section_type type) {
  return reinterpret_cast<octavo_format_section *>(bytes.data() +
                                                   sizeof(octavo_format_header))[type - 1];
}

void Reseal(Bytes &bytes) {
  reseal(bytes.data(), bytes.size());
}
