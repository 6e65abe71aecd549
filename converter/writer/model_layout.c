#include "writer_state.h"

#include "runtime/checked.h"
#include "runtime/crc32.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <inttypes.h>
#include <string.h>

/* The parts of which a section is made, one after another. */
typedef struct section_parts {
  const void *data[2];
  size_t size[2];
} section_parts;

typedef struct layout {
  section_parts parts[OCTAVO_FORMAT_SECTIONS];
  octavo_format_section sections[OCTAVO_FORMAT_SECTIONS];
  byte_buffer strings; /* those of the provenance */
  octavo_format_provenance provenance;
  octavo_format_tests tests;
  uint64_t file_size;
} layout;

static section_parts *part(layout *plan, octavo_section_type type) {
  return &plan->parts[type - 1];
}

static void use_buffer(layout *plan, octavo_section_type type, const byte_buffer *buffer) {
  *part(plan, type) = (section_parts){.data = {buffer->data}, .size = {buffer->size}};
}

/* The strings of the provenance follow the pool instead of joining it: finishing a file leaves no
 * trace in the next. */
static bool collect_provenance(model_writer *writer, layout *plan) {
  plan->provenance = writer->provenance;
  uint32_t *const offsets[4] = {&plan->provenance.tool, &plan->provenance.source,
                                &plan->provenance.mode, &plan->provenance.calibrator};
  uint32_t unused = 0; /* makes sure that the pool has its "" at offset 0 */
  if (!string_pool_add(&writer->strings, "", &unused))
    return false;
  const size_t first = writer->strings.bytes.size;
  for (size_t i = 0; i < 4; i++) {
    const char *text = writer->provenance_strings[i];
    if (text == NULL)
      continue;
    *offsets[i] = (uint32_t)(first + plan->strings.size);
    if (!byte_buffer_append(&plan->strings, text, strlen(text) + 1))
      return false;
  }
  *part(plan, OCTAVO_SECTION_STRINGS) =
      (section_parts){.data = {writer->strings.bytes.data, plan->strings.data},
                      .size = {first, plan->strings.size}};
  *part(plan, OCTAVO_SECTION_PROVENANCE) =
      (section_parts){.data = {&plan->provenance}, .size = {sizeof plan->provenance}};
  return true;
}

static void collect_tests(const model_writer *writer, layout *plan) {
  if (writer->vector_count == 0)
    return;
  plan->tests = (octavo_format_tests){
      .vector_count = writer->vector_count,
      .operator_count = writer->vector_checksums,
      .input_bytes = writer->vector_inputs,
      .output_bytes = writer->vector_outputs,
      .sample_count = writer->vector_samples,
  };
  *part(plan, OCTAVO_SECTION_TESTS) = (section_parts){
      .data = {&plan->tests, writer->tests.data}, .size = {sizeof plan->tests, writer->tests.size}};
}

/* Gives each section its place. */
static bool place(layout *plan) {
  uint64_t end = sizeof(octavo_format_header) + sizeof plan->sections;
  for (uint32_t i = 0; i < OCTAVO_FORMAT_SECTIONS; i++) {
    octavo_format_section *section = &plan->sections[i];
    section->type = i + 1;
    if (!octavo_checked_add(plan->parts[i].size[0], plan->parts[i].size[1], &section->size) ||
        !octavo_checked_align(end, OCTAVO_FORMAT_ALIGNMENT, &section->offset) ||
        !octavo_checked_add(section->offset, section->size, &end))
      return false;
  }
  plan->file_size = end;
  return end <= OCTAVO_FORMAT_MAX_FILE;
}

/* `data` is zeroed and has the file's size. */
static void fill(layout *plan, uint64_t arena_size, uint16_t minor, uint8_t *data) {
  for (uint32_t i = 0; i < OCTAVO_FORMAT_SECTIONS; i++) {
    octavo_format_section *section = &plan->sections[i];
    uint8_t *to = data + section->offset;
    for (size_t k = 0; k < 2; k++) {
      if (plan->parts[i].size[k] > 0)
        memcpy(to, plan->parts[i].data[k], plan->parts[i].size[k]);
      to += plan->parts[i].size[k];
    }
    section->checksum = octavo_crc32(0, data + section->offset, (size_t)section->size);
  }
  octavo_format_header header = {
      .major = OCTAVO_FORMAT_MAJOR,
      .minor = minor,
      .endian = OCTAVO_FORMAT_ENDIAN,
      .header_size = sizeof header,
      .section_count = OCTAVO_FORMAT_SECTIONS,
      .file_size = plan->file_size,
      .arena_size = arena_size,
      .alignment = OCTAVO_FORMAT_ALIGNMENT,
  };
  memcpy(header.magic, OCTAVO_FORMAT_MAGIC, sizeof header.magic);
  header.checksum = octavo_crc32(0, &header, sizeof header);
  header.checksum = octavo_crc32(header.checksum, plan->sections, sizeof plan->sections);
  memcpy(data, &header, sizeof header);
  memcpy(data + sizeof header, plan->sections, sizeof plan->sections);
}

static octavo_status build(model_writer *writer, layout *plan, uint8_t **data, size_t *size) {
  use_buffer(plan, OCTAVO_SECTION_TENSORS, &writer->tensors);
  use_buffer(plan, OCTAVO_SECTION_OPERATORS, &writer->operators);
  use_buffer(plan, OCTAVO_SECTION_OPERANDS, &writer->operands);
  use_buffer(plan, OCTAVO_SECTION_INPUTS, &writer->inputs);
  use_buffer(plan, OCTAVO_SECTION_OUTPUTS, &writer->outputs);
  use_buffer(plan, OCTAVO_SECTION_LABELS, &writer->labels);
  use_buffer(plan, OCTAVO_SECTION_WEIGHTS, &writer->weights);
  if (writer->has_preprocessing)
    *part(plan, OCTAVO_SECTION_PREPROCESSING) =
        (section_parts){.data = {&writer->preprocessing}, .size = {sizeof writer->preprocessing}};
  collect_tests(writer, plan);
  if (!collect_provenance(writer, plan))
    return octavo_error_memory(&writer->error, writer->strings.bytes.size,
                               "the model file's names");
  if (!place(plan))
    return octavo_error_set(&writer->error, OCTAVO_ERROR_ARGUMENT,
                            "model file: expected at most %u bytes, found more",
                            OCTAVO_FORMAT_MAX_FILE);
  uint8_t *bytes = octavo_memory_alloc_aligned((size_t)plan->file_size);
  if (bytes == NULL)
    return octavo_error_memory(&writer->error, plan->file_size, "the model file");
  memset(bytes, 0, (size_t)plan->file_size);
  fill(plan, writer->arena_size, writer->minor, bytes);
  *data = bytes;
  *size = (size_t)plan->file_size;
  return OCTAVO_OK;
}

octavo_status model_writer_finish(model_writer *writer, uint8_t **data, size_t *size,
                                  octavo_error *error) {
  *data = NULL;
  *size = 0;
  if (writer == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_MEMORY, "out of memory for a model file");
  if (writer->status == OCTAVO_OK && writer->sampled_vectors > 0 &&
      writer->sampled_vectors != writer->vector_count)
    writer->status = octavo_error_set(&writer->error, OCTAVO_ERROR_ARGUMENT,
                                      "model file: samples: expected for all %" PRIu32
                                      " test vectors, found for %" PRIu32,
                                      writer->vector_count, writer->sampled_vectors);
  if (writer->status == OCTAVO_OK) {
    layout plan = {0};
    writer->status = build(writer, &plan, data, size);
    byte_buffer_free(&plan.strings);
  }
  if (writer->status != OCTAVO_OK && error != NULL)
    *error = writer->error;
  return writer->status;
}
