// Signs a restored store that is older than the deployment's root signing key. Its list of keys, the audit log's
// checkpoint and the marks of erasures have MACs under the metadata key, which processes with the present keyring
// refuse, and it has no store id. Tenants' keys are signed by a rekey, which needs the root private key.
#pragma once

#include "store/engine/async.hpp"
#include "store/model/outcome.hpp"
#include "store/store.hpp"

namespace tacit::store {

/// Whether the store is such a store: its id is missing. False in the phase none (crypto/keyrings/signers.hpp).
Outcome<bool> lacks_signatures(const Store& store);

/// Gives such a store the id of the root public keyring, signs those rows with the primary root signing key, and lets
/// rows of format 3 be written; does nothing to another store. One transaction. The store must have been opened with
/// StoreKeys::accept_unsigned, and no other process may have it open. Fails with `not_allowed` without the private half
/// of the key, with `integrity` if one of the rows was altered.
Async<void> sign_restored(const Store& store);

}  // namespace tacit::store
