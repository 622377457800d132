"""The rules themselves, tried on small trees: each breach is found, and what is allowed is left alone."""

import tempfile
import unittest
from pathlib import Path

import rooms
import rules
import tree


class Tree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def assert_breach(self, rule, *places):
        self.assertEqual(list(places), [":".join(text.split(":")[:2]) for text in rule(root=self.root)])


class Directions(Tree):
    def test_mmu_and_seg_do_not_know_each_other(self):
        self.write("seg/selector.hpp", "")
        self.write("mmu/tlb.hpp", '#pragma once\n#include "seg/selector.hpp"\n')
        self.assert_breach(rules.directions, "mmu/tlb.hpp:2")

    def test_the_models_see_the_vocabulary(self):
        self.write("core/x86/bits.hpp", "#include <cstdint>\n")
        self.write("mmu/tlb.hpp", '#include "core/x86/bits.hpp"\n')
        self.write("seg/gate.hpp", '#include "core/x86/bits.hpp"\n')
        self.assert_breach(rules.directions)

    def test_the_vocabulary_uses_the_standard_library_only(self):
        self.write("core/x86/bits.hpp", "#include <fmt/core.h>\n#include <unistd.h>\n#include <bit>\n")
        self.assert_breach(rules.directions, "core/x86/bits.hpp:1", "core/x86/bits.hpp:2")

    def test_sheets_know_neither_the_window_nor_its_libraries(self):
        self.write("ui/window/painter.hpp", "#include <SDL2/SDL.h>\n#include <imgui.h>\n")
        self.write("ui/sheets/walk.cpp", '#include "ui/window/painter.hpp"\n#include <imgui.h>\n')
        self.write("core/view/walk.cpp", "#include <SDL.h>\n")
        self.assert_breach(rules.directions, "core/view/walk.cpp:1", "ui/sheets/walk.cpp:1", "ui/sheets/walk.cpp:2")

    def test_panels_see_a_session_but_not_how_it_runs(self):
        self.write("core/session.hpp", "")
        self.write("core/engine.hpp", "")
        self.write("ui/sheets/walk.cpp", '#include "core/session.hpp"\n#include "core/engine.hpp"\n')
        self.assert_breach(rules.directions, "ui/sheets/walk.cpp:2")

    def test_core_and_ui_meet_in_the_commands(self):
        self.write("core/engine.hpp", "")
        self.write("ui/cli/run.cpp", '#include "core/engine.hpp"\n')
        self.assert_breach(rules.directions)

    def test_host_and_guest_share_only_the_abi(self):
        self.write("kernel_stub/abi/ports.h", "#include <stdint.h>\n")
        self.write("kernel_stub/mm/page.h", "")
        self.write("core/bus.cpp", '#include "kernel_stub/abi/ports.h"\n#include "kernel_stub/mm/page.h"\n')
        self.write("kernel_stub/mm/page.c", '#include "page.h"\n#include <stdio.h>\n#include "core/bus.hpp"\n')
        self.assert_breach(rules.directions, "core/bus.cpp:2", "kernel_stub/mm/page.c:2", "kernel_stub/mm/page.c:3")

    def test_a_file_outside_every_room_is_named(self):
        self.write("ui/stray.cpp", "")
        self.assert_breach(rules.directions, "ui/stray.cpp:1")

    def test_the_table_names_rooms_only(self):
        for room in rooms.ROOMS.values():
            for other in room.sees:
                self.assertIn(rooms.room_of(other), rooms.ROOMS, other)
            for library in room.outside:
                self.assertIn(library, rooms.LIBRARIES)


class Words(Tree):
    def test_only_its_room_names_unicorn(self):
        self.write("core/unicorn/engine.cpp", "#include <unicorn/unicorn.h>\nuc_err e = uc_open();\n")
        self.write("core/machine.cpp", '// uc_open is named here only\nauto text = "uc_open";\nuc_open();\n')
        self.assert_breach(rules.engine, "core/machine.cpp:3")

    def test_nothing_half_done(self):
        self.write("mmu/tlb.cpp", "int a;\n// TO" "DO: flush\n")
        self.assert_breach(rules.promises, "mmu/tlb.cpp:2")

    def test_comments_are_blanked_and_lines_kept(self):
        self.assertEqual("a\n\n\nb", tree.code("a/* x\n\n*/\nb"))


class Lengths(Tree):
    def test_a_long_file_needs_a_reason(self):
        self.write("mmu/tlb.cpp", "\n" * 301)
        self.write("tests/mmu/tlb.cpp", "\n" * 301)
        self.assert_breach(rules.lengths, "mmu/tlb.cpp:301")
        self.write(rules.LONG, "mmu/tlb.cpp  one table\n")
        self.assert_breach(rules.lengths)

    def test_a_reason_does_not_outlive_its_file(self):
        self.write("mmu/tlb.cpp", "\n" * 10)
        self.write(rules.LONG, "# comment\nmmu/tlb.cpp  one table\nmmu/gone.cpp  one table\nmmu/tlb.hpp\n")
        self.assert_breach(rules.lengths, f"{rules.LONG}:4", "mmu/tlb.cpp:1", f"{rules.LONG}:1", f"{rules.LONG}:1")


if __name__ == "__main__":
    unittest.main()
