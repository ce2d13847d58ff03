// API keys for tests of the store.
#pragma once

#include <string>
#include <vector>

#include "crypto/envelope/envelope.hpp"
#include "store/model/api_key.hpp"
#include "store/rows/codec.hpp"
#include "test/unit/store/store_fixture.hpp"

namespace tacit::store::testing {

inline constexpr Scope every_scope = Scope::secrets_read | Scope::secrets_write | Scope::api_keys_manage;

inline ApiKey some_api_key(std::string id, crypto::Uuid tenant = tenant_id(1)) {
  ApiKey key;
  key.id = std::move(id);
  key.tenant = tenant;
  key.name = "a name";
  key.scopes = Scope::secrets_read | Scope::secrets_write;
  key.secret_hash.fill(7);
  key.created_at = 1'700'000'000'000'000;
  key.expires_at = 1'800'000'000'000'000;
  return key;
}

/// Eleven characters that sort like the numbers.
inline std::string numbered(int n) {
  const std::string digits = std::to_string(n);
  return std::string(11 - digits.size(), '0') + digits;
}

/// The row in the format before the index existed.
inline std::string first_format_row(const ApiKey& key, const crypto::MetadataKeyring& ring = *all_keys().metadata) {
  crypto::Bytes row;
  Encoder encoder(row);
  encoder.u8(1);
  encoder.raw(ring.primary().id);
  encoder.raw(key.tenant.view());
  encoder.u8(static_cast<std::uint8_t>(key.scopes));
  encoder.u8(key.expires_at ? 1 : 0);
  encoder.i64(key.created_at);
  encoder.i64(key.expires_at.value_or(0));
  encoder.i64(0);
  encoder.raw(key.secret_hash);
  encoder.text(key.name);
  crypto::Bytes guarded;
  Encoder guard(guarded);
  guard.text(key.id);
  guard.raw(row);
  encoder.raw(*crypto::store_record_mac(ring, ring.primary().id, "api key", guarded));
  return std::string(crypto::as_text(row));
}

inline std::vector<std::string> ids_of(const Outcome<std::vector<ApiKey>>& keys) {
  std::vector<std::string> ids;
  if (keys) {
    for (const ApiKey& key : *keys) ids.push_back(key.id);
  }
  return ids;
}

}  // namespace tacit::store::testing
