#!/usr/bin/env python3
"""Random memory operations in the guest and in a model: what each answers, the areas, the state and the bytes of every
page, and that no frame is lost. test_vm.py quick|slow|whole|ringside [SEED]; RINGSIDE_GUEST_DIR is where the build put the images.

Some of the sequences run with check=1, where the kernel looks at its invariants at each system call: that takes twenty times as
long as all the rest."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import qemu
import vm_random

GUEST = Path(os.environ.get("RINGSIDE_GUEST_DIR", "build/guest"))
VM_OPS = GUEST / "tests/vm_ops"
RINGSIDE = Path(os.environ.get("RINGSIDE", "build/ringside"))
# Not `segmented`: its copies must not fail once the areas were asked, so a page behind the end of a file kills whoever names it.
TASK_SIZE = {"3g1g": 0xC0000000, "4g4g": 0xFF000000, "3g1g-pae": 0xC0000000}
SKIPPED = 77
BATCH = 200  # sequences of one length, in one run of the guest
SEQUENCES = {"quick": (30, 400), "slow": (60, 800), "whole": (400, 5000), "ringside": (0, 40)}  # each kernel: checked, not checked


def program_and_file(folder):
    """The program in a folder of its own, beside it the file that it maps, which ends in the middle of a page."""
    program, mapped = Path(folder) / "vm_ops", Path(folder) / "mapped"
    program.write_bytes(VM_OPS.read_bytes())
    pages = b"".join(f"page {page} of the file\n".encode().ljust(4096, b"\0") for page in range(vm_random.TAIL + 2))
    mapped.write_bytes(pages[:-100])
    Path(f"{program}.files").write_text("mapped\n")
    return program, mapped


def qemu_output(split, program, operations, checked):
    """The program's answers. Nothing but the console is wanted, so QEMU writes no log."""
    with tempfile.TemporaryDirectory() as folder:
        console, file = Path(folder) / "console", Path(folder) / "operations"
        file.write_text("\n".join(operations) + "\n")
        command = [qemu.QEMU, "-accel", "tcg", "-m", "64", "-kernel", GUEST / f"kernel-{split}.elf",
                   "-initrd", qemu.initrd(program, "operations", (file,)), "-append", "check=1" if checked else "",
                   "-display", "none", "-vga", "none", "-nodefaults", "-no-reboot",
                   "-debugcon", f"file:{console}", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
        subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, timeout=1200,
                       check=False)
        return console.read_text("latin-1").splitlines()


def ringside_output(split, program, operations, checked):
    """The same on our own machine, which has a disk to swap to."""
    assert not checked  # there is no word for it on the command line
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "operations"
        file.write_text("\n".join(operations) + "\n")
        command = [RINGSIDE, "run", program, "--split", split.removesuffix("-pae"), "--quiet", "--stdin", file]
        command += ["--pae", "on"] if split.endswith("-pae") else []
        command += ["--", "-", "200"]
        done = subprocess.run([str(word) for word in command], capture_output=True, timeout=1200, check=False,
                              env={**os.environ, "RINGSIDE_GUEST_DIR": str(GUEST)})
        return done.stdout.decode("latin-1").splitlines()


def module_name(file, on_ringside):
    """What the loader calls the file, as far as the kernel keeps it."""
    return file.name if on_ringside else str(file)[:63]


def plain(line):
    """A line to compare: the number of a nameless file depends on how many there were before."""
    return re.sub(r" 00:01 \d+ +/", " 00:01 0 /", line.rstrip())


def compare(split, program, mapped, seeds, length, output, checked, swap=False):
    """The first difference, as text, or None. `output` makes the guest's lines of operations."""
    first = output(split, program, [], checked)
    match = re.fullmatch(r"vmas ([0-9a-f]+)", first[0]) if first else None
    if not match:
        return f"{split}: the program did not begin: {first}"
    made = vm_random.sequences(program, mapped, module_name(mapped, swap), TASK_SIZE[split], int(match[1], 16), seeds,
                                length, swap)
    lines = output(split, program, [line for sequence in made for line in sequence.operations], checked)
    at = 1
    for sequence in made:
        for number, expected in enumerate(sequence.expected):
            got = plain(lines[at]) if at < len(lines) else "(nothing)"
            if got != plain(expected):
                return "\n".join([f"{split}: sequence {sequence.operations[0]}, line {number}: expected {expected!r}, "
                                  f"got {got!r}", "expected, up to there:", *sequence.expected[max(0, number - 12):number],
                                  "got, from there:", *lines[at:at + 6], "operations:", *sequence.operations])
            at += 1
    if lines[at:]:
        return f"{split}: more than expected: {lines[at:at + 5]}"
    return None


def batches(seed, checked, unchecked):
    """Seeds of sequences that are equally long, how long, and whether the kernel looks at its invariants. Long ones are not
    checked: the kernel looks at all tables, and these grow."""
    end = seed + checked
    for begin in range(seed, end, BATCH):
        yield range(begin, min(begin + BATCH, end)), 12, True
    for number, begin in enumerate(range(end, end + unchecked, BATCH)):
        yield range(begin, min(begin + BATCH, end + unchecked)), 12 + 6 * (number % 6), False


def main(size="quick", seed=None):
    seed = seed or {"slow": "100001"}.get(size, "1")  # other sequences than the quick ones
    on_ringside = size == "ringside"
    if on_ringside and not RINGSIDE.exists():
        print(f"skipped: {RINGSIDE} is not built")
        return SKIPPED
    if not on_ringside and not qemu.QEMU:
        print("skipped: qemu-system-i386 is not installed (apt-get install qemu-system-x86)")
        return SKIPPED
    checked, unchecked = SEQUENCES[size]
    output = ringside_output if on_ringside else qemu_output
    with tempfile.TemporaryDirectory() as folder:
        program, mapped = program_and_file(folder)
        for split in TASK_SIZE:
            for seeds, length, invariants in batches(int(seed), checked, unchecked):
                difference = compare(split, program, mapped, seeds, length, output, invariants, on_ringside)
                if difference:
                    print(difference)
                    return 1
    print(f"{len(TASK_SIZE) * checked} sequences with the invariants at each call and {len(TASK_SIZE) * unchecked} without, "
          "all as the model has them")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
