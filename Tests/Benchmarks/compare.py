#!/usr/bin/env python3
"""Run the benchmark programs on pya and on a peer in turn, and print a Markdown table.

    Tests/Benchmarks/compare.py                        all of cpu/ and async/, 5 paired runs
    Tests/Benchmarks/compare.py cpu/fib async -n 9     only these, 9 paired runs
    Tests/Benchmarks/compare.py --svg chart.svg        the ratios as a chart, too

Each pair runs pya first and the peer right after it, so that both see the same machine. Times are CPU time
(user and system) of the process, as os.wait4 reports it; memory is its peak resident set (Linux counts
this script's own pages of about 13 MiB as a floor, because a process starts as its parent's copy). The ratio is
the median over the pairs of the peer's time divided by pya's: above 1, pya is faster. Output must be equal, or
the row says so and the script exits with status 1.
"""

import argparse
import math
import os
import shlex
import shutil
import statistics
import sys
import tempfile
import time

import chart

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


class Run:
    """What one process printed, how it ended and what it used."""

    def __init__(self, command, time_limit):
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            start = time.monotonic()
            pid = os.posix_spawnp(
                command[0],
                command,
                os.environ,
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, output.fileno(), 1),
                    (os.POSIX_SPAWN_DUP2, errors.fileno(), 2),
                ],
            )
            self.timed_out = False
            waiting = 0.001
            while True:
                ended, status, usage = os.wait4(pid, os.WNOHANG)
                if ended:
                    break
                if time.monotonic() - start > time_limit and not self.timed_out:
                    os.kill(pid, 9)
                    self.timed_out = True
                time.sleep(waiting)
                waiting = min(waiting * 1.5, 0.05)
            self.status = os.waitstatus_to_exitcode(status)
            self.cpu = usage.ru_utime + usage.ru_stime
            # Linux counts in KiB, macOS in bytes.
            self.memory = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
            output.seek(0)
            self.output = output.read()
            errors.seek(0)
            self.errors = errors.read()

    def complaint(self):
        if self.timed_out:
            return "timed out"
        if self.status != 0:
            lines = self.errors.decode(errors="replace").strip().splitlines()
            return f"status {self.status}" + (f": {lines[-1][:80]}" if lines else "")
        return None


class Comparison:
    """The paired runs of one program."""

    def __init__(self, name):
        self.name = name
        self.ours = []
        self.theirs = []
        self.problem = None

    def run(self, path, pya, peer, pairs, time_limit):
        for _ in range(pairs):
            ours = Run([*pya, path], time_limit)
            theirs = Run([*peer, path], time_limit)
            if complaint := theirs.complaint():
                self.problem = f"peer {complaint}"
            elif complaint := ours.complaint():
                self.problem = f"pya {complaint}"
            elif ours.output != theirs.output:
                self.problem = "output differs"
            if self.problem:
                return
            self.ours.append(ours)
            self.theirs.append(theirs)

    @property
    def our_cpu(self):
        return statistics.median(run.cpu for run in self.ours)

    @property
    def their_cpu(self):
        return statistics.median(run.cpu for run in self.theirs)

    @property
    def ratio(self):
        """The median over the pairs of the peer's time by ours."""
        return statistics.median(b.cpu / max(a.cpu, 1e-6) for a, b in zip(self.ours, self.theirs))

    @property
    def our_memory(self):
        return max(run.memory for run in self.ours)

    @property
    def their_memory(self):
        return max(run.memory for run in self.theirs)

    def row(self):
        if self.problem:
            return f"| {self.name} | {self.problem} | | | | |"
        return (
            f"| {self.name} | {self.our_cpu:.3f} | {self.their_cpu:.3f} | {self.ratio:.2f} "
            f"| {self.our_memory / 2**20:.0f} | {self.their_memory / 2**20:.0f} |"
        )


def find_programs(selection):
    """The programs a selection names: folders, files with or without .pya, relative to this folder or the current one."""
    found = []
    for item in selection:
        for base in (os.path.join(HERE, item), item):
            if os.path.isdir(base):
                files = sorted(name for name in os.listdir(base) if name.endswith(".pya"))
                found += [os.path.join(base, name) for name in files]
                break
            if os.path.isfile(base) or os.path.isfile(base + ".pya"):
                found.append(base if os.path.isfile(base) else base + ".pya")
                break
        else:
            sys.exit(f"compare.py: no benchmark '{item}'")
    return found


def name_of(path):
    path = os.path.abspath(path)
    name = os.path.relpath(path, HERE) if path.startswith(HERE + os.sep) else os.path.basename(path)
    return name.removesuffix(".pya")


def geometric_mean(numbers):
    return math.exp(statistics.fmean(math.log(number) for number in numbers))


def main():
    parser = argparse.ArgumentParser(
        description="Run benchmark programs on pya and on a peer in turn; print a Markdown table."
    )
    parser.add_argument("programs", nargs="*", help="folders or programs (default: cpu async sleeping_tasks)")
    parser.add_argument("--pya", default=os.path.join(ROOT, ".build", "release", "pya"), help="command of pya")
    parser.add_argument("--python", default="python3", help="command of the peer (default: python3)")
    parser.add_argument("-n", "--runs", type=int, default=5, help="paired runs of each program (default: 5)")
    parser.add_argument("--time-limit", type=float, default=60, help="seconds one run may take (default: 60)")
    parser.add_argument("--svg", metavar="FILE", help="draw the ratios as a chart into this file")
    options = parser.parse_args()

    pya, peer = shlex.split(options.pya), shlex.split(options.python)
    for command in (pya, peer):
        if not shutil.which(command[0]):
            sys.exit(f"compare.py: cannot run '{command[0]}'")
    programs = find_programs(options.programs or ["cpu", "async", "sleeping_tasks"])

    version = Run([*peer, "--version"], 10)
    peer_name = (version.output or version.errors).decode().strip() or options.python
    print(f"CPU seconds, median of {options.runs} paired runs; ratio above 1: pya is faster. Peer: {peer_name}.")
    print()
    print("| program | pya | peer | ratio | pya MiB | peer MiB |")
    print("|---|--:|--:|--:|--:|--:|", flush=True)
    comparisons = []
    for path in programs:
        comparison = Comparison(name_of(path))
        comparison.run(path, pya, peer, options.runs, options.time_limit)
        comparisons.append(comparison)
        print(comparison.row(), flush=True)

    groups = {}
    for comparison in comparisons:
        if not comparison.problem:
            groups.setdefault(os.path.dirname(comparison.name) or "other", []).append(comparison.ratio)
    for group, ratios in groups.items():
        if len(ratios) > 1:
            print(f"| **geometric mean of {group}** ({len(ratios)}) | | | **{geometric_mean(ratios):.2f}** | | |")
    rows = [(comparison.name, comparison.ratio) for comparison in comparisons if not comparison.problem]
    if options.svg and rows:
        with open(options.svg, "w") as file:
            file.write(chart.draw(rows, f"CPU time of {peer_name} divided by pya's (above 1: pya is faster)"))
    problems = [comparison for comparison in comparisons if comparison.problem]
    if problems:
        print()
        print(f"{len(problems)} without a figure: {', '.join(c.name for c in problems)}")
    return 1 if problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
