// A backup: a whole store at one instant, in one file or stream.
//
//   an LMDB data file without unused pages ‖ trailer with its length and hash (store/backup/backup_hash.hpp)
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "store/lmdb/environment/lmdb_env.hpp"

namespace tacit::store {

/// Writes the bytes; returns false with errno set on failure.
using ByteSink = std::function<bool(ByteView)>;
/// Like read(2): returns the number of bytes, 0 at the end, -1 with errno set.
using ByteSource = std::function<std::ptrdiff_t(std::span<std::uint8_t>)>;

/// Writes a backup of the store's present state. Writers continue meanwhile; pages that they free are not reused before
/// this returns. Returns the size in bytes. `progress` receives the number of bytes written.
Outcome<std::uint64_t> write_backup(const LmdbEnv& env, const ByteSink& sink,
                                    const std::function<void(std::uint64_t)>& progress);

/// Reads a backup to its end and passes on the part before the trailer. Fails with `integrity` if the input is not a
/// backup, or is cut off or changed; then the part that was passed on must be discarded. Returns the length of that
/// part.
Outcome<std::uint64_t> read_backup(const ByteSource& source, const ByteSink& sink);

}  // namespace tacit::store
