"""What is wrong gives one clear line and the contract's status: never a crash, a hang or a half-written file."""

import gzip
import json
import os
import tempfile
from pathlib import Path

from black_box import GUEST, HERE, Case, main, run

PER_PROGRAM = ("run", "trace", "story", "strace")


class Usage(Case):
    def test_unknown_options_and_commands(self):
        for command in (*PER_PROGRAM, "text", "maps", "explain", "shot", "open"):
            self.refused([command, "hello", "--no-such-option"], "no-such-option", f"ringside {command} --help")
        self.refused(["frobnicate"], "no sample and no file 'frobnicate'")
        self.refused(["run"], "PROGRAM")
        self.refused(["vectors"], "FILE")
        self.refused(["samples", "extra"], "extra")

    def test_values_that_are_none(self):
        for option, value in {"--split": "5g", "--wp": "maybe", "--user-limit": "2g", "--4g-parts": "switch,more",
                              "--ram": "lots", "--max-insns": "many", "--seed": "x", "--bug": "two words"}.items():
            self.refused(["run", "hello", option, value], option.lstrip("-"))
        for ram in ("15M", "513M", "0", "-1", "64X", "99999999999999999999G", "16777217"):
            self.refused(["run", "hello", f"--ram={ram}"], "16M to 512M")

    def test_bugs_that_the_kernel_does_not_have(self):
        names = [line.split("(")[1].split(",")[0]
                 for line in (HERE.parents[1] / "kernel_stub/abi/bugs.h").read_text().splitlines()
                 if line.startswith("    BUG(")]
        self.assertEqual(len(names), 9)
        for command in (*PER_PROGRAM, "text", "open"):
            self.refused([command, "hello", "--bug", "no_such_bug"], "'no_such_bug' is no planted bug", *names)
        self.refused(["run", "hello", "--bug", ""], "'' is no planted bug")
        self.refused(["run", "hello", "--bug", "no_flush,no_flush"], "is no planted bug")

    def test_arguments_the_kernel_cannot_take(self):
        self.refused(["run", "hello", "--", "two words"], "without blanks")

    def test_splits_without_a_kernel(self):
        for split in ("segmented", "x64", "x64-kpti"):
            if not (GUEST / f"kernel-{split}.elf").exists():
                self.refused(["run", "hello", "--split", split], f"no kernel for the split {split}", "3g1g, 4g4g")


class Files(Case):
    def test_programs_that_are_not_there(self):
        for command in PER_PROGRAM:
            self.refused([command, "no-such-sample"], "no sample and no file 'no-such-sample'", "ringside samples")
            self.refused([command, "/no/such/file"], "/no/such/file")
            self.refused([command, "/tmp"], "'/tmp' is not a file")
            self.refused([command, ""], "no sample and no file")

    def test_files_that_are_no_programs(self):
        ran = {"good", "tail_not_writable"}  # the kernel's to judge
        for path in sorted((GUEST / "bad_files").iterdir()):
            if path.name not in ran:
                self.refused(["run", path], path.name)

    def test_kernels_that_are_none(self):
        self.refused(["run", "hello", "--kernel", "/no/such/kernel"], "/no/such/kernel")
        self.refused(["run", "hello", "--kernel", "/dev/null"], "/dev/null")
        self.refused(["run", "hello", "--kernel", GUEST / "bad_files/text"], "text")
        self.refused(["run", "hello", "--kernel", GUEST / "hello"], "hello")

    def test_standard_input_that_cannot_be_read(self):
        self.refused(["run", "hello", "--stdin", "/no/such/file"], "cannot read '/no/such/file'")
        self.refused(["run", "hello", "--stdin", "/tmp"], "directory")

    def test_no_guests_at_all(self):
        with tempfile.TemporaryDirectory() as empty:
            environment = {"RINGSIDE_GUEST_DIR": empty}
            self.refused(["samples"], "clang and lld", environment=environment)
            self.refused(["run", GUEST / "hello"], "no kernel for the split 3g1g", environment=environment)

    def test_vectors_that_cannot_be_read(self):
        self.refused(["vectors", "/no/such/file"], "/no/such/file")
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "cases.jsonl"
            path.write_text('{"kind":"p32"\n')
            self.refused(["vectors", path], f"{path}:1: ")
            path.write_text('{"kind":"nothing"}\n')
            self.refused(["vectors", path], f"{path}:1: ")
            with gzip.open(Path(__file__).parent.parent / "data/vectors/p32.jsonl.gz", "rt") as cases:
                good = cases.readline()
            case = json.loads(good)
            for member, value, why in (("cr3", "0x8000000", "cr3 is beyond"), ("efer", "0x100", "efer does not fit"),
                                       ("code", "90" * 2000, "code is no stub"), ("cr0", "0x11", "cr0 does not have paging"),
                                       ("mem", [["pte", "0x5000", "0x1"]], "mem has a word at 0x5000 among the harness's own")):
                path.write_text(good + json.dumps(case | {member: value}) + "\n")
                self.refused(["vectors", "--machine", path], f"{path}:2: {why}")


class Moments(Case):
    def test_beyond_the_end_and_no_moment(self):
        for when, word in {"99999999": "beyond the end", "insn:99999999999": "beyond the end", "key:sys99": "no event has",
                           "tomorrow": "is no moment", "": "'' is no moment", "200%": "is no moment", "0.999": "micro-steps"}.items():
            self.refused(["text", "hello", "--at", when], word)
            self.refused(["maps", "hello", "--at", when], word)
            self.refused(["explain", "hello", "--at", when, "0x1000"], word)
            self.refused(["trace", "hello", "--from", when], word)
            with tempfile.TemporaryDirectory() as directory:
                self.refused(["shot", "hello", "--at", when, "-o", f"{directory}/x.png"], word)

    def test_from_after_to(self):
        self.refused(["trace", "hello", "--from", "20", "--to", "10"], "is after")

    def test_kinds_panels_and_addresses_there_are_not(self):
        self.refused(["trace", "hello", "--kinds", "walks"], "walks")
        self.refused(["text", "hello", "--at", "end", "--panel", "walks"], "walks")
        for address in ("", "here", "0x", "xs:10", "ds:", "0x100000000", "-1", "1g"):
            self.refused(["explain", "hello", "--at", "end", f"{address}"], "address")
        self.refused(["explain", "hello", "--at", "end", "0x1000", "--cpl", "4"], "cpl")
        self.refused(["explain", "hello", "--at", "end", "0x1000", "--access", "q"], "access")


class Outputs(Case):
    def test_places_that_cannot_be_written(self):
        with tempfile.TemporaryDirectory() as directory:
            self.refused(["trace", "hello", "-o", f"{directory}/no/such/place"], "cannot write")
            self.refused(["trace", "hello", "-o", directory], "directory")
            self.refused(["shot", "hello", "--at", "end", "-o", f"{directory}/no/such/place.png"], "cannot write")
            self.assertEqual(os.listdir(directory), [])

    def test_a_refusal_leaves_the_old_file_and_nothing_else(self):
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "story.jsonl"
            path.write_text("old")
            self.refused(["trace", "hello", "--from", "99999999", "-o", path], "beyond the end")
            self.refused(["shot", "hello", "--at", "99999999", "-o", path], "beyond the end")
            self.assertEqual(path.read_text(), "old")
            self.assertEqual(os.listdir(directory), ["story.jsonl"])

    def test_a_full_disk(self):
        self.refused(["trace", "hello", "-o", "/dev/full"], "cannot write '/dev/full'")

    def test_sizes_and_themes_that_are_none(self):
        for size in ("big", "0x0", "100", "1440x", "x900", "1440x900x2", "99999x99999", "-1x5"):
            self.refused(["shot", "hello", "--at", "end", "-o", "/dev/null", f"--size={size}"])
        self.refused(["shot", "hello", "--at", "end", "-o", "/dev/null", "--theme", "mauve"], "theme")
        self.refused(["shot", "hello", "--at", "end", "-o", "/dev/null", "--view", "nothing"], "nothing")

    def test_no_display(self):
        self.refused(["open", "hello"], "no display")
        self.refused([], "no display")
        self.refused(["hello"], "no display")


class Guests(Case):
    def test_whatever_the_guest_does_the_host_goes_on(self):
        for path in sorted((GUEST / "bad").iterdir()):
            for split in ("3g1g", "4g4g"):
                status, _, err = run("run", path, "--split", split, "--max-insns", "20000000")
                self.assertNotEqual(status, 125, (path, err))
                self.assertIn("ringside: exit=", err)


if __name__ == "__main__":
    main()
