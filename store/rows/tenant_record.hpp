// A tenant's record: its key pair, its use, its own limits, and the keys of its indexes.
//
// Format 1:
//   1 format ‖ 8 metadata key id ‖ 1 flags ‖ 8 own limit ‖ 8 used bytes ‖ 8 count of secrets ‖ 2 number of prefix
//   lengths ‖ each: 2 length, 8 count ‖ 65 public key ‖ 2 box length ‖ box ‖ 4 own request rate ‖ 4 own request burst
//   ‖ 4 own number of API keys ‖ 8 previous metadata key id ‖ 32 MAC over tenant id ‖ all before, under the tenant's
//   record key
// Format 2: after the count of secrets has
//   8 changes
// and after the own number of API keys
//   4 own number of secrets
// Flags: 1 has a byte limit of its own; 2 has a key pair (without it there are no public key and no box); 4, 8, 16: has
// a request rate, a burst, a number of API keys of its own, and only then the field; 32: has a previous metadata key,
// likewise; 64, in format 2: has a number of secrets of its own, likewise. The metadata key that the record names is
// the one of this tenant's index keys and MACs.
// Format 3:
//   1 format ‖ 8 metadata key id ‖ 2 flags ‖ 8 own limit ‖ 8 used bytes ‖ 8 count of secrets ‖ 8 changes ‖ key pair ‖
//   previous key pair ‖ 4 own request rate ‖ 4 own request burst ‖ 4 own number of API keys ‖ 4 own number of secrets
//   ‖ 8 previous metadata key id ‖ 2 prefix box length ‖ prefix box ‖ 32 MAC as in format 1
// A key pair is: 1 kind ‖ for kind 1, without a certificate: 65 public key ‖ 2 box length ‖ box; for kind 2, certified:
// 16 number ‖ 8 made ‖ 65 public key ‖ 2 box length ‖ box ‖ 8 signing key id ‖ 64 signature
// (crypto/envelope/envelope.hpp).
// Further flags: 128: has a previous key pair: its values are being sealed to the other one; 256, 512: values are, or
// are not, sealed with their tool and argument, whatever the setting says. Flags of absent fields are as in format 2.
// In format 1 a tenant's own number of secrets is stored as the last prefix length: with a length that no pattern has
// (65535), and that number plus one as its count. A build that does not know this reads all other fields, and keeps the
// entry when it writes the record; only its `verify` reports a wrong count.
//
// `changes` is incremented in each transaction that adds, changes or removes a secret of the tenant, and is never less
// than the count of secrets. A read over several snapshots uses it to detect changes. A record keeps its format until
// the store takes rows of a newer format (store/rows/store_meta.hpp); its first value of `changes` is then the count of
// secrets.
//
// Without the MAC, an attacker with write access to the database could insert a public key of their own and read all
// values stored afterwards.
//
// A tenant with a previous metadata key is being rewrapped from that key to the new one (store/keys/rewrap.hpp). The
// metadata box of each secret names which of the two keys the secret and its index entries use. Writes always use the
// new key.
#pragma once

#include <optional>

#include "crypto/envelope/envelope.hpp"
#include "store/engine/engine.hpp"
#include "store/model/tenant_limits.hpp"
#include "store/rows/binding_index.hpp"
#include "store/rows/sealed_prefixes.hpp"

namespace tacit::store {

struct TenantRecord {
  /// 3: the record is in format 3, and stays in it. Otherwise `changes` decides.
  std::uint32_t format = 1;
  crypto::KeyId metadata_key{};
  std::optional<std::uint64_t> own_limit;
  std::uint64_t used = 0;
  std::uint64_t count = 0;
  std::optional<std::uint64_t> changes{};  ///< std::nullopt in a record of format 1
  SealedPrefixes prefixes;
  std::optional<crypto::TenantKey> key;
  std::optional<crypto::TenantKey> previous_key{};  ///< in format 3: values that are not yet sealed to `key` name it
  TenantLimits limits;
  std::optional<crypto::KeyId> previous_metadata_key{};

  std::uint64_t limit(std::uint64_t quota_default) const { return own_limit.value_or(quota_default); }
  /// Notes a change of a secret in this transaction.
  void note_change() {
    if (changes) ++*changes;
  }
};

/// The pair that a value box names: `key`, `previous_key`, or null.
const crypto::TenantKey* key_of_box(const TenantRecord& record, ByteView value_box);

/// In format 2 if `changes` has a value; in format 3, which needs one, if the record says so. `keys` are those of the
/// metadata key that the record names.
Bytes encode_tenant_record(const TenantRecord& record, const Uuid& tenant, const crypto::TenantKeys& keys);

/// The metadata key that a stored record names, unverified.
std::optional<crypto::KeyId> metadata_key_of_record(ByteView stored);
/// The whole content of a stored record, unverified.
std::optional<TenantRecord> peek_tenant_record(ByteView stored);
/// std::nullopt if the MAC is wrong or the record is incomplete.
std::optional<TenantRecord> decode_tenant_record(ByteView stored, const Uuid& tenant, const crypto::TenantKeys& keys);

/// A tenant during an operation: its verified record and its keys.
struct Tenant {
  Uuid id;
  TenantRecord record;
  std::shared_ptr<const crypto::TenantKeys> keys;
  std::shared_ptr<const crypto::TenantKeys> previous_keys{};  ///< during the move to another metadata key

  /// The keys for the index entries of a secret whose metadata box names that key.
  const crypto::TenantKeys& keys_of(const crypto::KeyId& metadata_key) const {
    return previous_keys && previous_keys->metadata_key_id() == metadata_key ? *previous_keys : *keys;
  }
};

/// The tenant's prefix lengths. Fails as below.
Outcome<PrefixCounts> prefixes_of(const Tenant& tenant);
/// The failure, with `integrity`, if SealedPrefixes cannot be opened.
Failure prefixes_do_not_open();

/// A tenant without rows, under the primary metadata key. Call check_primaries (store/rows/store_meta.hpp) before
/// storing it, in the same transaction. `known` as for load_tenant: making the keys costs some hashes.
Tenant new_tenant(const crypto::MetadataKeyring& ring, const Uuid& id,
                  std::shared_ptr<const crypto::TenantKeys> known = nullptr);

/// The tenant, or std::nullopt if it has no rows. Fails with `integrity` if the record was altered, or is missing
/// although the tenant has other rows; with `unavailable` while the tenant is being erased. `known` are keys that the
/// caller made before; they are used if they are the right ones. `keep_for`: the serial of the context
/// (store/engine/context.hpp) for reads that may be repeated soon: the thread keeps the keys and what it has verified
/// (store/rows/opened_rows.hpp). 0: it does not.
Task<Outcome<std::optional<Tenant>>> load_tenant(Transaction& transaction, const crypto::MetadataKeyring& ring, Uuid id,
                                                 std::shared_ptr<const crypto::TenantKeys> known = nullptr,
                                                 std::uint64_t keep_for = 0);
/// Gives the record the newest format that the store takes.
Task<void> save_tenant(Transaction& transaction, Tenant& tenant);

}  // namespace tacit::store
