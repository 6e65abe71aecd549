"""Latency of several programs in turns, with what the machine did besides."""
import os
import time

from train_statistics import median
from train_worker import Worker


def busy_seconds():
    """Of all CPUs together since the start of the system; None where the system does not say."""
    try:
        with open("/proc/stat", encoding="ascii") as file:
            fields = [int(f) for f in file.readline().split()[1:9]]
    except (OSError, ValueError):
        return None
    idle = fields[3] + fields[4]
    return (sum(fields) - idle) / os.sysconf("SC_CLK_TCK")


class Series:
    """One program and the medians of its blocks."""

    def __init__(self, command, block_seconds):
        self.worker = Worker(command)
        # The first run may be slow, and must not decide how long blocks are.
        self.worker.run(2)
        self.runs = max(1, round(block_seconds * 1e3 / median(self.worker.run(3))))
        self.blocks = []

    def take_turn(self):
        self.blocks.append(median(self.worker.run(self.runs)))


def measure(commands, rounds, block_seconds):
    """Blocks forwards and backwards, so that what disturbs the machine disturbs all of them. Returns
    the milliseconds of each command's blocks, and how many CPUs others used (None: not known)."""
    series = []
    try:
        for command in commands:
            series.append(Series(command, block_seconds))
        begun, busy, own = time.perf_counter(), busy_seconds(), sum_cpu(series)
        for number in range(rounds):
            for s in reversed(series) if number % 2 else series:
                s.take_turn()
        seconds = time.perf_counter() - begun
        others = None if busy is None else (busy_seconds() - busy - sum_cpu(series) + own) / seconds
    finally:
        for s in series:
            s.worker.stop()
    return [s.blocks for s in series], others


def sum_cpu(series):
    return sum(s.worker.cpu_seconds() for s in series)
