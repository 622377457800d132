#include "labs/confined.hpp"

#include "core/host_error.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/landlock.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ringside::labs {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_output = 64 * 1024;
constexpr rlim_t most_seconds = 60;
constexpr rlim_t most_memory = rlim_t{2} << 30U;
constexpr rlim_t most_file = rlim_t{64} << 20U;
constexpr int could_not_confine = 120;
constexpr int could_not_start = 121;

constexpr __u64 reading =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
// Everything that the first version of Landlock can forbid.
constexpr __u64 everything = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1U) - 1;
// What a compiler is made of. Nothing of ours, and nothing of a user's, lies there.
constexpr std::array system_folders{"/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64",
                                    "/lib",     "/lib64",   "/bin",       "/etc/ld.so.cache"};

int create_ruleset(landlock_ruleset_attr const* attributes, std::size_t size, __u32 flags) {
    return static_cast<int>(::syscall(SYS_landlock_create_ruleset, attributes, size, flags));
}

bool allow(int ruleset, fs::path const& path, __u64 access) {
    int const fd = ::open(path.c_str(), O_PATH | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT; // not every host has every folder
    }
    std::error_code ignored;
    bool const is_file = !fs::is_directory(path, ignored);
    landlock_path_beneath_attr beneath{};
    beneath.parent_fd = fd;
    beneath.allowed_access =
        is_file ? access & (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
                            LANDLOCK_ACCESS_FS_WRITE_FILE)
                : access;
    bool const added =
        ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
    ::close(fd);
    return added;
}

// In the child, for good.
bool confine(ConfinedCommand const& command) {
    landlock_ruleset_attr attributes{};
    attributes.handled_access_fs = everything;
    int const ruleset = create_ruleset(&attributes, sizeof attributes, 0);
    bool good = ruleset >= 0;
    for (char const* const folder : system_folders) {
        good = good && allow(ruleset, folder, reading);
    }
    for (fs::path const& folder : command.reads) {
        good = good && allow(ruleset, folder, reading);
    }
    good = good && allow(ruleset, command.writes, everything) &&
           allow(ruleset, "/dev/null", reading | LANDLOCK_ACCESS_FS_WRITE_FILE);
    return good && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
}

void limit(decltype(RLIMIT_CPU) what, rlim_t most) {
    rlimit const both{.rlim_cur = most, .rlim_max = most};
    ::setrlimit(what, &both);
}

[[noreturn]] void become(ConfinedCommand const& command, int output) {
    int const nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::closefrom(STDERR_FILENO + 1);
    limit(RLIMIT_CPU, most_seconds);
    limit(RLIMIT_AS, most_memory);
    limit(RLIMIT_FSIZE, most_file);
    limit(RLIMIT_CORE, 0);
    if (::chdir(command.writes.c_str()) != 0 || !confine(command)) {
        ::_exit(could_not_confine);
    }
    std::vector<char*> words;
    for (std::string const& word : command.words) {
        words.push_back(const_cast<char*>(
            word.c_str())); // NOLINT(cppcoreguidelines-pro-type-const-cast): execve's own
    }
    words.push_back(nullptr);
    // TMPDIR: a linker that wants scratch space has it where it may write.
    std::string scratch = "TMPDIR=" + command.writes.string();
    std::string path = "PATH=/usr/bin:/bin";
    std::string language = "LC_ALL=C";
    std::array<char*, 4> environment{scratch.data(), path.data(), language.data(), nullptr};
    ::execve(words.front(), words.data(), environment.data());
    ::_exit(could_not_start);
}

std::string read_all(int fd) {
    std::string text;
    std::array<char, 4096> piece{};
    while (true) {
        ssize_t const n = ::read(fd, piece.data(), piece.size());
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return text;
        }
        if (text.size() < most_output) { // what is over is read, and forgotten
            text.append(piece.data(), static_cast<std::size_t>(n));
        }
    }
}

} // namespace

std::string why_not_confined() {
    if (create_ruleset(nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1) {
        return {};
    }
    return fmt::format(
        "this host has no Landlock (Linux 5.13 and the boot option lsm=landlock): {}",
        std::strerror(errno));
}

ConfinedResult run_confined(ConfinedCommand const& command) {
    if (std::string const why = why_not_confined(); !why.empty()) {
        throw HostError{"a student's file is not compiled without confinement; " + why};
    }
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw HostError{fmt::format("no pipe to a compiler: {}", std::strerror(errno))};
    }
    pid_t const child = ::fork();
    if (child == 0) {
        become(command, ends[1]);
    }
    ::close(ends[1]);
    if (child < 0) {
        ::close(ends[0]);
        throw HostError{fmt::format("a compiler cannot be started: {}", std::strerror(errno))};
    }
    ConfinedResult result;
    result.output = read_all(ends[0]);
    ::close(ends[0]);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    int const code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (code == could_not_confine || code == could_not_start) {
        throw HostError{fmt::format("'{}' could not be {}", command.words.front(),
                                    code == could_not_start ? "started" : "confined")};
    }
    if (WIFSIGNALED(status)) {
        result.output +=
            fmt::format("\nstopped by signal {} (a limit of time or memory)\n", WTERMSIG(status));
    }
    result.ok = code == 0;
    return result;
}

} // namespace ringside::labs
