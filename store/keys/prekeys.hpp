// The figures of the pool of prekeys (store/rows/prekey.hpp). Keys (store/keys/keys.hpp) counts and changes the pool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "crypto/ids/key_id.hpp"

namespace tacit::store {

/// Prekeys in one transaction.
inline constexpr std::size_t most_prekeys_at_once = 64;

struct PrekeyFigures {
  std::uint64_t usable = 0;
  std::uint64_t unusable = 0;  ///< unreadable, wrongly signed, or signed by a key that is not accepted
  /// Of the usable ones, by the root key that seals them and the key that signed them.
  std::map<std::pair<crypto::KeyId, crypto::KeyId>, std::uint64_t> by_key;
};

}  // namespace tacit::store
