"""`ringside strace` and strace itself: the same program, run by the guest kernel and by the Linux that this test runs on, must look the
same. Without strace, or without a Linux that runs 32-bit programs, that is skipped."""

import re
import shutil
import subprocess
import tempfile
import unittest

from black_box import GUEST, Case, main, run

# The program of each word size, and the kernels that run it.
PROGRAMS = {GUEST / "tests" / "straced": ("segmented", "3g1g", "4g4g"), GUEST / "x64" / "tests" / "straced": ("x64", "x64-kpti")}
RUNS = [(program, split) for program, splits in PROGRAMS.items() for split in splits]
# What only one of them says: our faults; a signal that is ignored, of which the guest kernel tells nothing.
OURS = re.compile(r"--- (#|no #PF|\w+ at )")
THEIRS = re.compile(r"--- SIGCHLD|\[ Process PID=|execve\(|strace: ")


def lines_of(text):
    """(process in the order of their birth, line)."""
    numbers, found = {}, []
    for line in text.splitlines():
        match = re.match(r"\[pid +(\d+)\] (.*)", line)
        pid, line = (match[1], match[2]) if match else (None, line)
        found.append((pid, re.sub(r"\) += ", ") = ", line.strip())))
    for pid, line in found:  # of the first line of whom: a child's number is what fork returned
        if match := re.match(r"(?:fork\(|<\.\.\. fork resumed>)\) = (\d+)", line):
            numbers[match[1]] = len(numbers) + 2

    def number(match):
        return str(numbers.get(match[0], match[0]))
    return [(numbers.get(pid, 1), re.sub(r"\b\d+\b", number, line)) for pid, line in found]


def by_process(lines):
    """Each process's own lines. Who came first is the schedulers' business, so a call that another interrupted is put together."""
    told, open_calls = {}, {}
    for pid, line in lines:
        if line.endswith(" <unfinished ...>"):
            open_calls[pid] = line[:-len(" <unfinished ...>")]
            continue
        if match := re.match(r"<\.\.\. \w+ resumed>(.*)", line):
            line = open_calls.pop(pid) + match[1]
        told.setdefault(pid, []).append(line)
    return told


def theirs(program):
    """strace's own words, in a file, where its notices about children do not get between them."""
    with tempfile.NamedTemporaryFile("r") as told:
        subprocess.run(["strace", "-f", "-o", told.name, program], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=60, check=False)
        text = told.read()
    first = re.match(r"(\d+) ", text)
    if not first:
        return None
    lines = [re.sub(r"^(\d+) +", lambda m: "" if m[1] == first[1] else f"[pid {m[1]}] ", line) for line in text.splitlines()]
    lines = [line.replace("mmap2(", "mmap(") for line in lines]
    kept = [(pid, line) for pid, line in lines_of("\n".join(lines)) if not THEIRS.match(line)]
    return kept if kept and kept[-1][1] == "+++ exited with 7 +++" else None


def ours(program, split):
    status, out, err = run("strace", program, "--split", split)
    assert status == 0, err
    return [(pid, line) for pid, line in lines_of(out) if not OURS.match(line)]


class Strace(Case):
    def test_it_is_what_strace_prints(self):
        compared = 0
        for program, splits in PROGRAMS.items():
            expected = theirs(program) if shutil.which("strace") else None
            if expected is None:  # a Linux need not run 32-bit programs
                continue
            compared += 1
            self.assertGreater(len(expected), 40)
            for split in splits:
                self.assertEqual(by_process(ours(program, split)), by_process(expected), split)
        if not compared:
            raise unittest.SkipTest("no strace here, or none that may run a program")

    def test_two_processes(self):
        for program, split in RUNS:
            text = "\n".join(f"{pid}: {line}" for pid, line in ours(program, split))
            name, rest = ("wait4", ", NULL") if split in ("x64", "x64-kpti") else ("waitpid", "")
            self.assertIn(f"1: {name}(2,  <unfinished ...>\n2: nanosleep({{tv_sec=0, tv_nsec=1000}}, NULL) = 0\n2: exit_group(3) = ?\n"
                          f"2: +++ exited with 3 +++\n1: <... {name} resumed>[{{WIFEXITED(s) && WEXITSTATUS(s) == 3}}], 0{rest}) = 2", text)
            self.assertIn("3: --- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x20000000} ---\n3: +++ killed by SIGSEGV +++",
                          text)

    def test_signals_that_are_sent_and_caught(self):
        _, out, _ = run("strace", GUEST / "tests" / "signals")
        self.assertRegex(out, r"--- SIGUSR1 \{si_signo=SIGUSR1, si_code=SI_(USER|TKILL), si_pid=1\} ---")
        _, out, _ = run("strace", GUEST / "tests" / "waiting")
        self.assertRegex(out, r"--- SIGCHLD \{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=\d+, si_status=\d+\} ---")

    def test_every_sample_can_be_shown(self):
        for line in run("samples")[1].splitlines():
            status, out, err = run("strace", line.split("\t")[0])
            self.assertEqual((status, out.splitlines()[-1]), (0, "+++ exited with 0 +++"), err)
            self.assertNotIn("???", out.replace("/* PROT_??? */", ""))


if __name__ == "__main__":
    main()
