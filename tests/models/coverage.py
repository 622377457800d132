#!/usr/bin/env python3
"""coverage.py BUILD: how much of mmu/ and seg/ do their own tests run? Fails below 98 % of lines or 90 % of branches.

Branches are llvm-cov's: both sides of every condition. `--missed` lists the lines that no test runs.
"""

import json
import subprocess
import sys
from pathlib import Path

import programs

LEAST = {"lines": 98.0, "branches": 90.0}
ROOMS = ("/mmu/", "/seg/")


def tool(name, *arguments):
    done = subprocess.run([programs.find_tool(name), *map(str, arguments)], capture_output=True, text=True, check=True)
    return done.stdout


def is_of_the_models(name):
    return any(room in name for room in ROOMS) and "/tests/" not in name


def measured(build):
    """One object for each file of the models: its summary and its segments, as llvm-cov exports them."""
    counts = []
    for program in programs.all_of(build):
        raw = build / f"{program.name}.profraw"
        done = programs.run(program, LLVM_PROFILE_FILE=str(raw))
        if done.returncode != 0:
            sys.exit(f"{program.name} fails:\n{done.stdout[-2000:]}")
        counts.append(raw)
    merged = build / "models.profdata"
    tool("llvm-profdata", "merge", "-sparse", "-o", merged, *counts)
    objects = [word for program in programs.all_of(build) for word in ("-object", program)]
    exported = json.loads(tool("llvm-cov", "export", *objects, f"-instr-profile={merged}"))
    return [entry for entry in exported["data"][0]["files"] if is_of_the_models(entry["filename"])]


def missed_lines(entry):
    """Line numbers of regions that were never run."""
    return sorted({line for line, _, count, has_count, is_entry, is_gap in entry["segments"]
                   if has_count and is_entry and not is_gap and count == 0})


def main(build, *options):
    files = measured(Path(build).resolve())
    bad = False
    for what, least in LEAST.items():
        covered = sum(entry["summary"][what]["covered"] for entry in files)
        count = sum(entry["summary"][what]["count"] for entry in files)
        percent = 100 * covered / count
        bad |= percent < least
        print(f"{what}: {covered} of {count}, {percent:.1f} % (at least {least} %)")
    for entry in sorted(files, key=lambda each: each["filename"]):
        lines = missed_lines(entry)
        if lines and (bad or "--missed" in options):
            print(f"{programs.in_the_tree(entry['filename'])}: {', '.join(map(str, lines))}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
