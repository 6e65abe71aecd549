/* octavo-first-answer: from the start of a process to its first output, and the peak of its memory.
 * A small program of its own, because what starts a process adds to both: a large parent takes
 * longer to fork, and Linux counts the copy of it in the child's peak. */
#include "common/options.h"
#include "platforms/platform.h"
#include "runtime/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct settings {
  option_arguments command;
} settings;

static const option_descriptor options[] = {
    {.name = "COMMAND",
     .kind = OPTION_ARGUMENTS,
     .offset = offsetof(settings, command),
     .minimum = 1,
     .help = "The program, as a path, and its arguments; put -- before, as they may be options.",
     .group = "Arguments"},
};

static const char *const examples[] = {
    "octavo-first-answer -- build/release/bin/octavo-run model.octavo photo.png", NULL};

static const char *const exit_codes[] = {
    "0  measured", "1  COMMAND could not be started, failed, or wrote nothing", "2  wrong usage",
    NULL};

static const option_program program = {
    .name = "octavo-first-answer",
    .summary = "Runs a command with empty input, passes on its output, and adds a line of JSON: "
               "milliseconds from its start to its first output, and peak of resident memory.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .examples = examples,
    .exit_codes = exit_codes};

typedef struct measured {
  double first_ms; /* negative = it has written nothing */
  uint64_t peak_bytes;
} measured;

/* In the child: becomes the command, or tells `failed` why not. */
static _Noreturn void become(char **command, int output, int failed) {
  const int input = open("/dev/null", O_RDONLY);
  if (input >= 0 && dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0)
    execv(command[0], command);
  const int reason = errno;
  _exit(write(failed, &reason, sizeof reason) == sizeof reason ? 127 : 126);
}

/* Starts the command with its output on `output` alone. Returns 0 or an errno. By fork, not spawn:
 * spawn lends the child this program's memory, all of which then counts in the child's peak. */
static int start(char **command, int output, pid_t *child) {
  int failed[2], reason = 0;
  if (pipe2(failed, O_CLOEXEC) != 0)
    return errno;
  *child = fork();
  if (*child == 0)
    become(command, output, failed[1]);
  close(failed[1]);
  if (*child < 0)
    reason = errno;
  else if (read(failed[0], &reason, sizeof reason) == sizeof reason) /* else exec closed it */
    waitpid(*child, NULL, 0);
  close(failed[0]);
  return reason;
}

/* Until the command closes its output. */
static void pass_on(int input, uint64_t begun, measured *m) {
  char buffer[4096];
  ssize_t count = 0;
  while ((count = read(input, buffer, sizeof buffer)) > 0 || (count < 0 && errno == EINTR)) {
    if (count > 0 && m->first_ms < 0)
      m->first_ms = (double)(platform_nanoseconds() - begun) / 1e6;
    if (count > 0)
      fwrite(buffer, 1, (size_t)count, stdout);
  }
}

static octavo_status finish(const char *name, pid_t child, measured *m, octavo_error *error) {
  int ended = 0;
  struct rusage usage;
  while (wait4(child, &ended, 0, &usage) < 0)
    if (errno != EINTR)
      return octavo_error_set(error, OCTAVO_ERROR_IO, "%s: waiting: %s", name, strerror(errno));
  if (WIFSIGNALED(ended))
    return octavo_error_set(error, OCTAVO_ERROR_IO, "%s: ended by signal %d", name,
                            WTERMSIG(ended));
  if (WEXITSTATUS(ended) != 0)
    return octavo_error_set(error, OCTAVO_ERROR_IO, "%s: expected exit code 0, found %d", name,
                            WEXITSTATUS(ended));
  if (m->first_ms < 0)
    return octavo_error_set(error, OCTAVO_ERROR_IO, "%s: wrote nothing", name);
  m->peak_bytes = (uint64_t)usage.ru_maxrss * 1024u;
  return OCTAVO_OK;
}

static octavo_status measure(char **command, measured *m, octavo_error *error) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return octavo_error_set(error, OCTAVO_ERROR_IO, "a pipe: %s", strerror(errno));
  pid_t child = 0;
  const uint64_t begun = platform_nanoseconds();
  const int failure = start(command, ends[1], &child);
  close(ends[1]);
  octavo_status status = OCTAVO_OK;
  if (failure != 0) {
    status = octavo_error_set(error, OCTAVO_ERROR_IO, "%s: %s", command[0], strerror(failure));
  } else {
    pass_on(ends[0], begun, m);
    status = finish(command[0], child, m, error);
  }
  close(ends[0]);
  return status;
}

int main(int argc, char **argv) {
  settings s = {0};
  const int code = options_parse(&program, argc, argv, &s);
  if (code != OPTIONS_RUN)
    return code;
  s.command.values[s.command.count] = NULL; /* within argv, which has a NULL at its end */
  measured m = {.first_ms = -1};
  octavo_error error = {0};
  octavo_status status = measure(s.command.values, &m, &error);
  if (status == OCTAVO_OK)
    printf("{\"first_answer_ms\":%.6f,\"peak_bytes\":%llu}\n", m.first_ms,
           (unsigned long long)m.peak_bytes);
  if ((fflush(stdout) != 0 || ferror(stdout)) && status == OCTAVO_OK)
    status = octavo_error_set(&error, OCTAVO_ERROR_IO, "the output could not be written");
  if (status == OCTAVO_OK)
    return 0;
  fprintf(stderr, "%s: %s\n", program.name, error.text);
  return 1;
}
