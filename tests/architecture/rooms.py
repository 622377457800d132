"""The rooms of the house and what each may include: docs/architecture.md as a table.

A file belongs to the room with the longest matching path. `sees` names rooms (a room sees itself); `outside` names
libraries. The C++ standard library is open to every room of ours, the guest's code has only its freestanding headers.
"""

from dataclasses import dataclass

import tree

# What a library's headers look like between the angle brackets.
LIBRARIES = {
    "std": r"[a-z_0-9]+",
    "posix": r"(sys|arpa|netinet|linux)/[\w/]+\.h|(unistd|fcntl|poll|signal|termios|spawn|dlfcn|ucontext)\.h",
    "freestanding": r"(stdint|stddef|stdbool|stdarg|limits|cpuid)\.h",
    "unicorn": r"unicorn/.*",
    "capstone": r"capstone/.*",
    "libdw": r"elfutils/.*|(dwarf|libelf|gelf|elf)\.h",
    "zlib": r"zlib\.h",
    "png": r"png\.h",
    "fmt": r"fmt/.*",
    "json": r"nlohmann/.*",
    "cli11": r"CLI/.*",
    "toml": r"toml\+\+/.*",
    "openssl": r"openssl/.*",
    "sdl": r"SDL2?/.*|SDL\w*\.h",
    "imgui": r"imgui.*|misc/(freetype|cpp)/.*|ft2build\.h|freetype/.*",
}


@dataclass(frozen=True)
class Room:
    sees: tuple = ()
    outside: tuple = ("std",)
    everything: bool = False  # where the rooms meet, tests and benchmarks


MODELS = ("core/x86", "mmu", "seg")
# Plain data that core hands out: what a panel or a grader needs to ask a session, and nothing of how it runs.
SESSION = ("core/session.hpp", "core/cpu.hpp", "core/machine_config.hpp", "core/host_error.hpp", "core/trace")
# What a view is made of besides the session: instructions as data, symbols and source lines.
READINGS = ("core/decoder", "core/symbols", "kernel_stub/abi")

ROOMS = {
    # The models of the architecture. mmu and seg do not know each other.
    "core/x86": Room(),
    "mmu": Room(sees=("core/x86",)),
    "seg": Room(sees=("core/x86",)),
    # core: the machine around the models.
    "core": Room(sees=(*MODELS, "core", *SESSION, *READINGS, "core/view", "core/devices", "core/instructions",
                       "core/unicorn", "core/vectors"),
                 outside=("std", "posix", "fmt", "json", "zlib", "libdw")),
    "core/session.hpp": Room(sees=(*MODELS, *SESSION)),
    "core/cpu.hpp": Room(sees=MODELS),
    "core/machine_config.hpp": Room(sees=("core/x86", "core/host_error.hpp")),
    "core/host_error.hpp": Room(),
    "core/trace": Room(sees=(*MODELS, *SESSION, "kernel_stub/abi"), outside=("std", "fmt", "json")),
    "core/decoder": Room(sees=("core/x86",), outside=("std", "capstone")),
    "core/symbols": Room(sees=("core/x86",), outside=("std", "posix", "libdw")),
    "core/devices": Room(sees=(*MODELS, "core", *SESSION, *READINGS), outside=("std", "posix")),
    "core/instructions": Room(sees=(*MODELS, "core", *SESSION, "core/decoder", "core/devices", "kernel_stub/abi")),
    "core/unicorn": Room(sees=(*MODELS, "core", *SESSION, "core/decoder"),
                         outside=("std", "posix", "fmt", "unicorn")),
    "core/vectors": Room(sees=(*MODELS, "core", *SESSION), outside=("std", "fmt", "json", "zlib")),
    "core/view": Room(sees=(*MODELS, *SESSION, *READINGS), outside=("std", "fmt")),
    # What stands on the session.
    "labs": Room(sees=(*MODELS, *SESSION, *READINGS, "core/view"),
                 outside=("std", "posix", "fmt", "json", "toml", "openssl")),
    "ui/sheets": Room(sees=(*MODELS, *SESSION, *READINGS, "core/view"), outside=("std", "fmt")),
    "ui/text": Room(sees=(*MODELS, *SESSION, *READINGS, "core/view", "ui/sheets"), outside=("std", "fmt")),
    "ui/window": Room(sees=(*MODELS, *SESSION, *READINGS, "core/view", "ui/sheets", "ui/text"),
                      outside=("std", "fmt", "png", "sdl", "imgui")),
    "ui/story": Room(sees=(*MODELS, *SESSION, *READINGS, "core/view"), outside=("std", "fmt")),
    "ui/cli": Room(everything=True),
    "ui/main.cpp": Room(everything=True),
    # The guest: freestanding C and assembly, which share only the ABI with the host.
    "kernel_stub/abi": Room(outside=("freestanding",)),
    "kernel_stub": Room(sees=("kernel_stub/abi",), outside=("freestanding",)),
    "samples": Room(sees=("kernel_stub/abi", "kernel_stub"), outside=("freestanding",)),
    "tests": Room(everything=True),
    "bench": Room(everything=True),
}


def room_of(path):
    """The room that a file belongs to; None for a file outside every room."""
    if tree.is_of_a_lab(path):
        return "samples"  # a lab's guest code lives under the same rules
    fitting = [room for room in ROOMS if path == room or path.startswith(room + "/")]
    return max(fitting, key=len, default=None)
