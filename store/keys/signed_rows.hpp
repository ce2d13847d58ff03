// The few rows about the whole store that the root signing key signs: the audit log's checkpoint, the marks of erasures
// and of a rekey. The list of keys, which is signed too, changes only with an audit entry, so not here.
#pragma once

#include <string>
#include <vector>

#include "crypto/signers.hpp"
#include "store/engine/engine.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::store {

/// Signs with that key those that have a MAC or another key's signature. Returns one sentence for each row that was
/// altered; it stays unchanged. `keys` and `signer` must outlive the task.
Task<std::vector<std::string>> sign_store_rows(Transaction& transaction, const StoreKeys& keys,
                                               const crypto::SigningKeyring::Entry& signer);

}  // namespace tacit::store
