// A backup: a whole store, as it was at one instant, in one file or stream.
//
//   an LMDB data file without unused pages ‖ trailer, 48 bytes: "TACITBAK" (8) ‖ 8 length of what is before the
//   trailer, big-endian ‖ 32 SHA-256 of what is before the trailer
//
// The trailer shows that a backup is whole and as it was written, before LMDB, which trusts its files, looks at it. It
// keeps out accidents, not attackers: who can write a backup can write a trailer.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "crypto/digest.hpp"
#include "store/lmdb/environment/lmdb_env.hpp"

namespace tacit::store {

/// Takes the bytes, or answers false with errno set.
using ByteSink = std::function<bool(ByteView)>;
/// Like read(2): how many bytes it gave, 0 at the end, -1 with errno set.
using ByteSource = std::function<std::ptrdiff_t(std::span<std::uint8_t>)>;

/// Writes a backup of the store as it is now. Writers go on meanwhile; pages that they free are not used again before
/// this is done. Answers how many bytes it has. `progress` is told how many were written.
Outcome<std::uint64_t> write_backup(const LmdbEnv& env, const ByteSink& sink,
                                    const std::function<void(std::uint64_t)>& progress);

/// Reads a backup to its end and hands on what is before the trailer. Fails with `integrity` if it is no backup or was
/// cut off or changed; what was handed on is worth nothing then. Answers the length of what was handed on.
Outcome<std::uint64_t> read_backup(const ByteSource& source, const ByteSink& sink);

inline constexpr std::size_t backup_trailer_size = 48;
/// Whether these bytes are the end of a backup of so many bytes in all. Says nothing of what is before them.
bool is_backup_trailer(ByteView trailer, std::uint64_t file_bytes);

}  // namespace tacit::store
