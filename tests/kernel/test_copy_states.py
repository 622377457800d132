#!/usr/bin/env python3
"""The state-dependent cases of the user copies (SPEC's B1, B6, B7, B8; B2 and B3 are in test_tasks.py and guest/user_copy.c) under QEMU."""

import sys
import unittest

import qemu
from test_kernel import KernelTest, SKIPPED


def line(name, left, faults, fixups, misses):
    return f"{name}: left {left}, page faults {faults}, fixups {fixups}, misses {misses}"


class CopyStates(KernelTest):
    def lines(self, **more):
        found = {}
        for split, result in self.for_all("tests/copy_states", **more):
            self.assert_exit(result, 0)
            found[split] = [text for text in result.console.splitlines() if text[0] == "B"]
            self.console = result.console
        return found

    def test_unmapped_between_check_and_copy(self):
        name = "B1 unmapped between check and copy"
        found = self.lines(arguments="meanwhile", options="preempt=user_copy")
        # verify_area had said yes, and this kernel has no table of expected faults: an oops.
        self.assertEqual(found["segmented"], ["B1: killed by signal 11"])
        self.assertEqual(found["3g1g"], [line(name, 4096, 1, 1, 0)])
        self.assertEqual(found["4g4g"], [line(name, 4096, 0, 0, 1)])

    def test_the_same_undisturbed(self):
        found = self.lines(arguments="meanwhile")
        for split in found:
            self.assertEqual(found[split], [line("B1 unmapped between check and copy", 0, 0, 0, 0)])

    def test_a_copy_cut_short_without_sleeping_and_below_the_stack(self):
        short = "B6 8 bytes and a hole: pipe -14, file {0}, of now {1} bytes, zero {0}"  # on Linux 8
        absent, stack = "B7 an absent page where nobody may sleep", "B8 the kernel writes below the stack"
        expected = {
            "segmented": [short.format(-14, 0), "B7: killed by signal 11", line(stack, 0, 1, 0, 0)],
            "3g1g": [short.format(8, 8), line(absent, 8, 1, 1, 0) + ", in RAM 0", line(stack, 0, 1, 0, 0)],
            "4g4g": [short.format(8, 8), line(absent, 8, 0, 0, 1) + ", in RAM 0", line(stack, 0, 0, 0, 1)],
        }
        for split, found in self.lines().items():
            self.assertEqual(found, expected[split] + ["B8 the program writes there: killed by signal 11"], split)


if __name__ == "__main__":
    if not qemu.QEMU:
        print("skipped: qemu-system-i386 is not installed (apt-get install qemu-system-x86)")
        sys.exit(SKIPPED)
    unittest.main(verbosity=1)
