"""The test programs of the models in a build of the preset `models`, and how they are run here."""

import os
import shutil
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
# The quick ones first: most turned-around checks are noticed at once.
NAMES = ("seg/tests_seg", "seg/tests_seg_vectors", "mmu/tests_mmu_vectors", "mmu/tests_mmu")
SECONDS = 120


def all_of(build):
    return [build / "tests" / name for name in NAMES]


def in_the_tree(path):
    return str(Path(path).resolve().relative_to(TOP))


def find_tool(name):
    for candidate in (name, *(f"{name}-{version}" for version in range(19, 13, -1))):
        if shutil.which(candidate):
            return candidate
    raise SystemExit(f"{name} is missing: install llvm")


def run(program, *arguments, **variables):
    """The same random cases on every run, and few of them: what is sought fails at the first."""
    environment = {**os.environ, "RC_PARAMS": "seed=20261123 max_success=200",
                   "LLVM_PROFILE_FILE": os.devnull, **variables}
    return subprocess.run([program, *arguments], capture_output=True, text=True, errors="replace",
                          timeout=SECONDS, env=environment, check=False)
