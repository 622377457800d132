"""Runs the ROM that goes through every mode and back. What it prints must be what QEMU 7.2 printed (modes.txt), and what
the QEMU that is here prints, if there is one."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PORT = 0x190
QEMU = shutil.which("qemu-system-x86_64")


def on_ringside(ringside, rom):
    run = subprocess.run([ringside, "run", "--rom", rom, "--post-port", hex(PORT), "--quiet"], capture_output=True,
                         text=True, timeout=120)
    if run.returncode != 0:
        print(f"ringside ended with {run.returncode}: {run.stderr}")
    return bytes(int(line, 16) for line in run.stdout.split()).decode("latin-1")


def on_qemu(rom):
    with tempfile.TemporaryDirectory() as directory:
        printed = Path(directory) / "printed"
        subprocess.run([QEMU, "-accel", "tcg", "-bios", rom, "-display", "none", "-vga", "none", "-nodefaults", "-no-reboot",
                        "-chardev", f"file,id=port,path={printed}", "-device", f"isa-debugcon,iobase={PORT},chardev=port",
                        "-device", "isa-debug-exit,iobase=0xf4,iosize=1"],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
        return printed.read_text("latin-1")


def differences(ours, theirs):
    ours, theirs = ours.splitlines(), theirs.splitlines()
    if len(ours) != len(theirs):
        yield f"{len(ours)} lines of ours, {len(theirs)} of theirs; the last of ours: {ours[-1:]}"
    for our, their in zip(ours, theirs):
        if our != their:
            yield f"ours   {our}\ntheirs {their}"


def main():
    ringside, rom = sys.argv[1:3]
    ours = on_ringside(ringside, rom)
    complaints = [f"recorded: {text}" for text in differences(ours, (Path(__file__).parent / "modes.txt").read_text())]
    if QEMU:
        complaints += [f"QEMU: {text}" for text in differences(ours, on_qemu(rom))]
    print("\n".join(complaints) or f"{len(ours.splitlines())} lines as on QEMU")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
