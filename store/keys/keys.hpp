// The cryptographic keys that the store names, for changes by an operator. The caller changes the keyrings' files
// (crypto/keyrings/keyring_edit.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "crypto/keyrings/keyring.hpp"
#include "store/engine/async.hpp"
#include "store/engine/engine.hpp"
#include "store/keys/key_census.hpp"
#include "store/keys/rewrap.hpp"
#include "store/keys/walk_rest.hpp"
#include "store/model/audit.hpp"
#include "store/model/key_kind.hpp"
#include "store/model/store_keys.hpp"
#include "store/model/verify_report.hpp"
#include "store/rows/named_primaries.hpp"

namespace tacit::store {

class CurrentContext;
struct StoreContext;

/// Succeeds if the store names the primary root key of these keyrings, and their primary root signing key if there is
/// one; else fails with `integrity` and the reason. To an unnamed key, in an edited public keyring, a process would
/// seal the private keys of tenants, or accept pairs that it signed. So servers and commands that change the store
/// refuse such keyrings, except a rewrap of root keys, which needs the private half and names the key. What this does
/// not find: store/rows/named_primaries.hpp. `keys` must outlive the task.
Task<Outcome<void>> check_primary_root(Transaction& transaction, const StoreKeys& keys);

/// A part of the store (store/store.hpp).
class Keys {
 public:
  explicit Keys(const CurrentContext& context) : context_(context) {}

  /// Names, retires or keeps a key, and audits the change; does nothing if the key already has that state. A key is
  /// promoted here before it is added to the rings. A key is retired here before it leaves the rings, once the census
  /// finds no use of it; the census is then repeated, and the key is kept if a process with old keyrings used it
  /// meanwhile. Fails with not_allowed to promote a retired key or retire a primary one, or if the change has to be
  /// signed and this process lacks the key; with not_found if no ring has the key. A root signing key is promoted by
  /// promote_signing instead.
  Async<void> change(KeyChange how, KeyKind kind, crypto::KeyId id, AuditContext who);
  /// Names a root signing key as the newest, signs the store's list of keys with it, and audits the change. The first
  /// such key also gives the store its id, and what had a MAC (the audit log's checkpoint, marks of erasures) is
  /// signed. One transaction, which may be repeated: run it again just before the ring is written, because a process
  /// that does not sign yet may have put a mark meanwhile. This process must have the private half of the key, which
  /// the ring has not as primary yet. Fails with not_found without it, with not_allowed if the key was retired, with
  /// unavailable before the store takes rows of format 3, with integrity if one of these rows was altered.
  Async<void> promote_signing(crypto::KeyId id, AuditContext who);
  /// The same check, for the keyrings with which the store was opened.
  Outcome<void> check_primary_root() const;
  /// The keys that it fails for. A rewrap of root keys names them.
  Outcome<std::vector<UnnamedKey>> unnamed_primaries() const;
  /// Succeeds if begin_rewrap finds the private halves that it needs; else fails with not_found.
  Outcome<void> check_rewrap_halves(KeyKind kind) const;
  /// Walks the tenants and the rows about the whole store (for a root key or a root signing key) or all rows (for a
  /// metadata key), on successive snapshots.
  Outcome<KeyCensus> census(KeyKind kind, const std::function<void(const VerifyProgress&)>& progress) const;

  /// The tenants whose key pair has no certificate. Walks all tenants on successive snapshots, each of at most 4096
  /// tenants.
  Outcome<std::uint64_t> unsigned_tenants(const WalkRest& rest = {}) const;

  // A rewrap, step by step. store/keys/rewrap_run.hpp runs all steps.
  /// Audits the beginning and returns the target: the primary key of that kind, root or metadata. Fails with
  /// not_allowed or integrity if these keyrings are older than those that the store has seen, with not_found if this
  /// process lacks the private half of the primary root key, or of the primary root signing key once there is one.
  Async<crypto::KeyId> begin_rewrap(KeyKind kind, AuditContext who);
  /// Rewraps about `most` rows at most in one transaction. Moved secrets are recorded in the audit log once the store
  /// takes rows of format 3; other steps write no entry. Start from RewrapPosition() and continue from the result of
  /// the last step; a step may be repeated. Fails with not_allowed or integrity if the primary key is no longer the
  /// newest that the store names.
  Async<RewrapStep> rewrap_step(KeyKind kind, RewrapPosition from, std::size_t most, AuditContext who);

  /// For work on keys that has a header of its own: store/keys/rekey_run.hpp.
  std::shared_ptr<const StoreContext> context() const;

 private:
  const CurrentContext& context_;
};

}  // namespace tacit::store
