#!/usr/bin/env python3
"""The same images on two machines: what Ringside shows of a run must be what QEMU did. RINGSIDE is the program,
RINGSIDE_GUEST_DIR the guests (build/guest)."""

import functools
import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

import qemu
from test_kernel import GUEST, SKIPPED, SPLITS, kernel, run

RINGSIDE = Path(os.environ.get("RINGSIDE", "build/ringside"))
SAMPLES = ("hello", "toy", "pages", "pointers", "echo")
GUEST_TESTS = {"tests/user_copy": (), "tests/address_space": (), "tests/system_calls": ("one", "two", "last")}
BAD = ("garbage", "privileged", "jump_to_data", "null", "divide", "bad_segment", "breakpoint", "trap_flag", "oops",
       "above_3g", "stack_overflow")


def ringside(command, split, program, arguments=(), options=()):
    words = [RINGSIDE, command, GUEST / program, "--split", split, *options]
    words += ["--", *arguments] if arguments else []
    return subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, timeout=300,
                          check=False, env={**os.environ, "RINGSIDE_GUEST_DIR": str(GUEST)})


@functools.cache
def trace(split, program, arguments=(), options=()):
    kinds = "page_fault,gate,syscall,syscall_ret,access_ok,copy,softwalk,kmap,fixup,fault_in,signal,oops"
    done = ringside("trace", split, program, arguments, ("--kinds", kinds, *options))
    return [json.loads(line) for line in done.stdout.splitlines()]


class SameRun(unittest.TestCase):
    maxDiff = 2000

    def all_programs(self):
        for split in SPLITS:
            for program in SAMPLES:
                yield split, program, ()
            for program, arguments in GUEST_TESTS.items():
                yield split, program, arguments
            for program in BAD:
                yield split, f"bad/{program}", ()

    def test_the_console_and_the_end_are_the_same(self):
        for split, program, arguments in self.all_programs():
            with self.subTest(split=split, program=program):
                theirs = run(split, program, " ".join(arguments))
                ours = ringside("run", split, program, arguments)
                self.assertEqual(ours.stdout.decode("latin-1"), theirs.console)
                self.assertEqual(ours.returncode, 128 + theirs.signal if theirs.signal else theirs.exit_code)

    def place(self, split, address):
        """The stack begins as far below the top as the program's name is long, which each loader gives its own way:
        of an address there, the page."""
        top = 0xC0000000 if split == "3g1g" else 0xFF000000
        return address & ~0xFFF if top - 0x400000 <= address < top else address

    def test_the_page_faults_are_the_same(self):
        for split, program, arguments in self.all_programs():
            with self.subTest(split=split, program=program):
                theirs = [(i.cpl, i.error, self.place(split, i.cr2))
                          for i in run(split, program, " ".join(arguments)).interrupts if i.vector == 14]
                ours = [(e["cpl"], e["err"], self.place(split, int(e["cr2"], 16)))
                        for e in trace(split, program, arguments) if e["kind"] == "page_fault"]
                if program == "bad/stack_overflow":
                    theirs, ours = len(theirs), len(ours)
                if program == "bad/jump_to_data":
                    # ADD to memory is one access, a write, for a processor; QEMU's translated code reads first.
                    self.assertEqual((theirs[-1], ours.pop()), ((3, 4, 0), (3, 6, 0)))
                    theirs.pop()
                self.assertEqual(ours, theirs)

    def test_the_entries_into_the_kernel_are_the_same(self):
        for split, program, arguments in self.all_programs():
            with self.subTest(split=split, program=program):
                theirs = [(i.cpl, i.vector, i.ip) for i in run(split, program, " ".join(arguments)).interrupts
                          if i.cpl == 3 or i.ip >= 0x02000000]
                ours = [(e["cpl"], e["vec"], int(e["ip"], 16)) for e in trace(split, program, arguments)
                        if e["kind"] == "gate"]
                if program == "bad/stack_overflow":  # which instruction is the first to reach a page: see place()
                    theirs, ours = len(theirs), len(ours)
                self.assertEqual(ours, theirs)

    def test_the_tracepoints_are_the_same(self):
        told = {"syscall", "syscall_ret", "access_ok", "copy", "softwalk", "kmap", "fixup", "fault_in", "signal", "oops"}
        for split, program, arguments in self.all_programs():
            with self.subTest(split=split, program=program):
                theirs = [qemu.NAMES[n] for n in run(split, program, " ".join(arguments)).tracepoints]
                ours = [e["kind"] for e in trace(split, program, arguments)]
                self.assertEqual([kind for kind in ours if kind in told], [kind for kind in theirs if kind in told])


class UserCopies(unittest.TestCase):
    """Page walks of user addresses by the kernel, with a TLB that is empty at each system call: the oracle's column W."""

    WALKS = {"3g1g": [1, 0, 0, 0, 1, 2, 1, 1], "4g4g": [0] * 8}

    def test_walks_of_the_eight_pointers(self):
        for split, expected in self.WALKS.items():
            done = ringside("trace", split, "pointers", options=("--cold-tlb", "--kinds", "syscall,syscall_ret,walk"))
            # 4G/4G has its kernel at the numbers of user addresses; there the user's own begin above its RAM.
            low, top = (0, 0xC0000000) if split == "3g1g" else (0x06000000, 0xFF000000)
            walks, inside = [], False
            for event in map(json.loads, done.stdout.splitlines()):
                if event["kind"] in ("syscall", "syscall_ret"):
                    inside = event["kind"] == "syscall" and event["name"] in ("lab_peek", "lab_poke")
                    walks += [0] if inside else []
                elif inside and event["cpl"] == 0 and low <= int(event["lin"], 16) < top:
                    walks[-1] += 1
            self.assertEqual(walks, expected, split)


if __name__ == "__main__":
    if not qemu.QEMU:
        print("skipped: qemu-system-i386 is not installed (apt-get install qemu-system-x86)")
        sys.exit(SKIPPED)
    if not RINGSIDE.exists() or not kernel("3g1g").exists():
        print(f"skipped: {RINGSIDE} or its guests are not built")
        sys.exit(SKIPPED)
    unittest.main(verbosity=1)
