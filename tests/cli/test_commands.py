"""Each command as its line in the contract says: outputs, options, exit statuses, golden texts."""

import json
import os
import re
import tempfile
from pathlib import Path

from black_box import GUEST, HERE, SPLITS, Case, main, run, trace

SUMMARY = re.compile(r"ringside: exit=(\d+) insns=(\d+) events=(\d+) faults=(\d+) cr3_writes=(\d+)\n\Z")


class Run(Case):
    def test_console_on_stdout_and_one_summary_line_on_stderr(self):
        for split in SPLITS:
            status, out, err = run("run", "hello", "--split", split)
            self.assertEqual((status, out), (0, "Hello from ring 3!\n"))
            events = trace("hello", split)
            counted = [int(n) for n in SUMMARY.match(err).groups()]
            faults = sum(e["kind"] in ("page_fault", "exception") for e in events)
            cr3_writes = sum(e["kind"] == "cr_write" and e["cr"] == 3 for e in events)
            self.assertEqual(counted, [0, counted[1], len(events), faults, cr3_writes])
            self.assertGreaterEqual(counted[1], events[-1]["insn"])

    def test_quiet(self):
        self.assertEqual(run("run", "hello", "--quiet"), (0, "Hello from ring 3!\n", ""))

    def test_pages_and_pointers_print_the_same_bytes_in_both_splits_where_they_mean_the_same(self):
        one, other = (run("run", "pages", "--quiet", "--split", split) for split in SPLITS)
        self.assertEqual(one, other)
        self.assertEqual(len(one[1]), 6000)

    def test_arguments_go_to_the_program_after_two_dashes(self):
        status, _, err = run("run", "hello", "--", "one", "--two")
        self.assertEqual(status, 0, err)

    def test_exit_status_of_the_program(self):
        self.assertEqual(run("run", GUEST / "bad_files/good", "--quiet"), (42, "", ""))

    def test_128_plus_the_signal(self):
        for name, signal in {"null": 11, "divide": 8, "garbage": 4, "breakpoint": 5, "privileged": 11}.items():
            status, _, err = run("run", GUEST / "bad" / name)
            self.assertEqual(status, 128 + signal, name)
            self.assertIn(f"exit={128 + signal} ", err)

    def test_124_when_the_budget_runs_out(self):
        status, out, err = run("run", GUEST / "bad/loop", "--max-insns", "1000000")
        self.assertEqual((status, out), (124, ""))
        self.assertIn("instruction budget", err)
        self.assertIn("exit=124 insns=1000000 ", err)
        self.assertEqual(run("trace", GUEST / "bad/loop", "--max-insns", "1000000")[0], 124)

    def test_126_with_the_reason_when_the_kernel_panics(self):
        status, _, err = run("run", GUEST / "bad_files/tail_not_writable")
        self.assertEqual(status, 126)
        self.assertIn("ringside: the guest kernel panicked: cannot run", err)
        self.assertEqual(run("run", GUEST / "bad_files/tail_not_writable", "--quiet")[2].count("\n"), 1)

    def test_standard_input_comes_from_a_file(self):
        if not (GUEST / "echo").is_file():
            self.skipTest("the sample echo is not there")
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"hello\n")
            file.flush()
            self.assertEqual(run("run", "echo", "--stdin", file.name, "--quiet")[1], "HELLO\n")
        self.assertEqual(run("run", "echo", "--stdin", "-", "--quiet", stdin=b"hello\n")[1], "HELLO\n")

    def test_ram_and_seed(self):
        for ram in ("16M", "512M", "65536K", "67108864"):
            self.assertEqual(run("run", "hello", "--ram", ram, "--quiet", "--seed", "7")[0], 0, ram)


class Trace(Case):
    def test_kinds_from_and_to(self):
        events = trace("pages", "3g1g")
        _, out, _ = run("trace", "pages", "--kinds", "walk,page_fault")
        expected = [e for e in events if e["kind"] in ("walk", "page_fault")]
        self.assertEqual([json.loads(line) for line in out.splitlines()], expected)
        _, out, _ = run("trace", "pages", "--from", "10", "--to", "20")
        self.assertEqual([json.loads(line) for line in out.splitlines()], events[10:20])

    def test_halves_make_the_whole(self):
        halves = [run("trace", "pages", "--from", a, "--to", b)[1] for a, b in (("start", "50%"), ("50%", "end"))]
        self.assertEqual("".join(halves), run("trace", "pages")[1])

    def test_to_an_instruction_is_what_happened_before_its_state(self):
        events = trace("pages", "3g1g")
        insn = events[200]["insn"]
        _, out, _ = run("trace", "pages", "--to", f"insn:{insn}")
        self.assertEqual([json.loads(line) for line in out.splitlines()], [e for e in events if e["insn"] < insn])

    def test_output_file(self):
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "story.jsonl"
            self.assertEqual(run("trace", "hello", "-o", path), (0, "", ""))
            self.assertEqual(path.read_text(), run("trace", "hello")[1])
            self.assertEqual(os.listdir(directory), ["story.jsonl"])
        self.assertEqual(run("trace", "hello", "-o", "/dev/null"), (0, "", ""))
        self.assertTrue(Path("/dev/null").is_char_device())

    def test_features_are_passed_on(self):
        self.assertNotEqual(run("trace", "hello", "--pge", "off")[1], run("trace", "hello", "--pge", "on")[1])


class Golden(Case):
    """Texts that a person has read. To renew one: delete the file, run this test, read what it wrote."""

    def compare(self, name, *arguments):
        status, out, err = run(*arguments)
        self.assertEqual((status, err), (0, ""), arguments)
        golden = HERE / "golden" / name
        if not golden.exists():
            golden.write_text(out)
            self.fail(f"{golden} was not there; written: read it")
        self.assertEqual(out, golden.read_text())

    @staticmethod
    def without_numbers(text):
        """The story's course; addresses depend on the guest's compiler."""
        return re.sub(r"0x[0-9a-f]+", "0x_", text)

    def test_strace_of_hello(self):
        for split in SPLITS:
            _, out, _ = run("strace", "hello", "--split", split)
            calls = [line for line in out.splitlines() if not line.lstrip().startswith("---")]
            self.assertEqual(calls, ['write(1, "Hello from ring 3!\\n", 19) = 19', "exit(0) = ?", "+++ exited with 0 +++"])

    def test_strace_of_pages_has_the_fault_inside_the_call(self):
        marks = {"3g1g": "  --- #PF at 0x_, error code 0, ring 0: major, file, frame 0x_ ---",
                 "4g4g": "  --- no #PF: 0x_ looked up by the kernel: major, file, frame 0x_ ---"}
        for split in SPLITS:
            _, out, _ = run("strace", "pages", "--split", split)
            lines = self.without_numbers(out).splitlines()
            call = next(i for i, line in enumerate(lines) if line.startswith("write("))
            self.assertEqual(lines[call], 'write(1, "line 00 of 100: these sixty byte"..., 6000) = 6000')
            self.assertEqual(lines[call + 1], marks[split])

    def test_strace_of_a_killed_program(self):
        _, out, _ = run("strace", GUEST / "bad/null")
        lines = out.splitlines()
        self.assertRegex(lines[-2], r"\A--- SIGSEGV \{si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=(NULL|0x[0-9a-f]+)\} ---\Z")
        self.assertRegex(lines[-1], r"\A\+\+\+ killed by SIGSEGV( \(core dumped\))? \+\+\+\Z")

    def test_strace_of_pointers_names_every_call(self):
        for split in SPLITS:
            _, out, _ = run("strace", "pointers", "--split", split)
            self.assertEqual(out.count("lab_peek("), 7)
            self.assertEqual(out.count("lab_poke("), 1)
            self.assertRegex(out, r"mmap\(0x20000000, 8192, PROT_READ\|PROT_WRITE, MAP_PRIVATE\|MAP_FIXED\|MAP_ANONYMOUS, -1, 0\) = 0x20000000\n")

    def test_story(self):
        for split in SPLITS:
            _, out, _ = run("story", "pages", "--split", split)
            self.assertTrue(out.startswith(f"pages under {split}: {len(trace('pages', split))} events, "))
            self.assertIn('\nsys1: write(1, "line 00 of 100: these sixty byte"..., 6000) = 6000\n', out)
            self.assertTrue(out.endswith("end: exited with 0\n"))
            numbered = re.findall(r"^ +(\d+) [#o] ", out, re.MULTILINE)
            self.assertEqual([int(n) for n in numbered], list(range(len(trace("pages", split)))))
            cost = {"3g1g": "round trip: 0 CR3 writes", "4g4g": "round trip: 2 CR3 writes"}[split]
            self.assertIn(cost, out)

    def test_explain_before_paging_is_on_asks_no_tlb(self):
        status, out, _ = run("explain", "pages", "--at", "start", "0x1000", "--text")
        self.assertEqual(status, 0)
        self.assertIn("paging: off, so the linear address 0x1000 is the physical one\n", out)
        self.assertNotIn("TLB hit", out)

    def test_a_call_that_another_process_runs_in_has_no_round_trip(self):
        _, out, _ = run("story", "five_doors", "--split", "segmented")
        scenes = re.split(r"^(?=\S)", out, flags=re.MULTILINE)
        waits = [scene for scene in scenes if re.match(r"sys\d+: waitpid|sys\d+: goes on", scene)]
        self.assertTrue(waits)
        self.assertFalse([scene for scene in waits if "round trip" in scene])

    def test_story_of_a_stretch(self):
        _, out, _ = run("story", "pages", "--from", "key:sys1", "--to", "key:sys2")
        self.assertTrue(out.startswith("sys1: write("))
        self.assertNotIn("sys2", out)

    def test_samples_are_names_tabs_and_sentences(self):
        status, out, _ = run("samples")
        self.assertEqual(status, 0)
        for line in out.splitlines():
            self.assertRegex(line, r"\A[a-z0-9_]+\t[^\t]+\Z")
        self.assertTrue({"hello", "pages", "pointers"} <= {line.split("\t")[0] for line in out.splitlines()})

    def test_maps(self):
        _, out, _ = run("maps", "pages", "--at", "key:sys1/write/copy/p2/walk")
        rows = out.splitlines()[2:]
        self.assertTrue(all(re.match(r"[0-9a-f]{8}-[0-9a-f]{8,9}  ", row) for row in rows), out)
        fault = next(e for e in trace("pages", "3g1g") if e["key"] == "sys1/write/copy/p2/walk")
        at = int(fault["lin"], 16)
        row = next(r for r in rows if int(r[:8], 16) <= at < int(r[9:].split()[0], 16))
        self.assertIn("not present", row)
        self.assertRegex(row, r" rw-p pages\Z")
        ends = [(int(r[:8], 16), int(r[9:].split()[0], 16)) for r in rows]
        self.assertTrue(all(a < b <= c for (a, b), (c, _) in zip(ends, ends[1:])), out)

    def test_maps_before_paging_says_so(self):
        _, out, _ = run("maps", "pages", "--at", "start")
        self.assertEqual(out.splitlines()[1:], ["paging is off (CR0.PG = 0): each linear address is the physical one"])

    def test_doctor(self):
        status, out, _ = run("doctor")
        self.assertEqual(status, 0, out)
        for word in ("ringside", "Unicorn", "engine", "kernels", "samples", "font", "display", "clang"):
            self.assertIn(word, out)

    def test_vectors(self):
        files = sorted((HERE.parent / "data/vectors").glob("*.jsonl.gz"))
        answers = []
        for where in ([], ["--machine"]):
            status, out, err = run("vectors", *where, *files)
            self.assertEqual(status, 0, out + err)
            for line in out.splitlines():
                kind, equal, total = re.match(r"(\w+) (\d+)/(\d+)\Z", line).groups()
                self.assertEqual(equal, total, kind)
            answers.append(out)
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(answers[0].count("\n"), 6)

    def test_vectors_that_differ_exit_1(self):
        import gzip
        data = (HERE.parent / "data/vectors/p32.jsonl.gz").read_bytes()
        lines = gzip.decompress(data).decode().splitlines()
        changed = next(line for line in lines if '"ok":true' in line.replace(" ", ""))
        case = json.loads(changed)
        case["out"]["hit"] = "0x1234560"
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "changed.jsonl"
            path.write_text(json.dumps(case) + "\n")
            for where in ([], ["--machine"]):
                status, out, _ = run("vectors", *where, path)
                self.assertEqual(status, 1)
                self.assertTrue(out.startswith("p32 0/1\n"), out)
                self.assertIn("hit: processor 0x1234560, model 0x", out)

    def test_help_of_everything_has_an_example(self):
        status, out, _ = run("--help")
        self.assertEqual(status, 0)
        for command in ("open", "run", "trace", "story", "text", "shot", "explain", "strace", "maps", "vectors", "samples",
                        "doctor", "lab"):
            self.assertRegex(out, rf"(?m)^  {command} ")
            status, text, _ = run(command, "--help")
            self.assertEqual(status, 0)
            self.assertIn(f"Example: ringside {command}", text)
        self.assertRegex(run("--version")[1], r"\Aringside \d+\.\d+\.\d+\n\Z")


class Panels(Case):
    def test_text_of_a_moment(self):
        for split in SPLITS:
            status, out, err = run("text", "pages", "--split", split, "--at", "key:sys1/write")
            self.assertEqual((status, err), (0, ""))
            self.assertIn("PAGE WALK", out)
            self.assertEqual(run("text", "pages", "--split", split, "--at", "key:sys1/write")[1], out)

    def test_text_of_one_panel(self):
        _, out, _ = run("text", "pages", "--at", "key:sys1/write/copy/p2/walk", "--panel", "walk")
        self.assertIn("STOP", out)
        self.assertLess(len(out.splitlines()), 40)

    def test_text_reads_commands_without_at(self):
        status, out, _ = run("text", "pages", stdin=b"help\nquit\n")
        self.assertEqual(status, 0)
        self.assertTrue(out)

    def test_shot_is_a_png_of_that_size_and_the_same_each_time(self):
        with tempfile.TemporaryDirectory() as directory:
            one, other = Path(directory) / "1.png", Path(directory) / "2.png"
            for path in (one, other):
                self.assertEqual(run("shot", "pages", "--at", "key:sys1/write", "-o", path, "--size", "1280x720"),
                                 (0, "", ""))
            picture = one.read_bytes()
            self.assertEqual(picture[:8], b"\x89PNG\r\n\x1a\n")
            self.assertEqual((int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")), (1280, 720))
            self.assertEqual(picture, other.read_bytes())


if __name__ == "__main__":
    main()
