#!/usr/bin/env python3
"""The 64-bit kernels on two machines: what Ringside shows of a run must be what QEMU did. And what only Ringside can count: writes
to CR3, page walks, what a switch leaves in the TLB. RINGSIDE is the program, RINGSIDE_GUEST_DIR the guests (build/guest)."""

import json
import sys
import unittest

import qemu
import test_ringside
from test_kernel import GUEST, SKIPPED, run
from test_ringside import LONG_TURNS, RINGSIDE

KERNELS = ("x64", "x64-kpti")
TASK_SIZE = 0x7FFFFFFFF000
PROGRAMS = ("x64/hello", "x64/toy", "x64/pages", "x64/pointers", "x64/five_doors", "x64/store", "hello", "pages", "pointers")
GUEST_TESTS = ("user_copy", "address_space", "protection", "moving", "file_mappings", "processes", "registers64", "non_canonical",
               "no_execute", "ring_0")
TIMED = ("scheduling", "signals", "waiting", "threads", "exec", "tracing", "watchpoints", "pipes", "scull", "store", "dma")
KINDS = "page_fault,gate,syscall,syscall_ret,access_ok,copy,fixup,fault_in,signal,oops,syscall_insn,sysret,iret,cr_write"


def ringside(command, split, program, options=()):
    return test_ringside.ringside(command, split, program, options=options)


def trace(split, program, options=()):
    done = ringside("trace", split, program, ("--kinds", KINDS, *options))
    return [json.loads(line) for line in done.stdout.splitlines()]


def reference(split, program):
    return run(split, program, options=f"slice={LONG_TURNS}")


class SameRun64(unittest.TestCase):
    maxDiff = 2000

    def all_programs(self):
        for split in KERNELS:
            for program in PROGRAMS + tuple(f"x64/tests/{name}" for name in GUEST_TESTS):
                yield split, program

    def test_the_console_and_the_end_are_the_same(self):
        for split, program in self.all_programs():
            with self.subTest(split=split, program=program):
                theirs, ours = reference(split, program), ringside("run", split, program)
                # s10 of five_doors shows what the loader left at physical 1000h.
                self.assertEqual(*([line for line in text.splitlines() if not line.startswith("s10")]
                                   for text in (ours.stdout.decode("latin-1"), theirs.console)))
                self.assertEqual(ours.returncode, 128 + theirs.signal if theirs.signal else theirs.exit_code)

    def place(self, address):
        """As in test_ringside.py: the stack begins as far below the top as the program's name is long."""
        for top in (TASK_SIZE, 0xFFFFE000):
            if top - 0x400000 <= address < top:
                return address & ~0xFFF
        return address

    def test_page_faults_gates_and_tracepoints_are_the_same(self):
        """Without registers64: an IRET to what is no address is refused in ring 0, by the manual, and QEMU lets it pass and
        refuses the fetch."""
        told = {"syscall", "syscall_ret", "access_ok", "copy", "fixup", "fault_in", "signal", "oops"}
        for split, program in self.all_programs():
            if program == "x64/tests/registers64":
                continue
            with self.subTest(split=split, program=program):
                theirs, ours = reference(split, program), trace(split, program)
                self.assertEqual([(e["cpl"], e["err"], self.place(int(e["cr2"], 16))) for e in ours if e["kind"] == "page_fault"],
                                 [(i.cpl, i.error, self.place(i.cr2)) for i in theirs.interrupts if i.vector == 14])
                gates = [(e["cpl"], e["vec"], self.place(int(e["ip"], 16))) for e in ours if e["kind"] == "gate"]
                taken = [(i.cpl, i.vector, self.place(i.ip)) for i in theirs.interrupts if i.cpl == 3 or i.ip >= 0x100000]
                if program == "x64/tests/user_copy":  # which instruction is the first to reach a page of the stack: see place()
                    gates, taken = ([gate[:2] for gate in found] for found in (gates, taken))
                self.assertEqual(gates, taken)
                self.assertEqual([e["kind"] for e in ours if e["kind"] in told],
                                 [kind for kind in map(qemu.NAMES.get, theirs.tracepoints) if kind in told])

    def test_turns_end_sleepers_wake_and_signals_arrive(self):
        for split in KERNELS:
            for program in TIMED:
                for options in (("--slice", "1000"), ("--preempt", "random", "--seed", "3", "--slice", "200")):
                    with self.subTest(split=split, program=program, options=options):
                        done = ringside("run", split, f"x64/tests/{program}", options)
                        self.assertRegex(done.stdout.decode("latin-1"), r"\A[1-9]\d* checks, 0 failed\n\Z")
                        self.assertEqual(done.returncode, 0)


class Counted(unittest.TestCase):
    def test_a_system_call_writes_cr3_twice_under_isolation_and_never_without(self):
        for split, expected in (("x64", 0), ("x64-kpti", 2)):
            events = trace(split, "x64/pointers")
            calls, inside = [], False
            for event in events:
                if event["kind"] == "syscall_insn":
                    calls.append(0)
                    inside = True
                elif event["kind"] in ("sysret", "iret") and event["to"]["cpl"] == 3:
                    inside = False
                elif inside and event["kind"] == "cr_write":
                    calls[-1] += 1
            self.assertGreater(len(calls), 20)
            self.assertEqual(set(calls[:-1]), {expected}, split)  # the last one ends the program
            self.assertTrue(all(event["to"]["cs"] == "0x33" for event in events if event["kind"] == "sysret"))

    def test_swap_and_devices_answer_as_under_3g1g(self):
        """What QEMU has no hardware for: the same words but for addresses, frames and the counts of instructions."""
        for program in ("store", "dma4", "dynamic"):
            expected = test_ringside.ringside("run", "3g1g", program).stdout
            for split in KERNELS:
                done = ringside("run", split, f"x64/{program}")
                self.assertEqual(done.returncode, 0)
                if program != "dynamic":  # which prints addresses
                    self.assertEqual(done.stdout, expected, (split, program))


if __name__ == "__main__":
    if not RINGSIDE.exists() or not qemu.QEMU64 or not (GUEST / "x64/hello").exists():
        print(f"skipped: {RINGSIDE}, its guests or qemu-system-x86_64 are not there")
        sys.exit(SKIPPED)
    unittest.main(verbosity=1)
