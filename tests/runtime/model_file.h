// A model file taken apart, for tests that change one thing in it and put it together again.
#ifndef OCTAVO_TESTS_RUNTIME_MODEL_FILE_H
#define OCTAVO_TESTS_RUNTIME_MODEL_FILE_H

#include "runtime/format.h"

#include <cstdint>
#include <string>
#include <vector>

using Bytes = std::vector<uint8_t>;

class ModelFile {
public:
  // Takes a sound file apart.
  explicit ModelFile(const Bytes &bytes);

  // Header and sections as they are, with offsets, sizes, alignment and checksums that fit them.
  Bytes Assemble();

  octavo_format_header header;
  Bytes sections[OCTAVO_FORMAT_SECTIONS];

  Bytes &section(octavo_section_type type) {
    return sections[type - 1];
  }
  octavo_format_tensor &tensor(size_t index) {
    return At<octavo_format_tensor>(OCTAVO_SECTION_TENSORS, index);
  }
  octavo_format_operator &op(size_t index) {
    return At<octavo_format_operator>(OCTAVO_SECTION_OPERATORS, index);
  }
  int32_t &operand(size_t index) {
    return At<int32_t>(OCTAVO_SECTION_OPERANDS, index);
  }
  uint32_t &input(size_t index) {
    return At<uint32_t>(OCTAVO_SECTION_INPUTS, index);
  }
  uint32_t &output(size_t index) {
    return At<uint32_t>(OCTAVO_SECTION_OUTPUTS, index);
  }
  uint32_t &label(size_t index) {
    return At<uint32_t>(OCTAVO_SECTION_LABELS, index);
  }
  octavo_format_preprocessing &preprocessing() {
    return At<octavo_format_preprocessing>(OCTAVO_SECTION_PREPROCESSING, 0);
  }
  octavo_format_provenance &provenance() {
    return At<octavo_format_provenance>(OCTAVO_SECTION_PROVENANCE, 0);
  }
  octavo_format_tests &tests() {
    return At<octavo_format_tests>(OCTAVO_SECTION_TESTS, 0);
  }
  // The data of a constant, by the index of its tensor.
  template <typename T>
  T *constant(size_t index) {
    return reinterpret_cast<T *>(section(OCTAVO_SECTION_WEIGHTS).data() + tensor(index).offset);
  }
  // Adds a string, whatever is in it, and a NUL; gives its offset.
  uint32_t AddString(const std::string &text);

private:
  // Vectors of bytes are allocated aligned for any of these.
  template <typename T>
  T &At(octavo_section_type type, size_t index) {
    return reinterpret_cast<T *>(section(type).data())[index];
  }
};

// The header and section table of assembled bytes, to make them wrong.
octavo_format_header &HeaderOf(Bytes &bytes);
octavo_format_section &SectionOf(Bytes &bytes, octavo_section_type type);

// Recomputes the checksums of those sections that lie in the file, and of the header.
void Reseal(Bytes &bytes);

#endif
