#include "labs/kernel_builder.hpp"

#include "core/host_error.hpp"
#include "labs/confined.hpp"

#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>

namespace ringside::labs {

namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

// How guests are built here, as the build of Ringside left it: {"cc": [...], "ld": [...]}.
struct Toolchain {
    Words compile;
    Words link;
};

Toolchain read_toolchain(fs::path const& kits) {
    fs::path const file = kits / "toolchain.json";
    std::ifstream stream{file};
    if (!stream) {
        throw HostError{fmt::format("there is no '{}': labs need a guest compiler; install clang "
                                    "and lld (./run.sh does) and build Ringside again",
                                    file.string())};
    }
    auto const json = nlohmann::json::parse(stream, nullptr, false);
    if (json.is_discarded() || !json.contains("cc") || !json.contains("ld")) {
        throw HostError{fmt::format("'{}' is damaged; build Ringside again", file.string())};
    }
    return {json["cc"].get<Words>(), json["ld"].get<Words>()};
}

// What the seed moves, for kernel and student alike.
std::string variant_header(Names const& variant) {
    std::string text = "/* What your seed moved. */\n#ifndef VARIANT_H\n#define VARIANT_H\n";
    for (auto const& [name, value] : variant) {
        std::string upper = name;
        for (char& c : upper) {
            c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        }
        text += fmt::format("#define VARIANT_{} {:#x}u\n", upper, value);
    }
    return text + "#endif\n";
}

void write_file(fs::path const& file, std::string const& text) {
    std::ofstream stream{file, std::ios::binary};
    stream << text;
    if (!stream.flush()) {
        throw HostError{fmt::format("cannot write '{}'", file.string())};
    }
}

class Builder {
public:
    Builder(Toolchain toolchain, fs::path work, Words reads)
        : toolchain_{std::move(toolchain)}
        , work_{std::move(work)} {
        reads_.assign(reads.begin(), reads.end());
    }

    bool run(Words words, std::string& messages) const {
        ConfinedResult const result =
            run_confined({.words = std::move(words), .reads = reads_, .writes = work_});
        messages += result.output;
        return result.ok;
    }
    // The name of a source in messages is the one the student knows.
    bool compile(std::string const& source, std::string& messages) {
        std::string const object = source + ".o";
        Words words = toolchain_.compile;
        words.insert(words.end(), {"-I.", "-c", "-o", object, source});
        objects_.push_back(object);
        return run(std::move(words), messages);
    }
    bool link(fs::path const& kit, fs::path const& script, u64 slide, fs::path const& kernel,
              std::string& messages) const {
        Words words = toolchain_.link;
        words.insert(words.end(), {fmt::format("--defsym=KERNEL_SLIDE={:#x}", slide), "-T",
                                   script.string(), "-o", kernel.string(), kit.string()});
        words.insert(words.end(), objects_.begin(), objects_.end());
        return run(std::move(words), messages);
    }

private:
    Toolchain toolchain_;
    fs::path work_;
    std::vector<fs::path> reads_;
    Words objects_;
};

void copy_folder(fs::path const& from, fs::path const& to) {
    std::error_code error;
    if (fs::is_directory(from)) {
        fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing,
                 error);
    }
    if (error) {
        throw HostError{fmt::format("cannot copy '{}': {}", from.string(), error.message())};
    }
}

} // namespace

Build build_kernels(Lab const& lab, Names const& variant, fs::path const& student,
                    fs::path const& work, fs::path const& kits) {
    Builder builder{read_toolchain(kits), work, {kits.string()}};
    Build build;
    for (std::string const& file : lab.files) {
        std::error_code error;
        fs::copy_file(student / file, work / file, fs::copy_options::overwrite_existing, error);
        if (error) {
            build.messages = fmt::format("{}: {}\n", file, error.message());
            return build;
        }
    }
    // The given files go over whatever the student may have called by their names.
    copy_folder(lab.folder / "given", work);
    write_file(work / "variant.h", variant_header(variant));
    Words sources = lab.sources;
    if (fs::exists(work / "variant.c")) {
        sources.emplace_back("variant.c");
    }
    build.ok = true;
    for (std::string const& source : sources) {
        build.ok = builder.compile(source, build.messages) && build.ok;
    }
    auto const slide = variant.find("slide");
    for (std::string const& split : lab.splits) {
        fs::path const kernel = work / ("kernel-" + split + ".elf");
        build.ok =
            build.ok &&
            builder.link(kits / ("kernel-" + split + ".o"), kits / ("kernel-" + split + ".ld"),
                         slide == variant.end() ? 0 : slide->second, kernel, build.messages);
        build.kernels[split] = kernel;
    }
    return build;
}

} // namespace ringside::labs
