// The hash that chains each audit entry to the previous one: SHA-256 of the previous hash, the sequence and the body.
#pragma once

#include <cstdint>
#include <string_view>

#include "crypto/primitives/digest.hpp"

namespace tacit::store {

/// The hash of an entry whose previous entry has the hash `previous`.
crypto::Digest audit_hash(const crypto::Digest& previous, std::uint64_t sequence, std::string_view body);

}  // namespace tacit::store
