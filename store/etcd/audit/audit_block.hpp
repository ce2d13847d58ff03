// An audit block: the entries of one commit, or of several, in one value of etcd. Blocks cost less than a key for each
// entry, and entries that are deflated together need a third of the bytes.
//
// Format 1, big-endian:
//   1 format ‖ 16 operation ‖ 2 slot ‖ 8 sequence of the first entry ‖ 32 hash of the entry before it ‖ 4 number of
//   entries ‖ 4 length of what follows before deflating ‖ deflated (RFC 1950), for each entry:
//     4 length ‖ body ‖ 1 number of signatures (0 to 3), plus 128 if the entry is a commit's last; then
//       8 sequence of the commit's first entry ‖ each signature: 1 role, 8 signing key id, 64 signature
//
// Hashes of entries are not stored: they follow from the hash before the block. The bodies and the signatures are those
// of store/audit/audit_log.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/memory/bytes.hpp"
#include "crypto/primitives/digest.hpp"
#include "store/model/audit.hpp"
#include "store/model/audit_slot.hpp"

namespace tacit::store::etcd {

using crypto::Bytes;
using crypto::ByteView;

struct BlockEntry {
  std::string body;
  std::uint64_t first = 0;  ///< of a commit's last entry: the sequence of the commit's first; else 0
  std::vector<AuditSignature> signatures;
};

struct AuditBlock {
  std::array<std::uint8_t, 16> operation{};  ///< random, the same as in the slot's head that was written with it
  AuditSlot slot;
  std::uint64_t first = 0;  ///< sequence of the first entry, from 1
  crypto::Digest previous{};
  std::vector<BlockEntry> entries;
};

inline constexpr std::size_t most_block_entries = 4096;
inline constexpr std::size_t most_block_bytes = std::size_t{4} << 20;  ///< of the entries, before deflating

/// The bytes that an entry adds to a block before deflating; the engine adds them up to stay within the limits.
std::size_t block_bytes(const BlockEntry& entry);

/// The block must be within the limits above, or std::length_error is thrown.
Bytes encode_block(const AuditBlock& block);
/// std::nullopt if it is not a block as documented, or above the limits. Needs memory for `most_block_bytes` at most,
/// twice.
std::optional<AuditBlock> decode_block(ByteView value);

}  // namespace tacit::store::etcd
