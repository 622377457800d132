"""Random sequences of memory operations (the language of guest/vm_ops.c), each with the answers that the model expects.
The operations are made while the model performs them, so that they are neither all refused nor all alike."""

import random
import struct

import vm_model as vm
from vm_model import PAGE

ARENA, PAGES = 0x30000000, 24  # where most things happen
FAR = 0x38000000  # where mremap takes them
TAIL = 8  # pages of the file, its last ones


class Sequence:
    """One sequence and what comes out."""

    def __init__(self, seed, world, others, heap_start, length):
        self.random = random.Random(seed)
        self.world, self.length = world, length
        self.first_page = world.file.capacity // PAGE - TAIL + 1
        self.expected = [f"S {seed:x}"]
        process = vm.Process(world, others, heap_start=heap_start, heap_end=heap_start)
        self.everybody = [process]
        self.operations = [f"S {seed:x}"]
        self.operations += self.block(process, 0, length)
        self.operations.append("Z")
        self.describe(process, 0)
        process.exit()

    # Output.

    def answer(self, depth, value):
        self.expected.append(" " * depth + f"{value & vm.MASK:x}")

    def describe(self, process, depth):
        self.expected += [" " * depth + line.rstrip() for line in process.describe()]

    # Choices.

    def address(self, anywhere=True):
        page = self.random.randrange(PAGES)
        odd = self.random.random()
        if odd < 0.03:
            return ARENA + page * PAGE + self.random.choice((1, 0x800, 0xFFF))
        if odd < 0.04 and anywhere:
            return self.random.choice((0, self.world.task_size, 0xFFFFF000))
        return ARENA + page * PAGE

    def byte(self, process):
        """A byte address, mostly one that is mapped."""
        if process.areas and self.random.random() < 0.9:
            area = self.random.choice(process.areas)
            page = self.random.randrange(area.start, area.end, PAGE)
        else:
            page = ARENA + self.random.randrange(PAGES) * PAGE
        return page + self.random.choice((0, 1, 5, 0x7FF, 0xFFC, 0xFFF))

    def size(self):
        odd = self.random.random()
        if odd < 0.03:
            return self.random.choice((0, 0xFFFFFFFF, 0xFFFFF000))
        if odd < 0.1:
            return self.random.randrange(1, 5 * PAGE)
        return self.random.randrange(1, 7) * PAGE

    def rights(self):
        if self.random.random() < 0.03:
            return self.random.choice((8, 0x80, 0x1000, 0x01000001, 0x02000001, 0x03000001))
        return self.random.choice((0, 1, 3, 3, 3, 3, 5, 7, 2, 4))

    # Blocks and their operations.

    def block(self, process, depth, length):
        lines = []
        for _ in range(length):
            choice = self.random.random()
            if choice < 0.04 and depth < 3:
                lines += self.fork_child_first(process, depth, length)
            elif choice < 0.08 and depth < 3:
                lines += self.fork_parent_first(process, depth, length)
            else:
                lines.append(self.operation(process, depth))
        return lines

    def fork_child_first(self, process, depth, length):
        child = process.fork()
        self.everybody.append(child)
        lines = ["F", *self.block(child, depth + 1, max(1, length // 3)), "E"]
        self.leave(child, depth + 1)
        return lines

    def fork_parent_first(self, process, depth, length):
        child = process.fork()
        self.everybody.append(child)
        parents = self.block(process, depth, max(1, length // 3))
        childs = self.block(child, depth + 1, max(1, length // 3))
        self.leave(child, depth + 1)
        return ["G", *childs, "E", *parents, "J"]

    def leave(self, child, depth):
        self.describe(child, depth)
        child.exit()
        self.everybody.remove(child)

    def operation(self, process, depth):
        kinds = (("map", 14), ("unmap", 7), ("protect", 14), ("remap", 6), ("brk", 3), ("forget", 4), ("core", 3),
                 ("sync", 2), ("truncate", 1), ("kernel_write", 10), ("kernel_read", 6), ("write", 20), ("read", 8),
                 ("evict", 6), ("say", 1))
        kind = self.random.choices([name for name, _ in kinds], [weight for _, weight in kinds])[0]
        return getattr(self, kind)(process, depth)

    def map(self, process, depth):
        address, size, rights = self.address(), self.size(), self.rights()
        flags = self.random.choice((vm.PRIVATE, vm.PRIVATE, vm.PRIVATE, vm.SHARED, vm.SHARED))
        if self.random.random() < 0.02:
            flags = self.random.choice((0, 3))
        of_file = self.random.random() < 0.35
        flags |= 0 if of_file else vm.ANONYMOUS
        how = self.random.random()
        if how < 0.7:
            flags |= vm.FIXED
        elif how < 0.8:
            flags |= vm.NOREPLACE
        elif how < 0.9:
            address = 0
        if self.random.random() < 0.04:
            flags |= vm.GROWSDOWN
        first = self.first_page + self.random.randrange(-1, TAIL) if of_file else 0
        letter = self.random.choice("mmmM")
        self.answer(depth, process.mmap(address, size, rights, flags, first, letter == "m"))
        return f"{letter} {address:x} {size:x} {rights:x} {flags:x} {first:x}"

    def unmap(self, process, depth):
        address, size = self.address(), self.size()
        self.answer(depth, process.munmap(address, size))
        return f"u {address:x} {size:x}"

    def protect(self, process, depth):
        address, size, rights = self.address(), self.size(), self.rights()
        if process.areas and self.random.random() < 0.3:
            area = self.random.choice(process.areas)
            if not area.heap:
                address, size = area.start, area.end - area.start
        self.answer(depth, process.mprotect(address, size, rights))
        return f"p {address:x} {size:x} {rights:x}"

    def remap(self, process, depth):
        old, old_size, new_size = self.address(), self.size(), self.size()
        arena = [area for area in process.areas if not area.heap]
        if arena and self.random.random() < 0.7:
            area = self.random.choice(arena)
            old, old_size = area.start, area.end - area.start
        flags = self.random.choice((0, 1, 1, 3, 3, 3, 2, 4))
        new = self.random.choice((FAR, ARENA)) + self.random.randrange(PAGES) * PAGE
        self.answer(depth, process.mremap(old, old_size, new_size, flags, new))
        return f"r {old:x} {old_size:x} {new_size:x} {flags:x} {new:x}"

    def brk(self, process, depth):
        pages = self.random.randrange(6)
        self.answer(depth, process.brk(pages))
        return f"b {pages:x}"

    def forget(self, process, depth):
        address, size = self.address(anywhere=False), self.size()
        self.answer(depth, process.forget(address, size))
        return f"d {address:x} {size:x}"

    def core(self, process, depth):
        address, size = self.address(anywhere=False), self.random.randrange(6 * PAGE)
        result, bits = process.mincore(address, size)
        self.expected.append(" " * depth + f"{result & vm.MASK:x} {bits}".rstrip())
        return f"c {address:x} {size:x}"

    def sync(self, process, depth):
        address, size = self.address(anywhere=False), self.size()
        self.answer(depth, process.msync(address, size))
        return f"y {address:x} {size:x}"

    def truncate(self, process, depth):
        capacity = self.world.file.capacity
        size = self.random.choice((capacity, capacity, capacity + 1,
                                   capacity - self.random.randrange(TAIL // 2 * PAGE)))
        self.answer(depth, process.truncate(size, self.everybody))
        return f"t {size:x}"

    def kernel_write(self, process, depth):
        address, value = self.byte(process), self.random.randrange(256)
        self.answer(depth, 0 if process.write(address, value) else 1)
        return f"w {address:x} {value:x}"

    def kernel_read(self, process, depth):
        address = self.byte(process)
        value = process.read(address)
        self.answer(depth, -vm.EFAULT if value is None else value)
        return f"l {address:x}"

    def may(self, process, address, right):
        """Would the program's own access succeed? It does not make a stack grow that is not where ESP is."""
        area, page = process.at(address), address & ~(PAGE - 1)
        if area is None or not area.rights & right:
            return False
        return area.file is None or page in process.entries or area.index(page) < area.file.pages()

    def write(self, process, depth):
        address, value = self.byte(process), self.random.randrange(256)
        if not self.may(process, address, vm.W):
            return self.kernel_write(process, depth)
        process.write(address, value)
        return f"W {address:x} {value:x}"

    def read(self, process, depth):
        address = self.byte(process)
        if not self.may(process, address, vm.R | vm.W | vm.X):
            return self.kernel_read(process, depth)
        self.answer(depth, process.read(address))
        return f"L {address:x}"

    def evict(self, process, depth):
        address = self.byte(process)
        self.answer(depth, process.evict(address, self.everybody))
        return f"e {address:x}"

    def say(self, process, depth):
        self.describe(process, depth)
        return "D"


def end_of_program(elf):
    """Where the heap begins: the first page behind the program's last segment."""
    phoff, count = struct.unpack_from("<I", elf, 28)[0], struct.unpack_from("<H", elf, 44)[0]
    ends = [0]
    for at in range(phoff, phoff + 32 * count, 32):
        kind, _, vaddr, _, _, memsz = struct.unpack_from("<6I", elf, at)
        if kind == 1:
            ends.append(vm.up(vaddr + memsz))
    return max(ends)


def file_of(path, name, number):
    """The file that is mapped, as the model needs it."""
    contents = path.read_bytes()
    data = bytearray(vm.up(len(contents)))
    data[:len(contents)] = contents
    return vm.File(name, number, data, len(contents))


def sequences(program, mapped, name, task_size, others, seeds, length, swap=False):
    """Sequences in order: they share the file, whose bytes and pages stay."""
    world = vm.World(task_size, file_of(mapped, name, 2), swap)
    heap = end_of_program(program.read_bytes())
    return [Sequence(seed, world, others, heap, length) for seed in seeds]
