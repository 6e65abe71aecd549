// Runs a program of the build and tells what it did.
#ifndef OCTAVO_TESTS_BENCHMARKS_PROGRAM_H
#define OCTAVO_TESTS_BENCHMARKS_PROGRAM_H

#include "tests/common/temporary_folder.h"

#include <sys/wait.h>

#include <cstdlib>
#include <string>

struct ProgramResult {
  int code = -1;
  std::string output, message; // standard output and standard error
};

// `arguments` are words for the shell; `input` is what it reads.
inline ProgramResult RunProgram(const std::string &program, const std::string &arguments,
                                const std::string &input = "") {
  const TemporaryFolder folder;
  folder.write("in", input);
  const std::string command = program + " " + arguments + " <" + folder.path("in") + " >" +
                              folder.path("out") + " 2>" + folder.path("err");
  const int status = std::system(command.c_str());
  ProgramResult result;
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  result.output = folder.read("out");
  result.message = folder.read("err");
  return result;
}

#endif
