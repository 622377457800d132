"""The planted bugs of the doors to user memory: each does what its name says, and where it does no harm it does none."""

from black_box import GUEST, Case, main, of_kind, run, trace
from test_five_doors import peeks


HALF_WORD = GUEST / "tests/half_word"


def line(program, split, bug, start):
    _, out, _ = run("run", program, "--split", split, "--bug", bug, "--quiet")
    return next((text for text in out.splitlines() if text.startswith(start)), "")


class UserAccess(Case):
    def test_naive_deref_oopses_or_works_by_luck(self):
        for split, linear in (("segmented", "c804"), ("4g4g", "0804")):  # DS:0804a.., and the kernel's own 0804a..
            status, out, _ = run("run", "hello", "--split", split, "--bug", "naive_deref")
            self.assertEqual(status, 128 + 11)
            self.assertRegex(out, rf"Oops: unable to handle kernel paging request at {linear}")
        status, out, _ = run("run", "hello", "--bug", "naive_deref", "--quiet")
        self.assertEqual((status, out), (0, "Hello from ring 3!\n"))  # 3G/1G: nobody notices
        self.assertIn("K-SECRET", line("five_doors", "3g1g", "naive_deref", "s9"))  # until somebody does

    def test_missing_access_ok_leaks_only_where_the_kernel_can_be_named(self):
        self.assertIn("K-SECRET", line("five_doors", "3g1g", "missing_access_ok", "s9"))
        self.assertIn("killed by signal 11", line("five_doors", "segmented", "missing_access_ok", "s9"))
        self.assertIn("refused", line("five_doors", "4g4g", "missing_access_ok", "s9"))
        self.assertEqual(of_kind(peeks("3g1g", "--bug", "missing_access_ok")["s9"], "access_ok"), [])

    def test_missing_carry_lets_a_range_wrap_around(self):
        wrapped = line("pointers", "3g1g", "missing_carry", "A03")
        self.assertRegex(wrapped, r"left +32 of +32 .* pf 1 fixups 1 ")  # refused by luck: nothing is mapped there
        checks = of_kind(trace("pointers", "3g1g", "--bug", "missing_carry"), "access_ok")
        self.assertIn(("0xfffffff0", True), [(e["ptr"], e["ok"]) for e in checks])
        self.assertRegex(line("pointers", "3g1g", "missing_access_ok", "A05"), r"left +0 ")

    def test_historical_get_user_leaves_half_a_value(self):
        _, good, _ = run("run", HALF_WORD, "--split", "4g4g", "--quiet")
        _, bad, _ = run("run", HALF_WORD, "--split", "4g4g", "--quiet", "--bug", "historical_get_user")
        self.assertEqual(good, "get_user of 20000ffe: -14, value 00000000\n")
        self.assertEqual(bad, "get_user of 20000ffe: -14, value 00004241\n")
        for split in ("segmented", "3g1g"):  # one MOV: all or nothing
            _, out, _ = run("run", HALF_WORD, "--split", split, "--quiet", "--bug", "historical_get_user")
            self.assertEqual(out, good)


if __name__ == "__main__":
    main()
