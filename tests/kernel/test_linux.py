#!/usr/bin/env python3
"""Guest tests on the Linux below us. A guest program is a static i386 program and its system calls are Linux's, so a
kernel that we did not write can say whether a test asks for the right thing. RINGSIDE_GUEST_DIR as for test_kernel.py."""

import subprocess
import sys
import unittest

from test_kernel import GUEST, SKIPPED


def run(program, *arguments):
    return subprocess.run([GUEST / program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, check=False)


class OnLinux(unittest.TestCase):
    def test_what_linux_says_of_our_tests(self):
        for program, *arguments in (("tests/pipes",), ("tests/devices", "linux"), ("tests/process_vm",)):
            with self.subTest(program=program):
                done = run(program, *arguments)
                self.assertRegex(done.stdout, r"\A[1-9]\d* checks, 0 failed\n\Z")
                self.assertEqual(done.returncode, 0)


def runs_i386():
    try:
        return run("hello").stdout == "Hello from ring 3!\n"
    except OSError:
        return False


if __name__ == "__main__":
    if not runs_i386():
        print("skipped: this machine's kernel runs no i386 programs")
        sys.exit(SKIPPED)
    unittest.main(verbosity=1)
