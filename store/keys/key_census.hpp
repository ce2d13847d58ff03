// How many things name which key: what a rewrap has to do, and whether a key can be retired.
#pragma once

#include <cstdint>
#include <map>

#include "crypto/keyring.hpp"
#include "store/model/key_kind.hpp"

namespace tacit::store {

struct KeyUse {
  /// Whose private key is sealed to it; or whose record names it, as the previous one too, or the mark of its erasure.
  /// Among them is the audit log's checkpoint.
  std::uint64_t tenants = 0;
  std::uint64_t secrets = 0;
  std::uint64_t api_keys = 0;

  std::uint64_t total() const { return tenants + secrets + api_keys; }
};

/// What rows say of themselves, unverified.
struct KeyCensus {
  std::map<crypto::KeyId, KeyUse> uses;
  std::uint64_t unreadable = 0;  ///< rows of which nobody can tell which key they name

  KeyUse of(const crypto::KeyId& id) const {
    const auto found = uses.find(id);
    return found == uses.end() ? KeyUse() : found->second;
  }
};

}  // namespace tacit::store
