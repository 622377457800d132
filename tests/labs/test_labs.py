#!/usr/bin/env python3
"""The labs as students and teachers use them: real folders, real compilers, real grades."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

RINGSIDE = os.environ.get("RINGSIDE", "build/ringside")
GUEST = Path(os.environ.get("RINGSIDE_GUEST", "build/guest"))
LABS = Path(__file__).resolve().parents[2] / "labs"
DOOR = LABS / "guard_the_door"
SOLUTION = DOOR / "solution" / "uaccess.c"


def lab(*words, status=0, environment=None):
    done = subprocess.run([RINGSIDE, "lab", *map(str, words)], capture_output=True, text=True, timeout=300, check=False,
                          env={**os.environ, **(environment or {})})
    assert done.returncode == status, f"lab {words}: status {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout if status != 125 else done.stderr


class LabTest(unittest.TestCase):
    def setUp(self):
        self.scratch = Path(tempfile.mkdtemp(prefix="ringside-labs-"))
        self.addCleanup(shutil.rmtree, self.scratch)

    def folder(self, name="mine", source=None, **options):
        path = self.scratch / name
        words = [word for key, value in options.items() for word in (f"--{key}", value)]
        lab("new", "guard_the_door", path, *words)
        if source is not None:
            (path / "uaccess.c").write_text(source if isinstance(source, str) else source.read_text())
        return path

    def grade(self, path, *words):
        result = self.scratch / "result.json"
        lab("grade", path, "--json", result, *words)
        return json.loads(result.read_text())


class Students(LabTest):
    def test_the_labs_are_listed(self):
        self.assertRegex(lab("list"), r"(?m)^guard_the_door\tGuard the door\t20 points$")
        self.assertRegex(lab("list"), r"(?m)^predict_the_doors\tPredict the doors\t10 points$")

    def test_the_skeleton_compiles_boots_and_fails(self):
        path = self.folder()
        report = lab("check", path, status=1)
        self.assertIn("Score: 0/", report)
        self.assertIn("64 are left", report.replace("64 bytes are left of 64", ""))

    def test_the_solution_passes_every_public_test(self):
        report = lab("check", self.folder(source=SOLUTION))
        self.assertNotRegex(report, r"(?m)^  (fail|not)")
        self.assertRegex(report, r"Score: (\S+)/\1\n")

    def test_the_handout_has_the_student_s_own_numbers(self):
        one, two = (self.folder(name, seed=name) for name in ("1", "2"))
        numbers = [re.findall(r"`(0x[0-9a-f]+)`", (path / "handout.md").read_text()) for path in (one, two)]
        self.assertGreaterEqual(len(numbers[0]), 3)
        self.assertNotEqual(*numbers)
        self.assertNotIn("{", (one / "handout.md").read_text())

    def test_the_given_files_are_there_to_read(self):
        self.assertIn("my_copy_from_user", (self.folder() / "given" / "door.h").read_text())

    def test_a_failed_test_says_where_to_look_and_the_command_works(self):
        path = self.folder(source=DOOR / "mutants" / "end_is_too_far.c")
        report = lab("check", path, status=1)
        look = re.search(r"look +ringside (lab show \S+ flat\.ends --at \S+)", report)
        self.assertTrue(look, report)
        words = look.group(1).split()[1:]
        self.assertIn("lab_door returns 16", lab(*words))

    def test_a_failed_public_test_gets_two_pictures_and_a_text(self):
        path = self.folder(source=DOOR / "mutants" / "end_is_too_far.c")
        lab("check", path, "--pictures", self.scratch / "out", status=1)
        for name in ("flat.ends.got.png", "flat.ends.want.png"):
            self.assertTrue((self.scratch / "out" / name).read_bytes().startswith(b"\x89PNG"))
        self.assertNotEqual((self.scratch / "out" / "flat.ends.got.png").read_bytes(),
                            (self.scratch / "out" / "flat.ends.want.png").read_bytes())
        self.assertIn("want, at", (self.scratch / "out" / "flat.ends.txt").read_text())

    def test_code_that_does_not_compile_is_shown_the_compiler_s_words(self):
        report = lab("check", self.folder(source='#include "door.h"\nint x = ;\n'), status=1)
        self.assertIn("uaccess.c:2", report)
        self.assertIn("Score: 0/", report)

    def test_an_endless_loop_costs_a_budget_not_an_evening(self):
        source = SOLUTION.read_text().replace("    unsigned long left = n;\n    stac();", "    unsigned long left = n;\n    for (;;)\n        ;\n    stac();")
        self.assertIn("still running after", lab("check", self.folder(source=source), status=1))

    def test_a_folder_that_is_not_empty_is_left_alone(self):
        path = self.folder()
        self.assertIn("is not empty", lab("new", "guard_the_door", path, status=125))

    def test_bad_words_are_one_clear_line(self):
        for words in (["new", "nobody", self.scratch / "x"], ["check", self.scratch / "nothing"],
                      ["new", "../guard_the_door", self.scratch / "x"], ["grade", self.scratch]):
            said = lab(*words, status=125)
            self.assertRegex(said, r"^ringside: [^\n]+\n$")
        broken = self.folder("broken")
        (broken / "lab.json").write_text("{")
        self.assertIn("damaged", lab("check", broken, status=125))


class Cheats(LabTest):
    """What a student's file may not do."""

    def test_the_compiler_does_not_read_the_hidden_tests(self):
        hidden = DOOR / "tests" / "hidden.toml"
        for text in (f'#include "{hidden}"\n', f'__asm__(".incbin \\"{hidden}\\"");\n', '#include "/etc/passwd"\n'):
            report = lab("check", self.folder(text[:3] + str(len(text)), source='#include "door.h"\n' + text), status=1)
            self.assertRegex(report, r"(?i)permission denied|could not|not found|operation not permitted")
            self.assertNotIn("A range that wraps", report)
            self.assertNotIn("root:x:", report)

    def test_printing_success_is_not_success(self):
        source = (DOOR / "skeleton" / "uaccess.c").read_text().replace(
            "    (void)to;\n    (void)from;\n    return n; /* nothing was copied */",
            "    (void)to;\n    (void)from;\n    __asm__ volatile(\"outb %0, $0xE9\" : : \"a\"('!'));\n    return n;")
        self.assertIn("Score: 0/", lab("check", self.folder(source=source), status=1))

    def test_saying_that_all_was_copied_is_not_copying(self):
        source = re.sub(r"return n;.*\n", "return 0;\n", (DOOR / "skeleton" / "uaccess.c").read_text())
        report = self.grade(self.folder(source=source))
        by_id = {test["id"]: test for test in report["tests"]}
        self.assertEqual(by_id["flat.page"]["status"], "fail")
        self.assertIn("byte 0", by_id["flat.page"]["got"])

    def test_changed_given_files_do_not_count_and_are_named(self):
        path = self.folder(source=SOLUTION)
        (path / "given" / "variant.c").write_text("const unsigned long door_limit = 0;\n")
        report = self.grade(path)
        self.assertEqual(report["files_replaced"], ["given/variant.c"])
        self.assertEqual(report["score"], report["max"])

    def test_hidden_tests_tell_their_idea_and_nothing_else(self):
        report = self.grade(self.folder(source=DOOR / "mutants" / "no_carry.c"))
        failed = [test for test in report["tests"] if test["status"] == "fail"]
        self.assertEqual([test["id"] for test in failed], ["flat.hard.wraps"])
        self.assertEqual(failed[0]["visibility"], "hidden")
        self.assertIn("why", failed[0])
        for name in ("expect", "got", "event", "repro", "pictures"):
            self.assertNotIn(name, failed[0])


class Teachers(LabTest):
    def test_the_solution_gets_everything_with_any_student_s_seed(self):
        key = self.scratch / "key"
        key.write_text("a course's secret\n")
        for student in ("anna", "bob"):
            report = self.grade(self.folder(student, SOLUTION, student=student, key=key), "--key", key)
            self.assertEqual((report["score"], report["max"]), (20, 20))
            self.assertEqual(report["student"], student)

    def test_equal_submissions_get_equal_results(self):
        path = self.folder(source=DOOR / "mutants" / "returns_an_errno.c")
        self.assertEqual(self.grade(path), self.grade(path))

    def test_many_at_once_are_graded_as_one_by_one(self):
        paths = [self.folder(str(i), source, seed=str(i)) for i, source in
                 enumerate((SOLUTION, DOOR / "mutants" / "no_carry.c", DOOR / "skeleton" / "uaccess.c"))]
        together = self.scratch / "all.json"
        lab("grade", *paths, "--jobs", "2", "--json", together)
        self.assertEqual(json.loads(together.read_text()), [self.grade(path) for path in paths])

    def test_results_for_gradescope_autolab_and_junit(self):
        path = self.folder(source=DOOR / "mutants" / "no_carry.c")
        scope, unit = self.scratch / "results.json", self.scratch / "junit.xml"
        line = lab("grade", path, "--gradescope", scope, "--junit", unit, "--autolab").splitlines()[-1]
        result = json.loads(scope.read_text())
        self.assertAlmostEqual(result["score"], sum(test["score"] for test in result["tests"]), delta=0.001)
        self.assertIn("flat", json.loads(line)["scores"])
        self.assertIn('failures="1"', unit.read_text())

    def test_the_selftest_passes(self):
        self.assertIn("the grader grades", lab("selftest", "guard_the_door", "--seeds", "1"))

    def test_the_selftest_is_red_when_a_wrong_solution_is_declared_right(self):
        copy = self.scratch / "labs" / "guard_the_door"
        shutil.copytree(DOOR, copy)
        text = (copy / "lab.toml").read_text()
        only = re.search(r'\[\[mutant\]\]\nfile = "no_carry.c"[^\[]*loses = ', text)  # one is enough, and quick
        (copy / "lab.toml").write_text(text[:text.index("[[mutant]]")] + only.group() + "[]\n")
        said = lab("selftest", "guard_the_door", "--seeds", "1", status=1, environment={"RINGSIDE_LABS_DIR": str(copy.parent)})
        self.assertRegex(said, r"BAD +guard_the_door/mutants/no_carry\.c")
        self.assertIn("loses flat.hard.wraps, which it should pass", said)

    def test_there_are_at_least_eight_wrong_solutions(self):
        self.assertGreaterEqual(len(list((DOOR / "mutants").glob("*.c"))), 8)


class Predictions(LabTest):
    """The lab without code: answers are compared with what the machine does."""

    def answers(self, change=lambda text: text):
        path = self.scratch / "predictions"
        lab("new", "predict_the_doors", path, "--seed", "1")
        (path / "answers.toml").write_text(change((path / "answers.toml").read_text()))
        return path

    def by_id(self, path):
        return {test["id"]: test["status"] for test in self.grade(path)["tests"]}

    def test_nothing_is_worth_nothing(self):
        path = self.answers()
        self.assertIn("Score: 0/1", lab("check", path, status=1))
        self.assertEqual(set(self.by_id(path).values()), {"fail"})

    def test_each_cell_counts_by_itself(self):
        copied = self.by_id(self.answers(lambda text: re.sub(r'^(s[67]) = ""', r'\1 = "Right"', text, flags=re.M)))
        self.assertEqual({name for name, status in copied.items() if status == "pass"},
                         {f"{split}.{cell}" for split in ("segmented", "3g1g", "4g4g") for cell in ("s6", "s7")})

    def test_a_wrong_practice_answer_is_told_where_to_look(self):
        report = lab("check", self.answers(), status=1)
        look = re.search(r"look +ringside (lab show \S+ practice\.4g4g_s4 --at \S+)", report)
        self.assertTrue(look, report)
        self.assertIn("lab_peek", lab(*look.group(1).split()[1:]))

    def test_a_file_that_is_no_toml_is_said_once_and_reaches_no_test(self):
        path = self.answers(lambda text: "[segmented\n")
        told = lab("check", path, status=1)
        self.assertRegex(told, r"(?m)^answers\.toml:1: ")
        self.assertEqual(told.count("answers.toml"), 1, told)
        self.assertIn("Score: 0/1", told)
        self.assertEqual(set(self.by_id(path).values()), {"not reached"})

    def test_the_theory_is_what_the_machine_does_with_other_numbers_too(self):
        said = lab("selftest", "predict_the_doors", "--seeds", "1")
        self.assertIn("the grader grades", said)


if __name__ == "__main__":
    if not (GUEST / "kit" / "toolchain.json").exists():
        print("skipped: this build has no guests")
        sys.exit(77)
    unittest.main(verbosity=1)
