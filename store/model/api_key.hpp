// An API key as stored: who it speaks for and what it may do. Of the key itself only SHA-256 of its secret part is
// kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crypto/digest.hpp"
#include "crypto/keyring.hpp"
#include "crypto/uuid.hpp"

namespace tacit::store {

/// What a credential may do. A set of bits.
enum class Scope : std::uint8_t { none = 0, secrets_read = 1, secrets_write = 2, keys_manage = 4 };
constexpr Scope operator|(Scope a, Scope b) {
  return static_cast<Scope>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool covers(Scope held, Scope needed) {
  return (static_cast<unsigned>(held) & static_cast<unsigned>(needed)) == static_cast<unsigned>(needed);
}
/// Those of `needed` that are not held.
constexpr Scope lacking(Scope held, Scope needed) {
  return static_cast<Scope>(static_cast<unsigned>(needed) & ~static_cast<unsigned>(held));
}

struct ApiKey {
  std::string id;  ///< 11 characters of [0-9A-Za-z], unique in the store
  crypto::Uuid tenant;
  std::string name;
  Scope scopes = Scope::none;
  crypto::Digest secret_hash{};
  std::int64_t created_at = 0;               ///< microseconds since the Unix epoch
  std::optional<std::int64_t> expires_at{};  ///< likewise
  std::optional<std::int64_t> revoked_at{};
  std::int64_t changed_at = 0;  ///< when it was made or last updated, as the audit log has it; 0: not known
  std::optional<std::int64_t>
      last_used_at{};  ///< up to about two minutes older than the truth (store/api_keys/api_key_uses.cpp)
  /// The metadata key that guards its row; nothing: it will be the primary one. A change keeps it.
  std::optional<crypto::KeyId> metadata_key{};
};

/// What to change of a key; what is nothing stays.
struct ApiKeyUpdate {
  std::optional<std::string> name{};
  std::optional<Scope> scopes{};
  std::optional<std::optional<std::int64_t>> expires_at{};  ///< the inner nothing: never

  bool empty() const { return !name && !scopes && !expires_at; }
};

/// What the credential has that makes or changes a key: the key may not get more.
struct Authority {
  Scope scopes = Scope::none;
  std::optional<std::int64_t> expires_at{};  ///< of an API key that ends; nothing may outlive it
};

/// That a key was used.
struct ApiKeyUse {
  std::string id;
  std::int64_t at = 0;  ///< microseconds since the Unix epoch
};

}  // namespace tacit::store
