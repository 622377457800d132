#!/usr/bin/env python3
"""What a real Linux answered to a probe program (tests/data/linux/probe32.txt: Linux 6.18, a 32-bit program), and what this kernel
answers to the same questions. Every row is equal or stands below with the reason; docs/fidelity.md says the same in words."""

import os
import subprocess
import sys
import unittest
from pathlib import Path

import qemu
from test_kernel import GUEST, KernelTest, SKIPPED

RINGSIDE = Path(os.environ.get("RINGSIDE", "build/ringside"))

HERE = Path(__file__).resolve().parent
RECORDED = HERE.parent / "data" / "linux" / "probe32.txt"
FIDELITY = HERE.parent.parent / "docs" / "fidelity.md"

# Asked of Linux, not of this kernel.
NOT_ASKED = {
    "  then read(pipe,64) sees": "a pipe's end cannot be made O_NONBLOCK here: the read would wait",
    "getcwd(NULL..)": "there is one directory and no getcwd",
    "writev(pipe,{good 4, kernel 4})": "there is no writev",
    "writev(pipe,{good 4, hole 4})": "there is no writev",
    "read NULL page": "the offset in its answer depends on where the program was loaded",
    "jump to an NX page": "page tables of two levels have no NX: what may be read may be executed",
}
# Answered otherwise: by every kernel here, or by one.
ASKED_FIRST = "verify_area is asked for all of the buffer before the first byte, as in Linux 2.0"
DIFFERENT = {
    "mmap FIXED at 0 (as root)": ({"all": "-1 EPERM"}, "page 0 stays empty for everybody, so that a null pointer faults"),
    "read(zero, last 10 bytes before a hole, 20) straddling": ({"segmented": "-1 EFAULT"}, ASKED_FIRST),
    # 3g1g copies as Linux 2.4 did, by words: of the third word two bytes are there, and it gives that one up.
    "write(memfd, last 10 bytes before a hole, 20) straddling": ({"segmented": "-1 EFAULT", "3g1g": "8"}, ASKED_FIRST),
    "  file size": ({"segmented": "0", "3g1g": "8"}, ASKED_FIRST),
}
# On a machine that checks segment limits, which QEMU does not.
BY_LIMITS = {
    "read kernel address": "SIGSEGV code=128  off=4096",
    "read non-canonical": "SIGSEGV code=128  off=0",
}


def rows(text):
    found = {}
    for line in text.splitlines():
        if " -> " in line and not line.startswith("#"):
            name, answer = line.split(" -> ", 1)
            name = name.rstrip()
            found[name if name not in found else name + " #2"] = answer.strip()
    return found


class Probe(KernelTest):
    maxDiff = None

    def test_every_row_is_linux_s_or_has_its_reason(self):
        theirs = rows(RECORDED.read_text())
        self.assertGreater(len(theirs), 90)
        for split, result in self.for_all("tests/probe32"):
            self.assert_exit(result, 0)
            ours = rows(result.console)
            self.assertEqual(sorted(set(theirs) - set(ours)), sorted(NOT_ASKED))
            self.assertEqual(sorted(set(ours) - set(theirs)), [])
            expected = {name: theirs[name] for name in ours}
            for name, (answers, _) in DIFFERENT.items():
                expected[name] = answers.get("all", answers.get(split, expected[name]))
            self.assertEqual(ours, expected)

    @unittest.skipUnless(RINGSIDE.exists(), "ringside is not built")
    def test_and_ringside_has_the_same_answers_and_limits(self):
        for split, result in self.for_all("tests/probe32"):
            done = subprocess.run([RINGSIDE, "run", "--quiet", "--split", split, GUEST / "tests/probe32"], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=120, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            expected = rows(result.console) | (BY_LIMITS if split == "segmented" else {})
            self.assertEqual(rows(done.stdout), expected)

    def test_the_differences_stand_in_the_document(self):
        text = FIDELITY.read_text()
        for name in (*NOT_ASKED, *DIFFERENT, *BY_LIMITS):
            self.assertIn(f"`{name.strip()}`", text)


if __name__ == "__main__":
    if not qemu.QEMU:
        print("skipped: qemu-system-i386 is not installed (apt-get install qemu-system-x86)")
        sys.exit(SKIPPED)
    unittest.main(verbosity=1)
