// An API key as stored: Table::api_keys, by key id.
//
// Format 2:
//   1 format ‖ 8 metadata key id ‖ 16 tenant ‖ 1 scopes ‖ 1 flags (1: expires, 2: revoked, 4: was used) ‖ 8 created
//   ‖ 8 expires ‖ 8 revoked ‖ 8 changed ‖ 8 last used (microseconds since the Unix epoch) ‖ 32 SHA-256 of the secret
//   part ‖ name (4-byte length) ‖ 32 MAC over key id (4-byte length) ‖ all before, under the store's record key for
//   "api key"
// Without the MAC, whoever can write the database could issue keys for any tenant.
//
// Format 1, still read, lacks "changed" and "last used", and its keys are in no index (store/rows/row_key.hpp). The
// first change or noted use of such a key writes it in format 2, and its index entry.
#pragma once

#include <optional>

#include "crypto/envelope.hpp"
#include "store/engine/engine.hpp"
#include "store/model/api_key.hpp"

namespace tacit::store {

/// The ring must have the key's metadata key, if it says one.
Bytes encode_api_key(const ApiKey& key, const crypto::MetadataKeyring& ring);

/// The metadata key that a row names, unverified.
std::optional<crypto::KeyId> metadata_key_of_api_key(ByteView row);

/// Whether a key whose row this is, and which is not revoked, has an entry in its tenant's index.
bool is_indexed(ByteView row);

/// Nothing if the row is not whole, or the MAC is not right, or names a key that the ring lacks.
std::optional<ApiKey> decode_api_key(ByteView id, ByteView row, const crypto::MetadataKeyring& ring);
/// The same for a row whose MAC is known to be right, because that very row was verified before.
std::optional<ApiKey> decode_verified_api_key(ByteView id, ByteView row);

}  // namespace tacit::store
