// How many things name which key: what a rewrap has to do, and whether a key can be retired.
#pragma once

#include <cstdint>
#include <map>

#include "crypto/keyring.hpp"
#include "store/key_kind.hpp"

namespace tacit::store {

struct KeyUse {
  /// Whose private key is sealed to it; or whose record names it, as the previous one too, or the mark of its erasure.
  std::uint64_t tenants = 0;
  std::uint64_t secrets = 0;
  std::uint64_t api_keys = 0;

  std::uint64_t total() const { return tenants + secrets + api_keys; }
};

/// Rows that cannot be read name no key. What is counted is what rows say of themselves, unverified.
using KeyCensus = std::map<crypto::KeyId, KeyUse>;

}  // namespace tacit::store
