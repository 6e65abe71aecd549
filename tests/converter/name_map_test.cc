/* Names to numbers: whatever their hashes, and in whatever order they come. */
extern "C" {
#include "converter/name_map.h"
}

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

class NameMap : public testing::Test {
protected:
  void TearDown() override {
    name_map_clear(&map_);
  }
  void Expect(const std::string &name, int32_t value) {
    const int32_t *found = name_map_find(&map_, name.c_str());
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(*found, value) << name;
  }
  name_map map_ = {};
};

TEST_F(NameMap, AnEmptyOneHasNothing) {
  EXPECT_EQ(name_map_find(&map_, "x"), nullptr);
  name_map_clear(&map_);
}

/* Pairs with equal 32-bit FNV-1a hashes. */
TEST_F(NameMap, NamesOfEqualHashesAreTold) {
  std::vector<std::string> names = {"costarring", "liquid", "declinate", "macallums",
                                    "altarage",   "zinke",  "altarages", "zinkes"};
  std::sort(names.begin(), names.end());
  do {
    for (size_t i = 0; i + 1 < names.size(); i++)
      ASSERT_TRUE(name_map_set(&map_, names[i].c_str(), (int32_t)i));
    EXPECT_EQ(name_map_find(&map_, names.back().c_str()), nullptr) << names.back();
    for (size_t i = 0; i + 1 < names.size(); i++)
      Expect(names[i], (int32_t)i);
    name_map_clear(&map_);
  } while (std::next_permutation(names.begin(), names.begin() + 4) ||
           std::next_permutation(names.begin() + 4, names.end()));
}

TEST_F(NameMap, ALaterValueReplacesAnEarlierOne) {
  ASSERT_TRUE(name_map_set(&map_, "x", 1));
  ASSERT_TRUE(name_map_set(&map_, std::string("x").c_str(), 2));
  Expect("x", 2);
  EXPECT_EQ(map_.used, 1u);
}

TEST_F(NameMap, ThousandsFit) {
  std::vector<std::string> names;
  for (int i = 0; i < 5000; i++)
    names.push_back("/layer/" + std::to_string(i));
  for (size_t i = 0; i < names.size(); i++)
    ASSERT_TRUE(name_map_set(&map_, names[i].c_str(), (int32_t)i));
  for (size_t i = 0; i < names.size(); i++)
    Expect(names[i], (int32_t)i);
  EXPECT_EQ(name_map_find(&map_, "/layer/5000"), nullptr);
}

} // namespace
