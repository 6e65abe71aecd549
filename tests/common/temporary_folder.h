// A folder of its own for each test, removed with all that is in it.
#ifndef OCTAVO_TESTS_COMMON_TEMPORARY_FOLDER_H
#define OCTAVO_TESTS_COMMON_TEMPORARY_FOLDER_H

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "platforms/platform.h"

class TemporaryFolder {
public:
  TemporaryFolder() {
    static std::atomic<int> serial{0};
    path_ =
        std::filesystem::temp_directory_path() /
        ("octavo-test-" + std::to_string(platform_process_id()) + "-" + std::to_string(serial++));
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;

  std::string path(const std::string &name = "") const {
    return name.empty() ? path_.string() : (path_ / name).string();
  }

  // Writes a file, with the folders above it, and returns its path.
  std::string write(const std::string &name, const std::string &bytes) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file.string();
  }

  std::string read(const std::string &name) const {
    std::ifstream stream(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  }

  // Names of all entries, sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto &entry : std::filesystem::directory_iterator(path_))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

private:
  std::filesystem::path path_;
};

#endif
