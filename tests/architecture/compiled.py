"""The rules that need a tool: headers that compile alone, the format, clang-tidy. What passed once is remembered by the
hash of all that it was made of, so only what changed is looked at again."""

import hashlib
import json
import os
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tree


class Memory:
    """Names of what passed, as empty files in a folder."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def key(self, path, *parts):
        digest = hashlib.sha256("\0".join(parts).encode())
        for name in sorted(tree.closure(path)):
            digest.update(name.encode() + b"\0" + (tree.ROOT / name).read_bytes())
        return digest.hexdigest()

    def knows(self, key):
        return (self.folder / key).exists()

    def keep(self, key):
        (self.folder / key).touch()


def version(tool):
    return subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout


def run_all(work, paths):
    """Runs work(path) on every core; what it returns are complaints."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [complaint for found in pool.map(work, paths) for complaint in found]


def commands(build):
    """source -> compiler arguments without output, from the compile commands of a build."""
    table = {}
    for entry in json.loads((Path(build) / "compile_commands.json").read_text()):
        path = os.path.relpath(os.path.join(entry["directory"], entry["file"]), tree.ROOT)
        words = shlex.split(entry["command"])
        table[path] = words[words.index("ccache") + 1:] if "ccache" in words else words
    return table


def has_folder(build, folder):
    return any(path.startswith(folder) for path in commands(build))


def include_options(build):
    """Every include path that some target of the build uses."""
    options = []
    for words in commands(build).values():
        for word, following in zip(words, [*words[1:], ""]):
            option = [word, following] if word == "-isystem" else [word] if word.startswith(("-I", "-D")) else []
            if option and "RINGSIDE_" not in option[0] and option not in options:
                options.append(option)
    return [word for option in options for word in option]


def headers(build):
    """Every header compiles alone: the host's as C++, the ABI also as C."""
    memory = Memory(Path(build) / "headers-alone")
    options = include_options(build)
    tool = version("g++") + " ".join(options)
    window = any(word.endswith("SDL2") for word in options)

    def alone(path):
        languages = ["c++"] if path.endswith(".hpp") else ["c", "c++"]
        complaints = []
        for language in languages:
            key = memory.key(path, tool, language)
            if memory.knows(key):
                continue
            standard = "-std=c++20" if language == "c++" else "-std=gnu11"
            call = ["g++" if language == "c++" else "gcc", standard, "-fsyntax-only", *options,
                    f"-I{tree.ROOT}", "-include", str(tree.ROOT / path), "-x", language, os.devnull]
            result = subprocess.run(call, capture_output=True, text=True, check=False)
            if result.returncode:
                complaints.append(f"{path}:1: does not compile alone as {language}:\n{result.stderr.rstrip()}")
            else:
                memory.keep(key)
        return complaints

    # What a build leaves out, for a library that is not there, is not looked at either.
    left_out = (() if window else ("ui/window/",)) + (() if has_folder(build, "bench/") else ("bench/",))
    ours = [path for path in tree.files(".hpp") if not path.startswith(left_out)]
    return run_all(alone, ours + [path for path in tree.files(".h") if path.startswith("kernel_stub/abi/")])


def formatting(build):
    """clang-format has nothing to change in our C++; the guest's C is laid out by hand."""
    del build

    def look(path):
        result = subprocess.run(["clang-format", "--dry-run", path], cwd=tree.ROOT, capture_output=True, text=True,
                                check=False)
        first = result.stderr.splitlines()[:1]
        return [f"{path}:{line.split(':')[1]}: clang-format -i {path} would change this" for line in first]

    return run_all(look, tree.files(*tree.CXX))


def tidy(build, *rooms):
    """clang-tidy finds nothing in the rooms (its settings say why a check is off); tests are left to the compilers."""
    wanted = tuple(room.rstrip("/") + "/" for room in rooms) or ("",)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ringside" / "tidy"
    memory = Memory(cache)
    table = commands(build)
    settings = version("clang-tidy") + (tree.ROOT / ".clang-tidy").read_text()

    def look(path):
        key = memory.key(path, settings, " ".join(table[path][1:]).replace(str(tree.ROOT), "").replace(str(build), ""))
        if memory.knows(key):
            return []
        call = ["clang-tidy", "--quiet", "-p", str(build), str(tree.ROOT / path)]
        result = subprocess.run(call, capture_output=True, text=True, check=False, cwd=tree.ROOT)
        if result.returncode:
            return [result.stdout.rstrip() or result.stderr.rstrip()]
        memory.keep(key)
        return []

    return run_all(look, [path for path in sorted(table)
                          if path.startswith(wanted) and not path.startswith(("tests/", "bench/", ".."))])


RULES = {rule.__name__: rule for rule in (headers, formatting, tidy)}
