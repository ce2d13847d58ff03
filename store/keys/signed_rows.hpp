// The few rows about the whole store that the root signing key signs: the audit log's checkpoint, the marks of erasures
// and of a rekey, the record of the cut-off. The list of keys, which is signed too, changes only with an audit entry,
// so not here.
#pragma once

#include <string>
#include <vector>

#include "crypto/keyrings/signers.hpp"
#include "store/engine/engine.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::store {

/// One sentence for each row that was not signed.
struct SignedRowFaults {
  std::vector<std::string> altered;  ///< removed: the row was forged or damaged
  /// Removed: marks of erasures beside a tenant's record. An erasure removes the record when it puts its mark, so no
  /// erasure put these.
  std::vector<std::string> stray;
  std::vector<std::string> retired;  ///< unchanged: the signer was retired, and the keys do not accept that

  /// All of them, for the operator.
  std::vector<std::string> sentences() const;
};

/// Signs with that key those that have a MAC or another key's signature, and removes those that are not genuine: left
/// in place, they would hinder operators, and no server uses them. `keys` and `signer` must outlive the task.
Task<SignedRowFaults> sign_store_rows(Transaction& transaction, const StoreKeys& keys,
                                      const crypto::SigningKeyring::Entry& signer);

}  // namespace tacit::store
