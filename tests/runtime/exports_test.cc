// liboctavo.so exports what octavo.h declares, and nothing else.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace {

std::set<std::string> Declared() {
  std::ifstream file(OCTAVO_HEADER);
  EXPECT_TRUE(file.good());
  std::stringstream text;
  text << file.rdbuf();
  const std::string header = text.str();
  const std::string mark = "OCTAVO_API";
  std::set<std::string> names;
  for (size_t at = header.find(mark); at != std::string::npos; at = header.find(mark, at + 1)) {
    const size_t end = header.find('(', at);
    const size_t begin = header.find_last_of(" *\n", end) + 1;
    const std::string name = header.substr(begin, end - begin);
    if (name.rfind("octavo_", 0) == 0) // not the macro's own definition
      names.insert(name);
  }
  return names;
}

std::set<std::string> Exported() {
  FILE *listing = popen(OCTAVO_NM " -D --defined-only " OCTAVO_LIBRARY, "r");
  EXPECT_NE(listing, nullptr);
  std::set<std::string> names;
  char type = 0, name[512];
  while (listing != nullptr && fscanf(listing, "%*s %c %511s", &type, name) == 2)
    if (name[0] != '_') // what the compiler and its sanitizers add
      names.insert(name);
  EXPECT_EQ(pclose(listing), 0);
  return names;
}

TEST(Exports, AreWhatTheHeaderDeclares) {
  const std::set<std::string> declared = Declared();
  EXPECT_GT(declared.size(), 30U);
  EXPECT_EQ(Exported(), declared);
}

} // namespace
