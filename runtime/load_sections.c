#include "crc32.h"
#include "load.h"
#include "memory.h"

#include <inttypes.h>
#include <string.h>

/* A section that is copied to an array of the model. */
typedef struct table_rule {
  octavo_section_type type;
  size_t element;
  uint32_t min, max; /* elements */
  size_t pointer;    /* where in octavo_model the copy's address goes ... */
  size_t count;      /* ... and the number of elements */
} table_rule;

#define TABLE(section, element, min, max, pointer, count)                                          \
  {                                                                                                \
    OCTAVO_SECTION_##section, sizeof(element), min, max, offsetof(octavo_model, pointer),          \
        offsetof(octavo_model, count)                                                              \
  }

static const table_rule tables[] = {
    TABLE(STRINGS, char, 1, OCTAVO_FORMAT_MAX_STRINGS, strings, string_bytes),
    TABLE(TENSORS, octavo_format_tensor, 2, OCTAVO_FORMAT_MAX_TENSORS, tensors, tensor_count),
    TABLE(OPERATORS, octavo_format_operator, 1, OCTAVO_FORMAT_MAX_OPERATORS, operators,
          operator_count),
    TABLE(OPERANDS, int32_t, 2, OCTAVO_FORMAT_MAX_OPERANDS, operands, operand_count),
    TABLE(INPUTS, uint32_t, 1, OCTAVO_FORMAT_MAX_TENSORS, inputs, input_count),
    TABLE(OUTPUTS, uint32_t, 1, OCTAVO_FORMAT_MAX_TENSORS, outputs, output_count),
    TABLE(LABELS, uint32_t, 0, OCTAVO_FORMAT_MAX_LABELS, labels, label_count),
};

/* A section that is one record, copied into the model. */
typedef struct record_rule {
  octavo_section_type type;
  size_t size;
  size_t record;  /* where in octavo_model it goes */
  bool optional;  /* may be empty */
  bool continued; /* more may follow the record */
} record_rule;

static const record_rule records[] = {
    {OCTAVO_SECTION_PREPROCESSING, sizeof(octavo_format_preprocessing),
     offsetof(octavo_model, preprocessing), true, false},
    {OCTAVO_SECTION_PROVENANCE, sizeof(octavo_format_provenance),
     offsetof(octavo_model, provenance), false, false},
    {OCTAVO_SECTION_TESTS, sizeof(octavo_format_tests), offsetof(octavo_model, tests), true, true},
};

static octavo_status check_checksum(const octavo_format_section *section, uint32_t found,
                                    octavo_error *error) {
  if (section->checksum == found)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                          "section %s: checksum: expected 0x%08" PRIx32 ", found 0x%08" PRIx32
                          ": the file is damaged",
                          octavo_load_section_name(section->type), section->checksum, found);
}

static octavo_status copy_table(octavo_model *model, const table_rule *rule, octavo_error *error) {
  const octavo_format_section *section = &model->sections[rule->type - 1];
  const char *name = octavo_load_section_name(rule->type);
  const uint64_t count = section->size / rule->element;
  if (section->size % rule->element != 0)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "section %s: size: expected a multiple of %zu, found %" PRIu64, name,
                            rule->element, section->size);
  if (count < rule->min || count > rule->max)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "section %s: size: expected %" PRIu32 " to %" PRIu32
                            " entries of %zu bytes, found %" PRIu64,
                            name, rule->min, rule->max, rule->element, count);
  void *copy = octavo_memory_alloc((size_t)count, rule->element);
  if (copy == NULL)
    return octavo_error_memory(error, section->size, name);
  memcpy(copy, model->base + section->offset, (size_t)section->size);
  memcpy((uint8_t *)model + rule->pointer, &copy, sizeof copy);
  const uint32_t count32 = (uint32_t)count;
  memcpy((uint8_t *)model + rule->count, &count32, sizeof count32);
  return check_checksum(section, octavo_crc32(0, copy, (size_t)section->size), error);
}

static octavo_status copy_record(octavo_model *model, const record_rule *rule,
                                 octavo_error *error) {
  const octavo_format_section *section = &model->sections[rule->type - 1];
  const bool empty = rule->optional && section->size == 0;
  if (!empty && (rule->continued ? section->size < rule->size : section->size != rule->size))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "section %s: size: expected %s%s%zu, found %" PRIu64,
                            octavo_load_section_name(rule->type), rule->optional ? "0 or " : "",
                            rule->continued ? "at least " : "", rule->size, section->size);
  if (!empty)
    memcpy((uint8_t *)model + rule->record, model->base + section->offset, rule->size);
  return check_checksum(
      section, octavo_crc32(0, model->base + section->offset, (size_t)section->size), error);
}

octavo_status octavo_load_sections(octavo_model *model, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (size_t i = 0; status == OCTAVO_OK && i < sizeof tables / sizeof tables[0]; i++)
    status = copy_table(model, &tables[i], error);
  for (size_t i = 0; status == OCTAVO_OK && i < sizeof records / sizeof records[0]; i++)
    status = copy_record(model, &records[i], error);
  if (status != OCTAVO_OK)
    return status;
  const octavo_format_section *weights = &model->sections[OCTAVO_SECTION_WEIGHTS - 1];
  model->weights = model->base + weights->offset;
  model->has_preprocessing = model->sections[OCTAVO_SECTION_PREPROCESSING - 1].size > 0;
  model->has_tests = model->sections[OCTAVO_SECTION_TESTS - 1].size > 0;
  if (model->has_tests)
    model->test_vectors = model->base + model->sections[OCTAVO_SECTION_TESTS - 1].offset +
                          sizeof(octavo_format_tests);
  return check_checksum(weights, octavo_crc32(0, model->weights, (size_t)weights->size), error);
}
