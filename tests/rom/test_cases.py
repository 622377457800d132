"""Runs the conformance ROM in Ringside and compares each case's line with what Bochs printed (expected.txt: recorded
from Bochs 2.7, `port_e9_hack`, by the same ROM). Where we mean to differ, the case is named with its reason."""

import subprocess
import sys
from pathlib import Path

import cases

HERE = Path(__file__).parent
sys.dont_write_bytecode = True

# The beginning of a case's name: why its line is another.
DIFFERENT = {
    "real: push a segment register": "32-bit: the manual allows a 16-bit move or a selector extended with zeros",
    "v86: push a segment register": "likewise",
    "pm16: push a segment register": "likewise",
    "real: pusha": "Bochs writes what fits before it faults",
    "v86: pusha": "likewise",
    "pm16: pusha": "likewise",
    "v86: enter": "likewise",
    "pm16: enter": "likewise",
    "pm16: single step of a rep": "RF is set in the image after an element (SDM 3B 18.3.1.1); Bochs leaves it",
    "real: pop by esp": "Bochs wraps SP before it adds the displacement",
    "v86: pop by esp": "likewise",
    "pm16: pop by esp": "likewise",
    "pm16: far call at": "Bochs asks for room before it wraps SP, and writes part of what does not fit",
    "v86: far call at 3": "Bochs writes what fits before it faults",
    "real: arithmetic: rcl": "OF is undefined for counts other than 1",
    "real: arithmetic: rcr": "OF is undefined for counts other than 1",
    "real: arithmetic: bs": "BSF and BSR define ZF alone",
}


def main():
    ringside, rom = sys.argv[1:3]
    run = subprocess.run([ringside, "run", "--rom", rom, "--quiet"], capture_output=True, text=True, timeout=300)
    if run.returncode != 0:
        sys.exit(f"ringside ended with {run.returncode}: {run.stderr}")
    ours = run.stdout.splitlines()
    expected = (HERE / "expected.txt").read_text().splitlines()
    if not len(ours) == len(expected) == len(cases.CASES):
        sys.exit(f"{len(ours)} lines of ours, {len(expected)} expected, {len(cases.CASES)} cases")
    wrong = 0
    for case, our, other in zip(cases.CASES, ours, expected):
        if our != other and not any(case.name.startswith(name) for name in DIFFERENT):
            wrong += 1
            print(f"{case.name} | {case.code}\n    ours     {our}\n    expected {other}")
    print(f"{len(ours) - wrong} of {len(ours)} cases as expected")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
