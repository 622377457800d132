#!/usr/bin/env python3
"""negation.py BUILD [SITE...]: is every check of the models noticed by some test when it answers the opposite?

A site is a line of mmu/ or seg/ that asks a rule ("seg/stack.cpp:31"). Nothing is rebuilt: a variable names the site
(core/x86/asked.hpp), and the tests of the models run until one of them fails. Half a minute for all.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import programs

ASKS = re.compile(r"\brequire\(|\basked\(|\bholds\(rules::")
DEFINES = ("core/x86/asked.hpp", "seg/checker.hpp")


def sites_in_the_source():
    """Lines that ask a rule; a definition is none."""
    found = set()
    for room in ("mmu", "seg"):
        for path in sorted((programs.TOP / room).glob("*.[ch]pp")):
            place = programs.in_the_tree(path)
            if place in DEFINES:
                continue
            for number, line in enumerate(path.read_text().splitlines(), 1):
                passes_on = "CheckSite site" in line or "asked(condition, site)" in line
                if ASKS.search(line) and not passes_on and not line.lstrip().startswith("//"):
                    found.add(f"{place}:{number}")
    return found


def sites_that_asked(build):
    """Lines that the tests reach."""
    reached = set()
    with tempfile.TemporaryDirectory() as folder:
        for program in programs.all_of(build):
            notes = Path(folder) / program.name
            done = programs.run(program, RINGSIDE_SITES=str(notes))
            if done.returncode != 0:
                sys.exit(f"{program.name} fails with nothing turned around:\n{done.stdout[-2000:]}")
            reached |= set(notes.read_text().split())
    return reached


def noticed_by(build, site):
    """The program that fails when this site answers the opposite; None: all pass."""
    for program in programs.all_of(build):
        try:
            if programs.run(program, "--abort-after=1", RINGSIDE_NEGATE=site).returncode != 0:
                return program.name
        except subprocess.TimeoutExpired:
            return program.name
    return None


def main(build, *wanted):
    build = Path(build).resolve()
    reached = sites_that_asked(build)
    unreached = sorted(sites_in_the_source() - reached)
    for site in unreached:
        print(f"{site}: no test comes here")
    chosen = wanted or sorted(reached)
    unnoticed = [site for site in chosen if noticed_by(build, site) is None]
    for site in unnoticed:
        print(f"{site}: turned around, and no test fails")
    print(f"{len(chosen)} of {len(reached)} checks turned around, {len(chosen) - len(unnoticed)} noticed; "
          f"{len(unreached)} not reached")
    return 1 if unreached or unnoticed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
