// Prekeys: certified key pairs (crypto/envelope/envelope.hpp) that are made before their tenants. A new tenant takes
// one at random in its first write, so that the API plane needs no key that could make one.
//
// Table::meta: "prekey" ‖ number (16) → 1 format (1) ‖ 8 made ‖ 65 public key ‖ 2 box length ‖ box ‖ 8 signing key id ‖
// 64 signature of the certificate.
//
// Numbers are random, not counted: no row that all writers change, no counter that could be set back, and a random
// start of the scan picks a random pair.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "crypto/envelope/envelope.hpp"
#include "store/engine/engine.hpp"

namespace tacit::store {

struct Prekey {
  crypto::TenantKey key;  ///< unverified; without a certificate if the row cannot be read
  Bytes row_key;
  Bytes row;  ///< as stored
};

/// What the keys of all prekeys begin with.
ByteView prekey_prefix();
Bytes prekey_row_key(const crypto::KeyNumber& number);
/// The key pair must have a certificate.
Bytes encode_prekey(const crypto::TenantKey& key);
/// Unverified; std::nullopt if the row is not a prekey of a known format.
std::optional<crypto::TenantKey> decode_prekey(ByteView key, ByteView value);

/// The first prekey from `start` on, or else the first of all; std::nullopt if there is none.
Task<std::optional<Prekey>> pick_prekey(Transaction& transaction, crypto::KeyNumber start);
/// Removes the prekey; false, without a change, if its row was changed or taken. `prekey` must outlive the task.
Task<bool> take_prekey(Transaction& transaction, const Prekey& prekey);
/// Rows of prekeys, readable or not, from the row key `start` on. `start` must outlive the task.
Task<std::vector<Row>> scan_prekeys(Transaction& transaction, ByteView start, std::size_t limit);
void put_prekey(Transaction& transaction, const crypto::TenantKey& key);
void erase_prekey(Transaction& transaction, const crypto::KeyNumber& number);

}  // namespace tacit::store
