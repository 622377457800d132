"""The 64-bit kernels: the same programs, seen by the same commands."""

import json
import re

from black_box import GUEST, Case, main, of_kind, run, trace

SPLITS = ("x64", "x64-kpti")
NAMES = ("pml4", "pdpt", "pd", "pt")


def system_call(events):
    """From the first SYSCALL of write() to its SYSRET."""
    name = next(i for i, event in enumerate(events) if event["kind"] == "syscall" and event["name"] == "write")
    start = max(i for i in range(name) if events[i]["kind"] == "syscall_insn")
    end = next(i for i in range(name, len(events)) if events[i]["kind"] == "sysret")
    return events[start:end + 1]


# Lines of mprotect's that name the kernel's addresses or the end of the address space.
OF_THIS_SIZE = ("m6 ", "m6' ", 'm6" ', "m12 ")


def without_addresses(text):
    lines = [line for line in text.splitlines() if not line.startswith(OF_THIS_SIZE)]
    return re.sub(r"\b[0-9a-f]{6,16}\b", "ADDRESS", "\n".join(lines))


class SixtyFourBits(Case):
    def test_programs_say_what_they_say_in_32_bits(self):
        for program in ("hello", "pages", "store", "dma4", "big"):
            status, told, _ = run("run", program, "--split", "3g1g")
            self.assertEqual(status, 0)
            for split in SPLITS:
                self.assertEqual(run("run", program, "--split", split)[:2], (0, told), (program, split))

    def test_but_for_addresses(self):
        for program in ("watch", "dynamic", "mprotect"):
            _, told, _ = run("run", program, "--split", "3g1g")
            for split in SPLITS:
                status, out, err = run("run", program, "--split", split)
                self.assertEqual(status, 0, err)
                self.assertEqual(without_addresses(out), without_addresses(told), (program, split))

    def test_a_write_is_one_page_fault_in_the_copy_and_no_look_up(self):
        for split in SPLITS:
            trip = system_call(trace("pages", split))
            self.assertEqual(trip[0]["from"]["cpl"], 3)
            self.assertEqual(trip[0]["to"]["cpl"], 0)
            self.assertEqual(trip[-1]["to"]["cpl"], 3)
            faults = of_kind(trip, "page_fault")
            self.assertEqual([(fault["err"], fault["cpl"]) for fault in faults], [(0, 0)], split)
            self.assertIn("/copy/", faults[0]["key"])
            self.assertEqual(of_kind(trip, "softwalk", "kmap"), [], split)
            self.assertEqual([copy["left"] for copy in of_kind(trip, "copy")], [0], split)

    def test_only_kpti_changes_cr3_and_with_pcid_it_drops_nothing(self):
        def cr3_and_dropped(split, *options):
            trip = system_call(trace("pages", split, *options))
            flushes = [event for event in of_kind(trip, "tlb") if event["op"] == "flush"]
            return sum(event["cr"] == 3 for event in of_kind(trip, "cr_write")), sum(f["count"] for f in flushes)
        self.assertEqual(cr3_and_dropped("x64"), (0, 0))
        writes, dropped = cr3_and_dropped("x64-kpti")
        self.assertEqual(writes, 2)
        self.assertGreater(dropped, 0)
        self.assertEqual(cr3_and_dropped("x64-kpti", "--pcid", "on"), (2, 0))

    def test_a_walk_has_four_levels(self):
        for split in SPLITS:
            walks = [walk for walk in of_kind(trace("pages", split), "walk") if walk["mode"] == "p64"]
            self.assertTrue(walks)
            for walk in walks:
                levels = tuple(step["level"] for step in walk["steps"])
                self.assertEqual(levels, NAMES[:len(levels)], walk)
            self.assertTrue(any(len(walk["steps"]) == 4 for walk in walks))

    def test_an_event_that_both_have_has_one_key(self):
        old = {event["key"] for event in trace("pages", "3g1g")}
        for split in SPLITS:
            new = {event["key"] for event in trace("pages", split)}
            for key in ("sys1/write/entry", "sys1/write", "sys1/write/access_ok", "sys1/write/copy",
                        "sys1/write/copy/p2/walk", "sys1/write/copy/p2/fault/entry", "sys1/write/exit"):
                self.assertIn(key, old)
                self.assertIn(key, new, split)

    def test_smap_makes_a_naive_dereference_loud(self):
        for split in SPLITS:
            for smap, errors in (("off", []), ("on", [1])):
                events = trace("five_doors", split, "--smap", smap)
                s4 = [event["err"] for event in of_kind(events, "page_fault")
                      if event["pid"] == 2 and event["cr2"] == "0x1000000" and event["cpl"] == 0 and event["err"] & 1]
                self.assertEqual(s4, errors, (split, smap))

    def test_kernel_memory_is_forbidden_or_not_there(self):
        for split, error in (("x64", 5), ("x64-kpti", 4)):
            faults = [event for event in of_kind(trace("five_doors", split), "page_fault")
                      if event["cr2"] == "0xffff888000001000" and event["cpl"] == 3]
            self.assertEqual([fault["err"] for fault in faults], [error], split)

    def test_an_i386_program_runs_under_them(self):
        for split in SPLITS:
            status, out, err = run("run", str(GUEST / "hello"), "--split", split)
            self.assertEqual((status, out), (0, "Hello from ring 3!\n"), err)

    def test_int_80h_is_told_by_i386_s_names_from_64_bit_code_too(self):
        for split in SPLITS:
            calls = {1: [], 2: []}  # what each process began and ended
            for event in of_kind(trace(str(GUEST / "x64" / "tests" / "int80"), split), "syscall", "syscall_ret"):
                calls[event["pid"]].append((event["kind"], event["name"]))
            first = [name for kind, name in calls[1] if kind == "syscall"]
            self.assertEqual(first[:2] + first[-2:], ["read", "getpid", "write", "exit"], first)
            self.assertEqual(calls[2], [("syscall_ret", "fork"), ("syscall", "exit")])
            returned = [name for kind, name in calls[1] if kind == "syscall_ret"]
            self.assertEqual(returned, first[:len(returned)], split)
            self.assertIn("waitpid", returned)

    def test_an_error_code_reads_alike_everywhere(self):
        where = ("--split", "x64", "--at", "key:fault1")
        for arguments in (("story", "pages", "--split", "x64", "--from", "key:fault1", "--to", "key:user/after-fault1"),
                          ("strace", "pages", "--split", "x64"),
                          ("explain", "pages", "400000", *where, "--access", "x", "--cpl", "3", "--text"),
                          ("text", "pages", *where, "--panel", "walk")):
            status, out, err = run(*arguments)
            self.assertEqual(status, 0, err)
            self.assertRegex(out, r"error (code )?20 \(14h\)", arguments)
            self.assertNotRegex(out, r"error (code )?(20\b(?! \(14h\))|0014)|#PF\(", arguments)

    def test_panels_speak_of_64_bits(self):
        status, out, err = run("text", "pages", "--split", "x64", "--at", "key:sys1/write/entry")
        self.assertEqual(status, 0, err)
        for word in ("cs:rip", "ss:rsp", "rflags", "PML4E", "no canonical address", "<RSP"):
            self.assertIn(word, out)
        self.assertNotIn("eflags", out)


class Isolation(Case):
    """What ring 3 could find out about the kernel: behind the SYSRET of a system call the TLB has all that the call left there."""
    KERNEL = 0xFFFF800000000000

    def after_the_call(self, *options):
        """For a command about hello: where, and in which machine."""
        options = ("--split", *options)
        return "--at", f"insn:{system_call(trace('hello', *options[1:]))[-1]['insn'] + 1}", *options

    def explained(self, address, access, cpl, *options):
        status, out, err = run("explain", "hello", f"{address:x}", "--access", access, "--cpl", cpl, *self.after_the_call(*options))
        self.assertEqual(status, 0, err)
        return json.loads(out)

    def tlb(self, *options):
        status, out, err = run("text", "hello", "--panel", "tlb", *self.after_the_call(*options))
        self.assertEqual(status, 0, err)
        return [(int(address.replace("_", ""), 16), "G" in flags) for address, flags in
                re.findall(r"^ ([0-9a-f]{8}_[0-9a-f]{8}) -> [0-9a-f_]+  (.*) \d+ .iB$", out, re.M)]

    def test_what_a_system_call_leaves_in_the_tlb(self):
        for pcid in ("off", "on"):
            kernel = [(address, stays) for address, stays in self.tlb("x64-kpti", "--pcid", pcid) if address >= self.KERNEL]
            stay = [address for address, stays in kernel if stays]
            self.assertTrue(stay)
            if pcid == "off":
                self.assertEqual(len(stay), len(kernel))  # with PCID the others are there, and have the kernel's number
            for address in stay:
                entry = self.explained(address, "r", "0", "x64-kpti", "--pcid", pcid)
                self.assertNotIn("pf", entry["walk"], hex(address))  # the root has it too
        self.assertGreater(len([entry for entry in self.tlb("x64") if entry[1]]), 100)  # one root: all of them stay

    def test_the_user_s_root_does_not_lead_to_the_kernel_s_data(self):
        """Nor what the TLB remembers: not the direct map, and not a page that the call has just read."""
        read = next(int(walk["lin"], 16) for walk in of_kind(system_call(trace("hello", "x64-kpti")), "walk")
                    if walk["acc"] == "r" and int(walk["lin"], 16) > self.KERNEL)
        for address in (read, 0xFFFF888000200000):
            for cpl in ("0", "3"):
                answer = self.explained(address, "r", cpl, "x64-kpti")
                found = answer["verdict"], answer.get("vec"), answer.get("err")
                self.assertEqual(found, ("fault", 14, 4 if cpl == "3" else 0), hex(address))
            self.assertEqual(self.explained(address, "r", "0", "x64")["verdict"], "ok")

    def test_the_kernel_executes_its_text_and_writes_its_data(self):
        """One page of each kind: the image's, the map of RAM, cpu_entry_area's IDT, GDT and entry stack, vmalloc's area, entry code."""
        def refused(address, split, *options):
            return "".join(access if self.explained(address, access, "0", split, *options)["verdict"] == "fault" else "-"
                           for access in "wx")
        for split in SPLITS:
            elf = (GUEST / f"kernel-{split}.elf").read_bytes()
            start = int.from_bytes(elf[32:40], "little")
            text, constants, data = (int.from_bytes(elf[at:at + 8], "little") for at in range(start + 16, start + 184, 56))
            wanted = {text: "w-", constants: "wx", data: "-x", 0xFFFF888000200000: "-x", 0xFFFFFE0000000000: "wx",
                      0xFFFFFE0000001000: "-x", 0xFFFFFE0000004000: "-x", 0xFFFFC90000000000: "-x"}
            if split == "x64":
                self.assertEqual({hex(address): refused(address, split) for address in wanted},
                                 {hex(address): rights for address, rights in wanted.items()})
                answer = self.explained(0xFFFF888000200000, "x", "0", split)
                self.assertEqual((answer["vec"], answer["err"]), (14, 0x11))
                self.assertEqual(refused(0xFFFF888000200000, split, "--nx", "off"), "--")
            entry = next(int(event["ip"], 16) for event in trace("hello", split) if event["kind"] == "sysret")
            self.assertEqual(refused(entry, split), "w-")


class Switches(Case):
    def test_what_has_no_meaning_is_refused(self):
        for split, options, word in (("x64", ("--pae", "on"), "four levels"), ("x64", ("--pcid", "on"), "x64-kpti"),
                                     ("x64-kpti", ("--user-limit", "3g"), "segment limits"),
                                     ("x64", ("--4g-parts", "switch"), "4g4g"),
                                     ("3g1g", ("--access-ok", "sign"), "x64")):
            self.refused(("run", "hello", "--split", split, *options), word)

    def test_a_number_that_is_no_address_comes_as_far_as_the_range_check_lets_it(self):
        limits = {"limit": "0x7ffffffff000", "sign": "0x8000000000000000", "mask": "0xffffffffffffffff"}
        for split in SPLITS:
            for check, limit in limits.items():
                events = trace("pointers", split, "--access-ok", check)
                asked = [event for event in of_kind(events, "access_ok") if event["ptr"] == "0x800000000000"]
                self.assertEqual([(event["ok"], event["limit"]) for event in asked], [(check != "limit", limit)])
                refused = [event["vec"] for event in of_kind(events, "exception") if event["rule"] == "access.canonical"]
                self.assertEqual(refused, [] if check == "limit" else [13], (split, check))
            self.assertRegex(run("run", "pointers", "--split", split, "--access-ok", "sign")[1],
                             r"B4  no canonical address .* left   16 of   16  EFAULT  pf 0 fixups 1")

    def test_a_program_of_64_bits_needs_a_kernel_of_64_bits(self):
        self.refused(("run", str(GUEST / "x64" / "hello"), "--split", "3g1g"), "64-bit", "x64")


if __name__ == "__main__":
    main()
