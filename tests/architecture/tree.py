"""Our own files, and what their text says without its comments."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOP = ("bench", "cmake", "core", "kernel_stub", "labs", "mmu", "samples", "seg", "setup", "tests", "ui")
CXX = (".cpp", ".hpp")
GUEST = (".c", ".h", ".S")


def files(*suffixes, root=ROOT):
    """Every file of ours with one of these suffixes, as a path from the root."""
    found = []
    for top in TOP:
        for folder, folders, names in os.walk(root / top):
            folders[:] = [name for name in folders if not name.startswith((".", "__"))]
            found += [os.path.relpath(os.path.join(folder, name), root) for name in names if name.endswith(suffixes)]
    return sorted(found)


def code(text):
    """C and C++ text with comments, strings and character literals blanked; lines keep their numbers."""
    pattern = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\''
    return re.sub(pattern, lambda match: "\n" * match.group().count("\n"), text, flags=re.DOTALL)


def includes(text):
    """(line number, name, quoted) of each #include."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
        if match:
            found.append((number, match.group(2), match.group(1) == '"'))
    return found


def is_of_a_lab(path):
    """Guest code in a lab's folder: labs/LAB/..., not the grader beside it."""
    return bool(re.match(r"labs/[^/]+/(given|mutants|programs|skeleton|solution)/", path))


def resolve(name, user, root=ROOT):
    """Our file that an #include means, or None: from the top, beside its user, or from one of the guest's include
    folders, which differ by architecture and split (any of them will do: they are all one room)."""
    folder = os.path.dirname(user)
    for path in (name, os.path.normpath(os.path.join(folder, name))):
        if (root / path).is_file():
            return path
    if is_of_a_lab(user) and name == "variant.h":
        return user  # made for each student
    if user.startswith(("kernel_stub/", "samples/")) or is_of_a_lab(user):
        for path in sorted((root / "kernel_stub").rglob(name.lstrip("./"))):
            return os.path.relpath(path, root)
    return None


def closure(path, root=ROOT, seen=None):
    """The file and all of ours that it includes, directly or not."""
    seen = set() if seen is None else seen
    if path not in seen:
        seen.add(path)
        for _, name, _ in includes((root / path).read_text(errors="replace")):
            target = resolve(name, path, root)
            if target:
                closure(target, root, seen)
    return seen
