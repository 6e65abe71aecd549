// liboctavo.so, and liboctavo.a as it is installed, export what octavo.h declares, and nothing
// else.
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

// What nm lists, as lines of an address, a type and a name.
std::set<std::string> Listed(const char *command) {
  FILE *listing = popen(command, "r");
  EXPECT_NE(listing, nullptr);
  std::set<std::string> names;
  char line[600], name[512];
  while (listing != nullptr && fgets(line, sizeof line, listing) != nullptr)
    if (sscanf(line, "%*s %*c %511s", name) == 1 &&
        name[0] != '_') // what the compiler and its sanitizers add
      names.insert(name);
  EXPECT_EQ(pclose(listing), 0);
  return names;
}

std::set<std::string> Exported() {
  return Listed(OCTAVO_NM " -D --defined-only " OCTAVO_LIBRARY);
}

// tests/data/abi.txt: a function that comes or goes is a decision, not an accident.
std::set<std::string> Committed() {
  std::ifstream file(OCTAVO_ABI);
  EXPECT_TRUE(file.good());
  std::set<std::string> names;
  for (std::string word, name; file >> word >> name;)
    if (word == "function")
      names.insert(name);
    else
      std::getline(file, word);
  return names;
}

TEST(Exports, AreWhatTheHeaderDeclares) {
  const std::set<std::string> declared = Declared();
  EXPECT_GT(declared.size(), 30U);
  EXPECT_EQ(Exported(), declared);
}

TEST(Exports, AreTheCommittedOnes) {
  EXPECT_EQ(Exported(), Committed());
}

#ifdef OCTAVO_MERGED_LIBRARY
TEST(Exports, InstalledStaticLibraryHasTheSame) {
  EXPECT_EQ(Listed(OCTAVO_NM " -g --defined-only " OCTAVO_MERGED_LIBRARY), Committed());
}
#endif

} // namespace
