"""The cases of the conformance ROM: a few instructions in one of the processor's modes, with the registers and memory
they begin with. `python3 cases.py` writes them as assembly."""

from dataclasses import dataclass, field

REAL, V86, PROTECTED = range(3)
REGISTERS = {name: number for number, name in enumerate(
    "eax ecx edx ebx esp ebp esi edi eip cs eflags ss ds es fs gs".split())}

GDT, IDT, TSS, LDT = 0x9000, 0xA000, 0xB000, 0xB800
CODE, DATA, STACK, EXTRA = 0x10000, 0x20000, 0x30000, 0x40000
CS, DS, SS, ES, FS, GS = 0x40, 0x48, 0x50, 0x58, 0x60, 0x68


@dataclass(frozen=True)
class Case:
    name: str
    mode: int
    code: str
    cpl: int = 0
    big: bool = False
    set: dict = field(default_factory=dict)  # register: value
    poke: tuple = ()  # (address, 32-bit value)
    dump: tuple = ()  # addresses of words to print
    qemu: str = ""  # why QEMU answers otherwise

    @property
    def bits(self):
        return 32 if self.big else 16


CASES = []


def add(name, mode, code, **more):
    CASES.append(Case(name, mode, code, **more))


def real(name, code, **more):
    add("real: " + name, REAL, code, **more)


NO_LIMITS = "QEMU checks no segment limits"


def each_16(name, code, **more):
    """In all three modes that run 16-bit code without a privilege of its own. In real mode an exception is pushed onto
    the stack in use, which cannot be done with an odd stack pointer near its end."""
    sp = more.get("set", {}).get("esp", 0x8000)
    if not (sp % 2 and sp < 0x100):
        real(name, code, **more)
    add("v86: " + name, V86, code, **more)
    add("pm16: " + name, PROTECTED, code, cpl=3, **more)


def pm(name, code, cpl=3, **more):
    add(f"pm16 ring {cpl}: " + name, PROTECTED, code, cpl=cpl, **more)
    add(f"pm32 ring {cpl}: " + name, PROTECTED, code, cpl=cpl, big=True, **more)


exec(open(__file__.replace("cases.py", "case_list.py")).read())


def emit():
    out = ['    .section .cases, "a"']
    for number, case in enumerate(CASES):
        out += [f"    .code{case.bits}", f"code_{number}:"]
        out += ["    " + line.strip() for line in case.code.replace(";", "\n").splitlines()]
        out += [f"code_{number}_end:", "    .code32", "    .balign 4"]
        out.append(f"set_{number}:")
        out += [f"    .long {REGISTERS[name]}, {value:#x}" for name, value in case.set.items()]
        out.append(f"poke_{number}:")
        out += [f"    .long {address:#x}, {value & 0xffffffff:#x}" for address, value in case.poke]
        out.append(f"dump_{number}:")
        out += [f"    .long {address:#x}" for address in case.dump]
    out += ["    .balign 4", "    .globl test_cases, test_case_count", "test_case_count:", f"    .long {len(CASES)}",
            "test_cases:"]
    for n, case in enumerate(CASES):
        out.append(f"    .long {case.mode}, {case.cpl}, {int(case.big)}, code_{n}, code_{n}_end - code_{n}, set_{n}, "
                   f"{len(case.set)}, poke_{n}, {len(case.poke)}, dump_{n}, {len(case.dump)}")
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    print(emit(), end="")
