#!/usr/bin/env python3
"""The guest kernel under QEMU. RINGSIDE_GUEST_DIR is where the build put the images (build/guest)."""

import functools
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from shutil import which

import bad_elf
import qemu

GUEST = Path(os.environ.get("RINGSIDE_GUEST_DIR", "build/guest"))
SPLITS = ("segmented", "3g1g", "4g4g")
KERNELS = SPLITS + ("3g1g-pae", "4g4g-pae")  # the same programs with page tables of three levels
SKIPPED = 77


def split_of(kernel_name):
    return kernel_name.removesuffix("-pae")


def task_size(split):
    return 0xFF000000 if split_of(split) == "4g4g" else 0xC0000000


def kernel(split):
    return GUEST / f"kernel-{split}.elf"


@functools.cache  # a run is a function of its inputs
def run(split, program, arguments="", **more):
    return qemu.run(kernel(split), GUEST / program, arguments, **more)


class KernelTest(unittest.TestCase):
    kernels = KERNELS

    def for_all(self, program, arguments="", **more):
        for name in self.kernels:
            with self.subTest(kernel=name, program=program):
                yield split_of(name), run(name, program, arguments, **more)

    for_both = for_all  # its name when there were two

    def assert_exit(self, result, code):
        self.assertTrue(result.ended, "still running")
        self.assertFalse(result.triple_fault)
        self.assertEqual(result.power_off, code << 8, result.console[-500:])


class Samples(KernelTest):
    def test_hello_prints_and_ends(self):
        for _, result in self.for_all("hello"):
            self.assert_exit(result, 0)
            self.assertEqual(result.console, "Hello from ring 3!\n")

    def test_toy_prints_and_ends(self):
        for _, result in self.for_all("toy"):
            self.assert_exit(result, 0)
            self.assertEqual(result.console, "toy\n")

    def test_echo_ends_with_its_input(self):
        for _, result in self.for_all("echo"):  # QEMU has no such input: the end of the file at once
            self.assert_exit(result, 0)
            self.assertEqual(result.console, "")

    def test_the_same_bytes_of_pages_arrive(self):
        expected = "".join(f"line {n:02} of 100: these sixty bytes go from ring 3 to ring 0.\n" for n in range(100))
        self.assertEqual(len(expected), 6000)
        for _, result in self.for_all("pages"):
            self.assert_exit(result, 0)
            self.assertEqual(result.console, expected)

    def test_pages_takes_one_page_fault_in_the_copy_of_segmented_and_3g1g(self):
        for split in ("segmented", "3g1g"):
            result = run(split, "pages")
            self.assertEqual([error for error, _ in result.page_faults(cpl=0)], [0])
            self.assertEqual(result.page_faults(cpl=0)[0][1] % 4096, 0)
            self.assertEqual(result.system_calls()[0],
                             ["access_ok", "page_ref", "page_ref", "fault_in", "copy", "ret"])

    def test_pages_takes_four_softwalks_and_no_page_fault_in_4g4g(self):
        result = run("4g4g", "pages")
        self.assertEqual(result.page_faults(cpl=0), [])
        self.assertEqual(result.system_calls()[0],
                         ["softwalk", "kmap", "softwalk", "page_ref", "page_ref", "fault_in", "softwalk", "kmap",
                          "softwalk", "kmap", "copy", "ret"])

    # Of the table of user-copy cases: bytes left (segmented, where everything is asked first); left, page faults
    # (3G/1G); left, look-ups, kmaps, misses (4G/4G).
    POINTERS = {
        "A01": (16, (16, 1), (16, 1, 0, 1)), "A02": (16, (16, 0), (16, 0, 0, 0)),
        "A03": (32, (32, 0), (32, 0, 0, 0)), "A04": (16, (16, 0), (8, 1, 1, 0)), "A05": (0, (0, 0), (0, 1, 1, 0)),
        "A06": (8192, (7936, 1), (7936, 2, 1, 1)), "A07": (16, (16, 1), (16, 1, 0, 1)),
        "A08": (8, (8, 1), (8, 1, 0, 1)),
    }

    def test_pointers_are_answered_as_the_oracle_says(self):
        line = re.compile(r"(A\d\d) .* left +(\d+) of +\d+  (\w+) +pf (\d+) fixups (\d+)  softwalks (\d+) kmaps (\d+) "
                          r"misses (\d+)")
        for split, result in self.for_all("pointers"):
            self.assert_exit(result, 0)
            found = {m[1]: m for m in map(line.match, result.console.splitlines()) if m}
            self.assertEqual(list(found), list(self.POINTERS))
            for case, (asked, flat, soft) in self.POINTERS.items():
                left, error, page_faults, fixups, walks, kmaps, misses = found[case].groups()[1:]
                if split == "segmented":
                    self.assertEqual((int(left), page_faults, fixups, walks, kmaps, misses),
                                     (asked, "0", "0", "0", "0", "0"), case)
                elif split == "3g1g":
                    self.assertEqual((int(left), int(page_faults)), flat, case)
                    self.assertEqual((fixups, walks, kmaps, misses), (page_faults, "0", "0", "0"), case)
                else:
                    self.assertEqual((int(left), int(walks), int(kmaps), int(misses)), soft, case)
                    self.assertEqual((page_faults, fixups), ("0", "0"), case)
                self.assertEqual(error, "0" if left == "0" else "EFAULT", case)

    def test_pointers_fault_at_the_oracle_s_addresses_in_3g1g(self):
        faults = run("3g1g", "pointers").page_faults(cpl=0)
        self.assertEqual([f for f in faults if f[1] < 4096 or 0x20000000 <= f[1] < 0x21000000],
                         [(0, 0), (0, 0x20002000), (0, 0x20002000), (3, 0x20005000)])

    def test_every_sample_of_the_list_is_there(self):
        lines = (GUEST / "samples.txt").read_text().splitlines()
        self.assertTrue(lines)
        for line in lines:
            name, sentence = line.split("\t")
            self.assertTrue((GUEST / name).is_file(), name)
            self.assertTrue(sentence)


class GuestTests(KernelTest):
    def assert_checks(self, result):
        self.assertNotIn("not true", result.console)
        self.assertRegex(result.console, r"\n?[1-9]\d* checks, 0 failed\n$")
        self.assert_exit(result, 0)

    def test_user_copies(self):
        for _, result in self.for_all("tests/user_copy"):
            self.assert_checks(result)

    def test_the_address_space(self):
        for _, result in self.for_all("tests/address_space"):
            self.assert_checks(result)

    def test_system_calls(self):
        for _, result in self.for_all("tests/system_calls", "one two   last"):
            self.assert_checks(result)

    def test_memory(self):
        for name in ("protection", "moving", "file_mappings", "proc_files", "heap"):
            for _, result in self.for_all(f"tests/{name}"):
                self.assert_checks(result)

    def test_a_kernel_write_to_a_shared_page_with_and_without_write_protection(self):
        for split, options, expected in (
                ("3g1g", "", "left 0, faults 1, parent x, child p"),
                ("3g1g", "wp=off", "left 0, faults 0, parent x, child x"),  # the 386's hole
                ("segmented", "wp=off", "left 0, faults 0, parent x, child p"),  # verify_area copies by hand
                ("4g4g", "wp=off", "left 0, faults 0, parent x, child p")):  # the tables are read by software
            with self.subTest(split=split, options=options):
                self.assertEqual(run(split, "tests/write_protect", options=options).console, expected + "\n")

    def test_a_copy_for_which_there_is_no_memory_fails_and_returns(self):
        calls = run("3g1g", "tests/no_memory", ram=16).system_calls()
        fixed = [call for call in calls if "fixup" in call]
        self.assertTrue(fixed)
        after = fixed[0][fixed[0].index("fixup"):]
        self.assertIn("copy", after)
        self.assertNotIn("signal", after)
        self.assertEqual(after[-1], "ret")

    def test_the_pages_of_a_driver(self):
        for split in KERNELS:
            with self.subTest(split=split):
                result = qemu.run(GUEST / f"tests/kernel-{split}.elf", GUEST / "tests/driver_pages", options="check=1")
                self.assert_checks(result)

    def test_without_a_disk_there_is_no_swap(self):
        for _, result in self.for_all("tests/swapping"):
            self.assert_exit(result, 0)
            self.assertEqual(result.console, "there is no disk\n")

    def test_reading(self):
        for _, result in self.for_all("tests/reading", input_byte=ord("A")):
            self.assert_checks(result)

    def test_other_sizes_of_ram(self):
        for ram in (16, 128, 512, 1024):
            with self.subTest(ram=ram):
                for split in KERNELS:
                    self.assert_checks(run(split, "tests/address_space", ram=ram))


class BadPrograms(KernelTest):
    SIGNALS = {"garbage": 4, "privileged": 11, "jump_to_data": 11, "stack_overflow": 11, "null": 11, "divide": 8,
               "too_much": 9, "bad_segment": 11, "breakpoint": 5, "trap_flag": 5, "oops": 11}

    def test_each_ends_with_its_signal(self):
        for name, signal in self.SIGNALS.items():
            for _, result in self.for_all(f"bad/{name}"):
                self.assertTrue(result.ended and not result.triple_fault and not result.panicked)
                self.assertEqual(result.power_off, signal, result.console)

    def test_the_reason_is_told_to_the_host(self):
        for _, result in self.for_all("bad/null"):
            self.assertIn(qemu.TP["signal"], result.tracepoints)
            self.assertEqual(result.page_faults(cpl=3)[-1], (4, 0))

    def test_the_stack_ends_at_eight_megabytes(self):
        for split, result in self.for_all("bad/stack_overflow"):
            top = task_size(split)
            last = result.page_faults(cpl=3)[-1][1]
            self.assertTrue(top - 0x800000 - 8192 < last < top - 0x800000, hex(last))

    def test_three_gigabytes_are_refused_and_ram_runs_out(self):
        for split, result in self.for_all("bad/too_much"):
            self.assertEqual(result.console,
                             "mmap of 3 GB: ENOMEM\n"
                             f"brk by 3 GB: {'ENOMEM' if split != '4g4g' else 'granted, no page yet'}\n"
                             "mmap of 512 MB: granted, no page yet\n")

    def test_a_naive_kernel_oopses_and_the_task_ends(self):
        for split, result in self.for_all("bad/oops"):
            linear = "c0000010" if split == "segmented" else "00000010"
            self.assertIn(f"Oops: unable to handle kernel NULL pointer dereference at {linear}", result.console)
            self.assertIn(qemu.TP["oops"], result.tracepoints)

    def test_a_loop_goes_on(self):
        for _, result in self.for_all("bad/loop", timeout=1.5):
            self.assertFalse(result.ended)
            self.assertFalse(result.triple_fault)


class BadFiles(KernelTest):
    def test_each_is_refused_with_its_reason(self):
        with tempfile.TemporaryDirectory() as directory:
            for name, reason in bad_elf.write_all(Path(directory)).items():
                # QEMU itself refuses an empty module. Only the address space differs between the splits.
                for split in SPLITS if "address space" in reason else SPLITS[1:1 + (name != "empty")]:
                    with self.subTest(split=split, file=name):
                        result = qemu.run(kernel(split), Path(directory) / name)
                        self.assertTrue(result.panicked, result.console)
                        self.assertIn(f"Kernel panic: cannot run {directory}/{name}"[:40], result.console)
                        self.assertIn(reason, result.console)

    def test_a_file_without_faults_made_the_same_way_runs(self):
        with tempfile.TemporaryDirectory() as directory:
            bad_elf.write_all(Path(directory))
            for split in SPLITS:
                self.assert_exit(qemu.run(kernel(split), Path(directory) / "good"), 42)


class PageDirectories(KernelTest):
    """CR3 writes, counted by gdb at every MOV to CR3 of the image."""

    def cr3_moves(self, split):
        data = kernel(split).read_bytes()
        phoff, count = struct.unpack_from("<I", data, 28)[0], struct.unpack_from("<H", data, 44)[0]
        for i in range(count):
            _, offset, vaddr, paddr, filesz, _, flags, _ = struct.unpack_from("<8I", data, phoff + 32 * i)
            if flags & 1:
                for match in re.finditer(rb"\x0f\x22[\xd8-\xdf]", data[offset:offset + filesz]):
                    yield vaddr + match.start()

    def hits(self, split, program):
        addresses = list(self.cr3_moves(split))
        self.assertTrue(addresses)
        script = ["set pagination off", "set confirm off", "set architecture i386", "set remotetimeout 60"]
        command = " ".join([qemu.QEMU, "-S -gdb stdio -accel tcg -m 64 -nodefaults -vga none -display none -no-reboot",
                            f"-kernel {kernel(split)} -initrd {GUEST / program}",
                            "-device isa-debug-exit,iobase=0xf4,iosize=4"])
        script.append(f"target remote | {command}")
        for number, address in enumerate(addresses, 1):
            script += [f"hbreak *{address:#x}", f"ignore {number} 1000000"]
        script += ["continue", "info breakpoints"]
        arguments = [word for line in script for word in ("-ex", line)]
        text = subprocess.run(["gdb", "-nx", "-batch", *arguments], capture_output=True, text=True, timeout=120,
                              stdin=subprocess.DEVNULL).stdout
        self.assertEqual(text.count("hw breakpoint"), len(addresses), text)
        return sum(map(int, re.findall(r"already hit (\d+) time", text)))

    @unittest.skipUnless(which("gdb"), "gdb is not installed")
    def test_one_directory_writes_cr3_at_boot_and_at_the_end_only(self):
        for split in ("segmented", "3g1g"):
            calls = {name: self.hits(split, name) for name in ("hello", "pages", "pointers")}
            self.assertEqual(len(set(calls.values())), 1, calls)  # however many system calls there are

    @unittest.skipUnless(which("gdb"), "gdb is not installed")
    def test_4g4g_writes_cr3_twice_a_round_trip(self):
        boot = 1  # to drop the identity map; the write before it is made at another address
        for name in ("hello", "pages", "pointers"):
            with self.subTest(program=name):
                from_ring_3 = sum(i.cpl == 3 for i in run("4g4g", name).interrupts)
                # Each entry switches, and each exit; an exit began the program, and the last entry has none.
                self.assertEqual(self.hits("4g4g", name), boot + 2 * from_ring_3)


class BadKernels(KernelTest):
    def test_one_meets_a_triple_fault(self):
        result = qemu.run(GUEST / "bad/kernel_triple_fault.elf", GUEST / "hello")
        self.assertTrue(result.triple_fault)

    def test_one_stops_for_good(self):
        result = qemu.run(GUEST / "bad/kernel_halt.elf", GUEST / "hello", timeout=1.5)
        self.assertFalse(result.ended or result.triple_fault)


if __name__ == "__main__":
    if not qemu.QEMU:
        print("skipped: qemu-system-i386 is not installed (apt-get install qemu-system-x86)")
        sys.exit(SKIPPED)
    unittest.main(verbosity=1)
