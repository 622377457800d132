"""The real window on a virtual display, driven by real key and mouse events (Xvfb, xdotool).

The window's title names the moment; that and the picture of F12 are what is checked.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
DISPLAY = ":%d" % (200 + os.getpid() % 500)
PATIENCE = 20  # seconds for anything to show, on a busy machine


def missing():
    for tool in ("Xvfb", "xdotool"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed"
    if not (PROGRAM.parent / "guest" / "kernel-4g4g.elf").exists():
        return "the guests are not built"
    samples = subprocess.run([PROGRAM, "open", "--help"], capture_output=True, text=True)
    return None if samples.returncode == 0 else "this build has no `open`"


class Window(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = subprocess.Popen(
            ["Xvfb", DISPLAY, "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.environment = dict(os.environ, DISPLAY=DISPLAY)
        time.sleep(1)

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait()

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.window = subprocess.Popen([PROGRAM, "open", "pages"], env=self.environment,
                                       cwd=self.folder.name, stderr=subprocess.PIPE, text=True)
        self.id = self.wait_for(lambda: self.tool("search", "--name", "^Ringside: "), "a window")
        self.id = self.id.split()[0]
        self.tool("windowfocus", self.id)

    def tearDown(self):
        self.window.kill()
        self.window.wait()
        self.window.stderr.close()
        self.folder.cleanup()

    def tool(self, *words):
        return subprocess.run(["xdotool", *words], env=self.environment, capture_output=True,
                              text=True).stdout.strip()

    def wait_for(self, question, what):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = question()
            if answer:
                return answer
            if self.window.poll() is not None:
                self.fail("the window closed by itself: " + self.window.stderr.read())
            time.sleep(0.05)
        self.fail(f"waited {PATIENCE} s for {what}; the title is {self.title()!r}")

    def title(self):
        return self.tool("getwindowname", self.id)

    def press(self, key, pattern):
        """Presses a key and waits until the title matches."""
        self.tool("key", key)
        return self.wait_for(lambda: re.search(pattern, self.title()), f"{pattern} after {key}")

    def event(self):
        return int(re.search(r"event (\d+)", self.title()).group(1))

    def test_keys_step_every_unit_forwards_and_backwards(self):
        start = self.event()
        self.press("Right", rf"event {start + 1}/")
        self.press("Left", rf"event {start}/")
        self.press("period", rf"event {start}\.1/")
        self.press("comma", rf"event {start}/")
        insn = int(re.search(r"insn (\d+)", self.title()).group(1))
        self.press("s", rf"insn {insn + 1} ")
        self.press("shift+s", rf"insn {insn} ")
        last = int(re.search(r"/(\d+) ", self.title()).group(1))
        self.press("shift+Right", rf"event (?!{start}/)\d+/")
        self.press("End", rf"event {last}/{last}")
        self.press("Home", r"event 0/")

    def test_t_shows_the_other_split_at_the_same_key(self):
        self.press("shift+semicolon", "Ringside")
        self.tool("type", "go key:sys1/write/access_ok")
        self.press("Return", r"3g1g, .* sys1/write/access_ok$")
        # 4G/4G has no access_ok of its own kind: it lands on the call around it or the same key.
        self.press("t", r"4g4g, .* sys1/write")
        self.press("t", r"3g1g, .* sys1/write")

    def test_a_breakpoint_from_the_command_line_of_the_window_stops_a_run(self):
        self.tool("key", "shift+semicolon")
        self.tool("type", "break sys_exit")
        self.tool("key", "Return")
        before = self.title()
        self.press("c", r"insn \d+ sys2")
        self.assertNotEqual(before, self.title())

    def test_an_unknown_command_is_answered_and_the_window_stays(self):
        self.tool("key", "shift+semicolon")
        self.tool("type", "frobnicate")
        self.tool("key", "Return")
        start = self.event()
        self.press("Right", rf"event {start + 1}/")

    def test_f12_writes_a_picture_of_the_moment_and_its_text(self):
        event = self.event()
        self.tool("key", "F12")
        folder = pathlib.Path(self.folder.name)
        picture, text = folder / f"ringside-{event}.png", folder / f"ringside-{event}.txt"
        self.wait_for(text.exists, "the text")
        self.assertTrue(picture.read_bytes().startswith(b"\x89PNG"))
        self.assertIn("== PAGE WALK", text.read_text())
        self.assertEqual({f.name for f in folder.iterdir()}, {picture.name, text.name})

    def type_line(self, key, text):
        self.tool("key", key)
        self.tool("type", text)
        self.tool("key", "Return")

    def test_e_sets_a_stop_that_c_runs_to_and_shift_c_goes_back_to(self):
        self.type_line("e", "copy")
        self.press("c", r"sys1/write/copy$")
        self.press("End", r"event (\d+)/\1 ")
        self.press("shift+c", r"sys1/write/copy$")

    def test_w_watches_a_register_and_c_stops_at_its_change(self):
        self.type_line("e", "syscall_ret")
        self.type_line("w", "cpl")
        self.press("c", r"event")  # into the kernel: CPL is 0 now
        self.wait_for(lambda: "access_ok" in self.title() or "sys1/write" in self.title(), "ring 0")
        before = int(re.search(r"insn (\d+)", self.title()).group(1))
        self.tool("key", "c")
        self.wait_for(lambda: int(re.search(r"insn (\d+)", self.title()).group(1)) != before,
                      "the next stop")

    def test_slash_finds_text_and_braces_go_from_place_to_place(self):
        self.tool("key", "Home")
        self.type_line("slash", "access_ok")
        self.wait_for(lambda: "access_ok" in self.title(), "access_ok")
        first = self.event()
        self.tool("key", "braceleft")
        self.wait_for(lambda: self.event() >= first, "a place")
        self.press("braceright", rf"event {first}/")

    def test_a_mark_is_gone_back_to(self):
        start = self.event()
        self.tool("key", "m", "a")
        self.press("End", r"event (\d+)/\1 ")
        self.tool("key", "apostrophe")
        self.press("a", rf"event {start}/")

    def test_space_plays_and_pauses(self):
        start = self.event()
        self.tool("key", "bracketright", "bracketright", "space")
        self.wait_for(lambda: self.event() > start + 2, "two events")
        self.tool("key", "space")
        time.sleep(0.5)
        paused = self.event()
        time.sleep(1.5)
        self.assertEqual(self.event(), paused)

    def test_a_digit_and_a_click_on_a_title_bar_open_a_panel_and_close_it(self):
        def shown():
            picture = pathlib.Path(self.folder.name) / f"ringside-{self.event()}.png"
            self.tool("key", "F12")
            self.wait_for(picture.with_suffix(".txt").exists, "a picture")
            pixels = picture.read_bytes()
            self.tool("key", "Escape")  # the answer of F12
            picture.unlink()
            picture.with_suffix(".txt").unlink()
            return pixels

        def click_on_the_title():
            # A frame must see the mouse there before it is pressed; under the sanitizers one takes long.
            self.tool("mousemove", "--window", self.id, "700", "42")
            time.sleep(1)
            self.tool("click", "1")
            time.sleep(1)
            self.tool("mousemove", "--window", self.id, "2", "2")

        everything = shown()
        self.tool("key", "2")
        walk = shown()
        self.assertTrue(walk != everything, "the digit opened nothing")
        click_on_the_title()
        self.wait_for(lambda: shown() == everything, "the click to close the panel")
        click_on_the_title()
        self.wait_for(lambda: shown() == walk, "the click to open the panel")

    def test_ctrl_c_copies_and_the_window_stays(self):
        start = self.event()
        self.tool("key", "ctrl+c")
        self.press("Right", rf"event {start + 1}/")

    def test_a_click_on_the_time_line_goes_to_that_event(self):
        start = self.event()
        # The events' lane is the fourth row of the story at the bottom, the words begin at its left.
        for y in range(780, 830, 6):
            self.tool("mousemove", "--window", self.id, "90", str(y))
            time.sleep(0.1)
            self.tool("click", "1")
            time.sleep(0.3)
            if self.event() != start:
                break
        self.assertLess(self.event(), start)

    def test_idle_costs_no_processor_time(self):
        time.sleep(1)

        def ticks():
            fields = pathlib.Path(f"/proc/{self.window.pid}/stat").read_text().split()
            return int(fields[13]) + int(fields[14])

        before = ticks()
        time.sleep(3)
        self.assertLessEqual(ticks() - before, 2)

    def test_q_leaves_with_status_0(self):
        self.tool("key", "q")
        self.assertEqual(self.window.wait(PATIENCE), 0)


class NoDisplay(unittest.TestCase):
    def test_without_a_display_it_says_so_and_exits_125(self):
        environment = {k: v for k, v in os.environ.items()
                       if k not in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")}
        done = subprocess.run([PROGRAM, "open", "pages"], env=environment, capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(done.returncode, 125)
        self.assertRegex(done.stderr, r"^ringside: .*display.*\n$")


if __name__ == "__main__":
    reason = missing()
    if reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    unittest.main()
