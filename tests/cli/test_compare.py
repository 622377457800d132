"""ringside compare: two kernels, one program, aligned by event key. Judged against the traces of both."""

import json
import re
import tempfile
import textwrap
from pathlib import Path

from black_box import Case, main, of_kind, round_trips, run, trace

SIDES = ("--left", "3g1g", "--right", "4g4g")


def compared(program, *options):
    status, out, err = run("compare", program, *(options or SIDES), "--json")
    assert status == 0, err
    return json.loads(out)


def told(program, *options):
    status, out, err = run("compare", program, *(options or SIDES))
    assert status == 0, err
    return out


class Json(Case):
    def test_every_event_of_both_traces_stands_in_its_order_under_its_key(self):
        rows = compared("pages")["rows"]
        for side, split in (("left", "3g1g"), ("right", "4g4g")):
            events = trace("pages", split)
            mine = [row for row in rows if row[side] is not None]
            self.assertEqual([row[side] for row in mine], list(range(len(events))))
            self.assertEqual([row["key"] for row in mine], [event["key"] for event in events])
        self.assertFalse([row for row in rows if row["left"] is None and row["right"] is None])

    def test_a_key_that_both_have_is_a_pair_where_their_order_allows(self):
        rows = compared("pages")["rows"]
        pairs = {row["key"] for row in rows if row["left"] is not None and row["right"] is not None}
        for key in ("sys1/write/entry", "sys1/write", "sys1/write/copy", "sys1/write/copy/p2/fault/fault_in",
                    "sys1/write/exit", "fault1/exit/seg_load"):
            self.assertIn(key, pairs)

    def test_the_gaps_are_what_each_split_alone_does(self):
        rows = compared("pages")["rows"]
        left = {row["key"] for row in rows if row["right"] is None}
        right = {row["key"] for row in rows if row["left"] is None}
        self.assertLessEqual({"sys1/write/access_ok", "sys1/write/copy/p2/fault/entry"}, left)
        self.assertLessEqual({"sys1/write/copy/p1/kmap", "sys1/write/copy/p2/softwalk"}, right)

    def test_the_figures_are_the_traces(self):
        result = compared("pages")
        for side, split in (("left", "3g1g"), ("right", "4g4g")):
            events = trace("pages", split)
            figures = result[side]
            self.assertEqual(figures["events"], len(events))
            for figure, kind in (("walks", "walk"), ("page_faults", "page_fault"), ("softwalks", "softwalk"),
                                 ("kmaps", "kmap"), ("gates", "gate"), ("fault_ins", "fault_in")):
                self.assertEqual(figures[figure], len(of_kind(events, kind)), (split, kind))
            self.assertEqual(figures["cr3_writes"], sum(e["cr"] == 3 for e in of_kind(events, "cr_write")))
            _, _, summary = run("run", "pages", "--split", split)
            self.assertIn(f"insns={figures['insns']} ", summary)

    def test_a_round_trip_of_one_run_alone_is_told(self):
        _, out, _ = run("compare", "five_doors", "--left", "3g1g", "--right", "4g4g")
        self.assertRegex(out, r"pid2/sys1 +lab_peek +only 3g1g: instructions \d+, gates 1, page walks 2")
        self.assertRegex(out, r"pid2/sys4 +exit +no round trip in either")

    def test_a_system_calls_figures_are_its_round_trips(self):
        result = compared("pages")
        self.assertEqual([(call["scene"], call["name"]) for call in result["calls"]],
                         [("sys1", "write"), ("sys2", "exit")])
        write, leave = result["calls"]
        self.assertIsNone(leave["left"])  # exit has no way back
        self.assertIsNone(leave["right"])
        for side, split in (("left", "3g1g"), ("right", "4g4g")):
            trip = round_trips(trace("pages", split))[0]
            self.assertEqual(write[side]["insns"], trip[-1]["insn"] - trip[0]["insn"])
            self.assertEqual(write[side]["walks"], len(of_kind(trip, "walk")))
            self.assertEqual(write[side]["cr3_writes"], len(of_kind(trip, "cr_write")))

    def test_a_kernel_beside_itself_has_no_gap_and_is_alike(self):
        result = compared("hello", "--left", "3g1g", "--right", "3g1g")
        self.assertTrue(all(row["left"] == row["right"] and row["alike"] for row in result["rows"]))
        self.assertTrue(result["same_to_the_user"])

    def test_what_the_user_sees_may_differ(self):
        result = compared("pointers", "--left", "3g1g", "--right", "4g4g")
        outputs = [run("run", "pointers", "--split", split, "--quiet")[1] for split in ("3g1g", "4g4g")]
        self.assertEqual(result["same_to_the_user"], outputs[0] == outputs[1])


class Words(Case):
    def test_result_costs_calls_and_stories(self):
        out = told("pages")
        self.assertTrue(out.startswith("pages under 3g1g (left) and 4g4g (right)\nboth print the same 6000 bytes"))
        self.assertRegex(out, r"CR3 writes 0\|2,")
        self.assertRegex(out, r"page faults 1\|0, software look-ups 0\|4, kmaps 0\|3")
        self.assertRegex(out, r"\n +\d+ +\.  <  # access_ok: 6000 bytes at 0x804be00 lie below 0xc0000000\.\n")
        self.assertRegex(out, r"\n +\. +\d+   > #   The kernel looks 0x804c000 up in the user's page tables: not usable")
        self.assertRegex(out, r"\n +\d+ +\d+  =  #   copy_from_user: 6000 of 6000 bytes")
        self.assertRegex(out, r"\{10:0xc[0-9a-f]+\|10:0xff[0-9a-f]+\}")  # the same return, from two kernels

    def test_a_scene_is_told_once_though_one_kernel_begins_it_before_the_other_has_left_the_last(self):
        out = told("pages", "--left", "3g1g", "--right", "x64-kpti")
        headings = re.findall(r"^(?:boot|fault\d+|user/\S+|sys\d+): .*$", out, re.MULTILINE)
        self.assertEqual(len(headings), len(set(headings)), headings)
        self.assertTrue([line for line in headings if line.startswith("sys1: write(")], headings)

    def test_an_error_code_of_two_notations_is_one_word(self):
        out = told("pages", "--left", "3g1g", "--right", "x64-kpti")
        self.assertRegex(out, r"#PF: CR2 becomes \{\S+\|0x400000\}, error code \{4\|20 \(14h\)\}: not present, ")

    def test_all_tells_every_event_once(self):
        out = told("pages", *SIDES, "--all")
        for column, split in ((0, "3g1g"), (1, "4g4g")):
            numbers = [line[:7] if column == 0 else line[9:16] for line in out.splitlines() if line[16:18] == "  "]
            numbers = [int(number) for number in numbers if number.strip().isdigit()]
            self.assertEqual(numbers, list(range(len(trace("pages", split)))), split)

    def test_a_side_has_switches_of_its_own(self):
        out = told("pages", "--left", "4g4g,4g-parts=indirect", "--right", "4g4g,ram=32M")
        self.assertIn("pages under 4g4g,4g-parts=indirect (left) and 4g4g,ram=32M (right)", out)
        self.assertRegex(out, r"CR3 writes 0\|2,")

    def test_output_is_a_whole_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "comparison.json"
            self.assertEqual(run("compare", "hello", *SIDES, "--json", "-o", path)[:2], (0, ""))
            self.assertEqual(json.loads(path.read_text()), compared("hello"))


class Refused(Case):
    def test_sides(self):
        self.refused(["compare", "hello", "--left", "3g1g"], "--right is required")
        self.refused(["compare", "hello", "--left", "3g1g", "--right", "2g2g"], "--right 2g2g", "2g2g")
        self.refused(["compare", "hello", "--left", "3g1g,wp=perhaps", "--right", "4g4g"], "--left", "--wp", "perhaps")
        self.refused(["compare", "hello", "--left", "3g1g,", "--right", "4g4g"], "3g1g,", "SWITCH=VALUE")
        self.refused(["compare", "hello", "--left", "3g1g,colour=on", "--right", "4g4g"], "--colour=on")
        self.refused(["compare", "hello", "--left", "3g1g", "--right", "4g4g,4g-parts=switch"], "needs")
        self.refused(["compare", "hello", *SIDES, "--json", "--text"], "--text")
        self.refused(["compare", "nothing", *SIDES], "nothing")


class Picture(Case):
    def test_it_has_a_row_for_each_line_of_the_text_and_another_where_180_columns_are_not_enough(self):
        def rows(line):
            return len(textwrap.wrap(line, 180, subsequent_indent=" " * 24, break_on_hyphens=False)) if len(line) > 180 else 1
        heights = {}
        with tempfile.TemporaryDirectory() as folder:
            for program in ("hello", "pages"):
                file = Path(folder) / f"{program}.png"
                status, out, err = run("compare", program, *SIDES, "-o", str(file))
                self.assertEqual((status, out), (0, ""), err)
                picture = file.read_bytes()
                self.assertEqual(picture[:8], b"\x89PNG\r\n\x1a\n")
                heights[program] = int.from_bytes(picture[20:24], "big")
        lines = {program: sum(map(rows, told(program).splitlines())) for program in heights}
        self.assertGreater(lines["pages"], len(told("pages").splitlines()))
        row = (heights["pages"] - heights["hello"]) / (lines["pages"] - lines["hello"])
        self.assertTrue(10 < row < 30 and row == int(row), (heights, lines))

    def test_another_name_gets_the_text(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "comparison.txt"
            status, _, err = run("compare", "hello", *SIDES, "-o", str(file))
            self.assertEqual(status, 0, err)
            self.assertEqual(file.read_text(), told("hello"))


if __name__ == "__main__":
    main()
