"""Programs that share data through the kernel: the store, four ways to get it wrong, and other ways to share. What must
happen at each step, from the specification's tables, as predicates over the trace; and what the planted bugs change."""

import json
import re

from black_box import Case, main, of_kind, round_trips, run, trace

SPLITS = ("segmented", "3g1g", "4g4g")
ARENA = 0x03000000
COLD = ("--cold-tlb",)

# The answers are Linux's error numbers; they are the same in every kernel.
ANSWERS = {"s1": 0, "s2": 0, "s3": -17, "s4": -13, "s5": 4, "s6": -90, "s7": -14, "s8": 4, "s9": -2, "s10": -1, "s11": 0,
           "s12": -2, "s13": -14, "s14": -2, "s15": 0, "s16": 5}
LAST_STEP = 25


def pid_of(step):
    """Step s1 is pid 2; the thread of s17 has a number of its own."""
    number = int(step[1:])
    return number + (1 if number <= 17 else 2)


def call(split, step, *options, name="uf_obj_"):
    """The events of the step's call of the store, from the kernel's seeing it to its answer or the child's end."""
    pid, found = pid_of(step), None
    for event in trace("store", split, *options):
        if event["pid"] != pid and found is None:
            continue
        if event["kind"] == "syscall" and event["name"].startswith(name):
            found = [event]
        elif found is not None:
            found.append(event)
            if event["kind"] in ("syscall_ret", "oops"):
                return found
    raise AssertionError(f"no {name}* in {step} of {split}")


def the_copy(split, step):
    return of_kind(call(split, step), "copy")[-1]


def user_walks(events):
    """The processor's own, of the program's memory."""
    return [e for e in of_kind(events, "walk") if re.search(r"/copy/p\d+/walk", e["key"])]


def lines(split, *options):
    status, out, _ = run("run", "store", "--split", split, "--quiet", *options)
    return status, {m[1]: m[2] for m in re.finditer(r"^(s\d+) +uid .{4} .{38} (.*)$", out, re.M)}


class TheStore(Case):
    def test_each_kernel_ends_with_status_0_and_tells_the_same(self):
        told = [run("run", "store", "--split", split, "--quiet")[:2] for split in SPLITS]
        self.assertEqual([status for status, _ in told], [0, 0, 0])
        self.assertEqual(len({text for _, text in told}), 1)
        self.assertEqual(told[0][1].count("\n"), LAST_STEP)

    def test_the_answers(self):
        for split in SPLITS:
            self.assertEqual({step: call(split, step)[-1]["ret"] for step in ANSWERS}, ANSWERS, split)

    def test_one_object_is_in_the_same_frame_for_programs_with_other_page_tables(self):
        base = {"segmented": 0xC0000000, "3g1g": 0xC0000000, "4g4g": 0x02000000}
        for split in SPLITS:
            added, got = the_copy(split, "s2"), the_copy(split, "s5")
            self.assertEqual(added["kernel"], got["kernel"], split)  # B's add, and another program's get
            self.assertEqual(bytes.fromhex(got["head"]), b"beta")
            first = next(e for e in trace("store", split) if e["kind"] == "copy" and e["pid"] == 1 and e["i"] > added["i"])
            users = {next(e["cr3"] for e in trace("store", split) if e["kind"] == "syscall" and e["pid"] == copy["pid"])
                     for copy in (added, first)}
            self.assertEqual(len(users), 2, split)
            frames = set()
            for copy in (added, first, got):
                _, out, _ = run("explain", "store", "--split", split, "--at", "key:" + copy["key"], got["kernel"])
                frames.add(json.loads(out)["pa"])
            self.assertEqual(frames, {hex(int(got["kernel"], 16) - base[split])}, split)

    def test_the_object_cannot_be_seen_from_ring_3(self):
        for split, code in (("3g1g", 5), ("4g4g", 4)):  # there but the kernel's; not there
            key = call(split, "s2")[0]["key"]
            _, out, _ = run("explain", "store", "--split", split, "--at", "key:" + key, "--cpl", "3",
                            the_copy(split, "s2")["kernel"])
            self.assertEqual(json.loads(out)["err"], code, split)

    def test_an_add_of_bytes_that_are_there(self):
        for split in SPLITS:
            events = call(split, "s1", *COLD)
            self.assertEqual(of_kind(events, "page_fault", "fixup"), [])
            self.assertEqual(len(of_kind(events, "access_ok")), 0 if split == "4g4g" else 1)
            walks, looked, shown = (1, 0, 0) if split != "4g4g" else (0, 1, 1)
            self.assertEqual((len(user_walks(events)), len(of_kind(events, "softwalk")), len(of_kind(events, "kmap"))),
                             (walks, looked, shown), split)

    def test_a_call_writes_cr3_twice_in_4g4g_only(self):
        for split, writes in (("segmented", 0), ("3g1g", 0), ("4g4g", 2)):
            trips = [trip for trip in round_trips(trace("store", split)) if trip[0]["pid"] == 2 and
                     any(e["kind"] == "syscall" and e["name"] == "uf_obj_add" for e in trip)]
            self.assertEqual([len(of_kind(trip, "cr_write")) for trip in trips], [writes], split)

    def test_a_get_into_a_read_only_page(self):
        for split in SPLITS:
            events = call(split, "s7", *COLD)
            faults = [(e["err"], int(e["cr2"], 16)) for e in of_kind(events, "page_fault")]
            self.assertEqual(faults, [(3, ARENA)] if split == "3g1g" else [], split)
            self.assertEqual(len(of_kind(events, "fixup")), 1 if split == "3g1g" else 0)
            self.assertEqual([e["ok"] for e in of_kind(events, "access_ok")],
                             {"segmented": [False], "3g1g": [True], "4g4g": []}[split])
            self.assertEqual([e["ok"] for e in of_kind(events, "softwalk")], [False] if split == "4g4g" else [])
            self.assertEqual(len(user_walks(events)), 1 if split == "3g1g" else 0)
            self.assertEqual(of_kind(events, "signal", "fault_in"), [])

    def test_a_get_into_a_page_never_touched(self):
        for split in SPLITS:
            events = call(split, "s8", *COLD)
            faults = [(e["err"], int(e["cr2"], 16)) for e in of_kind(events, "page_fault")]
            self.assertEqual(faults, [] if split == "4g4g" else [(2, ARENA)], split)
            self.assertEqual([e["how"] for e in of_kind(events, "fault_in")], ["anon"])
            self.assertEqual([e["ok"] for e in of_kind(events, "softwalk")], [False, True] if split == "4g4g" else [])
            self.assertEqual((len(user_walks(events)), len(of_kind(events, "kmap"))), (0, 1) if split == "4g4g" else (2, 0))

    def test_what_is_refused_for_other_reasons_touches_no_memory_of_the_program(self):
        for split in SPLITS:
            for step in ("s4", "s6", "s9", "s12"):
                self.assertEqual(of_kind(call(split, step), "copy", "access_ok", "softwalk", "page_fault"), [], (split, step))


class Mistakes(Case):
    """Each planted bug beside the kernel without it, which test_the_answers has."""

    def test_published_before_it_is_filled_it_is_found_although_it_failed(self):
        for split in SPLITS:
            status, told = lines(split, "--bug", "publish_before_copy")
            self.assertEqual((status, told["s13"], told["s14"]), (0, "-14 EFAULT", '5 "....."'), split)
            self.assertEqual(told["s16"], '5 "mine!"')

    def test_what_is_published_before_it_is_filled_is_found_without_its_bytes(self):
        race = ("--preempt", "uf_add")
        for split in SPLITS:
            self.assertEqual(lines(split)[1]["s25"], '5 "whole"')  # nobody came between
            self.assertEqual(lines(split, *race)[1]["s25"], "-2 ENOENT", split)
            self.assertEqual(lines(split, "--bug", "publish_before_copy")[1]["s25"], '5 "whole"')
            found = lines(split, "--bug", "publish_before_copy", *race)[1]["s25"]
            self.assertRegex(found, '^5 "', split)
            self.assertNotEqual(found, '5 "whole"', split)

    def test_a_stored_pointer_means_something_else_to_each_kernel(self):
        bug = ("--bug", "stored_user_pointer")
        status, told = lines("3g1g", *bug)
        self.assertEqual((status, told["s13"], told["s16"]), (0, "0", '5 "yours"'))
        # The kernel's own memory of that number: DS begins at 3 GB; the kernel's map of RAM at 32 MB.
        for split, linear, frame in (("segmented", 0xC3000000, 0x03000000), ("4g4g", 0x03000000, 0x01000000)):
            copy = of_kind(call(split, "s16", *bug), "copy")[-1]
            self.assertEqual((int(copy["kernel"], 16), copy["left"]), (linear, 0), split)
            _, out, _ = run("explain", "store", "--split", split, *bug, "--at", "key:" + copy["key"], copy["kernel"])
            self.assertEqual(int(json.loads(out)["pa"], 16), frame)
            self.assertNotEqual(bytes.fromhex(copy["head"]), b"yours")
            # A pointer into the program's text is no number of the kernel's at all.
            self.assertEqual(call(split, "s5", *bug)[-1]["kind"], "oops")

    def test_a_length_fetched_twice_overruns_the_heap(self):
        race = ("--preempt", "user_copy")
        for split in SPLITS:
            status, told = lines(split, *race)
            self.assertEqual((status, told["s17"]), (0, '8 "8 bytes."'), split)
            self.assertEqual(lines(split, "--bug", "double_fetch")[1]["s17"], '8 "8 bytes."')  # nobody came between
            status, out, err = run("run", "store", "--split", split, "--bug", "double_fetch", *race)
            self.assertEqual(status, 126)
            self.assertRegex(out, r"Kernel panic: the 8 bytes at \w+ were overrun: byte 0 behind them is 61")

    def test_a_limit_left_open_lets_kernel_memory_out(self):
        for split, expected in (("3g1g", "K-SECRET <- bytes of the kernel's"),
                                ("4g4g", "K-SECRET <- bytes of the kernel's"),
                                ("segmented", "-14 EFAULT")):  # each entry loads FS anew
            self.assertEqual(lines(split)[1]["s18"], "-14 EFAULT")
            status, told = lines(split, "--bug", "leaked_set_fs")
            self.assertEqual((status, told["s18"]), (0, expected), split)
        check = [e for e in trace("store", "3g1g", "--bug", "leaked_set_fs") if e["kind"] == "access_ok" and e["pid"] == pid_of("s18")][-1]
        self.assertEqual((check["limit"], check["ok"]), ("0xffffffff", True))


class OtherWays(Case):
    def test_what_the_other_side_has(self):
        for split in SPLITS:
            _, told = lines(split)
            self.assertEqual([told[step] for step in ("s19", "s20", "s21", "s22", "s23", "s24")],
                             ['the parent has "old"', 'the parent has "new"', 'the parent has "new"', "4000", '3 "aaa"',
                              '4 "hers"'])

    def test_another_s_memory_is_found_by_its_frame(self):
        """No fault, and the child's own number in nobody's page tables but its own: one copy, to the reader."""
        for split in SPLITS:
            events = call(split, "s24", name="process_vm_readv")
            copies = [(e["dir"], bytes.fromhex(e["head"])) for e in of_kind(events, "copy")][-1:]
            self.assertEqual((events[-1]["ret"], copies), (4, [("to_user", b"hers")]), split)

    def test_fork_copies_and_a_shared_mapping_does_not(self):
        for split in SPLITS:
            for step, how in (("s19", ["cow"]), ("s20", [])):
                faults = [e for e in of_kind(trace("store", split), "fault_in") if e["pid"] == pid_of(step)]
                anonymous = [e["how"] for e in faults if 0x08048000 + 0x100000 < int(e["lin"], 16) < 0x80000000]
                self.assertEqual(anonymous, how, (split, step))


if __name__ == "__main__":
    main()
