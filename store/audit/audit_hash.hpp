// The hash that chains each audit entry to the one before it: SHA-256 of the hash before, the sequence and the
// body.
#pragma once

#include <cstdint>
#include <string_view>

#include "crypto/digest.hpp"

namespace tacit::store {

/// The hash that an entry must have after one with the hash `previous`.
crypto::Digest audit_hash(const crypto::Digest& previous, std::uint64_t sequence, std::string_view body);

}  // namespace tacit::store
