"""Is a binary loaded at once? The sample's steps as predicates over the trace, from the specification's table."""

import re

from black_box import GUEST, Case, main, of_kind, run, trace

SPLITS = ("segmented", "3g1g", "4g4g")
PAGE, TEXT, TEXT_PAGES = 4096, 0x08048000, 25600
MIDDLE, LAST, D0 = TEXT + 12800 * PAGE, TEXT + 25599 * PAGE, TEXT + 25600 * PAGE
D1, B1 = D0 + PAGE, D0 + 2 * PAGE
ROW = re.compile(r"(.*?) +(\d+) read from disk, +(\d+) without, +(\d+) pages of 25605")
# Major faults, minor faults, resident pages. The kernel itself brought d1 (its half behind the file's end must be zero) and made
# the stack before the first instruction.
COLD = [(2, 0, 3), (3, 0, 4), (4, 0, 5), (5, 0, 6), (5, 1, 6), (5, 1, 6), (5, 2, 7)]


def number(text):
    return int(text, 16)


def said(split, *options):
    status, out, err = run("run", "big", "--split", split, "--quiet", *options)
    assert status == 0, err
    return out


def measured(split, *options):
    """The rows of the first process and of the second."""
    rows = [tuple(int(n) for n in ROW.match(line).groups()[1:]) for line in said(split, *options).splitlines() if ROW.match(line)]
    return rows[:7], rows[7:]


def user_faults(split, pid=1):
    """Of the measured part: until the first process prints its first line."""
    events = trace("big", split)
    first = next(i for i, e in enumerate(events) if e["kind"] == "syscall" and e["name"] == "write")
    return [(e["err"], number(e["cr2"])) for e in of_kind(events[:first], "page_fault") if e["cpl"] == 3 and e["pid"] == pid]


class Big(Case):
    def for_all(self):
        for split in SPLITS:
            with self.subTest(split=split):
                yield split

    def test_the_file_has_a_hundred_megabytes_and_next_to_none_on_the_disk(self):
        status = (GUEST / "big").stat()
        self.assertGreater(status.st_size, 100 << 20)
        self.assertEqual(run("run", "big", "--ram", "16M", "--quiet")[0], 0)

    def test_what_is_counted_after_each_step(self):
        for split in self.for_all():
            cold, warm = measured(split)
            self.assertEqual(cold, COLD)
            self.assertEqual(warm, [(0, major + minor, pages) for major, minor, pages in COLD])

    def test_the_faults_are_those_of_the_touches(self):
        for split in self.for_all():
            faults = [(err, page & ~0xFFF) for err, page in user_faults(split)][:6]
            self.assertEqual(faults, [(4, TEXT), (4, MIDDLE), (4, LAST), (4, D0), (7, D0), (6, B1)])

    def test_each_costs_two_switches_where_the_kernel_has_tables_of_its_own(self):
        for split in self.for_all():
            events = trace("big", split)
            faults = [i for i, e in enumerate(events) if e["kind"] == "page_fault" and e["cpl"] == 3][:6]
            for at in faults:
                home = next(i for i in range(at, len(events)) if events[i]["kind"] == "iret" and events[i]["to"]["cpl"] == 3)
                switches = sum(e["cr"] == 3 for e in of_kind(events[at:home], "cr_write"))
                self.assertEqual(switches, 2 if split == "4g4g" else 0)

    def test_exec_itself_clears_the_end_of_data(self):
        for split in self.for_all():
            events = trace("big", split)
            first = next(i for i, e in enumerate(events) if e["cpl"] == 3)
            given = [(e["how"], e["major"]) for e in of_kind(events[:first], "fault_in") if number(e["lin"]) == D1]
            self.assertEqual(given, [("cow", True)])
            faults = [(e["err"], e["cpl"]) for e in of_kind(events[:first], "page_fault") if number(e["cr2"]) & ~0xFFF == D1]
            self.assertEqual(faults, [] if split == "4g4g" else [(2, 0)])

    def test_a_fault_begins_the_same_instruction_again(self):
        for split in self.for_all():
            events = trace("big", split)
            at = next(i for i, e in enumerate(events) if e["kind"] == "page_fault" and number(e["cr2"]) & ~0xFFF == MIDDLE)
            home = next(e for e in events[at:] if e["kind"] == "iret" and e["to"]["cpl"] == 3)
            self.assertEqual(home["to"]["ip"], events[at]["ip"])

    def test_six_pages_of_its_text_are_in_ram(self):
        for split in self.for_all():
            found = int(re.search(r"says mincore: (\d+) of 25600", said(split))[1])
            text = {number(e["lin"]) & ~0xFFF for e in of_kind(trace("big", split), "fault_in")
                    if TEXT <= number(e["lin"]) < D0 and e["major"] and e["pid"] == 1}
            self.assertTrue(3 < found <= len(text) < 12, (found, len(text)))

    def test_reclaim(self):
        for split in self.for_all():
            out = said(split)
            self.assertRegex(out, r"page 25,599 evicted, then called +1 read from disk, +0 without; swap: 0 written, 0 read")
            self.assertRegex(out, r"d0 evicted, then read +1 read from disk, +0 without; swap: 1 written, 1 read")
            gone = [(number(e["lin"]), e["slot"] if e["slot"] < 0 else "slot") for e in of_kind(trace("big", split), "swap_out")]
            self.assertEqual(gone, [(LAST, -1), (D0, "slot")])

    def test_signals(self):
        for split in self.for_all():
            signals = [(e["nr"], number(e["code"])) for e in of_kind(trace("big", split), "signal") if e["nr"] != 17]
            self.assertEqual(signals, [(11, 1), (7, 2), (7, 2)])  # behind the VMA, behind the file's end, cut off

    def test_read_ahead_and_fault_around(self):
        """What is in the page cache is a matter of the rules in kernel_stub/mm/filemap.c: computed here from the reads alone."""
        for split in self.for_all():
            cached, majors, mapped = set(), 0, set()
            first_page = 0x8048
            for touched in (0, 12800, 25599):  # page of the text; the file has it one page later
                majors += touched + 1 not in cached
                if touched + 1 not in cached:
                    cached |= set(range(touched + 1, touched + 17))
                start = max(first_page + touched - (first_page + touched) % 16, first_page)
                window = range(start - first_page, min(start - first_page + 16, TEXT_PAGES))
                mapped |= {touched} | {page for page in window if page + 1 in cached}
            # d1 was read by exec, with what follows it in the file.
            (_, _, resident), = measured(split, "--readahead", "16", "--fault-around", "16")[0][2:3]
            self.assertEqual(resident, 2 + len(mapped))
            (major, _, _), = measured(split, "--readahead", "16", "--fault-around", "16")[0][2:3]
            self.assertEqual(major, 1 + majors)
            # Without pages in the cache there is nothing to map around a fault.
            self.assertEqual(measured(split, "--fault-around", "16")[0][:3], COLD[:3])

    def test_switches_are_checked(self):
        for bad in ("0", "3", "512", "x"):
            self.refused(("run", "hello", "--fault-around", bad), "power of two")
        for bad in ("0", "257", "x"):
            self.refused(("run", "hello", "--readahead", bad))


if __name__ == "__main__":
    main()
