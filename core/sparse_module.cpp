#include "core/sparse_module.hpp"

#include "kernel_stub/abi/sparse.h"

#include <algorithm>
#include <cstring>

namespace ringside {

namespace {

constexpr std::size_t sparse_page = SPARSE_PAGE;
constexpr std::size_t worth_while = 256; // pages of zeros: 1 MiB

std::span<u8 const> page_at(std::span<u8 const> file, std::size_t index) {
    std::size_t const offset = index * sparse_page;
    return file.subspan(offset, std::min(sparse_page, file.size() - offset));
}

bool is_hole(std::span<u8 const> bytes) {
    return bytes.empty() ||
           (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

// The runs of pages that are not zero, and where their bytes come when the extents are written.
std::vector<sparse_extent> find_extents(std::span<u8 const> file) {
    std::vector<sparse_extent> extents;
    std::size_t const pages = (file.size() + sparse_page - 1) / sparse_page;
    for (std::size_t index = 0; index < pages; ++index) {
        if (is_hole(page_at(file, index))) {
            continue;
        }
        bool const goes_on =
            !extents.empty() && extents.back().page + extents.back().pages == index;
        if (!goes_on) {
            extents.push_back({static_cast<u32>(index), 0, 0});
        }
        ++extents.back().pages;
    }
    std::size_t offset = sizeof(sparse_header) + extents.size() * sizeof(sparse_extent);
    for (sparse_extent& extent : extents) {
        extent.offset = static_cast<u32>(offset);
        offset += std::size_t{extent.pages} * sparse_page;
    }
    return extents;
}

} // namespace

std::optional<std::vector<u8>> without_holes(std::span<u8 const> file) {
    if (file.size() < worth_while * sparse_page) {
        return std::nullopt;
    }
    std::vector<sparse_extent> const extents = find_extents(file);
    sparse_header header{{}, static_cast<u32>(file.size()), static_cast<u32>(extents.size())};
    std::memcpy(header.magic, SPARSE_MAGIC, sizeof header.magic);

    std::size_t kept = 0;
    for (sparse_extent const& extent : extents) {
        kept += extent.pages;
    }
    std::size_t const table = sizeof header + extents.size() * sizeof(sparse_extent);
    if ((kept + worth_while) * sparse_page > file.size()) {
        return std::nullopt;
    }
    std::vector<u8> image(table + kept * sparse_page, 0);
    std::memcpy(image.data(), &header, sizeof header);
    std::memcpy(image.data() + sizeof header, extents.data(), table - sizeof header);
    for (sparse_extent const& extent : extents) {
        std::size_t const from = std::size_t{extent.page} * sparse_page;
        std::size_t const size =
            std::min(std::size_t{extent.pages} * sparse_page, file.size() - from);
        std::memcpy(image.data() + extent.offset, file.data() + from, size);
    }
    return image;
}

} // namespace ringside
