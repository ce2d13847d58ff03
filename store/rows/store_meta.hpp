// Table::meta: rows about the whole store. Up to four rows, and one for each tenant that is being erased
// (store/rows/erasure.hpp):
//
//   "format" → the version of the store as a whole, 4 bytes big-endian: 1 or 2. A store of another format is not
//              opened. Each kind of row also names its own format.
//   "rows"   → 1 byte: 2, in a store of format 2 only. Rows of format 2 may exist, and are written: tenants' records
//              (store/rows/tenant_record.hpp). Without this row only rows of format 1 are written. A new store has it;
//              store/lmdb/engine/format_rise.hpp adds it to a store of format 1.
//   "keys"   → the keys that rows may name, and the retired keys that no row may name:
//              format 1: 1 format ‖ 8 root key id ‖ 8 metadata key id ‖ 32 MAC
//              format 2: 1 format ‖ 8 root key id ‖ 8 metadata key id ‖ three lists, each 2 count, each 8 key id:
//              further root keys, further metadata keys, retired keys of either kind ‖ 32 MAC
//              The MAC is over all before, under the store's record key for "store keys" of the first metadata key.
//              Format 1 is written if the lists are empty.
//   "audit checkpoint" → the checkpoint of the audit log (store/audit/audit_checkpoint.hpp); only after a pruning.
//
// A new store names the primary keys of its keyrings. Promoting a key adds it to the row before it is added to the
// rings. Retiring a key moves it to the retired ones in the row before it leaves the rings.
//
// With other keyrings a store would open and look empty, and new data would be sealed to keys that may be lost. A
// process whose rings lack one of these keys, or have a retired key as primary, therefore does not open the store. An
// operation that makes a row with a primary key where no key was named (a new tenant, a new API key) first checks this
// row in its own transaction, so a process with old keyrings cannot name a key that was retired meanwhile. A walk that
// rewrites rows to the primary key checks this row in each of its transactions and stops when that key is no longer the
// newest; otherwise it would work against a later promotion, and would continue after the retirement of its key.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "crypto/keyring.hpp"
#include "store/engine/engine.hpp"
#include "store/model/key_kind.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::store {

struct StoreKeys;

inline constexpr std::uint32_t first_store_format = 1;
inline constexpr std::uint32_t store_format = 2;

ByteView format_row_key();
Bytes format_value(std::uint32_t format = store_format);
/// std::nullopt if the row is incomplete or its format is unknown.
std::optional<std::uint32_t> format_of(ByteView row);
ByteView rows_row_key();
Bytes rows_value();

ByteView keys_row_key();
/// The row of a new store: names the primary keys. Needs the root public and the metadata keyring.
Bytes keys_value(const StoreKeys& keys);
/// The content of the row. The newest key comes first; the MAC uses the first metadata key.
struct NamedKeys {
  std::vector<crypto::KeyId> root;
  std::vector<crypto::KeyId> metadata;
  std::vector<crypto::KeyId> retired;

  std::vector<crypto::KeyId>& of(KeyKind kind) { return kind == KeyKind::root ? root : metadata; }
  const std::vector<crypto::KeyId>& of(KeyKind kind) const { return kind == KeyKind::root ? root : metadata; }
};
/// Verifies the row. Fails with `integrity` if it was altered, or if the ring lacks the MAC's key.
Outcome<NamedKeys> read_named_keys(ByteView row, const crypto::MetadataKeyring& ring);
/// The ring must have the first metadata key, and there must be a root key.
Bytes keys_value(const NamedKeys& named, const crypto::MetadataKeyring& ring);

/// Succeeds if every given ring has the keys that the row names, none has a retired key as primary, and the row's MAC
/// is right; else fails with the reason.
Outcome<void> check_keys(ByteView row, const StoreKeys& keys);

/// std::nullopt if the store's format is missing or unknown.
Task<std::optional<std::uint32_t>> read_format(Transaction& transaction);
/// Whether rows of format 2 are written. Once true, it stays true.
Task<bool> takes_new_rows(Transaction& transaction);
/// Succeeds if the store's format is known; else fails with the reason.
Task<Outcome<void>> check_format(Transaction& transaction);
/// Succeeds if the store's format is known and its keys are these; else fails with the reason. `keys` must outlive the
/// task.
Task<Outcome<void>> check_meta(Transaction& transaction, const StoreKeys& keys);

/// Succeeds if new rows in this transaction may name the primary keys of these rings; else fails with `unavailable`.
Task<Outcome<void>> check_primaries(Transaction& transaction, const StoreKeys& keys);

const crypto::KeyId& primary_of(const StoreKeys& keys, KeyKind kind);
/// Succeeds if the primary key of that kind is the newest that the store names; else fails with `not_allowed`. A retry
/// does not help, because the loaded rings are old.
Outcome<void> check_newest(const NamedKeys& named, const StoreKeys& keys, KeyKind kind);
/// The same check against the store's row in this transaction.
Task<Outcome<void>> check_newest(Transaction& transaction, const StoreKeys& keys, KeyKind kind);

}  // namespace tacit::store
