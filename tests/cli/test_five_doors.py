"""The flagship story: one number, five doors, three kernels. What must happen at each step, from the specification's
table, as predicates over the trace."""

from black_box import Case, main, of_kind, run, trace

STEPS = ("s4", "s4'", "s5", "s6", "s7", "s8", "s9", "s10")
P, Q, PAGE = 0x01000000, 0x03000000, 4096


def number(text):
    return int(text, 16)


def peeks(split, *options):
    """The events of each lab_peek, from the kernel's seeing it to its return or the end of the child."""
    found, current = [], None
    for event in trace("five_doors", split, *options):
        if event["kind"] == "syscall" and event["name"] == "lab_peek":
            current = [event]
            found.append(current)
        elif current is not None:
            current.append(event)
            if event["kind"] in ("syscall_ret", "oops"):
                current = None
    return dict(zip(STEPS, found))


def last_fault_of_ring_3(split, *options):
    faults = [e for e in trace("five_doors", split, *options) if e["kind"] in ("page_fault", "exception") and e["cpl"] == 3]
    return faults[-1]


class FiveDoors(Case):
    def assert_quiet(self, step):
        """No fault, no refusal, no copy: the number was simply used."""
        self.assertEqual(of_kind(step, "page_fault", "seg_fault", "exception", "oops", "copy", "softwalk"), [])
        self.assertEqual(step[-1]["ret"], 0)

    def assert_copied(self, step, text):
        copy = of_kind(step, "copy")[0]
        self.assertEqual((copy["left"], bytes.fromhex(copy["head"])[:7]), (0, text))

    def assert_refused(self, step):
        self.assertEqual(of_kind(step, "copy")[0]["left"], 8)
        self.assertEqual(of_kind(step, "page_fault", "exception", "oops"), [])

    def test_each_kernel_ends_with_status_0(self):
        for split in ("segmented", "3g1g", "4g4g"):
            self.assertEqual(run("run", "five_doors", "--split", split, "--quiet")[0], 0)

    def test_segmented(self):
        steps = peeks("segmented")
        for name in ("s4", "s4'", "s5", "s8"):  # DS: the kernel's own memory at that number, whatever the program has
            self.assert_quiet(steps[name])
        for name, text in (("s6", b"USER-A\0"), ("s7", b"USER-B\0")):
            self.assert_copied(steps[name], text)
            self.assertEqual([(e["limit"], e["ok"]) for e in of_kind(steps[name], "access_ok")], [("0x0", True)])
        self.assert_refused(steps["s9"])
        self.assertEqual([e["ok"] for e in of_kind(steps["s9"], "access_ok")], [False])
        refusal = of_kind(steps["s10"], "seg_fault")[0]
        self.assertEqual((refusal["reg"], refusal["off"], refusal["vec"], refusal["err"]), ("fs", "0xc0001000", 13, 0))
        self.assertEqual(of_kind(steps["s10"], "page_fault", "fixup"), [])
        self.assertEqual(steps["s10"][-1]["kind"], "oops")
        self.assertLess(number(steps["s8"][0]["args"][0]), 0x01000000)  # the secret's pointer is a small number

    def test_3g1g(self):
        steps = peeks("3g1g")
        for name in ("s4", "s5", "s8"):
            self.assert_quiet(steps[name])
        fault = of_kind(steps["s4'"], "page_fault")
        self.assertEqual([(e["err"], number(e["cr2"])) for e in fault], [(0, P + PAGE)])
        self.assertEqual([e["how"] for e in of_kind(steps["s4'"], "fault_in")], ["zero"])
        for name, text in (("s6", b"USER-A\0"), ("s7", b"USER-B\0")):
            self.assert_copied(steps[name], text)
        self.assert_refused(steps["s9"])
        self.assertEqual([(e["limit"], e["ok"]) for e in of_kind(steps["s9"], "access_ok")], [("0xc0000000", False)])
        self.assertEqual(of_kind(steps["s10"], "access_ok", "page_fault"), [])
        self.assertEqual(of_kind(steps["s10"], "copy")[0]["left"], 0)  # the leak

    def test_4g4g(self):
        steps = peeks("4g4g")
        for name, address in (("s4", P), ("s4'", P + PAGE)):  # below the kernel's map of RAM
            self.assertEqual([(e["err"], number(e["cr2"])) for e in of_kind(steps[name], "page_fault")], [(0, address)])
            self.assertEqual(steps[name][-1]["kind"], "oops")
        for name in ("s5", "s8"):  # inside it: physical 01000000
            self.assert_quiet(steps[name])
        for name, text in (("s6", b"USER-A\0"), ("s7", b"USER-B\0")):
            self.assert_copied(steps[name], text)
            self.assertEqual([e["ok"] for e in of_kind(steps[name], "softwalk")], [True])
            self.assertEqual(len(of_kind(steps[name], "kmap")), 1)
            self.assertEqual(of_kind(steps[name], "access_ok", "page_fault"), [])
        for name in ("s9", "s10"):
            self.assert_refused(steps[name])
            self.assertEqual([e["ok"] for e in of_kind(steps[name], "softwalk")], [False])

    def test_the_story_tells_whose_bytes_a_naive_kernel_found(self):
        """One mistake, three outcomes: only the bytes tell wrong data from right data, for nothing faults."""
        found = {"segmented": {"s4": "........", "s5": "........", "s8": "K-SECRET"},
                 "3g1g": {"s4": "USER-A..", "s4'": "........", "s5": "USER-B..", "s8": "K-SECRET"},
                 "4g4g": {"s5": "........", "s8": "K-SECRET"}}
        for split, expected in found.items():
            told = {name: lint["text"] for name, step in peeks(split).items() for lint in of_kind(step, "lint")}
            for name, text in expected.items():
                self.assertIn(f'"{text}"', told[name], (split, name))
        _, story, _ = run("story", "five_doors", "--from", "key:pid2/sys1", "--to", "key:pid2/sys2")
        self.assertIn("lab_peek(0x1000000, 8, LAB_NAIVE) = 0", story)

    def test_the_program_itself_at_c0001000(self):
        for split, options, expected in (("segmented", (), (13, 0)), ("3g1g", ("--user-limit", "3g"), (13, 0)),
                                         ("3g1g", (), (None, 5)), ("4g4g", (), (None, 4))):
            fault = last_fault_of_ring_3(split, *options)
            self.assertEqual((fault.get("vec"), fault["err"]), expected, (split, options))
            if fault["kind"] == "page_fault":
                self.assertEqual(fault["cr2"], "0xc0001000")


if __name__ == "__main__":
    main()
