"""ELF files that are not programs, or not ones that a small kernel can run. Each has its own fault and nothing else wrong
with it; write_all() makes a file of each, and says what the guest kernel must answer."""

import struct
import sys
from pathlib import Path

PAGE = 4096
BASE = 0x08048000
CODE = bytes.fromhex("b801000000 bb2a000000 cd80".replace(" ", ""))  # exit(42)
SEGMENT_TABLE = 52


def segment(kind=1, offset=PAGE, vaddr=BASE, filesz=len(CODE), memsz=None, flags=5):
    return struct.pack("<8I", kind, offset, vaddr, vaddr, filesz, filesz if memsz is None else memsz, flags, PAGE)


def elf(segments, *, magic=b"\x7fELF", bits=1, order=1, kind=2, machine=3, entry=BASE, phoff=SEGMENT_TABLE, phentsize=32,
        phnum=None, code=CODE):
    header = magic + bytes([bits, order, 1]) + bytes(9) + struct.pack(
        "<HHIIIIIHHHHHH", kind, machine, 1, entry, phoff, 0, 0, 52, phentsize, len(segments) if phnum is None else phnum,
        0, 0, 0)
    return (header + b"".join(segments)).ljust(PAGE, b"\0") + code


GOOD = elf([segment()])

FILES = {  # name: (bytes, the reason that the kernel gives)
    "empty": (b"", "no program to run"),  # some loaders leave an empty module out
    "short": (b"\x7fELF\x01\x01", "not an ELF file"),
    "text": (b"#!/bin/sh\necho not a program at all, but long enough for an ELF header\n", "not an ELF file"),
    "bits64": (elf([segment()], bits=2), "not a program for i386"),
    "big_endian": (elf([segment()], order=2), "not a program for i386"),
    "arm": (elf([segment()], machine=40), "not a program for i386"),
    "shared_object": (elf([segment()], kind=3), "not a static executable"),
    "object_file": (elf([segment()], kind=1), "not a static executable"),
    "odd_table": (elf([segment()], phentsize=56), "the segment table is not of the usual form"),
    "many_segments": (elf([segment()], phnum=5000), "the segment table is not of the usual form"),
    "table_beyond_end": (elf([segment()], phoff=0xFFFFFFF0), "the segment table lies beyond the end of the file"),
    "truncated_table": (GOOD[:60], "the segment table lies beyond the end of the file"),
    "nothing_to_load": (elf([segment(kind=4)]), "it has nothing to load"),
    "no_segments": (elf([]), "it has nothing to load"),
    "interpreter": (elf([segment(), segment(kind=3, filesz=4)]), "its interpreter is not there"),
    "nameless_interpreter": (elf([segment(), segment(kind=3, filesz=1)]), "its interpreter has no proper name"),
    "endless_interpreter": (elf([segment(), segment(kind=3, filesz=2)]), "its interpreter has no proper name"),
    "truncated": (elf([segment(filesz=2 * PAGE)]), "a segment lies beyond the end of the file"),
    "offset_wraps": (elf([segment(offset=0xFFFFF000, filesz=PAGE)]), "a segment lies beyond the end of the file"),
    "larger_in_file": (elf([segment(memsz=4)]), "a segment is larger in the file than in memory"),
    "unaligned": (elf([segment(vaddr=BASE + 0x123)]), "differ within the page"),
    "page_zero": (elf([segment(vaddr=0)], entry=0), "does not fit into the program's address space"),
    "kernel_address": (elf([segment(vaddr=0xFF800000)]), "does not fit into the program's address space"),
    "wraps": (elf([segment(), segment(vaddr=0xFFFFF000, filesz=0, memsz=PAGE)]),
              "does not fit into the program's address space"),
    "huge": (elf([segment(memsz=0xFFFFFFFF, flags=7)]), "does not fit into the program's address space"),
    "overlapping": (elf([segment(), segment(memsz=PAGE, flags=6)]), "two segments share a page"),
    "tail_not_writable": (elf([segment(memsz=PAGE)]), "a segment that must be zeroed is not writable"),
}


def write_all(directory):
    """The files, as directory/NAME; returns {name: reason}."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, (content, _) in FILES.items():
        (directory / name).write_bytes(content)
    (directory / "good").write_bytes(GOOD)
    return {name: reason for name, (_, reason) in FILES.items()}


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
