"""Every sentence under "Meaning, exactly" of the command line's contract, held against traces of real runs."""

import json
import re

from black_box import GUEST, SPLITS, Case, main, of_kind, round_trips, run, trace, trace_bytes
from tlb_oracle import Tlb

PROGRAMS = ("hello", "pages", "pointers")
RUNS = [(program, split) for program in PROGRAMS for split in SPLITS]
NUMBERS = set("i vec err nr cpl cr slot n ret pid insn count line left pf".split())
HEX = re.compile(r"-?0x(0|[1-9a-f][0-9a-f]*)\Z")
TEXTS = set("key kind name reg acc mode level verdict rule op source dir head how file text".split())
PARTS = r"[a-z][a-z0-9_-]*(#\d+)?|[0-9a-f]{4,16}"


def number(text):
    return int(text, 16)


class State(Case):
    def test_insn_counts_instructions_retired_and_never_falls(self):
        for run_of in RUNS:
            insns = [event["insn"] for event in trace(*run_of)]
            self.assertEqual(insns, sorted(insns), run_of)

    def test_i_counts_from_0(self):
        for run_of in RUNS:
            events = trace(*run_of)
            self.assertEqual([event["i"] for event in events], list(range(len(events))))

    def test_cr3_and_cpl_are_the_state_just_before_the_event_commits(self):
        for run_of in RUNS:
            cr3 = cpl = before = None
            for event in trace(*run_of):
                if event["kind"] == "tlb" and before["kind"] == "cr_write" and event["i"] == before["i"] + 1:
                    self.assertEqual(event["cr3"], before["cr3"])  # of one commit with the write
                    continue
                before = event
                if cr3 is not None:
                    self.assertEqual(event["cr3"], cr3, (run_of, event))
                    self.assertEqual(event["cpl"], cpl, (run_of, event))
                cr3, cpl = event["cr3"], event["cpl"]
                if event["kind"] == "cr_write" and event["cr"] == 3:
                    self.assertEqual(event["old"], cr3)
                    cr3 = event["new"]
                if event["kind"] in ("gate", "iret", "far"):
                    self.assertEqual(event["from"]["cpl"], cpl)
                    cpl = event["to"]["cpl"]

    def test_pid_follows_the_scheduler(self):
        for run_of in RUNS:
            pid = 0
            for event in trace(*run_of):
                self.assertEqual(event["pid"], pid, (run_of, event))
                if event["kind"] == "sched":
                    pid = number(event["to"])

    def test_ip_is_of_the_executing_instruction_for_faults_the_faulting_one(self):
        for run_of in RUNS:
            for event in of_kind(trace(*run_of), "gate"):
                pushed_ip = number(event["pushed"][-1 if event["vec"] not in (8, 10, 11, 12, 13, 14, 17) else -2])
                length = 2 if event["source"] == "int" else 0  # CD 80: the return is behind it
                self.assertEqual(pushed_ip, number(event["ip"]) + length, (run_of, event))

    def test_a_run_with_the_same_inputs_gives_the_same_bytes(self):
        for run_of in RUNS:
            status, again, _ = run("trace", run_of[0], "--split", run_of[1], text=False)
            self.assertEqual(status, 0)
            self.assertEqual(again, trace_bytes(*run_of))

    def test_a_rep_counts_one_when_it_completes(self):
        for split in SPLITS:
            events = trace("pages", split)
            copy = next(e for e in events if e["kind"] == "copy" and e["n"] == 6000)
            inside = [e for e in events[:copy["i"]] if e["key"].startswith("sys1/write/copy/p2/walk")]
            if split == "3g1g":  # the faulting REP has not completed: nothing retired between page 1 and the fault
                fault = next(e for e in events if e["key"] == "sys1/write/copy/p2/fault")
                self.assertEqual(inside[0]["insn"], fault["insn"])
                self.assertEqual(inside[0]["ip"], fault["ip"])


class Fields(Case):
    def check(self, name, value, event):
        if isinstance(value, bool):
            return
        if isinstance(value, int):
            self.assertIn(name, NUMBERS, event)
        elif isinstance(value, str):
            self.assertNotIn(name, NUMBERS, event)
            if name == "head":
                self.assertRegex(value, r"\A([0-9a-f]{2})*\Z")
            elif name not in TEXTS:
                self.assertRegex(value, HEX, (name, event))
        elif isinstance(value, list):
            for item in value:
                self.check(name, item, event)
        elif isinstance(value, dict):
            for inner, item in value.items():
                self.check(inner, item, event)

    def test_numbers_are_numbers_and_everything_else_numeric_is_hex(self):
        for run_of in RUNS:
            for event in trace(*run_of):
                for name, value in event.items():
                    self.check(name, value, event)

    def test_common_fields_come_first_and_in_order(self):
        for line in trace_bytes("hello", "4g4g").splitlines():
            names = list(json.loads(line))
            self.assertEqual(names[:9], "i key kind insn cpl cs ip cr3 pid".split())

    def test_from_and_to_are_places(self):
        for run_of in RUNS:
            for event in of_kind(trace(*run_of), "gate", "iret", "far"):
                for place in (event["from"], event["to"]):
                    self.assertEqual(sorted(place), ["cpl", "cs", "ip", "sp", "ss"])

    def test_int_80_has_vec_128_and_source_int(self):
        for run_of in RUNS:
            for trip in round_trips(trace(*run_of)):
                self.assertEqual((trip[0]["vec"], trip[0]["source"]), (128, "int"))

    def test_copy_carries_the_first_16_bytes_that_arrived(self):
        _, text, _ = run("run", "pages", "--quiet", text=False)
        for split in SPLITS:
            copy = next(e for e in trace("pages", split) if e["kind"] == "copy" and e["n"] == 6000)
            self.assertEqual(bytes.fromhex(copy["head"]), text[:16])
            for failed in of_kind(trace("pointers", split), "copy"):
                self.assertEqual(len(failed["head"]) // 2, min(16, failed["n"] - failed["left"]), failed)


class Counting(Case):
    def test_round_trips_write_cr3_0_times_in_3g1g_and_twice_in_4g4g(self):
        for program, split in RUNS:
            trips = round_trips(trace(program, split))
            self.assertTrue(trips)
            for trip in trips:
                writes = [e for e in trip if e["kind"] == "cr_write" and e["cr"] == 3]
                self.assertEqual(len(writes), {"3g1g": 0, "4g4g": 2}[split], trip[0])

    def test_exit_has_no_round_trip(self):
        for run_of in RUNS:
            events = trace(*run_of)
            calls = of_kind(events, "syscall")
            self.assertEqual(calls[-1]["name"], "exit")
            self.assertEqual(len(round_trips(events)), len(calls) - 1)

    def test_pages_in_3g1g_one_page_fault_with_error_code_0_at_cpl_0_inside_the_copy(self):
        trip = next(t for t in round_trips(trace("pages", "3g1g")) if of_kind(t, "copy"))
        faults = of_kind(trip, "page_fault")
        self.assertEqual([(e["err"], e["cpl"]) for e in faults], [(0, 0)])
        self.assertTrue(faults[0]["key"].startswith("sys1/write/copy/p2"))
        self.assertEqual(of_kind(trip, "softwalk", "kmap"), [])

    def test_pages_in_4g4g_no_page_fault_but_4_softwalks_3_kmaps_1_fault_in(self):
        trip = next(t for t in round_trips(trace("pages", "4g4g")) if of_kind(t, "copy"))
        self.assertEqual(of_kind(trip, "page_fault"), [])
        self.assertEqual([e["ok"] for e in of_kind(trip, "softwalk")], [True, False, True, True])
        self.assertEqual(len(of_kind(trip, "kmap")), 3)
        self.assertEqual(len(of_kind(trip, "fault_in")), 1)

    def test_a_softwalk_read_the_entries_that_the_cpu_walks_for_the_program(self):
        """The kernel's look-up against the walker's own record of the same page, in the same run."""
        compared = 0
        for options in ((), ("--pae", "on")):
            for program in PROGRAMS:
                events = trace(program, "4g4g", *options)
                walks = {(e["pid"], number(e["lin"]) >> 12): [(s["level"], s["pa"], number(s["entry"]) & ~0xFFF) for s in e["steps"]]
                         for e in of_kind(events, "walk") if e["user"] and "pa" in e}
                levels = ["pdpt", "pd", "pt"] if options else ["pd", "pt"]
                for before, event in zip(events, events[1:]):
                    if before["kind"] != "softwalk":
                        continue
                    steps = before["steps"]
                    self.assertEqual([s["level"] for s in steps], levels[:len(steps)], before)
                    needed = 7 if before["write"] else 5
                    self.assertEqual(before["ok"], number(steps[-1]["entry"]) & needed == needed and len(steps) == len(levels), before)
                    if not before["ok"]:
                        continue
                    kmap = next(e for e in events[before["i"]:] if e["kind"] == "kmap")
                    self.assertEqual(number(steps[-1]["entry"]) & 0xFFFFFFFFFF000, number(kmap["pa"]), before)
                    own = [(s["level"], s["pa"], number(s["entry"]) & ~0xFFF) for s in steps]
                    if (by_cpu := walks.get((before["pid"], number(before["lin"]) >> 12))) is not None:
                        self.assertEqual(own, by_cpu, before)
                        compared += 1
        self.assertGreater(compared, 10)

    def test_pages_moves_6000_bytes_by_one_copy_in_both(self):
        for split in SPLITS:
            copies = [e for e in of_kind(trace("pages", split), "copy") if e["dir"] == "from_user"]
            self.assertEqual([(e["n"], e["left"]) for e in copies], [(6000, 0)])


class Translation(Case):
    """The TLB model, replayed by an oracle that has only the trace."""

    def test_one_walk_per_miss_and_one_when_a_store_must_set_d_and_flushes_count_what_they_drop(self):
        for run_of in RUNS + [("pointers", split, "--cold-tlb") for split in SPLITS]:
            tlb = Tlb()
            for event in trace(*run_of):
                kind = event["kind"]
                if kind == "walk":
                    self.assertTrue(tlb.needs_walk(event), ("a hit makes no event", run_of, event))
                    if "pa" in event:
                        tlb.fill(event)
                elif kind == "page_fault":
                    tlb.drop_page(number(event["cr2"]))
                elif kind == "tlb" and event["op"] == "invlpg":
                    self.assertEqual(tlb.drop_page(number(event["lin"])), event["count"], (run_of, event))
                elif kind == "tlb":
                    everything = self.flushes_all(trace(*run_of), event["i"])
                    self.assertEqual(tlb.flush(everything), event["count"], (run_of, event))
                elif kind == "syscall" and "--cold-tlb" in run_of:
                    tlb.entries = {key: entry for key, entry in tlb.entries.items() if not entry[2]}
                elif kind == "cr_write" and event["cr"] == 4:
                    tlb.cr4 = number(event["new"])

    @staticmethod
    def flushes_all(events, index):
        cause = events[index - 1]
        return cause["kind"] == "cr_write" and cause["cr"] in (0, 4)

    def test_walk_then_page_fault_then_gate_and_a_gates_own_walks_and_loads_before_it(self):
        for run_of in RUNS:
            events = trace(*run_of)
            for fault in of_kind(events, "page_fault"):
                walk = events[fault["i"] - 1]
                self.assertEqual((walk["kind"], walk["pf"], walk["lin"]), ("walk", fault["err"], fault["cr2"]))
                after = events[fault["i"] + 1:]
                gate = next(e for e in after if e["kind"] not in ("walk", "seg_load"))
                self.assertEqual((gate["kind"], gate["vec"], gate["source"]), ("gate", 14, "exception"), fault)
                self.assertEqual(gate["insn"], fault["insn"])

    def test_every_mov_to_cr_is_a_cr_write(self):
        for run_of in RUNS:
            for event in of_kind(trace(*run_of), "cr_write"):
                self.assertIn(event["cr"], (0, 3, 4))


class Keys(Case):
    def test_keys_are_unique(self):
        for run_of in RUNS:
            keys = [event["key"] for event in trace(*run_of)]
            self.assertEqual(len(keys), len(set(keys)))

    def test_a_key_is_a_scene_and_parts(self):
        scene = re.compile(r"(boot|user|sys\d+|fault\d+|irq\d+)(#\d+)?\Z")
        for run_of in RUNS:
            for event in trace(*run_of):
                first, *parts = event["key"].split("/")
                self.assertRegex(first, scene)
                for part in parts:
                    self.assertRegex(part, rf"\A({PARTS})\Z", event["key"])

    def test_sys_k_is_the_kth_system_call_of_pid_1(self):
        for run_of in RUNS:
            events = trace(*run_of)
            for count, call in enumerate(of_kind(events, "syscall"), 1):
                self.assertEqual(call["key"], f"sys{count}/{call['name']}")

    def test_the_same_event_has_the_same_key_in_every_split(self):
        told = ("syscall", "syscall_ret", "copy", "console", "fault_in", "gate", "iret", "page_fault")
        for program in PROGRAMS:
            one, other = ({e["key"]: e for e in trace(program, split)} for split in SPLITS)
            shared = one.keys() & other.keys()
            for key in shared:
                self.assertEqual(one[key]["kind"], other[key]["kind"], key)
            for kind in ("syscall", "syscall_ret", "copy", "console", "fault_in"):
                keys = [{k for k, e in side.items() if e["kind"] == kind} for side in (one, other)]
                self.assertEqual(keys[0], keys[1], (program, kind))
            self.assertTrue({one[key]["kind"] for key in shared} >= set(told) - {"page_fault"})

    def test_when_finds_the_first_key_that_is_it_or_begins_with_it_and_a_slash(self):
        for run_of in RUNS[2:4]:
            events = trace(*run_of)
            for wanted in ("sys1", "sys1/write", "sys1/write/copy", "sys1/write/copy/p2", "boot", "fault2"):
                expected = next(e for e in events if e["key"] == wanted or e["key"].startswith(wanted + "/"))
                _, out, _ = run("trace", run_of[0], "--split", run_of[1], "--from", "key:" + wanted)
                self.assertEqual(json.loads(out.splitlines()[0])["i"], expected["i"])


class Pointers(Case):
    """A01..A08: bytes not copied and what it took, from the specification's table."""

    #        left 3g1g  PF  walks of user pages | left 4g4g softwalks kmaps
    TABLE = {"A01": (16, [0], 16, 1, 0), "A02": (16, [], 16, 0, 0), "A03": (32, [], 32, 0, 0),
             "A04": (16, [], 8, 1, 1), "A05": (0, [], 0, 1, 1), "A06": (7936, [0], 7936, 2, 1),
             "A07": (16, [0], 16, 1, 0), "A08": (8, [3], 8, 1, 0)}
    WALKS = {"A01": 1, "A02": 0, "A03": 0, "A04": 0, "A05": 1, "A06": 2, "A07": 1, "A08": 1}

    def trips(self, split):
        trips = round_trips(trace("pointers", split, "--cold-tlb"))
        peeks = [t for t in trips if any(e["kind"] == "syscall" and e["name"] in ("lab_peek", "lab_poke") for e in t)]
        self.assertEqual(len(peeks), 8)
        return zip(self.TABLE.items(), peeks)

    def test_3g1g(self):
        for (name, (left, faults, *_)), trip in self.trips("3g1g"):
            copy = of_kind(trip, "copy")
            self.assertEqual([c["left"] for c in copy] or [left], [left], name)
            self.assertEqual(of_kind(trip, "syscall_ret")[0]["ret"], left, name)
            self.assertEqual([e["err"] for e in of_kind(trip, "page_fault")], faults, name)
            self.assertEqual(len(of_kind(trip, "fixup")), len(faults), name)
            user = [e for e in of_kind(trip, "walk") if re.match(r"sys\d+/lab_p\w+/copy/p\d+/walk", e["key"])]
            self.assertEqual(len(user), self.WALKS[name], name)

    def test_4g4g(self):
        for (name, (_, _, left, softwalks, kmaps)), trip in self.trips("4g4g"):
            self.assertEqual(of_kind(trip, "syscall_ret")[0]["ret"], left, name)
            self.assertEqual(of_kind(trip, "page_fault", "fixup"), [], name)
            self.assertEqual(len(of_kind(trip, "softwalk")), softwalks, name)
            self.assertEqual(len(of_kind(trip, "kmap")), kmaps, name)


class Explaining(Case):
    def explain(self, *arguments):
        status, out, err = run("explain", "pages", "--at", "key:sys1/write/copy/p2/walk", *arguments)
        self.assertEqual(status, 0, err)
        return json.loads(out)

    def test_a_fault_verdict_exits_0_and_is_the_fault_that_happens(self):
        walk = next(e for e in trace("pages", "3g1g") if e["key"] == "sys1/write/copy/p2/walk")
        answer = self.explain(walk["lin"])
        self.assertEqual((answer["verdict"], answer["vec"], answer["err"]), ("fault", 14, walk["pf"]))
        self.assertEqual(answer["cr2"], walk["lin"])
        self.assertEqual(answer["walk"]["steps"], walk["steps"])

    def test_default_is_a_read_at_the_current_cpl(self):
        walk = self.explain("0x8048000")["walk"]
        self.assertEqual((walk["acc"], walk["user"]), ("r", False))

    def test_linear_and_segment_offset_mean_the_same_where_segments_are_flat(self):
        self.assertEqual(self.explain("ds:8048000"), self.explain("0x8048000"))

    def test_access_and_cpl_are_asked_for(self):
        denied = self.explain("0xc0100000", "--cpl", "3", "--access", "w")
        self.assertEqual((denied["verdict"], denied["err"], denied["rule"]), ("fault", 7, "paging.user"))
        self.assertEqual(self.explain("0xc0100000")["verdict"], "ok")

    def test_it_changes_nothing(self):
        self.assertEqual(self.explain("0x8048000"), self.explain("0x8048000"))


if __name__ == "__main__":
    main()
