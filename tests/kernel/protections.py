"""What the guest tests `no_execute` and `ring_0` print, by what the kernel turned on. The same on every machine."""

_PLACES = ("read-only data", "data", "data that was never touched", "stack", "a page of READ and WRITE",
           "the same after mprotect to READ and EXEC", "and back", "a page of all three rights")
_ALLOWED = _PLACES[5], _PLACES[7]
_ABSENT = _PLACES[2]

EXECUTED = [f"{place}: 42" for place in _PLACES]
NOT_EXECUTED = [f"{place}: 42" if place in _ALLOWED else
                f"{place}: error code {0x14 if place == _ABSENT else 0x15:x}, si_code 2" for place in _PLACES]

_NAIVE = ("naive peek", "naive peek of an absent page", "naive peek with AC set by the program", "naive poke")


def ring_0(smep, smap):
    naive = [f"{what}: {'killed by signal 11' if smap else 0}" for what in _NAIVE]
    copies = ["copy from an absent page: 0", "copy from nowhere: 8"]
    return [*naive, *copies, f"call of the program's function: {'killed by signal 11' if smep else 40}"]


NEITHER, SMEP, SMAP, BOTH = (ring_0(*on) for on in ((False, False), (True, False), (False, True), (True, True)))
