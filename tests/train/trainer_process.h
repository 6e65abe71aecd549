// octavo-train as a process beside the test, which may be killed, interrupted, or short of disk.
#ifndef OCTAVO_TESTS_TRAIN_TRAINER_PROCESS_H
#define OCTAVO_TESTS_TRAIN_TRAINER_PROCESS_H

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "tests/common/temporary_folder.h"

class TrainerProcess {
public:
  // `file_limit`: bytes beyond which no file may grow; 0 = none.
  explicit TrainerProcess(std::vector<std::string> arguments, rlim_t file_limit = 0) {
    arguments.insert(arguments.begin(), OCTAVO_TRAIN);
    std::vector<char *> argv;
    for (std::string &argument : arguments)
      argv.push_back(argument.data());
    argv.push_back(nullptr);
    const std::string output = folder_.path("output"), errors = folder_.path("errors");
    process_ = fork();
    EXPECT_GE(process_, 0);
    if (process_ != 0)
      return;
    if (file_limit != 0) {
      // Writing beyond it then fails instead of ending the process.
      signal(SIGXFSZ, SIG_IGN);
      const rlimit limit = {file_limit, file_limit};
      setrlimit(RLIMIT_FSIZE, &limit);
    }
    dup2(open(output.c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
    dup2(open(errors.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }

  pid_t id() const {
    return process_;
  }
  void Signal(int number) const {
    if (process_ > 0) // -1 would mean every process
      kill(process_, number);
  }
  // The exit code; minus the signal's number if one ended it.
  int Wait() {
    int status = 0;
    EXPECT_EQ(waitpid(process_, &status, 0), process_);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  std::string output() const {
    return folder_.read("output");
  }
  std::string errors() const {
    return folder_.read("errors");
  }

private:
  TemporaryFolder folder_;
  pid_t process_ = -1;
};

#endif
