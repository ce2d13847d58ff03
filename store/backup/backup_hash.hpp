// The hash of a backup, in the trailer at its end. It shows that a backup is complete and unchanged before LMDB, which
// trusts its files, opens it. It protects against accidents, not against attackers: an attacker who can write a backup
// can write a trailer.
//
//   trailer, 48 bytes: "TACITBAK" (8) ‖ 8 length of what is before the trailer, big-endian ‖ 32 SHA-256 of what is
//   before the trailer
#pragma once

#include <cstdint>

#include "crypto/primitives/digest.hpp"
#include "store/engine/engine.hpp"

namespace tacit::store {

inline constexpr std::size_t backup_trailer_size = 48;

/// The hash and the length of what is before the trailer, computed piece by piece.
class BackupHash {
 public:
  void update(ByteView bytes);
  std::uint64_t length() const { return length_; }
  /// The trailer for what was given to `update`. Call once; `update` must not follow.
  Bytes trailer();

 private:
  crypto::Sha256 hash_;
  std::uint64_t length_ = 0;
};

/// Whether bytes begin like a trailer.
bool is_trailer_magic(ByteView bytes);
/// Whether these bytes are the trailer of a backup of that total size. Does not check the bytes before them.
bool is_backup_trailer(ByteView trailer, std::uint64_t file_bytes);

}  // namespace tacit::store
