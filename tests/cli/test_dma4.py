"""Four pages of a driver's in a program, for each way to allocate and to map them. What must happen in each row, from the
specification's tables, as predicates over the console and the trace."""

import functools
import re

from black_box import Case, main, of_kind, run, trace

SPLITS = ("segmented", "3g1g", "4g4g")
M, PAGE = 0x30000000, 4096
DEVICE = 0xFE000000

LIFE = "driver sees it device seen   "
BLIND = "driver is blind device unseen "
ROWS = {
    "r1": ("raw       remap 2.6.9", "00 00 00 00 " + BLIND + "1,0,0,0 > 1,0,0,0 > 1,0,0,0"),
    "r2": ("reserved  remap 2.6.9", "d0 d1 d2 d3 " + LIFE + "1,0,0,0 > 1,0,0,0 > 1,0,0,0"),
    "r3": ("raw       remap_pfn", "d0 d1 d2 d3 " + LIFE + "1,0,0,0 > 1,0,0,0 > 1,0,0,0"),
    "r4": ("raw       insert loop", "-22 EINVAL 1,0,0,0"),
    "r5": ("raw       map_pages", "-22 EINVAL 1,0,0,0"),
    "r6": ("split     insert loop", "d0 d1 d2 d3 " + LIFE + "2,2,2,2 > 3,3,3,3 > 1,1,1,1"),
    "r7": ("split     map_pages", "d0 d1 d2 d3 " + LIFE + "2,2,2,2 > 3,3,3,3 > 1,1,1,1"),
    "r8": ("compound  insert loop", "d0 d1 d2 d3 " + LIFE + "5,0,0,0 > 9,0,0,0 > 1,0,0,0"),
    "r9": ("compound  map_pages", "d0 d1 d2 d3 " + LIFE + "5,0,0,0 > 9,0,0,0 > 1,0,0,0"),
    "r10": ("split     fault", "d0 d1 d2 d3 " + LIFE + "2,2,2,2 > 3,3,3,3 > 1,1,1,1"),
    "r11": ("split     map_pages", "5 pages from page 0: -6 ENXIO 1,1,1,1"),
    "r12": ("split     map_pages", "1 pages from page 4: -6 ENXIO 1,1,1,1"),
    "r13": ("split     map_pages", "3 pages from page 1: d1 d2 d3"),
    "r14": ("split     map_pages_zero", "3 pages from page 1: d0 d1 d2"),
    "r15": ("private   insert loop", "d0 d1 d2 d3 driver is blind device seen   2,2,1,2"),
    "r16": ("private   remap_pfn", "d0 d1 d2 d3 driver is blind device seen   1,1,1,1"),
    "r17": ("freed     remap_pfn", "53 53 53 53"),
    "r18": ("freed     insert loop", "d0 d1 d2 d3"),
    "r19": ("registers remap_pfn", "id 44414d52, address 1234, read() 8, address 0"),
}


@functools.cache
def rows(split):
    status, out, _ = run("run", "dma4", "--split", split, "--quiet")
    found = re.finditer(r"^(r\d+) +pid (\d+) +(.{25})(.*)$", out, re.M)
    return status, {m[1]: (int(m[2]), m[3].strip(), m[4].strip()) for m in found}


def events_of(split, row):
    pid = rows(split)[1][row][0]
    return [e for e in trace("dma4", split) if e["pid"] == pid]


def after_mmap(split, row, nr_of_mmap=-1):
    """What the row's process does by itself between mmap's return and its next system call: it reads the pages."""
    events = events_of(split, row)
    end = [i for i, e in enumerate(events) if e["kind"] == "syscall_ret" and e["name"] == "mmap"][nr_of_mmap]
    rest = events[end + 1:]
    stop = next(i for i, e in enumerate(rest) if e["kind"] == "syscall")
    return rest[:stop]


def counts(references, frame=None):
    return [(int(e["before"], 16), int(e["after"], 16)) for e in references if frame in (None, e["pa"])]


def in_mapping(event, field):
    return M <= int(event[field], 16) < M + 4 * PAGE


class Table(Case):
    maxDiff = None

    def test_every_row_in_every_kernel(self):
        for split in SPLITS:
            status, found = rows(split)
            self.assertEqual(status, 0)
            self.assertEqual({row: (kind, told) for row, (_, kind, told) in found.items()},
                             {row: (kind, told.strip()) for row, (kind, told) in ROWS.items()}, split)

    def test_entries_that_are_there_take_four_walks_and_no_fault(self):
        for split in SPLITS:
            for row in ("r2", "r3", "r6", "r7", "r8", "r9"):
                seen = after_mmap(split, row)
                walks = [e for e in of_kind(seen, "walk") if in_mapping(e, "lin")]
                self.assertEqual([int(e["lin"], 16) for e in walks], [M + i * PAGE for i in range(4)], (split, row))
                self.assertFalse(any("pf" in e for e in walks))
                self.assertEqual([e for e in of_kind(seen, "page_fault") if in_mapping(e, "cr2")], [])

    def test_passed_over_in_silence_the_program_gets_zeros_of_its_own(self):
        for split, writes in (("segmented", 0), ("3g1g", 0), ("4g4g", 8)):
            seen = after_mmap(split, "r1")
            first = next(i for i, e in enumerate(seen) if e["kind"] == "walk" and in_mapping(e, "lin"))
            last = max(i for i, e in enumerate(seen) if e["kind"] == "walk" and in_mapping(e, "lin"))
            faults = [(e["err"], int(e["cr2"], 16)) for e in of_kind(seen, "page_fault") if in_mapping(e, "cr2")]
            self.assertEqual(faults, [(4, M + i * PAGE) for i in range(4)], split)
            self.assertEqual([e["how"] for e in of_kind(seen, "fault_in") if in_mapping(e, "lin")], ["zero"] * 4)
            self.assertEqual(len([e for e in of_kind(seen, "walk") if in_mapping(e, "lin")]), 8)
            self.assertEqual(len(of_kind(seen[first:last + 1], "cr_write")), writes, split)
            written = [e for e in events_of(split, "r1") if e["kind"] == "page_fault" and e["err"] == 7 and in_mapping(e, "cr2")]
            self.assertEqual([int(e["cr2"], 16) for e in written], [M + 2 * PAGE])

    def test_the_fault_strategy_asks_the_driver_once_a_page(self):
        for split in SPLITS:
            seen = after_mmap(split, "r10")
            self.assertEqual([e["how"] for e in of_kind(seen, "fault_in") if in_mapping(e, "lin")], ["driver"] * 4)

    def test_each_inserted_page_gets_an_owner_and_loses_it(self):
        for split in SPLITS:
            events = events_of(split, "r6")
            frame = next(e["pa"] for e in of_kind(after_mmap(split, "r6"), "walk") if in_mapping(e, "lin"))
            refs = counts(of_kind(events, "page_ref"), frame)
            # Allocated (told for the block), inserted, forked; the child's end is told by the child; unmapped, freed.
            self.assertEqual([after for _, after in refs], [1, 2, 3, 1, 0], split)

    def test_a_refused_insert_leaves_nothing_behind(self):
        for split in SPLITS:
            events = events_of(split, "r4")
            start = next(i for i, e in enumerate(events) if e["kind"] == "syscall" and e["name"] == "mmap")
            stop = next(i for i, e in enumerate(events) if i > start and e["kind"] == "syscall_ret")
            refs = counts(of_kind(events[start:stop], "page_ref"))
            self.assertEqual((refs, events[stop]["ret"]), ([(1, 2), (2, 1)], -22), split)


class Device(Case):
    def test_it_writes_by_the_physical_address_and_no_table_or_tlb_hears_of_it(self):
        for split in SPLITS:
            events = trace("dma4", split)
            pid = rows(split)[1]["r6"][0]
            frame = [int(e["pa"], 16) for e in of_kind(after_mmap(split, "r6"), "walk") if in_mapping(e, "lin")][1]
            written = [e for e in of_kind(events, "dma") if int(e["pa"], 16) == frame]
            self.assertTrue(written)
            self.assertEqual(written[0]["n"], PAGE)
            index = written[0]["i"]
            later = [e for e in events[index:] if e["pid"] == pid]
            back = next(i for i, e in enumerate(later) if e["kind"] == "syscall_ret")
            stop = next(i for i, e in enumerate(later) if i > back and e["kind"] == "syscall")
            seen = later[back:stop]
            faults = [e for e in of_kind(seen, "page_fault") if in_mapping(e, "cr2")]
            self.assertEqual((faults, of_kind(seen, "debug_hit", "signal", "swap_out")), ([], []), split)

    def test_an_interrupt_tells_the_end(self):
        for split in SPLITS:
            events = trace("dma4", split)
            ends = of_kind(events, "dma")
            self.assertEqual(len(of_kind(events, "irq")) >= len(ends) > 0, True)
            for end in ends:
                following = next(e for e in events[end["i"]:] if e["kind"] == "irq")
                self.assertEqual(following["line"], 11)

    def test_the_kernel_reaches_the_registers_page_for_the_program(self):
        for split in SPLITS:
            events = events_of(split, "r19")
            start = max(i for i, e in enumerate(events) if e["kind"] == "syscall" and e["name"] == "read")
            stop = next(i for i, e in enumerate(events) if i > start and e["kind"] == "syscall_ret")
            call = events[start:stop + 1]
            self.assertEqual(call[-1]["ret"], 8)
            self.assertEqual(of_kind(call, "page_fault", "fixup"), [])
            shown = [int(e["pa"], 16) for e in of_kind(call, "kmap")]
            looked = [e["ok"] for e in of_kind(call, "softwalk")]
            # 4G/4G has no struct page to look at: it copies the program's entry.
            self.assertEqual((shown, looked), ([DEVICE], [True]) if split == "4g4g" else ([], []))


if __name__ == "__main__":
    main()
