"""The kernels' switches: each either changes what it says, or is refused in one line that says why."""

import itertools
import re
import sys
from pathlib import Path

from black_box import GUEST, Case, main, of_kind, run, trace

sys.path.append(str(Path(__file__).resolve().parents[1] / "kernel"))
import protections  # pylint: disable=wrong-import-position

PARTS = ("switch", "layout", "indirect", "high")


class FourFourParts(Case):
    BOOTS = {("indirect",), ("switch", "indirect", "high"), PARTS}

    def options(self, parts):
        return ("--4g-parts", ",".join(parts))

    def test_each_combination_boots_or_is_refused_with_the_reason(self):
        for count in range(1, 5):
            for parts in itertools.combinations(PARTS, count):
                arguments = ["run", "hello", "--split", "4g4g", *self.options(parts), "--quiet"]
                if parts in self.BOOTS:
                    self.assertEqual(run(*arguments)[:2], (0, "Hello from ring 3!\n"), parts)
                else:
                    self.refused(arguments, " needs ", "--4g-parts " + ",".join(parts))
        self.refused(["run", "hello", "--4g-parts", "indirect"], "--split 4g4g")

    def calls(self, parts, *kinds):
        return len(of_kind(trace("pages", "4g4g", *self.options(parts)), *kinds))

    def test_indirect_alone_looks_up_without_a_switch(self):
        self.assertEqual(self.calls(("indirect",), "cr_write"), self.calls_of_3g1g())
        self.assertEqual(self.calls(("indirect",), "softwalk"), self.calls(PARTS, "softwalk"))

    def calls_of_3g1g(self):
        return len(of_kind(trace("pages", "3g1g"), "cr_write"))

    def test_without_layout_a_program_ends_at_3_gb_and_its_cr3_has_no_kernel(self):
        parts = ("switch", "indirect", "high")
        self.assertEqual(self.calls(parts, "cr_write"), self.calls(PARTS, "cr_write"))
        _, maps, _ = run("maps", "hello", "--split", "4g4g", *self.options(parts), "--at", "key:sys1/write/entry")
        kernel = [line for line in maps.splitlines() if " kernel " in line]
        self.assertTrue(kernel)
        self.assertTrue(all(line >= "ff000000" for line in kernel), maps)
        _, out, _ = run("run", "five_doors", "--split", "4g4g", *self.options(parts), "--quiet")
        for step in ("s4 ", "s5 "):  # no number of the program's is one of the kernel's: the mistake always shows
            line = next(line for line in out.splitlines() if line.startswith(step))
            self.assertIn("killed by signal 11", line)


def console(sample, *options):
    """Status and output, but for the numbers that are of the kernel's image and of its frames."""
    status, out, _ = run("run", sample, *options, "--quiet", stdin=b"some input\n")
    where = r"(kernel's secret +|eip 10:|DR0 = |frame )[0-9a-f]{8}"
    return status, re.sub(where, r"\1(somewhere)", out)


def samples():
    return [line.split("\t")[0] for line in run("samples")[1].splitlines()]


class Pae(Case):
    """Page tables of three levels: other walks, and nothing else that a program could see."""

    def test_every_sample_does_the_same(self):
        for sample in samples():
            for split in ("3g1g", "4g4g"):
                plain = console(sample, "--split", split)
                self.assertEqual(console(sample, "--split", split, "--pae", "on"), plain, (sample, split))

    def test_walks_have_three_levels_and_two_of_them_are_read_from_memory(self):
        for split in ("3g1g", "4g4g"):
            events = trace("pages", split, "--pae", "on")
            paging = [e for e in of_kind(events, "cr_write") if e["cr"] == 0][-1]["i"]
            walks = [e for e in of_kind(events, "walk") if e["i"] > paging]
            self.assertTrue(walks)
            for walk in walks:
                self.assertEqual(walk["mode"], "pae")
                self.assertEqual([step["level"] for step in walk["steps"]], ["pdpt", "pd", "pt"][:len(walk["steps"])])
            self.assertEqual(len(of_kind(events, "cr_write")) - 1, len(of_kind(trace("pages", split), "cr_write")))
        _, panel, _ = run("text", "pages", "--pae", "on", "--at", "key:sys1/write/copy/p2/walk", "--panel", "walk")
        self.assertRegex(panel, r"(?s)PDPTE\[0\].*PDE\[040\].*PTE\[04c\].*2 memory reads; the PDPTE was read when CR3")

    def test_the_areas_and_what_is_mapped_are_the_same(self):
        for split in ("3g1g", "4g4g"):
            at = ("--split", split, "--at", "key:sys1/write/entry")
            plain, pae = (run("maps", "pages", *at, *more)[1] for more in ((), ("--pae", "on")))
            self.assertIn("[stack]", pae)
            without_frames = [re.sub("(CR3|->|event|instruction) [0-9a-fx]+", "", text) for text in (plain, pae)]
            self.assertEqual(*without_frames)

    def test_the_other_address_space_is_read_by_its_own_four_directories(self):
        at = ("--split", "4g4g", "--at", "key:sys1/write/copy/p2/softwalk", "--panel", "address")
        plain, pae = (run("text", "pages", *at, *more)[1] for more in ((), ("--pae", "on")))
        user = re.compile(r"(?m)^ CR3 \w+ C  (user \d+ KiB, kernel \d+ KiB)$")
        self.assertRegex(plain, user)
        self.assertRegex(pae, user)
        self.assertEqual(user.search(plain).group(1), user.search(pae).group(1))

    def test_it_goes_with_the_parts_of_4g4g(self):
        for parts in ("indirect", "switch,indirect,high"):
            arguments = ("hello", "--split", "4g4g", "--4g-parts", parts, "--pae", "on")
            self.assertEqual(run("run", *arguments, "--quiet")[:2], (0, "Hello from ring 3!\n"), parts)
            _, out, _ = run("trace", *arguments, "--kinds", "walk")
            self.assertIn('"mode":"pae"', out)

    def test_segmented_is_older(self):
        self.refused(["run", "hello", "--split", "segmented", "--pae", "on"], "--pae on: ", "two levels")


class Protections(Case):
    """NX, SMEP and SMAP: each forbids what it says, and no program that behaves itself sees it."""

    ALL = ("--pae", "on", "--nx", "on", "--smep", "on", "--smap", "on")

    def lines(self, program, split, *options):
        status, out, err = run("run", GUEST / "tests" / program, "--split", split, *options, "--quiet")
        self.assertEqual(status, 0, err)
        return [line for line in out.splitlines() if not line.startswith("Oops")]

    def test_every_sample_does_the_same(self):
        for sample in samples():
            if sample != "five_doors":  # where SMAP stops a naive kernel: see below
                for split in ("3g1g", "4g4g"):
                    plain = console(sample, "--split", split)
                    self.assertEqual(console(sample, "--split", split, *self.ALL), plain, (sample, split))

    def test_data_is_executed_only_without_nx(self):
        for split in ("3g1g", "4g4g"):
            self.assertEqual(self.lines("no_execute", split, "--pae", "on"), protections.EXECUTED)
            self.assertEqual(self.lines("no_execute", split, "--pae", "on", "--nx", "on"), protections.NOT_EXECUTED)
        events = trace(GUEST / "bad/jump_to_data", "3g1g", "--pae", "on", "--nx", "on")
        fault = of_kind(events, "page_fault")[-1]
        walk = next(e for e in of_kind(events, "walk") if e["i"] == fault["walk"]) if "walk" in fault else None
        self.assertEqual((fault["cpl"], fault["err"] & ~1), (3, 0x14))
        self.assertTrue(walk is None or walk["acc"] == "x")

    def test_smap_and_smep_stop_a_kernel_that_forgot_to_ask(self):
        for options, expected in (((), protections.NEITHER), (("--smep", "on"), protections.SMEP),
                                  (("--smap", "on"), protections.SMAP),
                                  (("--smep", "on", "--smap", "on"), protections.BOTH)):
            for more in ((), ("--pae", "on")):
                self.assertEqual(self.lines("ring_0", "3g1g", *options, *more), expected, options)

    def test_the_doors_of_five_doors_under_smap(self):
        _, out, _ = run("run", "five_doors", "--smap", "on", "--quiet")
        doors = {line.split()[0]: line for line in out.splitlines() if line.startswith("s")}
        for step in ("s4", "s4'", "s5"):
            self.assertIn("killed by signal 11", doors[step])
        self.assertEqual(re.findall(r"at (\w+), error code (\d+)", out)[:3],
                         [("01000000", "1"), ("01001000", "0"), ("03000000", "1")])
        self.assertIn("USER-A", doors["s6"])
        self.assertIn("K-SECRET", doors["s8"])  # SMAP guards user pages, not the kernel's

    def test_a_naive_kernel_is_found_out_by_smap(self):
        status, out, _ = run("run", "hello", "--smap", "on", "--bug", "naive_deref")
        self.assertEqual(status, 128 + 11)
        self.assertRegex(out, r"paging request at 0804\w+, error code 1")

    def flags(self, program, event, *options):
        _, panel, _ = run("text", program, "--at", event, "--panel", "cpu", *options)
        return re.search(r"eflags [0-9a-f]{8} (.*?)(?:  |IOPL)", panel)[1].split()

    def test_ac_is_set_between_stac_and_clac_only(self):
        program, options = GUEST / "tests/ring_0", ("--smap", "on")
        events = trace(program, "3g1g", *options)
        copying = [e["i"] for e in events if e["kind"] == "walk" and e["cpl"] == 0 and e["lin"] == "0x30000000" and
                   "copy" in e["key"]]
        self.assertEqual(len(copying), 2)  # the page is absent, then it is there
        handler = next(e["i"] for e in of_kind(events, "fault_in") if e["i"] > copying[0])
        copied = next(e["i"] for e in of_kind(events, "copy") if e["i"] > copying[1])
        for event, expected in ((copying[0], True), (handler, False), (copying[1], True), (copied, False)):
            self.assertEqual("AC" in self.flags(program, event, *options), expected, event)


class Refusals(Case):
    def test_a_switch_that_the_kernel_does_not_have(self):
        for option, more in (("--nx", ()), ("--pcid", ()), ("--smep", ("--split", "segmented")),
                             ("--smap", ("--split", "segmented")), ("--nx", ("--split", "4g4g"))):
            self.refused(["run", "hello", option, "on", *more], option + " on: ")
            self.assertEqual(run("run", "hello", option, "off", *more, "--quiet")[0], 0)

    def test_the_limit_of_user_segments_is_a_choice_of_3g1g(self):
        self.refused(["run", "hello", "--split", "segmented", "--user-limit", "4g"], "3 GB")
        self.refused(["run", "hello", "--split", "4g4g", "--user-limit", "3g"], "3 GB")


if __name__ == "__main__":
    main()
