"""A program that takes training steps when asked: octavo-train-bench --stdin or train_pytorch.py."""
import json
import os
import subprocess


class WorkerError(Exception):
    pass


class Worker:
    """Has taken one step when made; what it said about its start is in `started`."""

    def __init__(self, command):
        self.command = command
        try:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            universal_newlines=True)
        except OSError as error:
            raise WorkerError(f"{command[0]}: {error.strerror}") from error
        self.started = self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise WorkerError(f"{' '.join(self.command)}: ended without an answer")
        return json.loads(line)

    def run(self, steps):
        try:
            self.process.stdin.write(f"{steps}\n")
            self.process.stdin.flush()
        except OSError as error:
            raise WorkerError(f"{' '.join(self.command)}: {error.strerror}") from error
        return self.read()

    def cpu_seconds(self):
        """That the process has used so far: an idle one must use none. 0 where it is not known."""
        try:
            with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
