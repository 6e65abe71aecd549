#include "tests/runtime/bad_files.h"

namespace {

constexpr octavo_status kFormat = OCTAVO_ERROR_FORMAT;
constexpr octavo_status kUnsupported = OCTAVO_ERROR_UNSUPPORTED;

Bytes Text(const std::string &text) {
  return Bytes(text.begin(), text.end());
}

void AddOtherFiles(std::vector<BadFile> &files) {
  const std::string expected = "expected an Octavo model, found ";
  files.push_back({"01_empty", kFormat, expected + "an empty file", {}});
  files.push_back({"01_lfs_pointer", kFormat,
                   expected + "a git-LFS pointer, not the file itself: run 'git lfs pull'",
                   Text("version https://git-lfs.github.com/spec/v1\noid "
                        "sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
                        "size 12345\n")});
  files.push_back({"01_html_page", kFormat,
                   expected + "an HTML page, perhaps the error message of a failed download",
                   Text("\n<!DOCTYPE html><html><body>404 Not Found</body></html>\n")});
  files.push_back({"01_onnx", kFormat, expected + "an ONNX network: convert it with octavo-convert",
                   Text(std::string("\x08\x07\x12\x07pytorch\x3a\x00", 13))});
  files.push_back({"01_zeros", kFormat,
                   expected + "zeros, perhaps of a download or copy that was interrupted",
                   Bytes(100)});
  files.push_back(
      {"01_text_transfer", kFormat,
       expected + "one that a text-mode transfer has changed: copy it again, in binary mode",
       Text("\x89OCTAVO\r\n rest of the file")});
}

void AddHeaders(std::vector<BadFile> &files) {
  files.push_back({"01_magic", kFormat,
                   "expected an Octavo model, which begins with the bytes 89 4f 43 54 41 56 4f 0a, "
                   "found 89 4f 43 54 41 56 4e 0a",
                   Patched([](Bytes &b) { b[6] = 'N'; })});
  files.push_back({"01_endian_swapped", kUnsupported,
                   "header: endian: expected 0x01020304, found its bytes in reverse order: the "
                   "file is not in the byte order of this machine",
                   Patched([](Bytes &b) { HeaderOf(b).endian = 0x04030201; })});
  files.push_back({"01_endian", kFormat, "header: endian: expected 0x01020304, found 0x01020305",
                   Patched([](Bytes &b) { HeaderOf(b).endian++; })});
  files.push_back({"01_major_newer", kUnsupported,
                   "header: major: expected 1, found 2: the file was made for a newer version of "
                   "Octavo",
                   Patched([](Bytes &b) { HeaderOf(b).major = 2; })});
  files.push_back({"01_major_zero", kFormat, "header: major: expected 1, found 0",
                   Patched([](Bytes &b) { HeaderOf(b).major = 0; })});
  files.push_back({"01_header_size", kFormat, "header: header_size: expected 64, found 128",
                   Patched([](Bytes &b) { HeaderOf(b).header_size = 128; })});
  files.push_back({"01_section_count", kFormat,
                   "header: section_count: expected 11, found 4294967295",
                   Patched([](Bytes &b) { HeaderOf(b).section_count = UINT32_MAX; })});
  files.push_back({"01_header_reserved", kFormat,
                   "header: reserved: expected zeros, found other bytes",
                   Patched([](Bytes &b) { HeaderOf(b).reserved[3] = 1; })});
  files.push_back({"01_minor_newer_opcode", kUnsupported,
                   "made for format version 1.7, this library reads 1.2: layer 1 (pool): opcode: "
                   "expected one that this library knows, found 999",
                   Edited([](ModelFile &f) {
                     f.header.minor = 7;
                     f.op(kPool).opcode = 999;
                   })});
}

void AddSizes(std::vector<BadFile> &files) {
  files.push_back({"02_shorter_than_header", kFormat,
                   "truncated: expected at least the 64 bytes of the header, found 63",
                   Damaged([](Bytes &b) { b.resize(63); })});
  files.push_back({"02_header_alone", kFormat,
                   "header: file_size: expected at least 328 for header and section table, found "
                   "64",
                   Damaged([](Bytes &b) {
                     HeaderOf(b).file_size = 64;
                     b.resize(64);
                   })});
  files.push_back({"02_truncated", kFormat,
                   "truncated: expected the " + std::to_string(SampleModel().size()) +
                       " bytes of the header's file_size, found 200: copy or download the file "
                       "again",
                   Damaged([](Bytes &b) { b.resize(200); })});
  files.push_back({"02_claims_gigabytes", kFormat,
                   "truncated: expected the 2147483648 bytes of the header's file_size, found 200: "
                   "copy or download the file again",
                   Damaged([](Bytes &b) {
                     HeaderOf(b).file_size = UINT64_C(1) << 31;
                     b.resize(200);
                   })});
  files.push_back({"02_file_size_over_cap", kFormat,
                   "header: file_size: expected at most 2147483648, found 9223372036854775808",
                   Patched([](Bytes &b) { HeaderOf(b).file_size = UINT64_C(1) << 63; })});
  files.push_back({"02_trailing_byte", kFormat,
                   "header: file_size: expected the " + std::to_string(SampleModel().size() + 1) +
                       " bytes there are, found " + std::to_string(SampleModel().size()),
                   Damaged([](Bytes &b) { b.push_back(0); })});
  files.push_back({"02_no_operators", kFormat,
                   "section OPERATORS: size: expected 1 to 16384 entries of 80 bytes, found 0",
                   Edited([](ModelFile &f) { f.section(OCTAVO_SECTION_OPERATORS).clear(); })});
  files.push_back({"02_no_strings", kFormat,
                   "section STRINGS: size: expected 1 to 16777216 entries of 1 bytes, found 0",
                   Edited([](ModelFile &f) { f.section(OCTAVO_SECTION_STRINGS).clear(); })});
  files.push_back({"02_part_of_a_tensor", kFormat,
                   "section TENSORS: size: expected a multiple of 64, found 639",
                   Edited([](ModelFile &f) { f.section(OCTAVO_SECTION_TENSORS).pop_back(); })});
  files.push_back({"02_provenance_size", kFormat, "section PROVENANCE: size: expected 128, found 0",
                   Edited([](ModelFile &f) { f.section(OCTAVO_SECTION_PROVENANCE).clear(); })});
  files.push_back(
      {"02_preprocessing_size", kFormat, "section PREPROCESSING: size: expected 0 or 64, found 63",
       Edited([](ModelFile &f) { f.section(OCTAVO_SECTION_PREPROCESSING).pop_back(); })});
  files.push_back({"02_tests_size", kFormat,
                   "section TESTS: size: expected 0 or at least 32, found 31",
                   Edited([](ModelFile &f) { f.section(OCTAVO_SECTION_TESTS).resize(31); })});
  files.push_back({"02_arena_over_cap", kFormat,
                   "header: arena_size: expected at most 2147483648, found 2147483712",
                   Edited([](ModelFile &f) { f.header.arena_size = (UINT64_C(1) << 31) + 64; })});
}

void AddBounds(std::vector<BadFile> &files) {
  for (const uint32_t alignment : {0u, 48u, 8192u})
    files.push_back({"03_alignment_" + std::to_string(alignment), kFormat,
                     "header: alignment: expected 64, found " + std::to_string(alignment),
                     Edited([=](ModelFile &f) { f.header.alignment = alignment; })});
  const std::string offset = "section TENSORS: offset: expected 576, the end before it rounded up "
                             "to 64, found ";
  const struct {
    const char *name;
    uint64_t offset;
  } offsets[] = {{"unaligned", 513},
                 {"overlapping", 448},
                 {"hole", 640},
                 {"unsorted", 320},
                 {"past_end", UINT64_C(1) << 63}};
  for (const auto &wrong : offsets)
    files.push_back(
        {std::string("04_section_") + wrong.name, kFormat, offset + std::to_string(wrong.offset),
         Patched([&](Bytes &b) { SectionOf(b, OCTAVO_SECTION_TENSORS).offset = wrong.offset; })});
  files.push_back({"04_section_type", kFormat, "section 1 (TENSORS): type: expected 2, found 3",
                   Patched([](Bytes &b) { SectionOf(b, OCTAVO_SECTION_TENSORS).type = 3; })});
  const size_t room = SampleModel().size() - 576;
  for (const uint64_t size : {static_cast<uint64_t>(room + 1), UINT64_MAX})
    files.push_back({size == UINT64_MAX ? "04_section_size_wraps" : "04_section_size_past_end",
                     kFormat,
                     "section TENSORS: size: expected at most " + std::to_string(room) +
                         " to the end of the file, found " + std::to_string(size),
                     Patched([=](Bytes &b) { SectionOf(b, OCTAVO_SECTION_TENSORS).size = size; })});
  files.push_back({"04_trailing_bytes", kFormat,
                   "section WEIGHTS: end: expected the end of the file, " +
                       std::to_string(SampleModel().size()) + ", found " +
                       std::to_string(SampleModel().size() - 1),
                   Patched([](Bytes &b) { SectionOf(b, OCTAVO_SECTION_WEIGHTS).size--; })});
  files.push_back({"04_padding", kFormat,
                   "section TENSORS: padding before it: expected zeros, found other bytes",
                   Patched([](Bytes &b) { b[575] = 1; })});
}

// CRC-32 by its definition, a bit at a time.
uint32_t PlainCrc(const uint8_t *data, size_t size) {
  uint32_t crc = UINT32_MAX;
  for (size_t i = 0; i < 8 * size; i++) {
    const uint32_t bit = (crc ^ data[i / 8] >> i % 8) & 1;
    crc = crc >> 1 ^ (bit != 0 ? 0xedb88320 : 0);
  }
  return ~crc;
}

std::string DamageMessage(const std::string &what, uint32_t expected, uint32_t found) {
  char numbers[64];
  snprintf(numbers, sizeof numbers, ": checksum: expected 0x%08x, found 0x%08x", expected, found);
  return what + numbers + ": the file is damaged";
}

void AddChecksums(std::vector<BadFile> &files) {
  const Bytes header = Damaged([](Bytes &b) { HeaderOf(b).minor = 1; });
  Bytes sample = SampleModel();
  const octavo_format_header header_of_sample = HeaderOf(sample);
  Bytes unsigned_header = header;
  HeaderOf(unsigned_header).checksum = 0;
  files.push_back({"13_header", kFormat,
                   DamageMessage("header", header_of_sample.checksum,
                                 PlainCrc(unsigned_header.data(), 64 + 11 * 24)),
                   header});
  const std::pair<const char *, octavo_section_type> sections[] = {
      {"STRINGS", OCTAVO_SECTION_STRINGS},
      {"TENSORS", OCTAVO_SECTION_TENSORS},
      {"OPERATORS", OCTAVO_SECTION_OPERATORS},
      {"OPERANDS", OCTAVO_SECTION_OPERANDS},
      {"INPUTS", OCTAVO_SECTION_INPUTS},
      {"OUTPUTS", OCTAVO_SECTION_OUTPUTS},
      {"PREPROCESSING", OCTAVO_SECTION_PREPROCESSING},
      {"LABELS", OCTAVO_SECTION_LABELS},
      {"PROVENANCE", OCTAVO_SECTION_PROVENANCE},
      {"TESTS", OCTAVO_SECTION_TESTS},
      {"WEIGHTS", OCTAVO_SECTION_WEIGHTS},
  };
  for (const auto &[name, type] : sections) {
    Bytes bytes = SampleModel();
    const octavo_format_section section = SectionOf(bytes, type);
    const size_t offset = static_cast<size_t>(section.offset);
    bytes[offset] ^= 0x10;
    const uint32_t found = PlainCrc(bytes.data() + offset, static_cast<size_t>(section.size));
    files.push_back({std::string("13_") + name, kFormat,
                     DamageMessage(std::string("section ") + name, section.checksum, found),
                     bytes});
  }
}

} // namespace

void AddBadContainers(std::vector<BadFile> &files) {
  AddOtherFiles(files);
  AddHeaders(files);
  AddSizes(files);
  AddBounds(files);
  AddChecksums(files);
}
