// The checks of a store's file before LMDB maps it and follows what its pages say.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>

struct MDB_env;

namespace tacit::store {

/// How many pages are looked at when a store is opened: 64 MiB of them, which takes well under a second. Upper levels
/// come first, so that of a larger store it is leaves that are left out.
inline constexpr std::uint64_t pages_checked_at_start = 16384;

inline constexpr std::uint64_t all_pages = std::numeric_limits<std::uint64_t>::max();

/// Throws DamagedStore, with a sentence that names the file, unless its meta pages are good and it has every page that
/// is in use. A file that cannot be opened is left to LMDB to complain of; one without a byte is damaged too.
void check_file(const std::filesystem::path& file);
/// The same of a file that is opened by `path` and called `name`.
void check_file(const std::filesystem::path& path, const std::filesystem::path& name);

/// Throws DamagedStore at the first page that LMDB would stumble over, of the newest snapshot and at most so many. The
/// environment is open, and none of its tables yet. `progress` is told of how many pages, and how many there may be.
void check_pages(MDB_env* env, const std::filesystem::path& file, std::uint64_t most,
                 const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

}  // namespace tacit::store
