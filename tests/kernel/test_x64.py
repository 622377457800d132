#!/usr/bin/env python3
"""The 64-bit kernels under QEMU: x64 and x64-kpti. The programs are those of the i386 kernels, compiled for x86-64
(build/guest/x64), and must print what they print there; what differs stands here. RINGSIDE_GUEST_DIR as for test_kernel.py."""

import json
import os
import re
import sys
import unittest
from pathlib import Path

import protections
import qemu
import test_probe
from test_kernel import GUEST, KernelTest, SKIPPED, run

HERE = Path(__file__).resolve().parent
ORACLE = json.loads((HERE.parent / "data/user_copy/oracle.json").read_text())
PROBE64 = HERE.parent / "data/linux/probe64.txt"
KPTI = "x64-kpti"
M, TASK_SIZE, DIRECT_MAP = 0x20000000, 0x7FFFFFFFF000, 0xFFFF888000000000
# What a switch of page tables may not change. check=1 enumerates both roots after every system call.
WAYS = ("check=1 pcid=on smep=on smap=on", "nx=off", "pcid=on wp=off pge=off")
if WHOLE := "RINGSIDE_WHOLE" in os.environ:  # ./test.sh --whole
    WAYS += ("check=1", "smap=on")


class KernelTest64(KernelTest):
    kernels = ("x64", KPTI)

    def each(self, program, arguments="", ways=("",), **more):
        for options in ways:
            with self.subTest(options=options):
                for split, result in self.for_all(f"x64/{program}", arguments, options=options, **more):
                    yield split, result

    def assert_checks(self, result):
        self.assertNotIn("not true", result.console)
        self.assertRegex(result.console, r"\n?[1-9]\d* checks, 0 failed\n$")
        self.assert_exit(result, 0)


class Samples64(KernelTest64):
    def test_they_print_what_they_print_under_i386(self):
        for program in ("hello", "toy", "pages", "store", "dma4", "echo"):
            expected = run("3g1g", program)
            ways = [options for options in WAYS if "wp=off" not in options or program != "store"]  # it asks for EFAULT
            for _, result in self.each(program, ways=ways):
                self.assert_exit(result, 0)
                self.assertEqual(result.console, expected.console)

    def test_two_say_addresses_of_their_own(self):
        """mprotect and watch name kernel addresses, which are longer here."""
        for program in ("mprotect", "watch"):
            expected = [line for line in run("3g1g", program).console.splitlines() if not re.match(r"m6|m12|w12", line)]
            for _, result in self.each(program, ways=[options for options in WAYS if "wp=off" not in options]):
                self.assert_exit(result, 0)
                found = [line for line in result.console.splitlines() if not re.match(r"m6|m12|w12", line)]
                self.assertEqual(found, expected)

    def test_a_program_with_an_interpreter(self):
        expected = None
        for _, result in self.each("dynamic", ways=WAYS, modules=(GUEST / "x64/ld-ringside.so",)):
            self.assert_exit(result, 0)
            self.assertIn("it was killed: the table is sealed", result.console)
            expected = expected or result.console
            self.assertEqual(result.console, expected)

    def test_five_doors(self):
        naive = {"s4": '"USER-A.."', "s4'": '"........"', "s5": '"USER-B.."'}
        for smap in ("off", "on"):
            for split, result in self.each("five_doors", ways=(f"smap={smap}", f"smap={smap} smep=on check=1")):
                self.assert_exit(result, 0)
                lines = {line.split()[0]: line for line in result.console.splitlines() if not line.startswith("Oops")}
                for step, text in naive.items():
                    self.assertTrue(lines[step].endswith("killed by signal 11" if smap == "on" else text), lines[step])
                self.assertTrue(lines["s6"].endswith('"USER-A.."') and lines["s7"].endswith('"USER-B.."'))
                self.assertTrue(lines["s8"].endswith('"K-SECRET"'))  # SMAP protects the program's pages from the kernel
                self.assertIn("refused: 8 of 8", lines["s9"])
                self.assertIn("ffff888000001000", lines["s10"])
                self.assertNotIn("refused", lines["s10"])
                # What the program sees of the kernel: a page that is not its own, or none at all.
                self.assertIn((5 if split == "x64" else 4, DIRECT_MAP + 0x1000), result.page_faults(cpl=3))
                errors = [fault for fault in result.page_faults(cpl=0) if fault[1] in (0x01000000, 0x01001000, 0x03000000)]
                self.assertEqual(errors, [(1, 0x01000000), (0, 0x01001000), (1, 0x03000000)] if smap == "on" else [(0, 0x01001000)])


class UserCopies64(KernelTest64):
    SMAP = ("smap=off", "smap=on smep=on pcid=on check=1", *(("smap=on",) if WHOLE else ()))
    LEFT_OUT = {"A09", "A12"}  # the swap disk is Ringside's own
    LINE = re.compile(r"(A\d\d) left (\w+) pf (\d+) fixups (\d+) lookups (\d+) kmaps (\d+) misses (\d+)")

    def test_the_table_of_the_guest_s_own(self):
        for _, result in self.each("tests/user_copy", ways=self.SMAP):
            self.assert_checks(result)

    def test_every_case_is_answered_as_the_oracle_says(self):
        cases = [case for case in ORACLE if case["name"] not in self.LEFT_OUT]
        arguments = []
        for case in cases:
            pointer = case["x64"]["pointer"]
            place = f"t-{TASK_SIZE - pointer:x}" if TASK_SIZE - 4096 <= pointer < TASK_SIZE else f"{pointer:x}"
            arguments.append(f"{case['name']},{'w' if case['write'] else 'r'},{place},{case['n']:x}")
        for _, result in self.each("tests/arena", " ".join([f"{M:x}", *arguments]), ways=self.SMAP):
            self.assert_exit(result, 0)
            lines = {match[1]: match for match in map(self.LINE.match, result.console.splitlines()) if match}
            self.assertEqual(list(lines), [case["name"] for case in cases])
            for case in cases:
                left, faults, fixups, *soft = lines[case["name"]].groups()[1:]
                expected = case["x64"]
                self.assertEqual(int(left, 16), expected["left"], case["name"])
                self.assertEqual(int(faults), len(expected["page_faults"]), case["name"])
                self.assertEqual(int(fixups), int(expected["left"] > 0 and bool(expected["page_faults"])), case["name"])
                self.assertEqual(soft, ["0", "0", "0"], case["name"])
            inside = [list(fault) for fault in result.page_faults(cpl=0) if fault[1] < 4096 or M <= fault[1] < M + 0xD000]
            self.assertEqual(inside, [fault for case in cases for fault in case["x64"]["page_faults"]])
            self.assertEqual([qemu.NAMES.get(number) for number in result.tracepoints].count("lint"), 1)  # A18: Linux's WARN

    def test_states(self):
        def line(name, left, faults, fixups):
            return f"{name}: left {left}, page faults {faults}, fixups {fixups}, misses 0"
        absent, stack = "B7 an absent page where nobody may sleep", "B8 the kernel writes below the stack"
        short = "B6 8 bytes and a hole: pipe -14, file 8, of now 8 bytes, zero 8"
        for _, result in self.each("tests/copy_states", ways=self.SMAP):
            self.assertEqual(result.console.splitlines(), [short, line(absent, 8, 1, 1) + ", in RAM 0", line(stack, 0, 1, 0),
                                                           "B8 the program writes there: killed by signal 11"])
        name = "B1 unmapped between check and copy"
        for _, result in self.each("tests/copy_states", "meanwhile", ways=("preempt=user_copy smap=on",)):
            self.assertEqual(result.console, line(name, 4096, 1, 1) + "\n")

    def test_a_word_into_a_hole(self):
        for _, result in self.each("tests/half_word", ways=self.SMAP):
            self.assertRegex(result.console, r"get_user of \w+: -14, value 00000000\n")
            self.assertEqual([error for error, cr2 in result.page_faults(cpl=0) if cr2 % 4096 == 0][-1:], [0])

    def answers(self, result):
        found, name = {}, None
        for text in result.console.splitlines():
            match = re.fullmatch(r"  .* left +(-?\d+), page faults (\d+), fixups (\d+)", text)
            if match:
                found[name].append(tuple(int(number) for number in match.groups()))
            else:
                name = text
                found[name] = []
        return found

    def test_numbers_that_are_no_addresses(self):
        """B4 and B5 of the specification. A check of the sign lets what is not canonical through to a #GP, which has no address."""
        for _, result in self.each("tests/non_canonical", ways=("", "access_ok=limit smap=on")):
            found = self.answers(result)
            for name in ("the first that is not canonical", "the guard page", "the kernel's", "all ones", "8 bytes below the top"):
                self.assertEqual(found[name][:2], [(16, 0, 0)] * 2, name)
            for name in ("the first that is not canonical", "the last that is not canonical"):
                self.assertEqual(found[name][4], (16, 0, 1), name)  # unchecked: #GP
            self.assertEqual(found["8 bytes below the top"][4], (8, 1, 1))
        for _, result in self.each("tests/non_canonical", ways=("access_ok=sign", "access_ok=sign smap=on")):
            found = self.answers(result)
            for left, faults, fixups in found["the last that is not canonical"][:4]:
                self.assertEqual((left in (16, -14), faults, fixups), (True, 0, 0))  # it has the sign
            self.assertEqual(found["the first that is not canonical"][:4], [(16, 0, 1), (16, 0, 1), (-14, 0, 1), (-14, 0, 1)])
            self.assertEqual(found["8 bytes below the top"][0], (8, 1, 1))
            self.assertEqual(found["the guard page"][0], (16, 1, 1))
            self.assertEqual(found["the kernel's"][0], (16, 0, 0))
        for _, result in self.each("tests/non_canonical", ways=("access_ok=mask", "access_ok=mask smap=on")):
            found = self.answers(result)
            self.assertEqual(found["the first that is not canonical"][:4], [(16, 0, 1), (16, 0, 1), (-14, 0, 1), (-14, 0, 1)])
            for name in ("the kernel's", "the last that is not canonical", "all ones"):  # all become the same number
                self.assertEqual(found[name][:2], [(16, 1, 1)] * 2, name)


class Probe64(KernelTest64):
    """Rows of test_probe.py's that this size answers otherwise, or that only make sense here."""
    maxDiff = None
    NOT_ASKED = {name: reason for name, reason in test_probe.NOT_ASKED.items() if name != "jump to an NX page"}
    DIFFERENT = {"mmap FIXED at 0 (as root)": "-1 EPERM"}

    def test_every_row_is_linux_s(self):
        theirs = test_probe.rows(PROBE64.read_text())
        for _, result in self.each("tests/probe32", ways=("", "smap=on smep=on pcid=on check=1")):
            self.assert_exit(result, 0)
            ours = test_probe.rows(result.console)
            self.assertEqual(sorted(set(theirs) - set(ours)), sorted(self.NOT_ASKED))
            self.assertEqual(ours, {name: self.DIFFERENT.get(name, theirs[name]) for name in ours})


class Protections64(KernelTest64):
    def lines(self, program, options):
        for split, result in self.each(program, ways=(options,)):
            self.assert_exit(result, 0)
            yield split, [line for line in result.console.splitlines() if not line.startswith("Oops")], result

    def test_no_execute(self):
        for options, expected in (("check=1", protections.NOT_EXECUTED), ("nx=off check=1", protections.EXECUTED)):
            for _, lines, _ in self.lines("tests/no_execute", options):
                self.assertEqual(lines, expected)

    def test_ring_0_and_the_pages_of_programs(self):
        """Page-table isolation keeps ring 0 from the program's code like SMEP: its root has NX over the program's half."""
        for smep in ("off", "on"):
            for smap in ("off", "on"):
                for split, lines, result in self.lines("tests/ring_0", f"smep={smep} smap={smap}"):
                    forbidden = smep == "on" or split == KPTI
                    self.assertEqual(lines, protections.ring_0(forbidden, smap == "on"))
                    fetches = [error for error, _ in result.page_faults(cpl=0) if error & 0x10]
                    self.assertEqual(fetches, [0x11] if forbidden else [])
        for _, lines, _ in self.lines("tests/ring_0", "nx=off"):
            self.assertEqual(lines, protections.NEITHER)

    def test_a_kernel_write_to_a_shared_page_without_write_protection(self):
        for options, expected in (("", "left 0, faults 1, parent x, child p"), ("wp=off", "left 0, faults 0, parent x, child x")):
            for _, lines, _ in self.lines("tests/write_protect", options):
                self.assertEqual(lines, [expected])


class BadPrograms64(KernelTest64):
    SIGNALS = {"garbage": 4, "privileged": 11, "jump_to_data": 11, "stack_overflow": 11, "null": 11, "divide": 8, "too_much": 9,
               "breakpoint": 5, "trap_flag": 5, "oops": 11}

    def test_each_ends_with_its_signal(self):
        for name, signal in self.SIGNALS.items():
            for _, result in self.each(f"bad/{name}", ways=("", "pcid=on smap=on smep=on")):
                self.assertTrue(result.ended and not result.triple_fault and not result.panicked)
                self.assertEqual(result.power_off, signal, result.console)

    def test_the_stack_ends_at_eight_megabytes(self):
        for _, result in self.each("bad/stack_overflow"):
            self.assertTrue(TASK_SIZE - 0x800000 - 8192 < result.page_faults(cpl=3)[-1][1] < TASK_SIZE - 0x800000)

    def test_data_is_not_executed(self):
        for _, result in self.each("bad/jump_to_data"):
            self.assertEqual(result.page_faults(cpl=3)[-1][0], 0x14)  # nobody had touched it

    def test_ram_runs_out_and_numbers_do_not(self):
        for _, result in self.each("bad/too_much"):
            self.assertEqual(result.console, "mmap of 3 GB: granted?\nbrk by 3 GB: granted, no page yet\n"
                                             "mmap of 512 MB: granted, no page yet\n")


class Compatibility(KernelTest64):
    """i386's programs, as they are, under the 64-bit kernels: INT 80h, compatibility mode, addresses below 4 GB."""

    def test_samples(self):
        for program in ("toy", "hello", "pages"):
            expected = run("3g1g", program).console
            for options in WAYS:
                for _, result in self.for_all(program, options=options):
                    self.assert_exit(result, 0)
                    self.assertEqual(result.console, expected)
                    self.assertTrue(any(i.vector == 0x80 and i.cpl == 3 for i in result.interrupts))

    def test_the_kernel_is_out_of_reach_of_its_pointers(self):
        """Every number of 32 bits is the program's own or nothing: there is no kernel pointer among them."""
        for smap in ("off", "on"):
            for _, result in self.for_all("pointers", options=f"check=1 smap={smap}"):
                self.assert_exit(result, 0)
                left = dict(re.findall(r"(A\d\d) .* left +(\d+) of", result.console))
                self.assertEqual(left, {"A01": "16", "A02": "0", "A03": "32", "A04": "8", "A05": "0", "A06": "7936", "A07": "16",
                                        "A08": "8"})  # A02 grows the stack, which ends below 4 GB

    def test_processes_and_faults(self):
        for _, result in self.for_all("five_doors", options="check=1"):
            self.assert_exit(result, 0)
            lines = [line for line in result.console.splitlines() if not line.startswith("Oops")]
            self.assertEqual([line.split()[0] for line in lines], ["s4", "s4'", "s5", "s6", "s7", "s8", "s9", "s10", "s11"])
            self.assertIn((4, 0xC0001000), result.page_faults(cpl=3))
        for name, signal in (("null", 11), ("divide", 8), ("garbage", 4), ("privileged", 11), ("breakpoint", 5)):
            for _, result in self.for_all(f"bad/{name}"):
                self.assertEqual(result.power_off, signal, result.console)


class GuestTests64(KernelTest64):
    MEMORY = ("address_space", "protection", "moving", "file_mappings", "proc_files", "heap")
    TASKS = ("processes", "scheduling", "pipes", "exec", "threads", "waiting", "signals", "tracing")
    TURNS = ("", "slice=32", "preempt=random seed=3 slice=200", "pcid=on preempt=random seed=4 slice=2000")

    def test_registers_and_frames(self):
        for _, result in self.each("tests/registers64", ways=WAYS):
            self.assert_checks(result)

    def test_int_80h_from_64_bit_code(self):
        for _, result in self.each("tests/int80", ways=WAYS):
            self.assert_checks(result)

    def test_memory(self):
        for program in self.MEMORY:
            for _, result in self.each(f"tests/{program}", ways=("check=1", "check=1 smap=on smep=on pcid=on")):
                self.assert_checks(result)

    def test_tasks(self):
        for program in self.TASKS:
            ways = self.TURNS if program not in ("processes", "exec", "waiting", "signals") else ("", "pcid=on smap=on")
            for _, result in self.each(f"tests/{program}", ways=ways):
                self.assert_checks(result)

    def test_drivers_and_watchpoints(self):
        for program in ("scull", "store", "dma", "process_vm"):
            for _, result in self.each(f"tests/{program}", ways=("check=1", "preempt=random seed=3 smap=on pcid=on")):
                self.assert_checks(result)
        for policy in ("ignore", "signal", "count"):
            for _, result in self.each("tests/watchpoints", policy, ways=(f"kernel_hits={policy}",)):
                self.assert_checks(result)

    def test_the_pages_of_a_driver(self):
        for split in self.kernels:
            with self.subTest(split=split):
                result = qemu.run(GUEST / f"tests/kernel-{split}.elf", GUEST / "x64/tests/driver_pages", options="check=1")
                self.assert_checks(result)

    def test_other_sizes_of_ram(self):
        """Also one that ends in the middle of a large page."""
        for ram in (16, 65, 128, 512, 1024):
            for _, result in self.each("tests/address_space", ram=ram):
                self.assert_checks(result)

    def test_it_takes_a_cpu_with_long_mode(self):
        result = qemu.run(GUEST / "kernel-x64.elf", GUEST / "x64/hello", cpu="qemu32")
        self.assertTrue(result.panicked)
        self.assertIn("this CPU has no long mode", result.console)
        self.assertEqual(run("x64", "x64/hello", cpu="qemu64").console, "Hello from ring 3!\n")  # nor anything that is newer


if __name__ == "__main__":
    if not qemu.QEMU64:
        print("skipped: qemu-system-x86_64 is not installed (apt-get install qemu-system-x86)")
        sys.exit(SKIPPED)
    unittest.main(verbosity=1)
