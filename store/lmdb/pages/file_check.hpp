// Checks of a store's file before LMDB maps it and follows its pages.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>

struct MDB_env;

namespace tacit::store {

/// The number of pages to check when a store is opened: 64 MiB of them, which takes well under a second. Upper levels
/// come first, so in a larger store only leaves are left out.
inline constexpr std::uint64_t pages_checked_at_start = 16384;

inline constexpr std::uint64_t all_pages = std::numeric_limits<std::uint64_t>::max();

/// Throws DamagedStore, with a sentence that names the file, unless its meta pages are good and it has every page in
/// use. Leaves a file that cannot be opened to LMDB's error; an empty file is damaged too.
void check_file(const std::filesystem::path& file);
/// The same for a file that is opened by `path` and called `name` in messages.
void check_file(const std::filesystem::path& path, const std::filesystem::path& name);

/// Throws DamagedStore at the first page that would make LMDB fail, in the newest snapshot, among at most `most` pages.
/// The environment is open, but none of its tables is. `progress` receives the number of checked pages and the maximum.
void check_pages(MDB_env* env, const std::filesystem::path& file, std::uint64_t most,
                 const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

}  // namespace tacit::store
