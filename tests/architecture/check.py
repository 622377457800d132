#!/usr/bin/env python3
"""check.py RULE [BUILD [ROOM...]]: holds one rule of the house; prints each place that breaks it and fails."""

import sys

import compiled
import rules


def main(name, build="build", *rooms):
    rule = rules.RULES.get(name)
    complaints = rule() if rule else compiled.RULES[name](build, *rooms)
    for complaint in complaints:
        print(complaint)
    if complaints:
        summary = (rule or compiled.RULES[name]).__doc__.splitlines()[0]
        print(f"{len(complaints)} of these. The rule: {summary}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
