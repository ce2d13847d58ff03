// How many rows name each key: what a rewrap has to do, and whether a key can be retired.
#pragma once

#include <cstdint>
#include <map>

#include "crypto/keyring.hpp"
#include "store/model/key_kind.hpp"

namespace tacit::store {

struct KeyUse {
  /// Tenants whose private key is sealed to the key, whose record names it (also as the previous key), or whose erasure
  /// mark names it. The audit log's checkpoint is counted here.
  std::uint64_t tenants = 0;
  std::uint64_t secrets = 0;
  std::uint64_t api_keys = 0;

  std::uint64_t total() const { return tenants + secrets + api_keys; }
};

/// Counted from the rows, unverified.
struct KeyCensus {
  std::map<crypto::KeyId, KeyUse> uses;
  std::uint64_t unreadable = 0;  ///< rows whose key cannot be determined

  KeyUse of(const crypto::KeyId& id) const {
    const auto found = uses.find(id);
    return found == uses.end() ? KeyUse() : found->second;
  }
};

}  // namespace tacit::store
