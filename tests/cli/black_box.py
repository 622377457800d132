"""Runs the executable as a user would. What it prints is judged here from the contract of the command line alone."""

import functools
import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
RINGSIDE = os.environ.get("RINGSIDE", "")
GUEST = Path(os.environ.get("RINGSIDE_GUEST", ""))
SKIPPED = 77
SPLITS = ("3g1g", "4g4g")


def run(*arguments, stdin=b"", timeout=120, text=True, **options):
    """Status, standard output, standard error. A crash is a failure whatever the test asks."""
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "RINGSIDE_GUEST_DIR")}
    environment.update(options.pop("environment", {}))
    done = subprocess.run([RINGSIDE, *map(str, arguments)], input=stdin, capture_output=True, timeout=timeout,
                          env=environment, **options)
    assert done.returncode >= 0, f"{arguments}: died of signal {-done.returncode}: {done.stderr!r}"
    if text:
        return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    return done.returncode, done.stdout, done.stderr


@functools.lru_cache(maxsize=None)
def trace_bytes(program, split, *options):
    status, out, err = run("trace", program, "--split", split, *options, text=False)
    assert status == 0, err
    return out


@functools.lru_cache(maxsize=None)
def trace(program, split, *options):
    return [json.loads(line) for line in trace_bytes(program, split, *options).splitlines()]


def round_trips(events):
    """By the contract: from the gate of INT 80h at ring 3 to the next IRET to ring 3 of the same process."""
    trips = []
    for start, gate in enumerate(events):
        if gate["kind"] != "gate" or gate["vec"] != 128 or gate["source"] != "int" or gate["from"]["cpl"] != 3:
            continue
        for end in range(start + 1, len(events)):
            event = events[end]
            if event["kind"] == "sched":
                break
            if event["kind"] in ("iret", "sysret") and event["to"]["cpl"] == 3 and event["pid"] == gate["pid"]:
                trips.append(events[start:end + 1])
                break
    return trips


def of_kind(events, *kinds):
    return [event for event in events if event["kind"] in kinds]


class Case(unittest.TestCase):
    maxDiff = None

    def refused(self, arguments, *words, **options):
        """125, one line `ringside: ...` on standard error that says these words, nothing on standard output."""
        status, out, err = run(*arguments, **options)
        self.assertEqual(status, 125, (arguments, out[:300], err))
        self.assertRegex(err, r"\Aringside: [^\n]+\n\Z", arguments)
        self.assertEqual(out, "", arguments)
        for word in words:
            self.assertIn(word, err, arguments)


def main():
    if not (GUEST / "hello").is_file():
        print(f"skipped: no guest programs in '{GUEST}' (no compiler for i386 when this was built)")
        sys.exit(SKIPPED)
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=1)
