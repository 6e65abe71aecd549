#include "tests/converter/program.h"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>

std::string ReadFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

StartedProgram::StartedProgram(const std::string &path, const std::vector<std::string> &arguments) {
  const std::string output = folder_.Path("output"), errors = folder_.Path("errors");
  std::vector<char *> argv = {const_cast<char *>(path.c_str())};
  for (const std::string &argument : arguments)
    argv.push_back(const_cast<char *>(argument.c_str()));
  argv.push_back(nullptr);
  process_ = fork();
  EXPECT_GE(process_, 0);
  if (process_ != 0)
    return;
  const int out = open(output.c_str(), O_WRONLY | O_CREAT, 0600);
  const int err = open(errors.c_str(), O_WRONLY | O_CREAT, 0600);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  execv(path.c_str(), argv.data());
  _exit(127);
}

void StartedProgram::Signal(int number) {
  kill(process_, number);
}

ProgramResult StartedProgram::Wait() {
  int status = 0;
  EXPECT_EQ(waitpid(process_, &status, 0), process_);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, ReadFile(folder_.Path("output")),
          ReadFile(folder_.Path("errors"))};
}

ProgramResult RunProgram(const std::string &path, const std::vector<std::string> &arguments) {
  StartedProgram program(path, arguments);
  return program.Wait();
}
