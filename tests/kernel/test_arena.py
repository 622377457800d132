#!/usr/bin/env python3
"""The adversarial user copies against tests/data/user_copy/oracle.json, which a program that shares nothing with the
kernel wrote: bytes left, page faults with their addresses, page walks, and under 4G/4G look-ups, kmaps and misses.
RINGSIDE is the program, RINGSIDE_GUEST_DIR the guests."""

import json
import os
import re
import sys
import unittest
from pathlib import Path

from test_ringside import GUEST, RINGSIDE, SKIPPED, ringside

ORACLE = json.loads((Path(__file__).parents[1] / "data/user_copy/oracle.json").read_text())
M = 0x20000000
# A18 asks for 2 GB, which a 32-bit kernel's lab_peek does not begin: that callers must bound n is what the case teaches.
LEFT_OUT = {"A18"}
MAJOR, MINOR = {"A09", "A12", "A24"}, {"A10", "A11", "A13"}
TASK_SIZE = {"segmented": 0xC0000000, "3g1g": 0xC0000000, "4g4g": 0xFF000000, "x64": 0x7FFFFFFFF000, "x64-kpti": 0x7FFFFFFFF000}
WIDE = ("x64", "x64-kpti")
LINE = re.compile(r"(A\d\d) left (\w+) pf (\d+) fixups (\d+) lookups (\d+) kmaps (\d+) misses (\d+) minor (\d+) "
                  r"major (\d+)")


def column(split):
    """Of the oracle: what ring 0 does is the same in both."""
    return "x64" if split in WIDE else split


def moved(address, base):
    return address - M + base if M <= address < M + 0x10000 else address


class Arena(unittest.TestCase):
    maxDiff = 3000

    def cases(self, split):
        return [case for case in ORACLE if split in WIDE or case["name"] not in LEFT_OUT]

    def arguments(self, split, base):
        top = TASK_SIZE[split]
        for case in self.cases(split):
            pointer = case[column(split)]["pointer"]
            place = f"t-{top - pointer:x}" if top - 4096 <= pointer < top else f"{moved(pointer, base):x}"
            yield f"{case['name']},{'w' if case['write'] else 'r'},{place},{case['n']:x}"

    def run_all(self, split, base, *more):
        arguments = (f"{base:x}", *self.arguments(split, base))
        done = ringside("trace", split, "x64/tests/arena" if split in WIDE else "tests/arena", arguments,
                        ("--kinds", "syscall,syscall_ret,walk,page_fault,console", "--cold-tlb", *more))
        events = [json.loads(line) for line in done.stdout.splitlines()]
        text = "".join(event["text"] for event in events if event["kind"] == "console")
        # Behind a file's end (A25): an error, but for the kernel that has no table of expected faults. Its copy goes on, with an
        # empty page as in Linux 2.0, and the signal comes when the call is over.
        expected = ["SIGBUS, si_code 2, at arena+c000"] if split == "segmented" else []
        self.assertEqual([line for line in text.splitlines() if line.startswith("SIGBUS")], expected)
        return {match[1]: match for match in map(LINE.fullmatch, text.splitlines()) if match}, events

    def copies(self, events):
        """The events of each lab_peek and lab_poke; those of no bytes only warm up, or are cases of their own."""
        inside, calls = False, []
        for event in events:
            if event["kind"] in ("syscall", "syscall_ret"):
                inside = event["kind"] == "syscall" and event["name"] in ("lab_peek", "lab_poke")
                if inside:
                    calls.append([])
            elif inside and event["cpl"] == 0 and event["kind"] != "console":
                calls[-1].append(event)
        return calls[1::2]  # before each there is one that brings the kernel's own buffers

    def check(self, split, base, *more):
        """Of the walks only the number is the oracle's; their levels are the page tables' own."""
        lines, events = self.run_all(split, base, *more)
        copies = self.copies(events)
        self.assertEqual(list(lines), [case["name"] for case in self.cases(split)])
        self.assertEqual(len(copies), len(lines))
        low = 0x12000000 if split == "4g4g" else 0  # below it 4G/4G's kernel has its own memory at user addresses
        for case, copy in zip(self.cases(split), copies):
            name, expected = case["name"], case[column(split)]
            left, *counts = lines[name].groups()[1:]
            self.assertEqual(int(left, 16), expected["left"], name)
            _, _, lookups, kmaps, misses, minor, major = map(int, counts)
            self.assertEqual((lookups, kmaps, misses), (expected["lookups"], expected["kmaps"], expected["misses"]), name)
            faults = [[e["err"], int(e["cr2"], 16)] for e in copy if e["kind"] == "page_fault"]
            self.assertEqual(faults, [[error, moved(cr2, base)] for error, cr2 in expected["page_faults"]], name)
            walks = [e for e in copy if e["kind"] == "walk" and low <= int(e["lin"], 16) < TASK_SIZE[split]]
            self.assertEqual(len(walks), expected["walks"], name)
            self.assertEqual({e["mode"] for e in walks}, {"p64" if split in WIDE else "pae" if "--pae" in more else "p32"} if walks else set(), name)
            if split != "segmented" or expected["left"] == 0:  # which refuses before anything happens
                self.assertEqual(major, int(name in MAJOR), name)
                self.assertEqual(minor, int(name in MINOR), name)

    def test_every_case_in_every_split(self):
        for split in TASK_SIZE:
            with self.subTest(split=split):
                self.check(split, M)

    def test_every_case_with_page_tables_of_four_levels_and_smap(self):
        for split, options in (("x64", ("--smap", "on")), ("x64", ("--smap", "on", "--smep", "on")),
                               ("x64-kpti", ("--smap", "on")), ("x64-kpti", ("--smap", "on", "--smep", "on"))):
            with self.subTest(split=split, options=options):
                self.check(split, M, *options)

    def test_every_case_with_page_tables_of_three_levels(self):
        for split in ("3g1g", "4g4g"):
            with self.subTest(split=split):
                self.check(split, M, "--pae", "on")

    def test_every_case_with_smap_nx_and_smep(self):
        for split, options in (("3g1g", ("--smap", "on")), ("3g1g", ("--pae", "on", "--nx", "on", "--smep", "on", "--smap", "on")),
                               ("4g4g", ("--pae", "on", "--nx", "on", "--smep", "on", "--smap", "on"))):
            with self.subTest(split=split, options=options):
                self.check(split, M, *options)

    def test_other_places_and_other_sizes_of_ram(self):
        for split, base, ram in (("3g1g", 0x5A5A0000, "32M"), ("4g4g", 0xC0000000, "128M"), ("x64-kpti", 0x5A5A00000000, "32M")):
            with self.subTest(split=split, base=hex(base), ram=ram):
                self.check(split, base, "--ram", ram)


if __name__ == "__main__":
    if not RINGSIDE.exists() or not (GUEST / "tests/arena").exists():
        print(f"skipped: {RINGSIDE} or its guests are not built")
        sys.exit(SKIPPED)
    unittest.main(verbosity=1)
