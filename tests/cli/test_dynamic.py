"""A program with an interpreter: who runs first, what it asks of the kernel, and that nothing comes before it is touched."""

import shutil
import tempfile
from pathlib import Path

from black_box import GUEST, Case, main, of_kind, run, trace

SPLITS = ("segmented", "3g1g", "4g4g")
LIBRARY, TABLE = 0x61000000, 0x0804B000


def number(text):
    return int(text, 16)


class Dynamic(Case):
    def for_all(self):
        for split in SPLITS:
            with self.subTest(split=split):
                yield split, trace("dynamic", split)

    def test_it_says_the_same_everywhere(self):
        said = {run("run", "dynamic", "--split", split, "--quiet")[:2] for split in SPLITS}
        self.assertEqual(len(said), 1)
        status, text = said.pop()
        self.assertEqual(status, 0)
        self.assertIn("main: this line was written by the library\n", text)
        self.assertTrue(text.endswith("main: it was killed: the table is sealed\n"))

    def test_the_interpreter_runs_first(self):
        for _, events in self.for_all():
            first = next(e for e in events if e["cpl"] == 3)
            self.assertGreaterEqual(number(first["ip"]), 0x60000000)

    def test_two_mmaps_and_one_mprotect(self):
        for _, events in self.for_all():
            calls = [(e["name"], e["args"][0]) for e in of_kind(events, "syscall") if e["name"] in ("mmap", "mprotect")]
            self.assertEqual(calls, [("mmap", hex(LIBRARY)), ("mmap", hex(LIBRARY + 0x1000)), ("mprotect", hex(TABLE))])

    def test_the_library_is_read_when_it_is_touched(self):
        for _, events in self.for_all():
            promised = next(i for i, e in enumerate(events) if e["kind"] == "vma" and number(e["start"]) == LIBRARY)
            given = [(i, e) for i, e in enumerate(events) if e["kind"] == "fault_in" and number(e["lin"]) == LIBRARY]
            self.assertEqual([e["how"] for _, e in given], ["file"])
            self.assertGreater(given[0][0], promised)

    def test_the_sealed_table(self):
        for _, events in self.for_all():
            signals = [(e["nr"], number(e["code"]), number(e["addr"])) for e in of_kind(events, "signal") if e["nr"] == 11]
            self.assertEqual([(nr, code) for nr, code, _ in signals], [(11, 2)])
            self.assertEqual(signals[0][2] & ~0xFFF, TABLE)

    def test_without_its_interpreter_it_is_refused(self):
        with tempfile.TemporaryDirectory() as directory:
            shutil.copy(GUEST / "dynamic", directory)
            for name in ("ld-ringside.so",):
                shutil.copy(GUEST / name, directory)
            self.assertEqual(run("run", Path(directory) / "dynamic", "--quiet")[0], 0)
            (Path(directory) / "ld-ringside.so").write_text("no program")
            self.refused(("run", Path(directory) / "dynamic"), "ld-ringside.so", "not an ELF file")


if __name__ == "__main__":
    main()
