"""A model of a process's memory, written from the specification and not from the kernel: what each operation of
guest/vm_ops.c must answer, and what the areas, the page table entries and the bytes must be afterwards.

It knows no frames, no tables and no reclaim: a page is an object, a page table entry is a reference to one."""

from dataclasses import dataclass, field, replace

PAGE = 4096
EPERM, ENOENT, EIO, EBADF, ENOMEM, EACCES, EFAULT, EEXIST, ENODEV, EINVAL, EFBIG = 1, 2, 5, 9, 12, 13, 14, 17, 19, 22, 27
EOVERFLOW = 75
R, W, X = 1, 2, 4
SHARED, PRIVATE, FIXED, ANONYMOUS, GROWSDOWN, NOREPLACE = 0x01, 0x02, 0x10, 0x20, 0x0100, 0x100000
GROWS_DOWN, GROWS_UP = 0x01000000, 0x02000000
MAYMOVE, MREMAP_FIXED = 1, 2
MAX_AREAS = 64
GUARD = PAGE
MASK = 0xFFFFFFFF


def up(length):
    return (length + PAGE - 1) & MASK & ~(PAGE - 1)


def aligned(address):
    return address % PAGE == 0


def fnv(page):
    """FNV-1a over a page's words, as the guest counts it. Zero words only multiply."""
    value, zeros, prime = 0x811C9DC5, 0, 0x01000193
    for at in range(0, PAGE, 4):
        word = page[at:at + 4]
        if word == b"\0\0\0\0":
            zeros += 1
            continue
        if zeros:
            value = value * pow(prime, zeros, 1 << 32) & MASK
            zeros = 0
        value = (value ^ int.from_bytes(word, "little")) * prime & MASK
    return value * pow(prime, zeros, 1 << 32) & MASK


HASHES = {}


def hash_of(page):
    key = bytes(page)
    if key not in HASHES:
        if len(HASHES) > 20000:
            HASHES.clear()
        HASHES[key] = fnv(key)
    return HASHES[key]


class Page:
    """Bytes in RAM or in swap. `mapped` and `swapped` count the entries of all processes that refer to it as present
    and as being in swap; `cached` says that RAM and a slot have the same bytes."""

    def __init__(self, data, kind):
        self.data, self.kind = data, kind  # kind: a, a process's own; f, a file's
        self.mapped = self.swapped = 0
        self.cached = False


class File:
    """A file, or the nameless one behind memory that is shared without a file."""

    def __init__(self, name, number, data, size, device="03:01"):
        self.name, self.number, self.data, self.size, self.device = name, number, data, size, device
        self.capacity = size
        self.cache = {}  # index -> Page whose data is a view of ours
        self.dirty, self.stored = set(), set()  # only of shared memory: written to; in a slot

    @property
    def nameless(self):
        return self.device == "00:01"

    def pages(self):
        return (self.size + PAGE - 1) // PAGE

    def page(self, index):
        if index not in self.cache:
            view = memoryview(self.data)[index * PAGE:(index + 1) * PAGE]
            self.cache[index] = Page(view, "f")
            if index in self.stored:  # it comes back, and its slot is free again
                self.stored.discard(index)
                self.dirty.add(index)
        return self.cache[index]


ZERO = Page(bytes(PAGE), "z")


@dataclass(eq=False)
class Entry:
    page: Page
    swap: bool = False


@dataclass(eq=False)
class Area:
    start: int
    end: int
    rights: int
    may: int = R | W | X
    shared: bool = False  # writes are for all
    may_share: bool = False  # mapped as shared
    down: bool = False
    heap: bool = False
    file: File | None = None
    first: int = 0  # page of the file at start

    def index(self, address):
        return self.first + (address - self.start) // PAGE

    def like(self, other):
        same = ("rights", "may", "shared", "may_share", "down", "heap", "file")
        return all(getattr(self, name) is getattr(other, name) or getattr(self, name) == getattr(other, name)
                   for name in same)

    def joins(self, above):
        if self.end != above.start or not self.like(above):
            return False
        return self.file is None or self.index(self.end) == above.first

    def line(self):
        flags = "".join(letter if self.rights & bit else "-" for letter, bit in zip("rwx", (R, W, X)))
        flags += "s" if self.may_share else "p"
        if self.file:
            text = f"{self.start:08x}-{self.end:08x} {flags} {self.first * PAGE:08x} {self.file.device} {self.file.number} "
            return text.ljust(49) + self.file.name
        text = f"{self.start:08x}-{self.end:08x} {flags} 00000000 00:00 0 "
        return text.ljust(49) + "[heap]" if self.heap else text


@dataclass(eq=False)
class World:
    """What processes have in common."""
    task_size: int
    file: File
    swap: bool = False  # is there a disk for it?


@dataclass(eq=False)
class Process:
    world: World
    others: int  # areas of the program that the model does not look at
    areas: list = field(default_factory=list)
    entries: dict = field(default_factory=dict)  # page address -> Entry
    heap_start: int = 0
    heap_end: int = 0

    # Areas.

    def at(self, address):
        return next((area for area in self.areas if area.start <= address < area.end), None)

    def above(self, address):
        return next((area for area in self.areas if area.end > address), None)

    def count(self):
        return len(self.areas) + self.others

    def tidy(self):
        self.areas.sort(key=lambda area: area.start)
        merged = []
        for area in self.areas:
            if merged and merged[-1].joins(area):
                merged[-1].end = area.end
            else:
                merged.append(area)
        self.areas = merged

    def cut(self, address):
        area = self.at(address)
        if area and area.start < address:
            upper = replace(area, start=address, first=area.index(address) if area.file else 0)
            area.end = address
            self.areas.insert(self.areas.index(area) + 1, upper)

    def free(self, start, end):
        area = self.above(start)
        return area is None or area.start - (GUARD if area.down else 0) >= end

    # Entries.

    def drop(self, address):
        entry = self.entries.pop(address, None)
        if entry is None or entry.page is ZERO:
            return
        if entry.swap:
            entry.page.swapped -= 1
        else:
            entry.page.mapped -= 1
        if entry.page.mapped == 0 and entry.page.swapped == 0:
            entry.page.cached = False

    def put(self, address, page):
        self.drop(address)
        self.entries[address] = Entry(page)
        if page is not ZERO:
            page.mapped += 1
        return page

    def own(self, address, data):
        return self.put(address, Page(bytearray(data), "a"))

    def fault(self, address, write):
        """The page for an access, or None: it is refused."""
        page_address = address & ~(PAGE - 1)
        area = self.at(address)
        grown = area is None
        if grown:
            area = self.grow(address)
        if area is None or (write and not area.rights & W) or not area.rights:
            return None
        entry = self.entries.get(page_address)
        if entry is None:
            return self.first_touch(area, page_address, write, grown)
        if entry.swap:
            page = entry.page
            page.cached = True
            self.put(page_address, page)
            entry = self.entries[page_address]
        if not write or area.shared:
            return entry.page
        page = entry.page
        if page.kind == "a" and page.mapped + page.swapped == 1:
            page.cached = False  # its slot would have old bytes
            return page
        return self.own(page_address, page.data)

    def grow(self, address):
        area = self.above(address)
        if area is None or not area.down:
            return None
        below = next((other for other in reversed(self.areas) if other.end <= address), None)
        page_address = address & ~(PAGE - 1)
        if area.end - page_address > 0x800000 or (below and page_address < below.end + GUARD):
            return None
        area.start = page_address
        return area

    def first_touch(self, area, address, write, grown):
        if area.file is None:
            return self.own(address, bytes(PAGE)) if write or grown else self.put(address, ZERO)
        index = area.index(address)
        if index >= area.file.pages():
            return None
        page = area.file.page(index)
        if write and not area.shared:
            return self.own(address, page.data)
        return self.put(address, page)

    # What the kernel and the program do with bytes.

    def write(self, address, value):
        page = self.fault(address, True)
        if page is None:
            return False
        area = self.at(address)
        if area.shared and area.file.nameless:
            area.file.dirty.add(area.index(address & ~(PAGE - 1)))
        page.data[address % PAGE] = value
        return True

    def read(self, address):
        page = self.fault(address, False)
        return None if page is None else page.data[address % PAGE]

    # The system calls; an error is negative.

    def mmap(self, address, length, rights, flags, first, may_write):
        if length == 0:
            return -EINVAL
        length = up(length)
        if length == 0:
            return -ENOMEM
        if first + length // PAGE > MASK:
            return -EOVERFLOW
        top = self.world.task_size
        if flags & (FIXED | NOREPLACE):
            if length > top or address > top - length:
                return -ENOMEM
            if not aligned(address):
                return -EINVAL
            if address < PAGE:
                return -EPERM
            inside = self.above(address)
            if flags & NOREPLACE and inside and inside.start < address + length:
                return -EEXIST
        else:
            address = self.find_gap(address, length)
            if address < 0:
                return address
        kind = flags & (SHARED | PRIVATE)
        file = None if flags & ANONYMOUS else self.world.file
        if kind not in (SHARED, PRIVATE):
            return -EINVAL
        if file and kind == SHARED and rights & W and not may_write:
            return -EACCES
        if flags & GROWSDOWN and (file or kind == SHARED):
            return -EINVAL
        area = Area(address, address + length, rights & 7, file=file, first=first if file else 0,
                    down=bool(flags & GROWSDOWN))
        if kind == SHARED:
            area.shared = area.may_share = True
            if file and not may_write:
                area.shared, area.may = False, R | X
        error = self.munmap(address, length)
        if error:
            return error
        if kind == SHARED and file is None:
            area.file = File("/dev/zero (deleted)", 0, bytearray(length), length, "00:01")
        return self.enter(area) or address

    def enter(self, area):
        """At the limit only what becomes part of a neighbour."""
        absorbed = any(other.joins(area) or area.joins(other) for other in self.areas)
        if self.count() >= MAX_AREAS and not absorbed:
            return -ENOMEM
        self.areas.append(area)
        self.tidy()
        return 0

    def find_gap(self, hint, length):
        top = self.world.task_size
        if length > top:
            return -ENOMEM
        hint &= ~(PAGE - 1)
        if hint and hint <= top - length and self.free(hint, hint + length):
            return hint
        start = top // 3 & ~(PAGE - 1)
        while start <= top - length:
            if self.free(start, start + length):
                return start
            start = self.above(start).end
        return -ENOMEM

    def munmap(self, address, length):
        top = self.world.task_size
        if not aligned(address) or address > top or length > top - address or up(length) == 0:
            return -EINVAL
        end = address + up(length)
        inside = self.at(address)
        if inside and inside.start < address and end < inside.end and self.count() >= MAX_AREAS:
            return -ENOMEM
        self.cut(address)
        self.cut(end)
        for page in [page for page in self.entries if address <= page < end]:
            self.drop(page)
        self.areas = [area for area in self.areas if not address <= area.start < end]
        return 0

    def mprotect(self, address, length, rights):
        grows = rights & (GROWS_DOWN | GROWS_UP)
        if grows == GROWS_DOWN | GROWS_UP or not aligned(address):
            return -EINVAL
        if length == 0:
            return 0
        end = (address + up(length)) & MASK
        if end <= address:
            return -ENOMEM
        if rights & ~(R | W | X | 8 | grows):
            return -EINVAL
        area = self.above(address)
        if area is None:
            return -ENOMEM
        if grows == GROWS_DOWN:
            if area.start >= end:
                return -ENOMEM
            if not area.down:
                return -EINVAL
            address = area.start
        elif area.start > address:
            return -ENOMEM
        elif grows == GROWS_UP:
            return -EINVAL
        while address < end:
            area = self.at(address)
            if area is None:
                return -ENOMEM
            stop = min(area.end, end)
            error = self.protect(area, address, stop, rights & 7)
            if error:
                return error
            address = stop
        return 0

    def protect(self, area, start, end, rights):
        if rights & ~area.may:
            return -EACCES
        if rights == area.rights:
            return 0
        part = replace(area, start=start, end=end, rights=rights, first=area.index(start) if area.file else 0)
        below = any(other.joins(part) for other in self.areas)
        above = any(part.joins(other) for other in self.areas)
        more = (area.start < start and not above) + (end < area.end and not below)
        if self.count() + more > MAX_AREAS:
            return -ENOMEM
        self.cut(start)
        self.cut(end)
        self.at(start).rights = rights
        self.tidy()
        return 0

    def mremap(self, old, old_length, new_length, flags, new):
        old_length, new_length = up(old_length), up(new_length)
        if flags & ~(MAYMOVE | MREMAP_FIXED) or flags & (MAYMOVE | MREMAP_FIXED) == MREMAP_FIXED:
            return -EINVAL
        if not aligned(old) or new_length == 0:
            return -EINVAL
        if self.at(old) is None:
            return -EFAULT
        if flags & MREMAP_FIXED:
            top = self.world.task_size
            if not aligned(new) or new_length > top or new > top - new_length or new < PAGE:
                return -EINVAL
            # The sums wrap, in Linux too (tried on 6.18): a length that wraps overlaps nothing, and is refused only when what lay
            # at the new place is gone.
            if (old + old_length) & MASK > new and (new + new_length) & MASK > old:
                return -EINVAL
            error = self.munmap(new, new_length)
            if not error and old_length > new_length:
                error = self.munmap(old + new_length, old_length - new_length)
                old_length = new_length
            if error:
                return error
        elif old_length >= new_length:
            return (self.munmap(old + new_length, old_length - new_length) if old_length > new_length else 0) or old
        area = self.at(old)
        if area is None:
            return -EFAULT
        if old_length == 0:
            return -EINVAL
        if old_length > area.end - old:
            return -EFAULT
        if not flags & MAYMOVE:
            return -ENOMEM
        if not flags & MREMAP_FIXED:
            new = self.find_gap(0, new_length)
            if new < 0:
                return new
        return self.move(area, old, old_length, new, new_length)

    def move(self, area, old, old_length, new, new_length):
        if self.count() >= MAX_AREAS - 3:
            return -ENOMEM
        moved = replace(area, start=new, end=new + new_length, heap=False, first=area.index(old) if area.file else 0)
        self.enter(moved)
        for page in range(old, old + old_length, PAGE):
            if page in self.entries:
                self.entries[page - old + new] = self.entries.pop(page)
        self.munmap(old, old_length)
        return new

    def brk(self, pages):
        """The end's distance from the start. The model's heap begins where the program ends."""
        wish = self.heap_start + pages * PAGE
        if wish > self.world.task_size - 0x800000:
            return self.heap_end - self.heap_start
        if wish < self.heap_end:
            if self.munmap(wish, self.heap_end - wish):
                return self.heap_end - self.heap_start
        elif wish > self.heap_end:
            area = Area(self.heap_end, wish, R | W, heap=True)
            if not self.free(self.heap_end, wish + PAGE) or self.enter(area):
                return self.heap_end - self.heap_start
        self.heap_end = wish
        return pages * PAGE

    def parts(self, address, end):
        """The range's pieces of areas; at the end, whether there were holes."""
        pieces = [(area, max(area.start, address), min(area.end, end)) for area in self.areas
                  if area.start < end and area.end > address]
        return pieces, sum(stop - start for _, start, stop in pieces) != end - address

    def forget(self, address, length):
        end = address + up(length)
        if not aligned(address) or (length and up(length) == 0) or end > MASK:
            return -EINVAL
        for page in [page for page in self.entries if address <= page < end]:
            if self.at(page):
                self.drop(page)
        return -ENOMEM if self.parts(address, end)[1] else 0

    def msync(self, address, length):
        end = address + up(length)
        if not aligned(address):
            return -EINVAL
        if (length and up(length) == 0) or end > MASK:
            return -ENOMEM
        pieces, holes = self.parts(address, end)
        for area, start, stop in pieces:
            if area.shared and area.file.nameless:
                error = self.store(area, start, stop)
                if error:
                    return error
        return -ENOMEM if holes else 0

    def store(self, area, start, stop):
        """To write shared memory to its file is to write it to swap."""
        for page in range(start, stop, PAGE):
            index = area.index(page)
            if page in self.entries and index in area.file.dirty:
                if not self.world.swap:
                    return -EIO
                area.file.dirty.discard(index)
                area.file.stored.add(index)
        return 0

    def mincore(self, address, length):
        if not aligned(address):
            return -EINVAL, ""
        if address > self.world.task_size or length > self.world.task_size - address:
            return -ENOMEM, ""
        bits = ""
        for page in range(address, address + up(length), PAGE):
            area, entry = self.at(page), self.entries.get(page)
            if area is None:
                return -ENOMEM, ""
            if entry:
                bits += "01"[not entry.swap or entry.page.cached]
            else:
                bits += "01"[area.file is not None and area.index(page) in area.file.cache]
        return 0, bits

    def truncate(self, size, everybody):
        file = self.world.file
        if size > file.capacity:
            return -EFBIG
        file.data[size:] = bytes(len(file.data) - size)
        file.size = size
        for index in [index for index in file.cache if index >= file.pages()]:
            for process in everybody:
                process.unmap(file.cache[index])
            del file.cache[index]
        return 0

    def unmap(self, page):
        for address in [address for address, entry in self.entries.items() if entry.page is page and not entry.swap]:
            self.drop(address)

    def evict(self, address, everybody):
        address &= ~(PAGE - 1)
        area, entry = self.at(address), self.entries.get(address)
        if area is None:
            return -EFAULT
        if entry is None:
            return -ENOENT
        page = entry.page
        if page is ZERO:
            return -EINVAL
        if page.kind == "f":
            return self.evict_file_page(area, address, everybody)
        if not self.world.swap:
            return -ENOMEM
        for process in everybody:
            for other in process.entries.values():
                if other.page is page and not other.swap:
                    other.swap = True
                    page.mapped -= 1
                    page.swapped += 1
        page.cached = False
        return 0

    def evict_file_page(self, area, address, everybody):
        file, index = area.file, area.index(address)
        for process in everybody:
            process.unmap(file.cache[index])
        if file.nameless and index in file.dirty:
            if not self.world.swap:
                return -EIO
            file.dirty.discard(index)
            file.stored.add(index)
        if file.size < (index + 1) * PAGE:  # what was written behind the end of the file never reaches its disk
            end = (index + 1) * PAGE
            file.data[file.size:end] = bytes(end - file.size)
        del file.cache[index]
        return 0

    def fork(self):
        child = Process(self.world, self.others, [replace(area) for area in self.areas], {}, self.heap_start,
                        self.heap_end)
        for address, entry in self.entries.items():
            child.entries[address] = Entry(entry.page, entry.swap)
            if entry.page is not ZERO:
                entry.page.swapped += entry.swap
                entry.page.mapped += not entry.swap
        return child

    def exit(self):
        for address in list(self.entries):
            self.drop(address)

    # What the program says of all this.

    def state(self, address):
        entry = self.entries.get(address)
        if entry is None:
            return "-"
        if entry.swap:
            return "s"
        if entry.page is ZERO:
            return "z0"
        return f"{entry.page.kind}{entry.page.mapped:x}"

    def describe(self):
        for area in list(self.areas):
            yield area.line()
            pages = range(area.start, area.end, PAGE)
            words = [self.state(page) for page in pages]
            if area.rights:
                words += ["!" if self.read(page) is None else f"{hash_of(self.entries[page].page.data):x}"
                          for page in pages]
            yield " ".join(words)
