// Whether the store names the primary root keys of a root public keyring: the root key, to which tenants' keys are
// sealed, and the root signing key, whose signatures are accepted.
//
// An attacker who can write that keyring, but has not the rest of an operator's rights, would make a key of their own
// the primary one. The store's list of keys, which is signed, does not name it. Not found by this check: a key that the
// keyring has as `active` only (nothing is sealed to it, but what it signs is accepted), the public halves of the audit
// keys (server/wiring/signing_rings.hpp), and an older list of the store that names an older key of the keyring. The
// keyring remains the authority: root owns it, and an attacker with root's rights can replace the private keyrings, the
// store and the program as well.
#pragma once

#include <string>
#include <vector>

#include "crypto/ids/key_id.hpp"
#include "store/engine/engine.hpp"
#include "store/model/key_kind.hpp"
#include "store/model/outcome.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::store {

struct UnnamedKey {
  KeyKind kind{};  ///< root or signing
  crypto::KeyId id{};
};

/// The primary keys that the row of the store's keys does not name; no signing key while nothing is signed. Fails with
/// `integrity` and the reason if the row cannot be read.
Outcome<std::vector<UnnamedKey>> unnamed_primaries(ByteView row, const StoreKeys& keys);
/// The same for the row in this transaction. `keys` must outlive the task.
Task<Outcome<std::vector<UnnamedKey>>> unnamed_primaries(Transaction& transaction, const StoreKeys& keys);

/// What is wrong with such a key, and what an operator does first. Also for a metadata key: its half is no public one,
/// so its sentence is shorter.
std::string about_unnamed(KeyKind kind, const crypto::KeyId& id);

}  // namespace tacit::store
