// The hash that chains each audit entry to the previous one of its slot:
//
//   slot 0: SHA-256(32 previous hash ‖ 8 sequence ‖ body)
//   others: SHA-256("tacit audit 2" ‖ 16 store id ‖ 2 slot ‖ 8 sequence ‖ 32 previous hash ‖ body)
//
// Numbers are big-endian. Before the first entry the hash is zeros. With the store and the slot in it, no chain can
// pass for that of another slot or another store.
#pragma once

#include <cstdint>
#include <string_view>

#include "crypto/ids/uuid.hpp"
#include "crypto/primitives/digest.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

/// In slot 0: the hash of an entry whose previous entry has the hash `previous`.
crypto::Digest audit_hash(const crypto::Digest& previous, std::uint64_t sequence, std::string_view body);
/// The hash of the entry after `before`, in the same slot of that store.
crypto::Digest audit_hash(const crypto::Uuid& store, const AuditMark& before, std::string_view body);

}  // namespace tacit::store
