#!/usr/bin/env python3
"""Run the golden programs under CPython 3.13, whose behaviour is the specification, and compare.

    Tests/ProgramTests/verify_with_cpython.py                         report every difference; status 1 if any
    Tests/ProgramTests/verify_with_cpython.py --record async/new-one  write what CPython did (read it afterwards!)

Beside `<claim>.pya` stand
    <claim>.expected   standard output, byte for byte
    <claim>.status     the exit status; absent when it is 0
    <claim>.stderr     standard error; absent when there is none

In .stderr, the program's own path is written as just its file name, and frames of the standard library are left out:
what asyncio does inside is not part of what a program means. Programs in additions/ use what CPython does not
have (await at the top level; sleep, create_task and gather without import) and are skipped, unless --additions
asks to run equivalent programs in their place: the script as the body of a coroutine, with the names imported.
Those in deadlocks/ wait for ever in CPython, and are skipped: their .stderr is the report that ends them in pya.
"""

import argparse
import ast
import concurrent.futures
import difflib
import os
import re
import shlex
import subprocess
import sys
import tempfile

PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Programs")
TIME_LIMIT = 60


def find_programs(selection):
    """All programs, or those whose path under Programs/ starts with one of the given words."""
    found = []
    for folder, folders, files in os.walk(PROGRAMS):
        folders.sort()
        for file in sorted(files):
            if file.endswith(".pya"):
                name = os.path.relpath(os.path.join(folder, file), PROGRAMS).removesuffix(".pya")
                if not selection or any(name.startswith(word.removesuffix(".pya")) for word in selection):
                    found.append(name)
    return found


def run(python, name):
    """What CPython does with a program: its files' suffixes and their contents."""
    folder, file = os.path.split(os.path.join(PROGRAMS, name + ".pya"))
    with tempfile.TemporaryDirectory() as scratch:
        if is_addition(name):
            with open(os.path.join(folder, file), encoding="utf-8") as source:
                wrapped = wrap(source.read())
            folder = scratch
            with open(os.path.join(folder, file), "w", encoding="utf-8") as target:
                target.write(wrapped)
        result = subprocess.run(
            [*python, file],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIME_LIMIT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "NO_COLOR": "1"},
        )
    outcome = {"expected": result.stdout.decode(errors="surrogateescape")}
    if result.returncode:
        outcome["status"] = f"{result.returncode}\n"
    if result.stderr:
        outcome["stderr"] = without_library_frames(
            result.stderr.decode(errors="surrogateescape").replace(os.path.realpath(folder) + os.sep, "")
        )
    return outcome


def without_library_frames(text):
    """Leave out the frames of files that are not the program's: those with an absolute path, and frozen modules."""
    frame = re.compile(r'([ |]*)  File "(/|[A-Za-z]:|<frozen )')
    kept = []
    prefix = None
    for line in text.splitlines(keepends=True):
        if match := frame.match(line):
            prefix = match[1]
        elif prefix is None or not line.startswith(prefix + "    "):
            prefix = None
            kept.append(line)
    return "".join(kept)


# The two additions of pya to the language, expressed in CPython: the script becomes the body of a coroutine.


def is_addition(name):
    return name.startswith("additions" + os.sep)


def wrap(source):
    """An equivalent program for CPython. Names the script assigns stay global, so that its functions see them."""
    tree = ast.parse(source)
    names = sorted(top_level_names(tree.body))
    imports = [name for name in ("sleep", "create_task", "gather") if name not in names]
    lines = ["import asyncio"]
    lines += [f"from asyncio import {', '.join(imports)}"] if imports else []
    lines += ["async def __main():"]
    lines += [f"    global {', '.join(names)}"] if names else []
    lines += ["    " + line for line in ast.unparse(tree).splitlines()]
    lines += ["asyncio.run(__main())", ""]
    return "\n".join(lines)


def top_level_names(body):
    """The names bound in these statements and the blocks inside them, but not inside functions and classes."""
    names = set()

    def visit(node):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
            return
        if isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            return
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).split(".")[0])
        for child in ast.iter_child_nodes(node):
            visit(child)

    for statement in body:
        visit(statement)
    return names


def recorded(name):
    found = {}
    for suffix in ("expected", "status", "stderr"):
        path = os.path.join(PROGRAMS, f"{name}.{suffix}")
        if os.path.exists(path):
            with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
                found[suffix] = file.read()
    return found


def record(name, outcome):
    for suffix in ("expected", "status", "stderr"):
        path = os.path.join(PROGRAMS, f"{name}.{suffix}")
        if suffix in outcome:
            with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
                file.write(outcome[suffix])
        elif os.path.exists(path):
            os.remove(path)


def differences(name, outcome):
    before = recorded(name)
    for suffix in ("expected", "status", "stderr"):
        if before.get(suffix) != outcome.get(suffix):
            yield from difflib.unified_diff(
                before.get(suffix, "").splitlines(),
                outcome.get(suffix, "").splitlines(),
                f"{name}.{suffix} (recorded)",
                f"{name}.{suffix} (CPython)",
                lineterm="",
            )


def main():
    parser = argparse.ArgumentParser(description="Compare the golden programs' expectations with what CPython 3.13 does.")
    parser.add_argument("programs", nargs="*", help="folders or programs under Programs/ (default: all)")
    parser.add_argument("--python", default="python3", help="command of CPython 3.13 (default: python3)")
    parser.add_argument("--record", action="store_true", help="write the expectations instead of comparing")
    parser.add_argument("--additions", action="store_true", help="include additions/, rewritten for CPython")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count(), help="programs to run at the same time")
    options = parser.parse_args()

    python = shlex.split(options.python)
    version = subprocess.run(
        [*python, "-c", "import sys; print(*sys.version_info[:2], sep='.')"], capture_output=True, text=True
    ).stdout.strip()
    if version != "3.13":
        sys.exit(f"verify_with_cpython.py: '{options.python}' is Python {version or '?'}, not 3.13; give one with --python")

    names = [
        name for name in find_programs(options.programs)
        if not name.startswith("deadlocks" + os.sep) and (options.additions or not is_addition(name))
    ]
    different = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, outcome in zip(names, pool.map(lambda name: run(python, name), names)):
            if options.record:
                record(name, outcome)
                continue
            lines = list(differences(name, outcome))
            if lines or "expected" not in recorded(name):
                different += 1
                print(f"DIFFERENT: {name}", *(lines or ["no .expected file"]), "", sep="\n")
    print(f"{len(names)} programs {'recorded' if options.record else f'run, {different} different'}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
