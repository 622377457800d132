#!/usr/bin/env python3
"""What a Multiboot kernel is handed over, by Ringside and by QEMU. RINGSIDE is the program, RINGSIDE_GUEST_DIR the guests
(build/guest)."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

RINGSIDE = Path(os.environ.get("RINGSIDE", "build/ringside"))
GUEST = Path(os.environ.get("RINGSIDE_GUEST_DIR", "build/guest"))
QEMU = shutil.which("qemu-system-i386")
SKIPPED = 77
KERNEL, PROGRAM = GUEST / "tests/multiboot.elf", GUEST / "hello"
BOOT_DEVICE = 2  # a BIOS disk, of which there is none on either machine; QEMU names one all the same


def on_qemu():
    with tempfile.TemporaryDirectory() as directory:
        console = Path(directory) / "console"
        command = [QEMU, "-accel", "tcg", "-m", "64", "-kernel", KERNEL, "-append", "wp=off", "-initrd",
                   f"{PROGRAM} one two", "-display", "none", "-vga", "none", "-nodefaults", "-no-reboot",
                   "-debugcon", f"file:{console}", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
        subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=120, check=False)
        return console.read_text("latin-1").splitlines()


def ringside(kernel):
    return subprocess.run([str(RINGSIDE), "run", str(PROGRAM), "--kernel", str(kernel), "--quiet", "--wp", "off", "--",
                           "one", "two"], stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False,
                          env={**os.environ, "RINGSIDE_GUEST_DIR": str(GUEST)})


def numbers(line):
    return {name: int(value, 16) for name, value in (word.split("=") for word in line.split()[1:])}


class Handover:
    def __init__(self, lines):
        first = {line.split()[0]: line for line in lines}
        self.entry = first["entry"]
        self.information = numbers(first["information"])
        self.memory = numbers(first["memory"])
        self.command_line = first["command_line"].split()[1:]
        self.loader = first["loader"].split()[1:]
        self.modules = [line.split(" string=") for line in lines if line.startswith("module ")]
        self.ranges = [numbers(line) for line in lines if line.startswith("range ")]

    def usable(self):
        return [(r["base"], r["length"]) for r in self.ranges if r["type"] == 1 and not r["high"]]


class Multiboot(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.ours = Handover(ringside(KERNEL).stdout.decode("latin-1").splitlines())
        cls.theirs = Handover(on_qemu())

    def test_registers_and_what_is_offered_are_as_by_qemu(self):
        self.assertEqual(self.ours.entry, self.theirs.entry)
        self.assertEqual(self.ours.information["mods_count"], self.theirs.information["mods_count"])
        self.assertEqual(self.ours.information["flags"], self.theirs.information["flags"] & ~BOOT_DEVICE)
        self.assertEqual(self.ours.loader, ["Ringside"])

    def test_the_command_line_is_the_kernels_name_and_its_words(self):
        self.assertEqual(self.theirs.command_line[1:], ["wp=off"])
        self.assertIn("wp=off", self.ours.command_line[1:])

    def test_modules_lie_on_pages_with_their_bytes_and_words(self):
        self.assertEqual(len(self.ours.modules), 1)
        (ours, our_string), (theirs, their_string) = self.ours.modules[0], self.theirs.modules[0]
        self.assertEqual(ours, theirs)
        self.assertIn("in_page=00000000", ours)
        self.assertEqual(our_string.split(), [Path(their_string.split()[0]).name, *their_string.split()[1:]])

    def test_the_memory_map_says_what_the_two_sizes_say(self):
        for each in (self.ours, self.theirs):
            (low, low_length), (high, high_length) = each.usable()
            self.assertEqual((low, low_length // 1024), (0, each.memory["lower"]))
            self.assertEqual((high, high_length // 1024), (0x100000, each.memory["upper"]))
        self.assertEqual(self.ours.usable()[1], (0x100000, 63 << 20))  # QEMU keeps the last pages for itself

    def test_a_kernel_that_needs_a_video_mode_is_refused(self):
        image = KERNEL.read_bytes()
        magic, flags = 0x1BADB002, 7
        header = image.index(magic.to_bytes(4, "little"))
        words = b"".join(word.to_bytes(4, "little") for word in (magic, flags, -(magic + flags) & 0xFFFFFFFF))
        with tempfile.TemporaryDirectory() as directory:
            changed = Path(directory) / "kernel.elf"
            changed.write_bytes(image[:header] + words + image[header + 12:])
            run = ringside(changed)
            self.assertEqual(run.returncode, 125)
            self.assertEqual(run.stderr.decode().strip(), f"ringside: {changed}: its Multiboot header asks for what is not "
                             "given here: flags 0x4")


if __name__ == "__main__":
    if QEMU is None:
        print("skipped: there is no qemu-system-i386")
        sys.exit(SKIPPED)
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
