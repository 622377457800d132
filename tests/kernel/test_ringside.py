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
from test_kernel import GUEST, KERNELS, SKIPPED, SPLITS, kernel, run, split_of, task_size

RINGSIDE = Path(os.environ.get("RINGSIDE", "build/ringside"))
WHOLE = "RINGSIDE_WHOLE" in os.environ  # ./test.sh --whole
SAMPLES = ("hello", "toy", "pages", "pointers", "echo")
GUEST_TESTS = {"tests/user_copy": (), "tests/address_space": (), "tests/system_calls": ("one", "two", "last"),
               "tests/processes": (), "tests/protection": (), "tests/moving": (), "tests/file_mappings": ()}
BAD = ("garbage", "privileged", "jump_to_data", "null", "divide", "bad_segment", "breakpoint", "trap_flag", "oops",
       "above_3g", "stack_overflow")


LONG_TURNS = "32768"  # the two timers do not tick alike: so long that no program here has its turn ended


def reference(split, program, arguments):
    return run(split, program, " ".join(arguments), options=f"slice={LONG_TURNS}")


def ringside(command, split, program, arguments=(), options=()):
    words = [RINGSIDE, command, GUEST / program, "--split", split_of(split), *options]
    words += ["--pae", "on"] if split.endswith("-pae") else []
    words += [] if "--slice" in options else ["--slice", LONG_TURNS]
    words += ["--", *arguments] if arguments else []
    return subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, timeout=300,
                          check=False, env={**os.environ, "RINGSIDE_GUEST_DIR": str(GUEST)})


def lowest_code(split):
    """Of the kernel, above all of QEMU's firmware that takes interrupts."""
    return 0x00100000 if split == "segmented" else 0x02000000


@functools.cache
def trace(split, program, arguments=(), options=()):
    kinds = "page_fault,gate,syscall,syscall_ret,access_ok,copy,softwalk,kmap,fixup,fault_in,signal,oops"
    done = ringside("trace", split, program, arguments, ("--kinds", kinds, *options))
    return [json.loads(line) for line in done.stdout.splitlines()]


class SameRun(unittest.TestCase):
    maxDiff = 2000

    def all_programs(self):
        for split in KERNELS:
            for program in SAMPLES:
                yield split, program, ()
            if split.endswith("-pae") and not WHOLE:  # the levels are the CPU's business: what the kernels do is the same
                continue
            for program, arguments in GUEST_TESTS.items():
                yield split, program, arguments
            for program in BAD:
                if (split, program) != ("segmented", "above_3g"):  # a limit; QEMU checks none
                    yield split, f"bad/{program}", ()

    def test_the_console_and_the_end_are_the_same(self):
        for split, program, arguments in self.all_programs():
            with self.subTest(split=split, program=program):
                theirs = reference(split, program, arguments)
                ours = ringside("run", split, program, arguments)
                self.assertEqual(ours.stdout.decode("latin-1"), theirs.console)
                self.assertEqual(ours.returncode, 128 + theirs.signal if theirs.signal else theirs.exit_code)

    def test_samples_that_look_for_devices_say_the_same_of_all_else(self):
        """QEMU has no disk and no dma0 for them: the step that looks for one is the last line to be compared."""
        for split in SPLITS:
            for program, until in (("mprotect", "m11"), ("watch", "w10")):
                with self.subTest(split=split, program=program):
                    theirs = reference(split, program, ()).console
                    ours = ringside("run", split, program).stdout.decode("latin-1")
                    self.assertIn(f"\n{until}  there is no ", theirs)
                    self.assertEqual(ours[:ours.index(f"\n{until}")], theirs[:theirs.index(f"\n{until}")])

    def test_turns_end_sleepers_wake_and_signals_arrive(self):
        slices, preempted = ("--slice", "1000"), ("--preempt", "random", "--seed", "3", "--slice", "200")
        both = (slices, preempted)
        ways = {"segmented": both if WHOLE else (preempted,), "3g1g": both if WHOLE else (slices,), "4g4g": both}
        for split in SPLITS:
            for program in ("scheduling", "signals", "waiting", "threads", "exec", "tracing", "watchpoints", "pipes", "scull",
                            "store", "dma"):
                for options in ways[split]:
                    with self.subTest(split=split, program=program, options=options):
                        done = ringside("run", split, f"tests/{program}", options=options)
                        self.assertRegex(done.stdout.decode("latin-1"), r"\A[1-9]\d* checks, 0 failed\n\Z")
                        self.assertEqual(done.returncode, 0)

    def place(self, split, address):
        """The stack begins as far below the top as the program's name is long, which each loader gives its own way:
        of an address there, the page."""
        top = task_size(split)
        return address & ~0xFFF if top - 0x400000 <= address < top else address

    def test_the_page_faults_are_the_same(self):
        for split, program, arguments in self.all_programs():
            with self.subTest(split=split, program=program):
                theirs = [(i.cpl, i.error, self.place(split, i.cr2))
                          for i in reference(split, program, arguments).interrupts if i.vector == 14]
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
                theirs = [(i.cpl, i.vector, i.ip) for i in reference(split, program, arguments).interrupts
                          if i.cpl == 3 or i.ip >= lowest_code(split)]
                ours = [(e["cpl"], e["vec"], int(e["ip"], 16)) for e in trace(split, program, arguments)
                        if e["kind"] == "gate"]
                if program == "bad/stack_overflow":  # which instruction is the first to reach a page: see place()
                    theirs, ours = len(theirs), len(ours)
                self.assertEqual(ours, theirs)

    def test_the_tracepoints_are_the_same(self):
        told = {"syscall", "syscall_ret", "access_ok", "copy", "softwalk", "kmap", "fixup", "fault_in", "signal", "oops"}
        for split, program, arguments in self.all_programs():
            with self.subTest(split=split, program=program):
                theirs = [qemu.NAMES[n] for n in reference(split, program, arguments).tracepoints]
                ours = [e["kind"] for e in trace(split, program, arguments)]
                self.assertEqual([kind for kind in ours if kind in told], [kind for kind in theirs if kind in told])


class UserCopies(unittest.TestCase):
    """Page walks of user addresses by the kernel, with a TLB that is empty at each system call: the oracle's column W."""

    WALKS = {"segmented": [0, 0, 0, 0, 1, 0, 0, 0], "3g1g": [1, 0, 0, 0, 1, 2, 1, 1], "4g4g": [0] * 8}

    def test_walks_of_the_eight_pointers(self):
        for split, expected in self.WALKS.items():
            done = ringside("trace", split, "pointers", options=("--cold-tlb", "--kinds", "syscall,syscall_ret,walk"))
            # 4G/4G has its kernel at the numbers of user addresses; there the user's own begin above its RAM.
            low, top = (0, 0xC0000000) if split != "4g4g" else (0x06000000, 0xFF000000)
            walks, inside = [], False
            for event in map(json.loads, done.stdout.splitlines()):
                if event["kind"] in ("syscall", "syscall_ret"):
                    inside = event["kind"] == "syscall" and event["name"] in ("lab_peek", "lab_poke")
                    walks += [0] if inside else []
                elif inside and event["cpl"] == 0 and low <= int(event["lin"], 16) < top:
                    walks[-1] += 1
            self.assertEqual(walks, expected, split)


class PlantedBugs(unittest.TestCase):
    """A bug that the kernel was told to have shows, and without it all is well."""

    def test_a_forgotten_flush_lets_a_store_through_where_kernel_and_program_share_a_cr3(self):
        for split in SPLITS:
            for arguments in ((), ("munmap",)):
                for bug in ((), ("--bug", "no_flush")):
                    with self.subTest(split=split, arguments=arguments, bug=bug):
                        done = ringside("run", split, "tests/stale", arguments, bug)
                        # Under 4G/4G the way back loads CR3, which empties the TLB whatever the kernel forgot.
                        goes_on = bool(bug) and split != "4g4g"
                        self.assertEqual(done.returncode, 0 if goes_on else 128 + 11, done.stderr)
                        self.assertEqual(done.stdout, b"the store went through: 2\n" if goes_on else b"")


class Swapping(unittest.TestCase):
    """Only Ringside has the disk."""

    def test_pages_go_and_come_back(self):
        for split in SPLITS:
            for more in ((), ("--ram", "16M"))[:1 if split == "segmented" else 2]:
                with self.subTest(split=split, more=more):
                    done = ringside("run", split, "tests/swapping", ("much",) if more else (), more)
                    self.assertRegex(done.stdout.decode(), r"^\d\d checks, 0 failed\n$")


if __name__ == "__main__":
    if not qemu.QEMU:
        print("skipped: qemu-system-i386 is not installed (apt-get install qemu-system-x86)")
        sys.exit(SKIPPED)
    if not RINGSIDE.exists() or not kernel("3g1g").exists():
        print(f"skipped: {RINGSIDE} or its guests are not built")
        sys.exit(SKIPPED)
    unittest.main(verbosity=1)
