#!/usr/bin/env python3
"""The same program on two machines that know nothing of each other: what it prints about interrupt controllers and
timer must be the same on Ringside and on QEMU. RINGSIDE is the program, RINGSIDE_GUEST_DIR the guests (build/guest)."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

RINGSIDE = Path(os.environ.get("RINGSIDE", "build/ringside"))
GUEST = Path(os.environ.get("RINGSIDE_GUEST_DIR", "build/guest"))
QEMU = shutil.which("qemu-system-i386")
SKIPPED = 77
CHIPS = GUEST / "tests/pc-chips.elf"


def on_qemu():
    """Time is counted in instructions there, too: a busy host changes nothing."""
    with tempfile.TemporaryDirectory() as directory:
        console = Path(directory) / "console"
        command = [QEMU, "-accel", "tcg", "-icount", "shift=6,sleep=off", "-rtc", "clock=vm", "-m", "64",
                   "-kernel", CHIPS, "-display", "none", "-vga", "none", "-nodefaults", "-no-reboot",
                   "-debugcon", f"file:{console}", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
        subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=120, check=False)
        return console.read_text("latin-1").splitlines()


def on_ringside(command="run"):
    done = subprocess.run([str(RINGSIDE), command, str(GUEST / "hello"), "--kernel", str(CHIPS)],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False,
                          env={**os.environ, "RINGSIDE_GUEST_DIR": str(GUEST)})
    return done.stdout.decode("latin-1").splitlines()


class Chips(unittest.TestCase):
    maxDiff = None

    def test_controllers_and_timer_answer_as_on_qemu(self):
        ours = on_ringside()
        self.assertGreater(len(ours), 100)
        self.assertFalse([line for line in ours if "no request" in line])
        self.assertEqual(ours, on_qemu())


if __name__ == "__main__":
    if QEMU is None:
        print("skipped: there is no qemu-system-i386")
        sys.exit(SKIPPED)
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
