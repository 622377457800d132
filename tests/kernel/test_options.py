#!/usr/bin/env python3
"""The kernel's command line under QEMU: what each switch changes, and that it changes nothing else."""

import re
import sys
import unittest

import protections
import qemu
from test_kernel import SKIPPED, KernelTest, run


class Options(KernelTest):
    def test_the_limit_of_user_segments_in_3g1g(self):
        for options, limit in (("user_limit=3g", "bfffffff"), ("user_limit=4g", "ffffffff"), ("", "ffffffff")):
            self.assertEqual(run("3g1g", "tests/limits", options=options).console, f"cs {limit} ds {limit}\n")
        self.assertEqual(run("4g4g", "tests/limits", options="user_limit=3g").console, "cs ffffffff ds ffffffff\n")
        self.assertEqual(run("segmented", "tests/limits", options="user_limit=4g").console, "cs bfffffff ds bfffffff\n")

    def test_above_three_gigabytes_is_the_kernel_s(self):
        for split in ("segmented", "3g1g"):
            result = run(split, "bad/above_3g")  # by the page; QEMU does not check limits, so not by the segment
            self.assertEqual(result.power_off, 11)
            self.assertEqual(result.page_faults(cpl=3)[-1], (5, 0xC0101000))
        self.assertEqual(run("4g4g", "bad/above_3g").page_faults(cpl=3)[-1], (4, 0xC0101000))

    def test_without_cr0_wp_the_kernel_writes_to_a_read_only_page(self):
        line = "A08 read-only destination"
        left = {}
        for split in ("segmented", "3g1g"):
            for wp in ("on", "off"):
                console = run(split, "pointers", options=f"quiet wp={wp} nonsense").console
                left[split, wp] = re.search(rf"{line}.*left +(\d+) of", console)[1]
        # Where the area is asked, the area's word holds.
        self.assertEqual(left, {("segmented", "on"): "8", ("segmented", "off"): "8",
                                ("3g1g", "on"): "8", ("3g1g", "off"): "0"})

    def lines(self, kernel, program, options):
        result = run(kernel, program, options=options, cpu="max")
        self.assert_exit(result, 0)
        return [line for line in result.console.splitlines() if not line.startswith("Oops")], result

    def test_no_execute(self):
        for kernel in ("3g1g-pae", "4g4g-pae"):
            for options, expected in (("check=1", protections.EXECUTED), ("nx=on check=1", protections.NOT_EXECUTED)):
                with self.subTest(kernel=kernel, options=options):
                    lines, result = self.lines(kernel, "tests/no_execute", options)
                    self.assertEqual(lines, expected)
                    self.assertEqual(any(error & 0x10 and error & 1 for error, _ in result.page_faults(cpl=3)), "nx" in options)
        self.assertEqual(self.lines("3g1g", "tests/no_execute", "nx=on")[0], protections.EXECUTED)  # no bit for it
        console = run("3g1g-pae", "tests/no_execute", options="nx=on", cpu="qemu32").console  # nor in this CPU
        self.assertEqual(console.splitlines(), protections.EXECUTED)

    def test_ring_0_and_the_pages_of_programs(self):
        for options, expected in (("", protections.NEITHER), ("smep=on", protections.SMEP), ("smap=on", protections.SMAP),
                                  ("smep=on smap=on", protections.BOTH)):
            for kernel in ("3g1g", "3g1g-pae"):
                with self.subTest(kernel=kernel, options=options):
                    self.assertEqual(self.lines(kernel, "tests/ring_0", options)[0], expected)
        self.assertEqual(run("3g1g", "tests/ring_0", options="smep=on smap=on", cpu="qemu32").console.splitlines(),
                         protections.NEITHER)  # a CPU that has neither

    def test_with_all_protections_the_guest_tests_go_on_as_before(self):
        for kernel in ("3g1g-pae", "4g4g-pae"):
            for program in ("user_copy", "address_space", "protection", "moving", "file_mappings", "exec", "processes"):
                with self.subTest(kernel=kernel, program=program):
                    # Looking at all of memory takes time, and `processes` counts on turns that do not end.
                    options = "nx=on smep=on smap=on" + (" check=1" if program != "processes" else "")
                    result = run(kernel, f"tests/{program}", options=options, cpu="max")
                    self.assertRegex(result.console, r"\n?[1-9]\d* checks, 0 failed\n$")
                    self.assert_exit(result, 0)

    def test_a_kernel_of_three_levels_says_that_it_takes_pae(self):
        result = run("3g1g-pae", "hello", cpu="qemu32,-pae")
        self.assertTrue(result.panicked)
        self.assertIn("this CPU has no PAE", result.console)


if __name__ == "__main__":
    if not qemu.QEMU:
        print("skipped: qemu-system-i386 is not installed (apt-get install qemu-system-x86)")
        sys.exit(SKIPPED)
    unittest.main(verbosity=1)
