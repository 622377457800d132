#!/usr/bin/env python3
"""fuzz.py BUILD TARGET [SECONDS]: runs a fuzz target from its kept inputs (corpus/TARGET.hex, one a line, in hex).

fuzz.py BUILD TARGET --keep: afterwards the kept inputs are those that are needed to reach what was reached.
What breaks a target is left in BUILD/tests/fuzz/TARGET-*; `fuzz_TARGET FILE` runs it again.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "corpus"
SECONDS = 10


def kept(target):
    return [bytes.fromhex(line) for line in (CORPUS / f"{target}.hex").read_text().split()]


def unpack(inputs, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(inputs):
        (folder / f"{number:04}").write_bytes(content)


def keep(program, target, found):
    """The smallest set that libFuzzer finds, shortest first."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "-merge=1", folder, found], check=True, capture_output=True)
        inputs = sorted((path.read_bytes() for path in Path(folder).iterdir()), key=lambda each: (len(each), each))
    (CORPUS / f"{target}.hex").write_text("".join(f"{content.hex()}\n" for content in inputs if content))
    print(f"{target}: {len(inputs)} inputs kept")


def main(build, target, *options):
    place = Path(build).resolve() / "tests/fuzz"
    program = place / f"fuzz_{target}"
    found = place / "found" / target
    unpack(kept(target), found)
    if "--keep" in options:
        keep(program, target, found)
        return 0
    seconds = options[0] if options else SECONDS
    done = subprocess.run([program, f"-max_total_time={seconds}", "-timeout=20", "-seed=20261126", "-verbosity=0",
                           "-print_final_stats=1", f"-artifact_prefix={place}/{target}-", found], check=False)
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
