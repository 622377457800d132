"""Who notices a write: each step of the sample as predicates over the trace, from the specification's table. Steps are found by
the line that the sample prints when a step is over."""

from black_box import Case, main, of_kind, run, trace

B, PAGE = 0x22000000, 4096
SPLITS = ("segmented", "3g1g", "4g4g")


def number(text):
    return int(text, 16)


def in_b(event):
    return B <= number(event.get("lin", event.get("cr2", "0x0"))) < B + 2 * PAGE


def steps(split, *options):
    """The events up to the console line of each step, since the one before."""
    found, current = {}, []
    for event in trace("watch", split, *options):
        current.append(event)
        if event["kind"] == "console" and event["text"][:1] == "w":
            found[event["text"].split()[0]] = current
            current = []
    return found


def hits(step):
    return of_kind(step, "debug_hit")


class Watch(Case):
    def for_all(self, *options):
        for split in SPLITS:
            with self.subTest(split=split):
                yield split, steps(split, *options)

    def test_each_kernel_ends_with_status_0(self):
        for split, _ in self.for_all():
            self.assertEqual(run("run", "watch", "--split", split, "--quiet")[0], 0)

    def test_w3_one_store_costs_seven_entries(self):
        for split, step in self.for_all():
            step = step["w3"]
            faults = [e for e in of_kind(step, "page_fault") if in_b(e)]
            self.assertEqual([(e["err"], number(e["cr2"]), e["cpl"]) for e in faults], [(7, B + 5, 3)] * 2)
            self.assertEqual([e["how"] for e in of_kind(step, "fault_in") if in_b(e)], ["reuse"])
            self.assertEqual([(e["nr"], number(e["code"])) for e in of_kind(step, "signal")], [(11, 2), (5, 2)])
            self.assertEqual([e["vec"] for e in of_kind(step, "exception")], [1])
            calls = [e["name"] for e in of_kind(step, "syscall")]
            self.assertEqual(calls, ["mprotect", "rt_sigreturn"] * 2 + ["write"])
            entries = [i for i, e in enumerate(step) if e["kind"] == "gate" and e["from"]["cpl"] == 3]
            # The last is the sample's own write() of the line; between them other pages of the program may come.
            ours = [i for i in entries[:-1] if not (step[i]["vec"] == 14 and not in_b(of_kind(step[:i], "page_fault")[-1]))]
            self.assertEqual([step[i]["vec"] for i in ours], [14, 128, 128, 14, 1, 128, 128])
            switches = [e for e in of_kind(step[entries[0]:entries[-1]], "cr_write") if e["cr"] == 3]
            self.assertEqual(len(switches), 2 * len(entries[:-1]) if split == "4g4g" else 0)

    def test_w3_a_neighbour_is_a_false_alarm(self):
        for _, step in self.for_all():
            self.assertEqual([(e["nr"], number(e["addr"])) for e in of_kind(step["w3'"], "signal")][0], (11, B + 100))

    def test_w4_a_system_call_fails_without_a_signal(self):
        for split, step in self.for_all():
            step = step["w4"]
            self.assertEqual([e["ret"] for e in of_kind(step, "syscall_ret") if e["name"] == "read"], [-14])
            self.assertEqual(of_kind(step, "signal"), [])
            faults = [(e["err"], e["cpl"]) for e in of_kind(step, "page_fault") if in_b(e)]
            self.assertEqual(faults, [(3, 0)] if split == "3g1g" else [])
            self.assertEqual(len(of_kind(step, "fixup")), split == "3g1g")
            if split == "segmented":
                self.assertEqual([e["ok"] for e in of_kind(step, "access_ok") if number(e["ptr"]) == B], [False])
            if split == "4g4g":
                self.assertEqual({e["ok"] for e in of_kind(step, "softwalk") if in_b(e)}, {False})

    def test_w5_to_w8_every_store_that_touches_the_bytes_and_no_other(self):
        for _, step in self.for_all():
            found = hits(step["w5"])  # all four stores come before the first line
            self.assertEqual([(number(e["dr6"]), e["slot"], number(e["lin"])) for e in found], [(0xFFFF0FF1, 0, B + 8)] * 3)
            self.assertEqual([e["cpl"] for e in found], [3] * 3)

    def test_w9_the_kernel_as_the_writer_by_policy(self):
        for policy, signals in (("ignore", 0), ("count", 0), ("signal", 1)):
            for split, step in self.for_all("--kernel-hits", policy):
                found = hits(step["w9"])
                # 4G/4G writes through a window of its own: another linear address.
                self.assertEqual([e["cpl"] for e in found], [0] if split != "4g4g" else [])
                self.assertEqual(len(of_kind(step["w9"], "signal")), signals if split != "4g4g" else 0)
                text = of_kind(step["w9"], "console")[-1]["text"]
                self.assertIn(f"{int(policy == 'count' and split != '4g4g')} counted", text)

    def test_w9_by_a_tracer(self):
        for policy, stops in (("ignore", 1), ("signal", 2)):
            for split, step in self.for_all("--kernel-hits", policy):
                text = of_kind(step["w9'"], "console")[-1]["text"]
                expected = stops if split != "4g4g" else 1
                self.assertIn(f"{expected} stop{'' if expected == 1 else 's'}, DR6 ffff0ff1", text)

    def test_w12_the_kernel_s_own_memory_at_a_number_of_the_program_s(self):
        for split, step in self.for_all():
            self.assertEqual(of_kind(step["w12"], "signal"), [])
            # Under 4G/4G the CPU compares the same number and hits; the kernel tells nobody.
            text = of_kind(step["w12"], "console")[-1]["text"]
            self.assertIn("refused" if split == "3g1g" else "0 hits", text)

    def test_w13_w14_soft_dirty_and_copy_on_write(self):
        for split, step in self.for_all():
            faults = [(e["err"], e["cpl"]) for e in of_kind(step["w13"], "page_fault") if in_b(e)]
            self.assertEqual(faults, [(7, 3)])
            self.assertEqual([e["how"] for e in of_kind(step["w13"], "fault_in") if in_b(e)], ["cow"])
            faults = [(e["err"], e["cpl"]) for e in of_kind(step["w14"], "page_fault") if in_b(e)]
            self.assertEqual(faults, [] if split == "4g4g" else [(3, 0)])
            self.assertEqual([e["how"] for e in of_kind(step["w14"], "fault_in") if in_b(e)], ["cow"])

    def test_w10_a_device_is_seen_by_nothing(self):
        for _, step in self.for_all():
            step = step["w10"]
            (done,) = of_kind(step, "dma")
            at = step.index(done)
            started = max(i for i, e in enumerate(step[:at]) if e["kind"] == "syscall_ret" and e["name"] == "mprotect")
            until = next(i for i in range(at, len(step)) if step[i]["kind"] == "syscall")
            watched = step[started:until]
            self.assertEqual(of_kind(watched, "signal", "debug_hit", "exception"), [])
            # Of b, that is: the store that starts the device is noticed like any other, on the device's own page.
            self.assertEqual([e for e in of_kind(watched, "page_fault", "fault_in", "walk", "softwalk", "tlb") if in_b(e)], [])
            self.assertEqual(done["n"], 64)
            frame = of_kind(step, "console")[-1]["text"].split("frame ")[1].split(",")[0]
            self.assertEqual(number(done["pa"]), int(frame, 16))

    def test_the_table_at_the_end(self):
        for split, _ in self.for_all():
            _, out, _ = run("run", "watch", "--split", split, "--quiet")
            rows = {line[:35].strip(): [line[35:59].strip(), line[59:95].strip(), line[95:].strip()] for line in out.splitlines()[-6:]}
            words = [[cell.split()[0].strip(",:") for cell in row] for row in rows.values()]
            self.assertEqual(words, [["yes", "no", "no"], ["yes", "no", "no"], ["yes", "yes", "no"], ["yes", "yes", "no"],
                                     ["yes", "yes", "yes"], ["-", "-", "yes"]])


if __name__ == "__main__":
    main()
