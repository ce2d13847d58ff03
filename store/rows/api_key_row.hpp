// An API key as stored: Table::api_keys, by key id.
//
// Format 2:
//   1 format ‖ 8 metadata key id ‖ 16 tenant ‖ 1 scopes ‖ 1 flags (1: expires, 2: revoked, 4: was used) ‖ 8 created
//   ‖ 8 expires ‖ 8 revoked ‖ 8 changed ‖ 8 last used (microseconds since the Unix epoch) ‖ 32 SHA-256 of the secret
//   part ‖ name (4-byte length) ‖ 32 MAC over key id (4-byte length) ‖ all before, under the store's record key for
//   "api key"
// Without the MAC, an attacker with write access to the database could issue keys for any tenant.
//
// Format 1, still read, lacks "changed" and "last used", and its keys are not in the index (store/rows/row_key.hpp).
// The first change or recorded use of such a key rewrites it in format 2 and adds its index entry.
#pragma once

#include <optional>

#include "crypto/envelope/envelope.hpp"
#include "store/engine/engine.hpp"
#include "store/model/api_key.hpp"

namespace tacit::store {

/// If the key names a metadata key, the ring must have it.
Bytes encode_api_key(const ApiKey& key, const crypto::MetadataKeyring& ring);

/// What audit entries record of a key: SHA-256 over canonical("tacit api key", {key id, tenant, name, 1 scopes, SHA-256
/// of the secret part, 8 created, 8 expires or empty, 8 revoked or empty, 8 changed}) (crypto/primitives/aad.hpp). Not
/// its last use and its metadata key, which change without an entry.
crypto::Digest api_key_digest(const ApiKey& key);

/// The metadata key that a row names, unverified.
std::optional<crypto::KeyId> metadata_key_of_api_key(ByteView row);

/// Whether a key with this row, if it is not revoked, has an entry in its tenant's index.
bool is_indexed(ByteView row);

/// std::nullopt if the row is incomplete, its MAC is wrong, or the ring lacks the key of the MAC.
std::optional<ApiKey> decode_api_key(ByteView id, ByteView row, const crypto::MetadataKeyring& ring);
/// The same for a row whose MAC is known to be right, because the same bytes were verified before.
std::optional<ApiKey> decode_verified_api_key(ByteView id, ByteView row);

}  // namespace tacit::store
