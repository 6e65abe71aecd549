/* Running a program of the project and looking at what it did. */
#ifndef OCTAVO_TESTS_CONVERTER_PROGRAM_H
#define OCTAVO_TESTS_CONVERTER_PROGRAM_H

#include "tests/converter/tiny_network.h"

#include <sys/types.h>

#include <string>
#include <vector>

struct ProgramResult {
  int code; /* exit code; -1 if a signal ended it */
  std::string output, errors;
};

/* One that runs beside the test. */
class StartedProgram {
public:
  StartedProgram(const std::string &path, const std::vector<std::string> &arguments);
  void Signal(int number);
  ProgramResult Wait();

private:
  TemporaryFolder folder_; /* of its output */
  pid_t process_ = -1;
};

ProgramResult RunProgram(const std::string &path, const std::vector<std::string> &arguments);

std::string ReadFile(const std::string &path);

#endif
