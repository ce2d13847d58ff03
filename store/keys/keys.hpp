// The cryptographic keys that the store names, as an operator changes them. What is done to the keyrings' files is the
// caller's part (crypto/keyring_edit.hpp).
#pragma once

#include <cstddef>
#include <functional>

#include "crypto/keyring.hpp"
#include "store/engine/async.hpp"
#include "store/keys/key_census.hpp"
#include "store/keys/rewrap.hpp"
#include "store/model/audit.hpp"
#include "store/model/key_kind.hpp"
#include "store/model/verify_report.hpp"

namespace tacit::store {

class CurrentContext;

/// A part of the store (store/store.hpp).
class Keys {
 public:
  explicit Keys(const CurrentContext& context) : context_(context) {}

  /// Names, retires or keeps a key, and audits it; nothing happens if it is so already. A key is promoted here before
  /// it is in the rings, and retired before it leaves them, once the census has nothing of it; after that the census is
  /// taken again, and if a process with old keyrings was quicker, the key kept. Fails with not_allowed for a retired
  /// key that is to be promoted or a primary one that is to be retired, with not_found for one that no ring has.
  Async<void> change(KeyChange how, KeyKind kind, crypto::KeyId id, AuditContext who);
  /// Walks the tenants (of the root key) or all rows (of the metadata key), on one snapshot after the other.
  Outcome<KeyCensus> census(KeyKind kind, const std::function<void(const VerifyProgress&)>& progress) const;

  // A rewrap, step by step. What takes all the steps: store/keys/rewrap_run.hpp.
  /// Audits that it begins, and answers the key that it goes to: the primary one. Fails with not_allowed or integrity
  /// if these keyrings are older copies than the store has seen, with not_found if the primary root key has no private
  /// half here.
  Async<crypto::KeyId> begin_rewrap(KeyKind kind, AuditContext who);
  /// At most about `most` rows in one transaction, which is not audited. Start from RewrapPosition(), go on from what
  /// the last step answered; the same step may be tried again. Fails with not_allowed or integrity when the primary key
  /// is not the newest any more that the store names.
  Async<RewrapStep> rewrap_step(KeyKind kind, RewrapPosition from, std::size_t most);

 private:
  const CurrentContext& context_;
};

}  // namespace tacit::store
