#!/usr/bin/env python3
"""Counts the instructions that small programs take, and compares them with the counts recorded beside them.

    swift build -c release --static-swift-stdlib && Tests/Benchmarks/guards.py [--record] [NAME ...]

Instruction counts do not depend on what else the machine does: they repeat to well under one percent. A change that makes one of
them worse by more than three percent says why in its commit, and records the new counts (`--record`). Needs valgrind.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = HERE / "guards"
COUNTS = PROGRAMS / "counts.json"
TOLERANCE = 3.0


def count(binary, program):
    """The instructions of a run of the program, and what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", binary, "--clock", "virtual", program],
            capture_output=True, text=True)
    found = re.search(r"Collected\s*:\s*(\d+)", run.stderr)
    if run.returncode != 0 or not found:
        sys.exit(f"{program}: {run.stderr.strip()[-500:]}")
    return int(found[1]), run.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="programs of the folder guards, without their suffix; all by default")
    parser.add_argument("--pya", default=str(HERE.parent.parent / ".build/release/pya"), help="the binary (release)")
    parser.add_argument("--record", action="store_true", help="write the counts as the ones to compare with")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        sys.exit("guards: valgrind is missing (apt-get install valgrind)")
    recorded = json.loads(COUNTS.read_text()) if COUNTS.exists() else {}
    programs = [path for path in sorted(PROGRAMS.glob("*.pya")) if not options.names or path.stem in options.names]
    worse = []
    with tempfile.TemporaryDirectory() as folder:
        # Valgrind does not understand the debug information of Swift.
        binary = f"{folder}/pya"
        subprocess.run(["strip", "-g", "-o", binary, options.pya], check=True)
        print("| program | instructions | recorded | change |\n|---|--:|--:|--:|")
        for path in programs:
            now, _ = count(binary, str(path))
            before = recorded.get(path.stem)
            change = (now / before - 1) * 100 if before else 0.0
            print(f"| {path.stem} | {now:,} | {f'{before:,}' if before else '-'} | {change:+.1f} % |", flush=True)
            if before and change > TOLERANCE:
                worse.append(path.stem)
            recorded[path.stem] = now
    if options.record:
        COUNTS.write_text(json.dumps(recorded, indent=2, sort_keys=True) + "\n")
    elif worse:
        sys.exit(f"worse by more than {TOLERANCE:g} %: {', '.join(worse)}")


if __name__ == "__main__":
    main()
