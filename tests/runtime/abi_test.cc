// The structs and constants of octavo.h are laid out as tests/data/abi.txt has it, so that a change
// which breaks programs built before it is noticed. Functions are exports_test.cc's.
#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include <octavo.h>

namespace {

using Numbers = std::map<std::string, long>;

// The lines of a kind, with the number for this pointer size.
Numbers Committed(const std::string &wanted) {
  std::ifstream file(OCTAVO_ABI);
  EXPECT_TRUE(file.good());
  Numbers numbers;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string kind, name;
    long wide = 0, narrow = 0;
    words >> kind >> name >> wide;
    if (kind != wanted)
      continue;
    words >> narrow;
    numbers[name] = words && sizeof(void *) == 4 ? narrow : wide;
  }
  return numbers;
}

TEST(Abi, SizesOfStructs) {
  Numbers sizes;
#define LAYOUT_SIZE(type) sizes[#type] = static_cast<long>(sizeof(type));
#define LAYOUT_FIELD(type, field)
#include "tests/runtime/abi_layout.h"
#undef LAYOUT_SIZE
#undef LAYOUT_FIELD
  EXPECT_EQ(sizes, Committed("struct"));
}

TEST(Abi, OffsetsOfFields) {
  Numbers offsets;
#define LAYOUT_SIZE(type)
#define LAYOUT_FIELD(type, field)                                                                  \
  offsets[#type "." #field] = static_cast<long>(offsetof(type, field));
#include "tests/runtime/abi_layout.h"
#undef LAYOUT_SIZE
#undef LAYOUT_FIELD
  EXPECT_EQ(offsets, Committed("field"));
}

TEST(Abi, ValuesOfConstants) {
  const Numbers values = {
      {"OCTAVO_OK", OCTAVO_OK},
      {"OCTAVO_ERROR_ARGUMENT", OCTAVO_ERROR_ARGUMENT},
      {"OCTAVO_ERROR_IO", OCTAVO_ERROR_IO},
      {"OCTAVO_ERROR_FORMAT", OCTAVO_ERROR_FORMAT},
      {"OCTAVO_ERROR_UNSUPPORTED", OCTAVO_ERROR_UNSUPPORTED},
      {"OCTAVO_ERROR_MEMORY", OCTAVO_ERROR_MEMORY},
      {"OCTAVO_ERROR_MISMATCH", OCTAVO_ERROR_MISMATCH},
      {"OCTAVO_INT8", OCTAVO_INT8},
      {"OCTAVO_FLOAT32", OCTAVO_FLOAT32},
      {"OCTAVO_INT32", OCTAVO_INT32},
      {"OCTAVO_RESIZE_STRETCH", OCTAVO_RESIZE_STRETCH},
      {"OCTAVO_RESIZE_SHORT_SIDE", OCTAVO_RESIZE_SHORT_SIDE},
      {"OCTAVO_MAX_RANK", OCTAVO_MAX_RANK},
  };
  EXPECT_EQ(values, Committed("value"));
}

} // namespace
