"""Run a guest kernel with a program under QEMU and bring back what can be seen from outside: the console, every
exception and interrupt that the CPU took, the numbers of the tracepoints, and the word written to the power-off port."""

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

QEMU = shutil.which("qemu-system-i386")
QEMU64 = shutil.which("qemu-system-x86_64")
TRACEPOINT, POWER_OFF = 0xE8, 0xF4

# Numbers of kernel_stub/abi/tracepoints.h.
TP = {name: number for number, name in enumerate(
    "syscall syscall_ret access_ok copy softwalk kmap fixup fault_in swap_out vma page_ref signal sched oops panic lint "
    "process".split(), 1)}
NAMES = {number: name for name, number in TP.items()}


@dataclass(frozen=True)
class Interrupt:
    """One exception or INT, as the CPU took it."""
    vector: int
    error: int
    cpl: int
    ip: int
    cr2: int


@dataclass(frozen=True)
class Run:
    console: str
    interrupts: list
    tracepoints: list
    power_off: int | None  # None: the machine was still running, or reset itself
    ended: bool
    triple_fault: bool

    @property
    def exit_code(self):
        return (self.power_off >> 8) & 0xFF

    @property
    def signal(self):
        return self.power_off & 0x7F

    @property
    def panicked(self):
        return self.power_off is not None and self.power_off >> 16 == 1

    def page_faults(self, cpl):
        return [(i.error, i.cr2) for i in self.interrupts if i.vector == 14 and i.cpl == cpl]

    def system_calls(self):
        """The tracepoints of each system call, by name, from its entry to its return or the end."""
        calls = []
        for number in self.tracepoints:
            if number == TP["syscall"]:
                calls.append([])
            elif number == TP["syscall_ret"]:
                calls[-1].append("ret")
            elif calls and (not calls[-1] or calls[-1][-1] != "ret"):
                calls[-1].append(NAMES[number])
        return calls


INTERRUPT = re.compile(rb"v=(\w\w) e=(\w{4}) i=\d cpl=(\d) IP=\w+:(\w+) pc=\w+ SP=\w+:\w+ (?:CR2=(\w+))?")
WRITE = re.compile(rb"memory_region_ops_write .*addr 0x(\w+) value 0x(\w+) size (\d)")


def initrd(program, arguments="", modules=()):
    """The program, the files that PROGRAM.files names, as Ringside loads them, and further modules."""
    names = Path(f"{program}.files")
    files = names.read_text().split() if names.exists() else []
    line = f"{program} {arguments}".rstrip().replace(",", ",,")
    return ",".join([line, *(str(Path(program).parent / name) for name in files), *(str(module) for module in modules)])


def run(kernel, program, arguments="", options="", timeout=60.0, ram=64, input_byte=None, cpu=None, modules=()):
    with tempfile.TemporaryDirectory() as directory:
        console, interrupts, writes = (Path(directory) / name for name in ("console", "interrupts", "writes"))
        is_64_bit = Path(kernel).name.startswith("kernel-x64")
        cpu = cpu or ("max" if is_64_bit else None)
        command = [QEMU64 if is_64_bit else QEMU, "-accel", "tcg", "-icount", "shift=4,sleep=off", "-m", str(ram), "-kernel", kernel,
                   "-initrd", initrd(program, arguments, modules),
                   "-display", "none", "-vga", "none", "-nodefaults", "-no-reboot", "-append", options,
                   "-debugcon", f"file:{console}", "-device", f"isa-debug-exit,iobase={POWER_OFF},iosize=4",
                   "-d", "int,cpu_reset", "-D", interrupts, "-trace", f"enable=memory_region_ops_write"]
        command += ["-cpu", cpu] if cpu else []
        if input_byte is not None:  # a console whose status is always "a byte is waiting", and it is always this byte
            command += ["-chardev", "null,id=none", "-device", "isa-debugcon,iobase=0xeb,readback=1,chardev=none",
                        "-chardev", "null,id=none2",
                        "-device", f"isa-debugcon,iobase=0xea,readback={input_byte},chardev=none2"]
        with subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            try:
                process.wait(timeout)
                ended = True
            except subprocess.TimeoutExpired:
                process.kill()
                ended = False
        log = interrupts.read_bytes() if interrupts.exists() else b""
        tracepoints, power_off = [], None
        for address, value, _ in WRITE.findall(log):
            if int(address, 16) == TRACEPOINT:
                tracepoints.append(int(value, 16))
            elif int(address, 16) == POWER_OFF:
                power_off = int(value, 16)
        taken = [Interrupt(int(v, 16), int(e, 16), int(cpl), int(ip, 16), int(cr2 or b"0", 16))
                 for v, e, cpl, ip, cr2 in INTERRUPT.findall(log)]
        text = console.read_bytes().decode("latin-1") if console.exists() else ""
        return Run(text, taken, tracepoints, power_off, ended, b"Triple fault" in log)
