// Table::meta: rows about the whole store. A few rows, one for each tenant that is being erased
// (store/rows/erasure.hpp), and one for each prekey (store/rows/prekey.hpp), of which there may be very many: scan them
// by their prefix.
//
//   "format" → the version of the store as a whole, 4 bytes big-endian: 1 to 6. A store of another format is not
//              opened. Each kind of row also names its own format. Formats 4 and 6 are those of stores whose audit log
//              has slots beside 0 (store/model/audit_slot.hpp): all stores on an engine that several hosts share, and
//              embedded ones that were restored from their backups. No embedded store rises to them from 1, 2, 3 or 5;
//              3 rises to 5, and 4 to 6.
//   "rows"   → 1 byte: 2, 3 or 5, never more than the store's format. Rows of that format may exist, and are written:
//              from 2 on tenants' records (store/rows/tenant_record.hpp), from 3 on padded values, signed rows and
//              sealed prefixes, from 5 on secrets' rows of format 3 (store/rows/secret_row.hpp), previous values,
//              idempotency keys and uses. Without this row only rows of format 1 are written. A new store has it;
//              store/lmdb/engine/format_rise.hpp raises it.
//   "store"  → 1 format (1) ‖ 16 store id: the store that the root public keyring names. Absent until there is a root
//              signing key.
//   "keys"   → the keys that rows may name, and the retired keys that no row may name:
//              format 1: 1 format ‖ 8 root key id ‖ 8 metadata key id ‖ 32 MAC
//              format 2: 1 format ‖ 8 root key id ‖ 8 metadata key id ‖ three lists, each 2 count, each 8 key id:
//              further root keys, further metadata keys, retired keys of either kind ‖ 32 MAC
//              The MAC is over all before, under the store's record key for "store keys" of the first metadata key.
//              Format 1 is written if the lists are empty.
//              format 3: 1 format ‖ 16 store id ‖ 8 serial ‖ four lists, each 2 count, each 8 key id: root keys,
//              metadata keys, root signing keys, retired keys of any kind ‖ the end of a signed row
//              (store/rows/signed_row.hpp) for the context "tacit signed key list 1". The serial is that of the row
//              before, plus one. Formats 1 and 2 are refused once signatures are required.
//   "audit checkpoint" → the checkpoint of the audit log (store/audit/audit_checkpoint.hpp); only after a pruning. With
//              2 bytes of a slot after it, that of the slot.
//   "use "   → with the id of an API key after it: its last use (store/rows/api_key_use.hpp); on engines that several
//              hosts share.
//   "uses "  → with a tenant and a secret after it: what became of the secret's releases (store/rows/uses_row.hpp).
//   "rekey"  → the mark of a rekey of all tenants (rekey_mark.hpp). "cut-off" → the cut-off (cut_off_record.hpp).
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

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "crypto/keyrings/keyring.hpp"
#include "store/engine/engine.hpp"
#include "store/model/key_kind.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::store {

struct StoreKeys;

inline constexpr std::uint32_t first_store_format = 1;
/// The format of new embedded stores, and to which servers raise older ones; the newest of rows.
inline constexpr std::uint32_t store_format = 5;
/// The format of stores with several audit slots; the newest that this build reads.
inline constexpr std::uint32_t slots_store_format = 6;
/// The first format of rows with padded values, signed rows and sealed prefixes.
inline constexpr std::uint32_t third_rows_format = 3;
/// The first format of rows with previous values, expiry, idempotency keys and uses: that of new stores.
inline constexpr std::uint32_t fifth_rows_format = 5;
static_assert(fifth_rows_format == store_format);

ByteView format_row_key();
Bytes format_value(std::uint32_t format = store_format);
/// std::nullopt if the row is incomplete or its format is unknown.
std::optional<std::uint32_t> format_of(ByteView row);
/// Whether a store of that format may have audit slots beside 0.
constexpr bool has_audit_slots(std::uint32_t format) { return format == 4 || format == slots_store_format; }
/// The store's format that permits rows of that format: one with several audit slots keeps such a format.
std::uint32_t raised_format(std::uint32_t format, std::uint32_t rows);
ByteView rows_row_key();
Bytes rows_value(std::uint32_t format = store_format);
/// The format of rows that the row names; first_store_format if it is unknown.
std::uint32_t rows_format_of(ByteView row);

ByteView store_row_key();
Bytes store_value(const crypto::Uuid& store);
/// std::nullopt if the row is incomplete or of an unknown format.
std::optional<crypto::Uuid> store_of(ByteView row);

ByteView keys_row_key();
/// The row of a new store: names the primary keys. Needs the root public and the metadata keyring, and fails like
/// next_keys_value.
Outcome<Bytes> first_keys_value(const StoreKeys& keys);
/// The content of the row. The newest key comes first; the MAC of formats 1 and 2 uses the first metadata key.
struct NamedKeys {
  std::vector<crypto::KeyId> root;
  std::vector<crypto::KeyId> metadata;
  std::vector<crypto::KeyId> retired;
  std::vector<crypto::KeyId> signing{};  ///< root signing keys
  crypto::Uuid store{};                  ///< zeros in formats 1 and 2
  std::uint64_t serial = 0;              ///< likewise 0

  std::vector<crypto::KeyId>& of(KeyKind kind) {
    return kind == KeyKind::root ? root : kind == KeyKind::metadata ? metadata : signing;
  }
  const std::vector<crypto::KeyId>& of(KeyKind kind) const {
    return kind == KeyKind::root ? root : kind == KeyKind::metadata ? metadata : signing;
  }
};
/// Verifies the row. Fails with `integrity` if it was altered, if the ring lacks the MAC's key, if it is not signed
/// although signatures are required, if its signer is not accepted, or if it is of another store than the root public
/// keyring.
Outcome<NamedKeys> read_named_keys(ByteView row, const StoreKeys& keys);
/// The row with a MAC, while nothing is signed. The ring must have the first metadata key, and there must be a root
/// key.
Bytes keys_value(const NamedKeys& named, const crypto::MetadataKeyring& ring);
/// The row of format 3. `named` must have the store's id.
Bytes keys_value(const NamedKeys& named, const crypto::SigningKeyring::Entry& signer);
/// Whether the row is of format 3, which is signed.
bool is_signed_key_list(ByteView row);
/// The row in the form that the phase of `keys` needs, with the next serial. Fails with `not_allowed` if it has to be
/// signed and this process lacks the key.
Outcome<Bytes> next_keys_value(NamedKeys named, const StoreKeys& keys);

/// Succeeds if every given ring has the keys that the row names, none has a retired key as primary, and the row's MAC
/// is right; else fails with the reason.
Outcome<void> check_keys(ByteView row, const StoreKeys& keys);

/// std::nullopt if the store's format is missing or unknown.
Task<std::optional<std::uint32_t>> read_format(Transaction& transaction);
/// The newest format in which rows are written: 1, 2, 3 or 5. It never falls.
Task<std::uint32_t> rows_format(Transaction& transaction);
/// The same; reads nothing once `seen` has the newest format, and puts there what it read. `seen` must outlive the
/// task.
Task<std::uint32_t> rows_format(Transaction& transaction, std::atomic<std::uint32_t>& seen);
/// Succeeds if the store's format is known; else fails with the reason.
Task<Outcome<void>> check_format(Transaction& transaction);
/// Succeeds if the store's format is known, it is the store of the root public keyring, and its keys are these; else
/// fails with the reason. `keys` must outlive the task.
Task<Outcome<void>> check_meta(Transaction& transaction, const StoreKeys& keys);

/// Succeeds if new rows in this transaction may name the primary keys of these rings; else fails with `unavailable`.
Task<Outcome<void>> check_primaries(Transaction& transaction, const StoreKeys& keys);

/// Zeros for KeyKind::signing without a primary root signing key.
const crypto::KeyId& primary_of(const StoreKeys& keys, KeyKind kind);
/// Succeeds if the primary key of that kind is the newest that the store names; else fails with `not_allowed`. A retry
/// does not help, because the loaded rings are old.
Outcome<void> check_newest(const NamedKeys& named, const StoreKeys& keys, KeyKind kind);
/// The same check against the store's row in this transaction.
Task<Outcome<void>> check_newest(Transaction& transaction, const StoreKeys& keys, KeyKind kind);

}  // namespace tacit::store
