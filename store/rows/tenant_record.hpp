// A tenant's record: its key pair, what it uses, its own limit, and what its indexes are made with.
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
// Flags: 1 has a byte limit of its own; 2 has a key pair, without which there are no public key and no box; 4, 8, 16:
// has a request rate, a burst, a number of API keys of its own, each of which is there only then; 32: has a previous
// metadata key, likewise; 64, in format 2: has a number of secrets of its own, likewise. The metadata key named is the
// one that this tenant's index keys and MACs are made with.
// In format 1 an own number of secrets stands among the prefix lengths, as the last: with a length that no pattern has
// (65535), and one more than that number as its count. So a build that does not know it reads all else, and keeps it in
// what it writes; its `verify` alone takes it for miscounted.
//
// `changes` rises in each transaction that adds, changes or removes a secret of the tenant, and is never less than the
// count of secrets. Reading that goes over several snapshots tells by it whether something has changed. A record is
// written in the format that it has, or in format 2 as soon as the store takes such rows (store/rows/store_meta.hpp):
// it has as many changes then as secrets.
//
// Without the MAC, whoever can write the database could put in a public key of their own and read what is stored from
// then on.
//
// A tenant with a previous metadata key is on its way from that one to the other (store/keys/rewrap.hpp). What its
// secrets and their index entries are made with is then, for each secret, the one of the two that its metadata box
// names; what is written is always made with the new one.
#pragma once

#include <optional>

#include "crypto/envelope.hpp"
#include "store/engine/engine.hpp"
#include "store/model/tenant_limits.hpp"
#include "store/rows/binding_index.hpp"

namespace tacit::store {

struct TenantRecord {
  crypto::KeyId metadata_key{};
  std::optional<std::uint64_t> own_limit;
  std::uint64_t used = 0;
  std::uint64_t count = 0;
  std::optional<std::uint64_t> changes{};  ///< nothing in a record of format 1
  PrefixCounts prefixes;
  std::optional<crypto::TenantKey> key;
  TenantLimits limits;
  std::optional<crypto::KeyId> previous_metadata_key{};

  std::uint64_t limit(std::uint64_t quota_default) const { return own_limit.value_or(quota_default); }
  /// Of a secret, in this transaction.
  void note_change() {
    if (changes) ++*changes;
  }
};

/// In format 2 if it has `changes`.
Bytes encode_tenant_record(const TenantRecord& record, const Uuid& tenant, const crypto::TenantKeys& keys);

/// The metadata key that a stored record names, unverified.
std::optional<crypto::KeyId> metadata_key_of_record(ByteView stored);
/// All that a stored record says, unverified.
std::optional<TenantRecord> peek_tenant_record(ByteView stored);
/// Nothing if the MAC is not right or the record is not whole.
std::optional<TenantRecord> decode_tenant_record(ByteView stored, const Uuid& tenant, const crypto::TenantKeys& keys);

/// A tenant as an operation works on it: the record, verified, and the keys that go with it.
struct Tenant {
  Uuid id;
  TenantRecord record;
  std::shared_ptr<const crypto::TenantKeys> keys;
  std::shared_ptr<const crypto::TenantKeys> previous_keys{};  ///< while it is on its way to another metadata key

  /// Those that a secret's index entries are made with whose metadata box names that key.
  const crypto::TenantKeys& keys_of(const crypto::KeyId& metadata_key) const {
    return previous_keys && previous_keys->metadata_key_id() == metadata_key ? *previous_keys : *keys;
  }
};

/// A tenant that has nothing stored yet, under the primary metadata key. Before it is stored: check_primaries
/// (store/rows/store_meta.hpp), in the same transaction.
Tenant new_tenant(const crypto::MetadataKeyring& ring, const Uuid& id);

/// The tenant, or nothing if nothing of it is stored. Fails with `integrity` if the record was altered, or is missing
/// though the tenant has other rows; with `unavailable` while the tenant is being erased. `known` are keys that the
/// caller has made before: used if they are the right ones.
Task<Outcome<std::optional<Tenant>>> load_tenant(Transaction& transaction, const crypto::MetadataKeyring& ring, Uuid id,
                                                 std::shared_ptr<const crypto::TenantKeys> known = nullptr);
/// Gives the record `changes` if it has none and the store takes rows of format 2.
Task<void> save_tenant(Transaction& transaction, Tenant& tenant);

}  // namespace tacit::store
