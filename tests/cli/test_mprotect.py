"""How mprotect knows: each step of the sample as predicates over the trace, from the specification's table. Areas are
counted by the story's own rule: every `vma` operation but unmap says what lies in its range now."""

from black_box import Case, main, of_kind, run, trace

A, PAGE = 0x20000000, 4096
R, RW = 1, 3  # PROT_*
SPLITS = ("segmented", "3g1g", "4g4g")
CALLS = ("m1", "m3", "m4", "m5", "m6", "m6'", 'm6"', "m7", "back", "m8", "m8'", "m9", "back'", "m10", "m11", "wrap", "rounded",
         "bad", "nothing", "nothing_bad")
RETURNS = {"m1": 0, "m3": 0, "m4": -22, "m5": -12, "m6": -12, "m6'": -12, "m7": -12, "m8": -13, "m8'": 0, "m9": 0, "m10": 0,
           "m11": 0, "wrap": -12, "rounded": -12, "bad": -22, "nothing": 0, "nothing_bad": 0}


def number(text):
    return int(text, 16)


def calls(split):
    """For each mprotect of the sample the place of its call and of its return in the trace."""
    events = trace("mprotect", split)
    starts = [i for i, e in enumerate(events) if e["kind"] == "syscall" and e["name"] == "mprotect"]
    ends = [i for i, e in enumerate(events) if e["kind"] == "syscall_ret" and e["name"] == "mprotect"]
    assert len(starts) == len(ends) == len(CALLS), (split, len(starts))
    return {name: (start, end) for name, start, end in zip(CALLS, starts, ends)}


def inside(split, name):
    start, end = calls(split)[name]
    return trace("mprotect", split)[start:end + 1]


def after(split, name):
    """What follows a step, up to the next mprotect."""
    events, end = trace("mprotect", split), calls(split)[name][1]
    return events[end + 1:min([start for start, _ in calls(split).values() if start > end], default=len(events))]


def areas(split, upto):
    """(first page, end page, rights) of the areas among the six pages, as the story has told it before event `upto`."""
    pages = {}
    for event in of_kind(trace("mprotect", split)[:upto], "vma"):
        for page in range(max(number(event["start"]), A), min(number(event["end"]), A + 6 * PAGE), PAGE):
            if event["op"] == "unmap":
                pages.pop(page, None)
            else:
                pages[page] = (number(event["start"]), number(event["prot"]))
    found = []
    for page in sorted(pages):
        place = (page - A) // PAGE
        if found and found[-1][1] == place and found[-1][3] == pages[page][0]:
            found[-1] = (found[-1][0], place + 1, *found[-1][2:])
        else:
            found.append((place, place + 1, pages[page][1], pages[page][0]))
    return [each[:3] for each in found]


def areas_around(split, name):
    start, end = calls(split)[name]
    return areas(split, start), areas(split, end)


class Mprotect(Case):
    def for_all(self):
        for split in SPLITS:
            with self.subTest(split=split):
                yield split

    def test_it_ends_with_status_0_and_says_the_same_everywhere_but_above_3_gb(self):
        said = {}
        for split in self.for_all():
            status, said[split], _ = run("run", "mprotect", "--split", split, "--quiet")
            self.assertEqual(status, 0)
        lines = [said[split].splitlines() for split in SPLITS]
        differ = [line[0][:3] for line in zip(*lines) if len(set(line)) > 1]
        # m6": 4G/4G's program may have something there. The line after m9': Linux 2.0 left P set and took U away.
        self.assertEqual(differ, ['m6"', "   "])

    def test_results(self):
        for split in self.for_all():
            for name, result in RETURNS.items():
                self.assertEqual(inside(split, name)[-1]["ret"], result, name)
            self.assertEqual(inside(split, 'm6"')[-1]["ret"], 0 if split == "4g4g" else -12)

    def test_areas_split_and_merge(self):
        for split in self.for_all():
            whole = [(0, 6, RW)]
            self.assertEqual(areas_around(split, "m1"), (whole, [(0, 1, RW), (1, 2, R), (2, 6, RW)]))
            self.assertEqual(areas_around(split, "m3")[1], whole)
            self.assertEqual(areas_around(split, "m7"), (whole, [(0, 4, RW), (4, 6, R)]))  # in spite of its error

    def test_a_refusal_changes_nothing_and_asks_no_page_table(self):
        for split in self.for_all():
            for name in ("m4", "m5", "m6", "m6'", "wrap", "rounded", "bad", "nothing", "nothing_bad"):
                self.assertEqual(of_kind(inside(split, name), "vma", "page_fault", "softwalk", "page_ref"), [], name)

    def test_a_kernel_address_is_answered_as_one_where_nothing_is(self):
        for split in self.for_all():
            shapes = [[e["kind"] for e in inside(split, name) if e["kind"] not in ("walk", "tlb")] for name in ("m5", "m6", "m6'")]
            self.assertEqual(shapes[0], shapes[1])
            self.assertEqual(shapes[0], shapes[2])

    def test_taking_a_right_away_is_at_once(self):
        for split in self.for_all():
            events = after(split, "m1")
            fault, signal = of_kind(events, "page_fault")[-1], of_kind(events, "signal")[0]
            self.assertEqual((fault["err"], number(fault["cr2"]), fault["cpl"]), (7, A + PAGE, 3))
            self.assertEqual((signal["nr"], number(signal["code"]), number(signal["addr"])), (11, 2, A + PAGE))
            at = events.index(fault)
            home = next(i for i in range(at, len(events)) if events[i]["kind"] == "iret" and events[i]["to"]["cpl"] == 3)
            switches = [e for e in of_kind(events[at:home], "cr_write") if e["cr"] == 3]
            self.assertEqual(len(switches), 2 if split == "4g4g" else 0)

    def test_giving_one_waits_for_the_next_store(self):
        for split in self.for_all():
            faults = [e for e in of_kind(after(split, "m3"), "page_fault") if number(e["cr2"]) // PAGE == A // PAGE + 1]
            self.assertEqual([e["err"] for e in faults], [7])
            given = [e["how"] for e in of_kind(after(split, "m3"), "fault_in") if number(e["lin"]) == A + PAGE]
            self.assertEqual(given, ["reuse"])

    def test_without_rights_the_kernel_is_refused_by_each_in_its_way(self):
        for split in self.for_all():
            events = after(split, "m9")
            writes = [i for i, e in enumerate(events) if e["kind"] == "syscall" and e["name"] == "write"]
            # The first is printf's of m9 itself, the second is the step.
            end = next(i for i in range(writes[1], len(events)) if events[i]["kind"] == "syscall_ret")
            step = events[writes[1]:end + 1]
            self.assertEqual(step[-1]["ret"], -14)
            self.assertEqual(of_kind(step, "signal"), [])
            faults = [(e["err"], number(e["cr2"])) for e in of_kind(step, "page_fault")]
            asked = [e["ok"] for e in of_kind(step, "access_ok")]
            if split == "segmented":
                self.assertEqual((asked, faults), ([False], []))
            elif split == "3g1g":
                self.assertEqual((asked, faults, len(of_kind(step, "fixup"))), ([True], [(0, A)], 1))
            else:
                self.assertEqual((asked, faults), ([], []))
                self.assertEqual(set(e["ok"] for e in of_kind(step, "softwalk")), {False})

    def test_and_the_program_by_a_page_fault_whose_code_tells_the_kernel_s_age(self):
        for split in self.for_all():
            fault = [e for e in of_kind(after(split, "m9"), "page_fault") if e["cpl"] == 3 and number(e["cr2"]) == A][-1]
            self.assertEqual(fault["err"], 5 if split == "segmented" else 4)  # 2.0: P=1, U=0; 2.2: P=0

    def test_a_page_that_is_not_there_has_rights_and_no_entry(self):
        for split in self.for_all():
            self.assertEqual(of_kind(inside(split, "m10"), "page_fault", "fault_in", "page_ref"), [])
            self.assertEqual([e["op"] for e in of_kind(inside(split, "m10"), "vma")], ["split", "split", "split", "split", "protect"])
            fault = [e for e in of_kind(after(split, "m10"), "page_fault") if number(e["cr2"]) == A + 3 * PAGE]
            self.assertEqual([e["err"] for e in fault], [4])
            given = [e["how"] for e in of_kind(after(split, "m10"), "fault_in") if number(e["lin"]) == A + 3 * PAGE]
            self.assertEqual(given, ["zero"])

    def test_a_page_on_the_disk_stays_there(self):
        for split in self.for_all():
            self.assertEqual(of_kind(inside(split, "m11"), "page_fault", "fault_in", "swap_out"), [])
            given = [(e["how"], e["major"]) for e in of_kind(after(split, "m11"), "fault_in") if number(e["lin"]) == A + 4 * PAGE]
            self.assertEqual(given, [("swap", True)])

    def test_a_kernel_that_forgets_to_flush_lets_the_store_through(self):
        for split in SPLITS:
            _, out, _ = run("run", "mprotect", "--split", split, "--bug", "no_flush", "--quiet")
            line = out.splitlines()[out.splitlines().index("m2   a store to page 1") + 1]
            # Under 4G/4G the way out of the kernel empties the TLB in any case.
            self.assertEqual("it went through" in line, split != "4g4g", split)


if __name__ == "__main__":
    main()
