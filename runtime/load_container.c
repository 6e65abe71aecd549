#include "checked.h"
#include "crc32.h"
#include "load.h"

#include <inttypes.h>
#include <string.h>

const char *octavo_load_section_name(uint32_t type) {
  static const char *const names[] = {
      [OCTAVO_SECTION_STRINGS] = "STRINGS",
      [OCTAVO_SECTION_TENSORS] = "TENSORS",
      [OCTAVO_SECTION_OPERATORS] = "OPERATORS",
      [OCTAVO_SECTION_OPERANDS] = "OPERANDS",
      [OCTAVO_SECTION_INPUTS] = "INPUTS",
      [OCTAVO_SECTION_OUTPUTS] = "OUTPUTS",
      [OCTAVO_SECTION_PREPROCESSING] = "PREPROCESSING",
      [OCTAVO_SECTION_LABELS] = "LABELS",
      [OCTAVO_SECTION_PROVENANCE] = "PROVENANCE",
      [OCTAVO_SECTION_TESTS] = "TESTS",
      [OCTAVO_SECTION_WEIGHTS] = "WEIGHTS",
  };
  return names[type];
}

static octavo_status check_magic(const octavo_model *model, octavo_error *error) {
  const size_t length = sizeof model->header.magic;
  const size_t present = model->size < length ? model->size : length;
  if (model->size == 0 || memcmp(model->base, OCTAVO_FORMAT_MAGIC, present) != 0) {
    const char *guess = octavo_load_guess(model->base, model->size);
    if (guess != NULL)
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "expected an Octavo model, found %s",
                              guess);
    char found[3 * sizeof model->header.magic + 1] = "";
    for (size_t i = 0; i < present; i++) {
      static const char digits[] = "0123456789abcdef";
      const char hex[3] = {' ', digits[model->base[i] >> 4], digits[model->base[i] & 15]};
      memcpy(found + 3 * i, hex, sizeof hex);
    }
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "expected an Octavo model, which begins with the bytes 89 4f 43 54 41 "
                            "56 4f 0a, found%s",
                            found);
  }
  if (model->size < sizeof(octavo_format_header))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "truncated: expected at least the %zu bytes of the header, found %zu",
                            sizeof(octavo_format_header), model->size);
  return OCTAVO_OK;
}

static octavo_status check_version(const octavo_format_header *header, octavo_error *error) {
  if (header->endian == 0x04030201u)
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "header: endian: expected 0x%08x, found its bytes in reverse order: "
                            "the file is not in the byte order of this machine",
                            OCTAVO_FORMAT_ENDIAN);
  if (header->endian != OCTAVO_FORMAT_ENDIAN)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "header: endian: expected 0x%08x, found 0x%08" PRIx32,
                            OCTAVO_FORMAT_ENDIAN, header->endian);
  if (header->major == 0)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "header: major: expected %d, found 0",
                            OCTAVO_FORMAT_MAJOR);
  if (header->major != OCTAVO_FORMAT_MAJOR)
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "header: major: expected %d, found %u: the file was made for a newer "
                            "version of Octavo",
                            OCTAVO_FORMAT_MAJOR, header->major);
  return OCTAVO_OK;
}

/* A header field that has one right value. */
static octavo_status expect(const char *field, uint64_t expected, uint64_t found,
                            octavo_error *error) {
  if (expected == found)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                          "header: %s: expected %" PRIu64 ", found %" PRIu64, field, expected,
                          found);
}

static octavo_status check_header(const octavo_model *model, octavo_error *error) {
  const octavo_format_header *header = &model->header;
  octavo_status status = check_version(header, error);
  if (status == OCTAVO_OK)
    status = expect("header_size", sizeof *header, header->header_size, error);
  if (status == OCTAVO_OK)
    status = expect("section_count", OCTAVO_FORMAT_SECTIONS, header->section_count, error);
  if (status == OCTAVO_OK)
    status = expect("alignment", OCTAVO_FORMAT_ALIGNMENT, header->alignment, error);
  if (status != OCTAVO_OK)
    return status;
  if (!octavo_load_is_zero(header->reserved, sizeof header->reserved))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "header: reserved: expected zeros, found other bytes");
  if (header->file_size > OCTAVO_FORMAT_MAX_FILE)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "header: file_size: expected at most %u, found %" PRIu64,
                            OCTAVO_FORMAT_MAX_FILE, header->file_size);
  if (header->file_size > model->size)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "truncated: expected the %" PRIu64
                            " bytes of the header's file_size, found %zu: copy or download the "
                            "file again",
                            header->file_size, model->size);
  if (header->file_size < model->size)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "header: file_size: expected the %zu bytes there are, found %" PRIu64,
                            model->size, header->file_size);
  if (header->arena_size > OCTAVO_FORMAT_MAX_ARENA)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "header: arena_size: expected at most %u, found %" PRIu64,
                            OCTAVO_FORMAT_MAX_ARENA, header->arena_size);
  return OCTAVO_OK;
}

/* Places every section exactly where the one before it ends, so that none overlaps, is out of
 * order, unaligned, or leaves a hole. */
static octavo_status check_bounds(const octavo_model *model, octavo_error *error) {
  uint64_t end = sizeof model->header + sizeof model->sections;
  for (uint32_t i = 0; i < OCTAVO_FORMAT_SECTIONS; i++) {
    const octavo_format_section *section = &model->sections[i];
    const char *name = octavo_load_section_name(i + 1);
    if (section->type != i + 1)
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "section %" PRIu32 " (%s): type: expected %" PRIu32
                              ", found %" PRIu32,
                              i, name, i + 1, section->type);
    uint64_t start = 0;
    if (!octavo_checked_align(end, OCTAVO_FORMAT_ALIGNMENT, &start) || section->offset != start)
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "section %s: offset: expected %" PRIu64
                              ", the end before it rounded up to %u, found %" PRIu64,
                              name, start, OCTAVO_FORMAT_ALIGNMENT, section->offset);
    if (!octavo_checked_range(section->offset, section->size, model->size))
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "section %s: size: expected at most %" PRIu64
                              " to the end of the file, found %" PRIu64,
                              name, start < model->size ? model->size - start : 0, section->size);
    if (!octavo_load_is_zero(model->base + end, (size_t)(start - end)))
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "section %s: padding before it: expected zeros, found other bytes",
                              name);
    end = section->offset + section->size;
  }
  if (end != model->size)
    return octavo_error_set(
        error, OCTAVO_ERROR_FORMAT,
        "section WEIGHTS: end: expected the end of the file, %zu, found %" PRIu64, model->size,
        end);
  return OCTAVO_OK;
}

octavo_status octavo_load_container(octavo_model *model, octavo_error *error) {
  octavo_status status = check_magic(model, error);
  if (status != OCTAVO_OK)
    return status;
  memcpy(&model->header, model->base, sizeof model->header);
  status = check_header(model, error);
  if (status != OCTAVO_OK)
    return status;
  const size_t tables = sizeof model->header + sizeof model->sections;
  if (model->size < tables)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "header: file_size: expected at least %zu for header and section "
                            "table, found %zu",
                            tables, model->size);
  memcpy(model->sections, model->base + sizeof model->header, sizeof model->sections);
  status = check_bounds(model, error);
  if (status != OCTAVO_OK)
    return status;
  octavo_format_header header = model->header;
  header.checksum = 0;
  uint32_t checksum = octavo_crc32(0, &header, sizeof header);
  checksum = octavo_crc32(checksum, model->sections, sizeof model->sections);
  if (checksum != model->header.checksum)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "header: checksum: expected 0x%08" PRIx32 ", found 0x%08" PRIx32
                            ": the file is damaged",
                            model->header.checksum, checksum);
  return OCTAVO_OK;
}
