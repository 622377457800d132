#!/usr/bin/env python3
"""Processes, turns and signals under QEMU: the guest's own tests under several ways to take turns, and what only the
machine can tell of them. RINGSIDE_GUEST_DIR as for test_kernel.py."""

import re
import sys
import unittest

import qemu
from test_kernel import KernelTest, SKIPPED, SPLITS, run

# Turns that end early, late and at random.
TURNS = ("", "slice=32", "preempt=random seed=3 slice=200", "preempt=random seed=4 slice=2000")


class Tasks(KernelTest):
    kernels = SPLITS + ("3g1g-pae",)

    def assert_checks(self, program, *all_options, arguments=""):
        for options in all_options or ("",):
            for _, result in self.for_all(program, arguments, options=options):
                self.assertNotIn("not true", result.console)
                self.assertRegex(result.console, r"\A[1-9]\d* checks, 0 failed\n\Z")
                self.assert_exit(result, 0)

    def test_processes(self):
        self.assert_checks("tests/processes")

    def test_scheduling(self):
        self.assert_checks("tests/scheduling", *TURNS)

    def test_pipes(self):
        self.assert_checks("tests/pipes", *TURNS, "check=1")

    def test_devices(self):
        for _, result in self.for_all("tests/devices"):
            self.assertRegex(result.console, r"\A\.\n\.\n[1-9]\d* checks, 0 failed\n\Z")
            self.assert_exit(result, 0)

    def test_drivers(self):
        for program in ("tests/scull", "tests/store", "tests/dma", "tests/process_vm"):
            self.assert_checks(program, "check=1", "preempt=random seed=3")

    def test_a_limit_that_is_a_segment_register_does_not_outlive_its_call(self):
        for options in ("", "bug=leaked_set_fs"):
            result = run("segmented", "tests/leaked_limit", options=options)
            self.assertEqual(result.console, "1 checks, 0 failed\n")
            self.assert_exit(result, 0)
        for split in ("3g1g", "4g4g"):  # there it does, and the pipe's byte goes where the program did not say
            self.assertEqual(run(split, "tests/leaked_limit").console, "1 checks, 0 failed\n")

    def test_exec(self):
        self.assert_checks("tests/exec")

    def test_threads(self):
        self.assert_checks("tests/threads", *TURNS)

    def test_tracing(self):
        self.assert_checks("tests/tracing", *TURNS)

    def test_watchpoints(self):
        for policy in ("ignore", "signal", "count"):
            self.assert_checks("tests/watchpoints", f"kernel_hits={policy}", arguments=policy)

    def test_signals(self):
        self.assert_checks("tests/signals", *TURNS)

    def test_waiting(self):
        self.assert_checks("tests/waiting", *TURNS)

    def test_a_program_that_is_alone_is_never_interrupted(self):
        for name in ("hello", "pages", "pointers", "tests/address_space"):
            for _, result in self.for_all(name):
                self.assertEqual([i for i in result.interrupts if 0x20 <= i.vector < 0x30 and i.ip > 0x100000], [])


class Preemption(KernelTest):
    """Two fetches of a word by the kernel, and who writes it in between: only where a script wants it so."""

    def fetched(self, options=""):
        values = set()
        for _, result in self.for_all("tests/double_fetch", options=options):
            self.assert_exit(result, 0)
            values.add(int(re.fullmatch(r"fetched (\d+)\n", result.console)[1]))
        return values

    def test_a_system_call_is_not_preempted(self):
        self.assertEqual(self.fetched(), {1})

    def test_it_is_at_every_point_of_a_name(self):
        self.assertEqual(self.fetched("preempt=user_copy"), {2})
        self.assertEqual(self.fetched("preempt=nowhere"), {1})

    def test_it_is_at_the_nth_point(self):
        self.assertEqual([self.fetched(f"preempt={n}") for n in (1, 2, 3)], [{2}, {1}, {1}])

    def test_it_is_at_random_by_the_seed(self):
        runs = [self.fetched(f"preempt=random seed={seed}") for seed in range(6)]
        self.assertEqual(set.union(*runs), {1, 2})


if __name__ == "__main__":
    if not qemu.QEMU:
        print("skipped: qemu-system-i386 is not installed (apt-get install qemu-system-x86)")
        sys.exit(SKIPPED)
    unittest.main(verbosity=1)
