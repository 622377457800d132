"""The rules of the house that need only the text of the tree. Each returns complaints, `file:line: what`."""

import re

import tree
from rooms import LIBRARIES, ROOMS, room_of

LIMIT = 300  # lines of a file
LONG = "tests/architecture/long_files.txt"


def directions(root=tree.ROOT):
    """Each room includes only what docs/architecture.md lets it see."""
    complaints = []
    for path in tree.files(*tree.CXX, *tree.GUEST, root=root):
        name = room_of(path)
        if name is None:
            complaints.append(f"{path}:1: belongs to no room of tests/architecture/rooms.py")
            continue
        room = ROOMS[name]
        if room.everything:
            continue
        for line, wanted, quoted in tree.includes((root / path).read_text(errors="replace")):
            target = tree.resolve(wanted, path, root)
            if target:
                other = room_of(target)
                if other != name and other not in room.sees:
                    complaints.append(f"{path}:{line}: {name} does not see {other} ({wanted})")
            elif quoted:
                complaints.append(f"{path}:{line}: no file of ours is called {wanted}")
            elif not any(re.fullmatch(LIBRARIES[library], wanted) for library in room.outside):
                complaints.append(f"{path}:{line}: {name} may not use <{wanted}>")
    return complaints


def engine(root=tree.ROOT):
    """Only core/unicorn (and bench and tests) names Unicorn."""
    complaints = []
    for path in tree.files(*tree.CXX, root=root):
        if room_of(path) in ("core/unicorn", "tests", "bench"):
            continue
        text = tree.code((root / path).read_text(errors="replace"))
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r"\b(uc_|UC_)\w+|<unicorn/", line):
                complaints.append(f"{path}:{number}: names Unicorn: {line.strip()}")
    return complaints


def lengths(root=tree.ROOT):
    """One topic, one file, about 300 lines; an exception has its reason in long_files.txt."""
    excused = {}
    complaints = []
    listing = root / LONG
    for number, line in enumerate(listing.read_text().splitlines() if listing.exists() else [], 1):
        if line and not line.startswith("#"):
            path, _, reason = line.partition("  ")
            excused[path] = reason.strip()
            if not reason.strip():
                complaints.append(f"{LONG}:{number}: {path} has no reason")
    suffixes = (*tree.CXX, *tree.GUEST, ".cmake", ".sh", ".py", ".ld", "CMakeLists.txt")
    for path in tree.files(*suffixes, root=root):
        lines = len((root / path).read_text(errors="replace").splitlines())
        if path in excused:
            if lines <= LIMIT:
                complaints.append(f"{path}:1: has {lines} lines and needs no exception any more")
            del excused[path]
        elif lines > LIMIT and not path.startswith("tests/"):
            complaints.append(f"{path}:{LIMIT + 1}: has {lines} lines; split it, or give the reason in {LONG}")
    complaints += [f"{LONG}:1: {path} does not exist" for path in excused]
    return complaints


def promises(root=tree.ROOT):
    """Nothing half done is committed: what is to do stands in an issue."""
    words = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|H" r"ACK)\b")
    complaints = []
    for path in tree.files(*tree.CXX, *tree.GUEST, ".cmake", ".sh", ".py", "CMakeLists.txt", root=root):
        for number, line in enumerate((root / path).read_text(errors="replace").splitlines(), 1):
            if words.search(line):
                complaints.append(f"{path}:{number}: {line.strip()}")
    return complaints


RULES = {rule.__name__: rule for rule in (directions, engine, lengths, promises)}
