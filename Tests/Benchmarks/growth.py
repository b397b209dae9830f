#!/usr/bin/env python3
"""Cost against size: runs the programs of growth/ with growing sizes and prints nanoseconds of CPU time per element.

    Tests/Benchmarks/growth.py [--python] [NAME ...]

A line that stays level is linear. `n^1.3` at its end is the exponent between the last two sizes: what is beyond 1.2 is marked. Programs whose
work does not depend on their size (await_depth, class_depth) show the whole time divided by 1000 instead, and should stay level as well.
"""

import math
import os
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
constant = {"await_depth", "class_depth"}


def measure(command, program, size):
    environment = dict(os.environ, PYENV_VERSION="3.13.0")
    best = math.inf
    for _ in range(3 if size < 100_000 else 1):
        done = subprocess.run([*command, str(program), str(size)], capture_output=True, text=True, env=environment)
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines()
            return None, lines[-1] if lines else f"status {done.returncode}"
        best = min(best, float(done.stdout))
    return best, ""


def main():
    names = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    command = ["python3"] if "--python" in sys.argv else [str(here.parent.parent / ".build/release/pya")]
    if "PYA" in os.environ and command[0] != "python3":
        command = [os.environ["PYA"]]
    sizes = [1_000, 10_000, 100_000, 1_000_000]
    print(f"{'':16}" + "".join(f"{size:>11,}" for size in sizes))
    for program in sorted((here / "growth").glob("*.pya")):
        name = program.stem
        if names and name not in names:
            continue
        limit = max(sizes)
        for line in program.read_text().splitlines()[:2]:
            if line.startswith("# limit "):
                limit = int(line.split()[2])
        shown = [10, 100, 1000] if limit == 1000 else [size for size in sizes if size <= limit]
        cells, times = [], []
        for size in shown:
            seconds, failure = measure(command, program, size)
            if seconds is None:
                cells.append(failure[:30])
                break
            times.append((size, seconds))
            cells.append(f"{seconds * 1e9 / (1000 if name in constant else size):11.0f}")
        verdict = ""
        if len(times) > 1 and times[-2][1] > 0:
            (small, first), (large, second) = times[-2:]
            exponent = math.log(max(second, 1e-9) / first) / math.log(large / small)
            verdict = f"  n^{exponent:.2f}" + ("  <<<" if exponent > (0.2 if name in constant else 1.2) else "")
        print(f"{name:16}" + "".join(cells) + " " * 11 * (len(sizes) - len(cells)) + verdict, flush=True)


if __name__ == "__main__":
    main()
