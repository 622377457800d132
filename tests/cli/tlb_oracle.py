"""The TLB of the trace's contract, written from its words: unified, unbounded, fills nothing speculatively, keeps an entry
until the architecture drops it. Fed with a trace, it knows what each walk and each flush should have been."""

P, W, U, A, D, G = 1, 2, 4, 0x20, 0x40, 0x100
PGE = 0x80


class Tlb:
    def __init__(self):
        self.entries = {}  # (page, size) -> (global, writable, user, dirty)
        self.cr4 = 0

    def find(self, lin):
        for size in (0x1000, 0x400000):
            entry = self.entries.get((lin & ~(size - 1), size))
            if entry:
                return entry
        return None

    def fill(self, walk):
        size = int(walk["size"], 16)
        entries = [int(step["entry"], 16) for step in walk["steps"]]
        if not entries:
            return
        leaf = entries[-1]
        after = {update[0]: int(update[2], 16) for update in walk["updates"]}
        leaf = after.get(walk["steps"][-1]["pa"], leaf)
        lin = int(walk["lin"], 16)
        is_global = bool(leaf & G) and bool(self.cr4 & PGE)
        path = entries[0]
        for entry in entries:
            path &= entry
        self.entries[(lin & ~(size - 1), size)] = (is_global, bool(path & W), bool(path & U), bool(leaf & D))

    def drop_page(self, lin):
        dropped = [key for key in self.entries if key[0] == lin & ~(key[1] - 1)]
        for key in dropped:
            del self.entries[key]
        return len(dropped)

    def flush(self, everything):
        before = len(self.entries)
        self.entries = {} if everything else {key: entry for key, entry in self.entries.items() if entry[0]}
        return before - len(self.entries)

    def needs_walk(self, walk):
        """May this access not be served by what is cached?"""
        entry = self.find(int(walk["lin"], 16))
        if entry is None:
            return True
        _, writable, user, dirty = entry
        if walk["acc"] == "w" and (not dirty or not writable):
            return True
        return walk["user"] and not user
