// An API key as stored: its tenant and its permissions. Of the key itself only the SHA-256 of its secret part is
// stored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crypto/ids/uuid.hpp"
#include "crypto/keyrings/keyring.hpp"
#include "crypto/primitives/digest.hpp"

namespace tacit::store {

/// The permissions of a credential. A set of bits.
enum class Scope : std::uint8_t { none = 0, secrets_read = 1, secrets_write = 2, api_keys_manage = 4, tools_use = 8 };
constexpr Scope operator|(Scope a, Scope b) {
  return static_cast<Scope>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool covers(Scope held, Scope needed) {
  return (static_cast<unsigned>(held) & static_cast<unsigned>(needed)) == static_cast<unsigned>(needed);
}
/// The scopes in `needed` that `held` lacks.
constexpr Scope lacking(Scope held, Scope needed) {
  return static_cast<Scope>(static_cast<unsigned>(needed) & ~static_cast<unsigned>(held));
}

/// The scopes of the API plane.
inline constexpr Scope api_scopes = Scope::secrets_read | Scope::secrets_write | Scope::api_keys_manage;
/// Whether a credential may have these scopes: those of the API plane, or tools_use alone. A runtime gets credentials
/// with tools_use, so they must be worth nothing on the API plane.
constexpr bool can_combine(Scope scopes) { return scopes == Scope::tools_use || !covers(scopes, Scope::tools_use); }

struct ApiKey {
  std::string id;  ///< 11 characters of [0-9A-Za-z], unique in the store
  crypto::Uuid tenant;
  std::string name;
  Scope scopes = Scope::none;
  crypto::Digest secret_hash{};
  std::int64_t created_at = 0;               ///< microseconds since the Unix epoch
  std::optional<std::int64_t> expires_at{};  ///< likewise
  std::optional<std::int64_t> revoked_at{};
  std::int64_t changed_at = 0;                 ///< time of creation or last update, as in the audit log; 0: not known
  std::optional<std::int64_t> last_used_at{};  ///< up to about two minutes old (store/api_keys/record_api_key_uses.cpp)
  /// The metadata key that protects its row; std::nullopt: the primary one at the first write. A change keeps it.
  std::optional<crypto::KeyId> metadata_key{};
};

/// The changes to a key; a field without a value stays as it is.
struct ApiKeyUpdate {
  std::optional<std::string> name{};
  std::optional<Scope> scopes{};
  std::optional<std::optional<std::int64_t>> expires_at{};  ///< the inner std::nullopt: never

  bool empty() const { return !name && !scopes && !expires_at; }
};

/// The permissions of the credential that makes or changes a key: the key cannot get more.
struct Authority {
  Scope scopes = Scope::none;
  std::optional<std::int64_t> expires_at{};  ///< of an expiring API key; nothing may outlive it
};

/// A use of a key.
struct ApiKeyUse {
  std::string id;
  std::int64_t at = 0;  ///< microseconds since the Unix epoch
};

}  // namespace tacit::store
