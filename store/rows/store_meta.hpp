// Table::meta: what concerns the whole store. Up to four rows, and one for each tenant that is being erased
// (store/rows/erasure.hpp):
//
//   "format" → the version of the store as a whole, 4 bytes big-endian: 1 or 2. A store of another format is not
//              opened. Each kind of row names its own format besides.
//   "rows"   → 1 byte: 2, in a store of format 2 alone. Rows of format 2 may be there, and are written: those are
//              tenants' records (store/rows/tenant_record.hpp). Without it only rows of format 1 are written. How a
//              store comes from format 1 to this: store/lmdb/engine/format_rise.hpp. A new one begins with it.
//   "keys"   → the keys that what is stored may name, and those that nothing may name any more:
//              format 1: 1 format ‖ 8 root key id ‖ 8 metadata key id ‖ 32 MAC
//              format 2: 1 format ‖ 8 root key id ‖ 8 metadata key id ‖ three lists, each 2 count, each 8 key id:
//              further root keys, further metadata keys, retired keys of either kind ‖ 32 MAC The MAC is over all
//              before, under the store's record key for "store keys" of the metadata key that comes first. Format 1 is
//              written where the lists would be empty.
//   "audit checkpoint" → what was pruned of the audit log (store/audit/audit_checkpoint.hpp); only if something was.
//
// A new store names the primary keys of its keyrings. Promoting a key names it before the rings do, and retiring one
// takes it from the row, and puts it among the retired, before it leaves the rings.
//
// With other keyrings a store would start and look empty, and what it then took in would be sealed to keys that nobody
// kept: so a process whose rings lack one of these keys, or have a retired one as primary, does not open it. And what
// makes something that names a primary key where nothing did (a new tenant, a new API key) looks here first, in its own
// transaction: a process that still has old keyrings can name no key that was retired meanwhile. What goes over rows to
// have them name the primary key instead of another looks in each of its transactions, and ends when that key is not
// the newest any more: else it would work against whoever promoted another one, and go on when that one retires its
// key.
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

ByteView format_key();
Bytes format_value(std::uint32_t format = store_format);
/// Nothing if the row is not whole, or is of a format that we do not know.
std::optional<std::uint32_t> format_of(ByteView row);
ByteView rows_key();
Bytes rows_value();

ByteView keys_key();
/// The row for a new store: names the primary keys. Needs the root public and the metadata keyring.
Bytes keys_value(const StoreKeys& keys);
/// What the row says. The newest comes first, and of the metadata keys the first is the one of the MAC.
struct NamedKeys {
  std::vector<crypto::KeyId> root;
  std::vector<crypto::KeyId> metadata;
  std::vector<crypto::KeyId> retired;

  std::vector<crypto::KeyId>& of(KeyKind kind) { return kind == KeyKind::root ? root : metadata; }
  const std::vector<crypto::KeyId>& of(KeyKind kind) const { return kind == KeyKind::root ? root : metadata; }
};
/// Verified. Fails with `integrity` if the row was altered, or its MAC's key is not in the ring.
Outcome<NamedKeys> read_named_keys(ByteView row, const crypto::MetadataKeyring& ring);
/// The first metadata key must be in the ring, and there must be a root key.
Bytes keys_value(const NamedKeys& named, const crypto::MetadataKeyring& ring);

/// Nothing if every ring that is given has the keys that the row names, and none has a retired one as primary, and
/// the row's MAC is right; else what is wrong.
Outcome<void> check_keys(ByteView row, const StoreKeys& keys);

/// Nothing if the store does not say its format, or not one that we know.
Task<std::optional<std::uint32_t>> read_format(Transaction& transaction);
/// Whether rows of format 2 are written. What is true once stays so.
Task<bool> takes_new_rows(Transaction& transaction);
/// Nothing if the store is of a format that we know; else what is wrong.
Task<Outcome<void>> check_format(Transaction& transaction);
/// Nothing if the store is of such a format and of these keys; else what is wrong. `keys` must outlive the task.
Task<Outcome<void>> check_meta(Transaction& transaction, const StoreKeys& keys);

/// Nothing if what is made in this transaction may name the primary keys of these rings; else `unavailable`.
Task<Outcome<void>> check_primaries(Transaction& transaction, const StoreKeys& keys);

const crypto::KeyId& primary_of(const StoreKeys& keys, KeyKind kind);
/// Nothing if the primary key of that kind is the newest that the store names; else `not_allowed`. Trying again does
/// not help then: the rings that were loaded are old.
Outcome<void> check_newest(const NamedKeys& named, const StoreKeys& keys, KeyKind kind);
/// The same of what the store names in this transaction.
Task<Outcome<void>> check_newest(Transaction& transaction, const StoreKeys& keys, KeyKind kind);

}  // namespace tacit::store
