#include "safetensors.h"

#include "common/atomic_file.h"
#include "runtime/checked.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Readers refuse longer headers. */
static const uint64_t MAX_HEADER = UINT64_C(100) << 20;

static const char METADATA[] = "__metadata__";

/* ---- Writing --------------------------------------------------------------------------------- */

/* Adds the entry to the header. Piece by piece, since json_pack loses what it has when memory is
 * short. */
static bool describe_entry(json_t *header, const safetensors_entry *entry, uint64_t offset) {
  const uint64_t end = offset + entry->count * sizeof(float);
  json_t *tensor = json_object(), *shape = json_array(), *place = json_array();
  bool complete = json_object_set(header, entry->name, tensor) == 0;
  complete &= json_object_set_new(tensor, "dtype", json_string("F32")) == 0;
  complete &= json_object_set(tensor, "shape", shape) == 0;
  complete &= json_object_set(tensor, "data_offsets", place) == 0;
  for (uint32_t i = 0; i < entry->rank; i++)
    complete &= json_array_append_new(shape, json_integer(entry->dims[i])) == 0;
  complete &= json_array_append_new(place, json_integer((json_int_t)offset)) == 0;
  complete &= json_array_append_new(place, json_integer((json_int_t)end)) == 0;
  json_decref(tensor);
  json_decref(shape);
  json_decref(place);
  return complete;
}

/* The object as text, filled up with spaces to a multiple of eight; octavo_memory_free. json_dumps
 * would do but for leaving out parts of the text when memory is short. */
static char *print_header(const json_t *header) {
  const size_t length = json_dumpb(header, NULL, 0, JSON_COMPACT);
  const size_t padded = (length + 7) / 8 * 8;
  char *text = length > 0 ? octavo_memory_alloc(padded + 1, 1) : NULL;
  if (text == NULL)
    return NULL;
  memset(text, ' ', padded);
  if (json_dumpb(header, text, length, JSON_COMPACT) == length)
    return text;
  octavo_memory_free(text);
  return NULL;
}

/* The header as text; octavo_memory_free. NULL if memory is short. */
static char *make_header(const safetensors_entry *entries, uint32_t count, json_t *metadata) {
  json_t *header = json_object();
  bool complete = header != NULL;
  if (metadata != NULL)
    complete = complete && json_object_set(header, METADATA, metadata) == 0;
  uint64_t offset = 0;
  for (uint32_t i = 0; complete && i < count; i++) {
    complete = describe_entry(header, &entries[i], offset);
    offset += entries[i].count * sizeof(float);
  }
  char *text = complete ? print_header(header) : NULL;
  json_decref(header);
  return text;
}

octavo_status safetensors_save(const char *path, const safetensors_entry *entries, uint32_t count,
                               json_t *metadata, octavo_error *error) {
  char *header = make_header(entries, count, metadata);
  if (header == NULL)
    return octavo_error_memory(error, count, "a header");
  const uint64_t length = strlen(header);
  uint8_t prefix[8];
  for (unsigned i = 0; i < 8; i++)
    prefix[i] = (uint8_t)(length >> (8 * i));
  atomic_file *file = NULL;
  octavo_status status = atomic_file_create(path, &file, error);
  if (status == OCTAVO_OK)
    status = atomic_file_write(file, prefix, sizeof prefix, error);
  if (status == OCTAVO_OK)
    status = atomic_file_write(file, header, length, error);
  for (uint32_t i = 0; status == OCTAVO_OK && i < count; i++)
    status = atomic_file_write(file, entries[i].data, entries[i].count * sizeof(float), error);
  octavo_memory_free(header);
  if (status == OCTAVO_OK)
    return atomic_file_commit(file, error);
  atomic_file_abort(file);
  return status;
}

/* ---- Types ----------------------------------------------------------------------------------- */

static void from_float32(const uint8_t *from, size_t count, float *to) {
  memcpy(to, from, count * sizeof *to);
}

static void from_bfloat16(const uint8_t *from, size_t count, float *to) {
  for (size_t i = 0; i < count; i++) {
    const uint32_t bits = (uint32_t)from[2 * i] << 16 | (uint32_t)from[2 * i + 1] << 24;
    memcpy(&to[i], &bits, sizeof bits);
  }
}

/* IEEE 754 binary16: sign, 5 bits of exponent biased by 15, 10 bits of fraction. */
static float half_value(unsigned half) {
  const unsigned exponent = half >> 10 & 31u, fraction = half & 1023u;
  float value = ldexpf((float)fraction, -24); /* subnormal: no leading one */
  if (exponent == 31)
    value = fraction == 0 ? INFINITY : NAN;
  else if (exponent > 0)
    value = ldexpf((float)(fraction + 1024u), (int)exponent - 25);
  return half >> 15 != 0 ? -value : value;
}

static void from_float16(const uint8_t *from, size_t count, float *to) {
  for (size_t i = 0; i < count; i++)
    to[i] = half_value(from[2 * i] | (unsigned)from[2 * i + 1] << 8);
}

static void from_float64(const uint8_t *from, size_t count, float *to) {
  for (size_t i = 0; i < count; i++) {
    double value = 0.0;
    memcpy(&value, from + 8 * i, sizeof value);
    to[i] = (float)value;
  }
}

/* The types of the format that have whole bytes; those without a conversion are no floats. */
static const struct tensor_type {
  const char *name;
  uint32_t bytes;
  void (*convert)(const uint8_t *from, size_t count, float *to);
} types[] = {
    {"F32", 4, from_float32}, {"F16", 2, from_float16}, {"BF16", 2, from_bfloat16},
    {"F64", 8, from_float64}, {"I64", 8, NULL},         {"U64", 8, NULL},
    {"I32", 4, NULL},         {"U32", 4, NULL},         {"I16", 2, NULL},
    {"U16", 2, NULL},         {"I8", 1, NULL},          {"U8", 1, NULL},
    {"BOOL", 1, NULL},
};

static const struct tensor_type *type_of(const json_t *tensor) {
  const char *name = json_string_value(json_object_get(tensor, "dtype"));
  for (size_t i = 0; name != NULL && i < sizeof types / sizeof types[0]; i++)
    if (strcmp(types[i].name, name) == 0)
      return &types[i];
  return NULL;
}

/* ---- Opening --------------------------------------------------------------------------------- */

/* Product of the shape times `bytes`. False: no list of sizes, or too large. */
static bool shape_bytes(const json_t *shape, uint64_t bytes, uint64_t *result) {
  *result = bytes;
  for (size_t i = 0; i < json_array_size(shape); i++) {
    const json_t *size = json_array_get(shape, i);
    if (!json_is_integer(size) || json_integer_value(size) < 0 ||
        !octavo_checked_multiply(*result, (uint64_t)json_integer_value(size), result))
      return false;
  }
  return json_is_array(shape);
}

/* Where the tensor's bytes lie; a range that does not exist is given back as begin > end. */
static void place_of(const json_t *tensor, uint64_t *begin, uint64_t *end) {
  const json_t *place = json_object_get(tensor, "data_offsets");
  const json_t *from = json_array_get(place, 0), *to = json_array_get(place, 1);
  *begin = 1, *end = 0;
  if (json_array_size(place) == 2 && json_is_integer(from) && json_is_integer(to) &&
      json_integer_value(from) >= 0 && json_integer_value(to) >= 0) {
    *begin = (uint64_t)json_integer_value(from);
    *end = (uint64_t)json_integer_value(to);
  }
}

static octavo_status check_tensor(const safetensors *s, const char *path, const char *name,
                                  const json_t *tensor, octavo_error *error) {
  uint64_t begin = 0, end = 0, bytes = 0;
  place_of(tensor, &begin, &end);
  if (begin > end || !shape_bytes(json_object_get(tensor, "shape"), 1, &bytes) ||
      !json_is_string(json_object_get(tensor, "dtype")))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%s: tensor %.100s: expected a dtype, a shape and data_offsets, found "
                            "none or others",
                            path, name);
  if (end > s->data_bytes)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%s: tensor %.100s: expected bytes %" PRIu64 " to %" PRIu64
                            ", found only %zu bytes of tensors: the file is truncated",
                            path, name, begin, end, s->data_bytes);
  const struct tensor_type *type = type_of(tensor);
  if (type != NULL &&
      (!shape_bytes(json_object_get(tensor, "shape"), type->bytes, &bytes) || bytes != end - begin))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%s: tensor %.100s: expected %" PRIu64
                            " bytes by its shape and type, found %" PRIu64,
                            path, name, bytes, end - begin);
  return OCTAVO_OK;
}

static octavo_status check_tensors(const safetensors *s, const char *path, octavo_error *error) {
  const char *name = NULL;
  json_t *tensor = NULL;
  uint64_t last = 0;
  json_object_foreach(s->header, name, tensor) {
    if (strcmp(name, METADATA) == 0)
      continue;
    const octavo_status status = check_tensor(s, path, name, tensor, error);
    if (status != OCTAVO_OK)
      return status;
    uint64_t begin = 0, end = 0;
    place_of(tensor, &begin, &end);
    last = end > last ? end : last;
  }
  if (last != s->data_bytes)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%s: expected %" PRIu64 " bytes of tensors, found %zu: not a whole "
                            "safetensors file",
                            path, last, s->data_bytes);
  return OCTAVO_OK;
}

/* What people have instead: how it begins, and what to do. */
static const struct {
  const char *magic;
  size_t length;
  const char *found;
} other_files[] = {
    {"PK\x03\x04", 4,
     "a ZIP archive, as torch.save writes it; save it in Python with safetensors.torch.save_file"},
    {"\x80\x02", 2, "a pickle; save it in Python with safetensors.torch.save_file"},
    {"version https://git-lfs", 23, "a git-LFS pointer (run: git lfs pull)"},
    {"<!", 2, "an HTML page (a failed download?)"},
};

static octavo_status refuse(const char *path, const platform_file *file, uint64_t length,
                            octavo_error *error) {
  for (size_t i = 0; i < sizeof other_files / sizeof other_files[0]; i++)
    if (file->size >= other_files[i].length &&
        memcmp(file->data, other_files[i].magic, other_files[i].length) == 0)
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "%s: expected a safetensors file, found %s", path,
                              other_files[i].found);
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                          "%s: expected a safetensors file, found a header of %" PRIu64
                          " bytes in a file of %zu: truncated, or another kind of file",
                          path, length, file->size);
}

static octavo_status parse(const char *path, safetensors *s, octavo_error *error) {
  const uint8_t *bytes = s->file.data;
  uint64_t length = 0;
  for (unsigned i = 0; i < 8 && i < s->file.size; i++)
    length |= (uint64_t)bytes[i] << (8 * i);
  if (s->file.size < 8 || length > MAX_HEADER || !octavo_checked_range(8, length, s->file.size))
    return refuse(path, &s->file, length, error);
  json_error_t wrong = {0};
  s->header = json_loadb((const char *)bytes + 8, (size_t)length, JSON_REJECT_DUPLICATES, &wrong);
  /* Jansson does not always say so when memory is short, but it always says what it dislikes. */
  if (s->header == NULL &&
      (wrong.text[0] == '\0' || json_error_code(&wrong) == json_error_out_of_memory))
    return octavo_error_memory(error, length, "the header of a safetensors file");
  if (!json_is_object(s->header))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%s: expected a safetensors file, found a header that is no JSON "
                            "object: %s",
                            path, s->header == NULL ? wrong.text : "another value");
  s->data = bytes + 8 + length;
  s->data_bytes = s->file.size - 8 - (size_t)length;
  return check_tensors(s, path, error);
}

octavo_status safetensors_open(const char *path, safetensors *s, octavo_error *error) {
  *s = (safetensors){0};
  octavo_status status = platform_file_open(path, "a safetensors file", &s->file, error);
  if (status == OCTAVO_OK)
    status = parse(path, s, error);
  if (status != OCTAVO_OK)
    safetensors_close(s);
  return status;
}

void safetensors_close(safetensors *s) {
  json_decref(s->header);
  platform_file_close(&s->file);
  *s = (safetensors){0};
}

/* ---- Looking into it ------------------------------------------------------------------------- */

const char *safetensors_metadata(const safetensors *s, const char *key) {
  return json_string_value(json_object_get(json_object_get(s->header, METADATA), key));
}

bool safetensors_has(const safetensors *s, const char *name) {
  return strcmp(name, METADATA) != 0 && json_object_get(s->header, name) != NULL;
}

const char *safetensors_first_name(const safetensors *s) {
  const char *name = NULL;
  json_t *tensor = NULL;
  json_object_foreach(s->header, name, tensor) {
    if (strcmp(name, METADATA) != 0)
      return name;
  }
  return NULL;
}

/* "[16, 3, 3, 3]" */
static void print_shape(char *text, size_t size, uint32_t rank, const uint32_t *dims) {
  size_t used = (size_t)snprintf(text, size, "[");
  for (uint32_t i = 0; i < rank && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, "%s%" PRIu32, i > 0 ? ", " : "", dims[i]);
  if (used < size)
    snprintf(text + used, size - used, "]");
}

/* The same of what a file says; sizes beyond any network are shown as the largest. */
static void print_json_shape(char *text, size_t size, const json_t *shape) {
  uint32_t dims[8] = {0};
  const size_t rank = json_array_size(shape) < 8 ? json_array_size(shape) : 8;
  for (size_t i = 0; i < rank; i++) {
    const json_int_t dim = json_integer_value(json_array_get(shape, i));
    dims[i] = dim < UINT32_MAX ? (uint32_t)dim : UINT32_MAX;
  }
  print_shape(text, size, (uint32_t)rank, dims);
}

static bool same_shape(const json_t *shape, uint32_t rank, const uint32_t *dims) {
  bool same = json_array_size(shape) == rank;
  for (uint32_t i = 0; same && i < rank; i++)
    same = json_integer_value(json_array_get(shape, i)) == dims[i];
  return same;
}

octavo_status safetensors_read(const safetensors *s, const char *name, uint32_t rank,
                               const uint32_t *dims, float *data, octavo_error *error) {
  const json_t *tensor = json_object_get(s->header, name);
  if (!safetensors_has(s, name))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%s: expected a tensor of that name, found none", name);
  const json_t *shape = json_object_get(tensor, "shape");
  if (!same_shape(shape, rank, dims)) {
    char want[128], have[128];
    print_shape(want, sizeof want, rank, dims);
    print_json_shape(have, sizeof have, shape);
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "%s: file has %s, network wants %s", name,
                            have, want);
  }
  const struct tensor_type *type = type_of(tensor);
  if (type == NULL || type->convert == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%s: file has type %.20s, network wants F32, F16, BF16 or F64", name,
                            json_string_value(json_object_get(tensor, "dtype")));
  uint64_t begin = 0, end = 0;
  place_of(tensor, &begin, &end);
  type->convert(s->data + begin, (size_t)(end - begin) / type->bytes, data);
  return OCTAVO_OK;
}
