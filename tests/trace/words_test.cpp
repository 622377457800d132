// Sentences say what the record says; system calls look as strace shows them.
#include "core/trace/names.hpp"
#include "core/trace/sentence.hpp"
#include "core/trace/system_calls.hpp"
#include "kernel_stub/abi/tracepoints.h"
#include "tests/trace/story_builder.hpp"

#include <doctest/doctest.h>

using namespace ringside;
using namespace ringside::trace;
using namespace ringside::trace::testing;

namespace {

std::string say(Body body) {
    Event event;
    event.body = std::move(body);
    return sentence_of(event);
}

} // namespace

TEST_SUITE("trace: words") {
    TEST_CASE("sentences are made of the record's facts") {
        StoryBuilder story;
        story.step(0, 0x1000).kernel_walk(0x8051004);
        story.failed_walk(0x8052000, false);
        CHECK(sentence_of(story.events[0]) == "Supervisor read of 0x8051004 walks pd entry "
                                              "0x103067, pt entry 0x200067: physical 0x200004.");
        CHECK(sentence_of(story.events[1]) ==
              "Supervisor read of 0x8052000 walks pd entry 0x103067, pt entry 0x0: the pt "
              "entry is not present, so #PF with error code 0.");
        CHECK(say(PageFault{0x8052000, 0}) ==
              "#PF: CR2 becomes 0x8052000, error code 0: not present, read, by the supervisor.");
        CHECK(say(PageFault{0x10, 7}) ==
              "#PF: CR2 becomes 0x10, error code 7: the page is present, write, by the user.");
        CHECK(say(PageFault{0x10, 20}) ==
              "#PF: CR2 becomes 0x10, error code 20 (14h): not present, fetch, by the user.");
        CHECK(
            say(Copy{TP_FROM_USER, 0x8051f00, 0, 6000, 1648, "ab"}) ==
            "copy_from_user: 4352 of 6000 bytes at 0x8051f00 done, 1648 left; they begin \"ab\".");
        CHECK(say(Softwalk{0x8052000, false, false}) ==
              "The kernel looks 0x8052000 up in the user's page tables: not usable.");
        CHECK(say(AccessOk{0xc0001000, 16, 0xc0000000, false}) ==
              "access_ok: 16 bytes at 0xc0001000 do not lie below 0xc0000000.");
        CHECK(say(Irq{0}) == "The interrupt of line 0 (the timer) is taken.");
        CHECK(say(Irq{5}) == "The interrupt of line 5 is taken.");
        CHECK(say(Dma{0x2ffffe, 1}) ==
              "A device writes 1 byte at physical 0x2ffffe; no page table is asked.");
        StoryBuilder interrupt;
        interrupt.step(0, 0xc0101234).gate(0x2b, GateSource::Irq, 0);
        CHECK(sentence_of(interrupt.events[0]).starts_with("Interrupt 2Bh goes through its gate"));
        Event gate;
        StoryBuilder entry;
        entry.step(3, 0x804812e).gate(0x80, GateSource::Int, 3);
        CHECK(sentence_of(entry.events[0]) ==
              "INT 80h goes through its gate from ring 3 at 23:0x804812e to ring 0 at "
              "10:0xc0101000; the stack becomes "
              "18:0xc0200fec, 5 values are pushed.");
    }

    TEST_CASE("a refusal names the rule that does not hold") {
        static constexpr Rule rule{"access.limit", "Every byte of the access is within the limit.",
                                   "SDM 3A 6.3"};
        CHECK(say(SegFault{.reg = seg::SegmentName::DS,
                           .offset = 0xc0001000,
                           .size = 4,
                           .acc = 'r',
                           .rule = &rule}) ==
              "A read of 4 bytes at ds:0xc0001000 is refused: #GP(0). This does not hold: Every "
              "byte of the access is "
              "within the limit. (SDM 3A 6.3)");
        CHECK(say(SegLoad{
                  .selector = 0x10, .checks = {{&rule, false}}, .vec = u8{13}, .err = 0x10}) ==
              "Loading ds with 0x10 is refused: #GP(0x10). This does not hold: Every byte of the "
              "access is within the "
              "limit. (SDM 3A 6.3)");
    }

    TEST_CASE("every event has a sentence with an end and a word") {
        for (auto const& events : {three_one_write(), four_four_write()}) {
            for (Event const& event : events) {
                std::string const sentence = sentence_of(event);
                INFO(sentence);
                CHECK(sentence.ends_with('.'));
                CHECK_FALSE(word_of(event).empty());
            }
        }
    }

    TEST_CASE("a system call as strace shows it") {
        auto const bytes = [](u64 address, std::size_t size) {
            std::string const text = address == 0x1000 ? std::string{"Hi\n\0\1\0338\0337\xff\"", 11}
                                                       : std::string(100, 'x');
            return text.substr(0, size);
        };
        Syscall const write{4, "write", {1, 0x1000, 11}, 3, true};
        CHECK(call_text(write, bytes) == R"(write(1, "Hi\n\0\1\338\0337\377\"", 11))");
        CHECK(call_text(write) == "write(1, 0x1000, 11)");
        CHECK(call_text({4, "write", {1, 0x2000, 60}, 3, true}, bytes) ==
              "write(1, \"" + std::string(32, 'x') + "\"..., 60)");
        CHECK(call_text({4, "write", {1, 0, 16}, 3, true}, bytes) == "write(1, NULL, 16)");
        CHECK(call_text({1, "exit", {0xffffffff}, 1, true}) == "exit(-1)");
        CHECK(call_text({20, "getpid", {}, 0, true}) == "getpid()");
        CHECK(call_text({999, "", {1, 2, 3, 4, 5, 6}, 6, true}) ==
              "syscall_0x3e7(0x1, 0x2, 0x3, 0x4, 0x5, 0x6)");
    }

    TEST_CASE("numbers by their names, and what pointers lead to") {
        auto const bytes = [](u64 address, std::size_t size) {
            std::string const text = address == 0x1000   ? std::string{"\x01\0\0\0\x02\0\0\0", 8}
                                     : address == 0x2000 ? std::string{"\0\x2a\0\0", 4}
                                     : address == 0x3000 ? std::string{"\x8b\0\0\0", 4}
                                     : address == 0x4000 ? std::string{"\0\x02\0\0\0\0\0\0", 8}
                                     : address == 0x5000 ? std::string{"\0\x60\0\0\0\0\0\0", 8}
                                     : address == 0x5004 ? std::string{"\0\0\0\0", 4}
                                     : address == 0x6000 ? std::string{"one\0", 4}
                                                         : std::string{};
            return text.substr(0, size);
        };
        auto const over = [&](Syscall const& call, i64 result) {
            auto const parts = call_parts(call, result, bytes, bytes);
            return parts.known + "| " + parts.rest;
        };
        CHECK(call_text({125, "mprotect", {0x1000, 4096, 3}, 3, true}) ==
              "mprotect(0x1000, 4096, PROT_READ|PROT_WRITE)");
        CHECK(call_text({125, "mprotect", {0x1000, 4096, 0}, 3, true}) ==
              "mprotect(0x1000, 4096, PROT_NONE)");
        CHECK(call_text({125, "mprotect", {0x1000, 4096, 0x1001}, 3, true}) ==
              "mprotect(0x1000, 4096, PROT_READ|0x1000)");
        CHECK(call_text({125, "mprotect", {0x1000, 4096, 0x1000}, 3, true}) ==
              "mprotect(0x1000, 4096, 0x1000 /* PROT_??? */)");
        CHECK(call_text({192, "mmap", {0, 8192, 5, 0x22, 0xffffffff, 0}, 6, true}) ==
              "mmap(NULL, 8192, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)");
        CHECK(call_text({120, "clone", {0x11, 0, 0, 0, 0}, 5, true}) ==
              "clone(SIGCHLD, NULL, NULL, NULL, NULL)");
        CHECK(call_text({37, "kill", {2, 9}, 2, true}) == "kill(2, SIGKILL)");
        CHECK(call_text({162, "nanosleep", {0x1000, 0}, 2, true}, bytes) ==
              "nanosleep({tv_sec=1, tv_nsec=2}, NULL)");
        CHECK(call_text({11, "execve", {0x6000, 0x5000, 0}, 3, true}, bytes) ==
              "execve(\"one\", [\"one\"], NULL)");
        CHECK(over({7, "waitpid", {2, 0x2000, 0}, 3, true}, 2) ==
              "waitpid(2, | [{WIFEXITED(s) && WEXITSTATUS(s) == 42}], 0)");
        CHECK(over({7, "waitpid", {2, 0x3000, 1}, 3, true}, 2) ==
              "waitpid(2, | [{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV}], WNOHANG)");
        CHECK(over({7, "waitpid", {2, 0x3000, 0}, 3, true}, -10) == "waitpid(2, | 0x3000, 0)");
        CHECK(over({175, "rt_sigprocmask", {0, 0x4000, 0, 8}, 4, true}, 0) ==
              "rt_sigprocmask(SIG_BLOCK, [USR1], | NULL, 8)");
        CHECK(over({42, "pipe", {0x1000}, 1, true}, 0) == "pipe(| [1, 2])");
        CHECK(over({3, "read", {3, 0x6000, 100}, 3, true}, 3) == "read(3, | \"one\", 100)");
        CHECK(over({3, "read", {3, 0x6000, 100}, 3, true}, -14) == "read(3, | 0x6000, 100)");
        CHECK(over({3, "read", {3, 0x6000, 100}, 3, true}, 0) == "read(3, | \"\", 100)");
    }

    TEST_CASE("what a call does not write is not read") {
        auto const bytes = [](u64, std::size_t size) { return std::string(size, '\0'); };
        auto const over = [&](Syscall const& call, i64 result) {
            return call_parts(call, result, bytes, bytes).rest;
        };
        Syscall const wait{7, "waitpid", {2, 0x2000, 1}, 3, true};
        CHECK(over(wait, 0) == "0x2000, WNOHANG)");
        CHECK(over(wait, 2) == "[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], WNOHANG)");
        Syscall const sleep{162, "nanosleep", {0x1000, 0x2000}, 2, true};
        CHECK(over(sleep, 0) == "0x2000)");
        CHECK(over(sleep, -4) == "{tv_sec=0, tv_nsec=0})");
        CHECK(over(sleep, -512) == "{tv_sec=0, tv_nsec=0})");
        CHECK(over(sleep, -22) == "0x2000)");
    }

    TEST_CASE("results: errno's name and sentence, addresses in hex") {
        CHECK(result_text("write", 6000) == "6000");
        CHECK(result_text("write", -14) == "-1 EFAULT (Bad address)");
        CHECK(result_text("foo", -38) == "-1 ENOSYS (Function not implemented)");
        CHECK(result_text("brk", 0x804c000) == "0x804c000");
        CHECK(result_text("mmap", static_cast<i32>(0xb7fff000U)) == "0xb7fff000");
        CHECK(result_text("mremap", 0x20010000) == "0x20010000");
        CHECK(result_text("mmap", -12) == "-1 ENOMEM (Cannot allocate memory)");
    }

    TEST_CASE("exceptions by the manual's names") {
        CHECK(exception_text(13, 0x10) == "#GP(0x10)");
        CHECK(exception_text(13, 0) == "#GP(0)");
        CHECK(exception_text(14, 7) == "#PF, error code 7");
        CHECK(exception_text(14, 11) == "#PF, error code 11 (0bh)");
        CHECK(exception_text(6, 0) == "#UD");
        CHECK(exception_text(32, 0) == "vector 32");
        CHECK(signal_name(11) == "SIGSEGV");
        CHECK(signal_name(40) == "signal 40");
    }
}
