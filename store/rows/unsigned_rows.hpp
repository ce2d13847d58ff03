// Rows with a MAC in place of the root signing key's signature: only a store whose list of keys is not signed has them.
#pragma once

#include "store/engine/engine.hpp"
#include "store/model/outcome.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::store {

/// Succeeds if what `keys` make by their phase, a row with a MAC or a signed one, is what the store needs in this
/// transaction. Fails with `not_allowed` if nothing was signed when the keyrings were loaded, and a root signing key
/// was promoted since: a row with a MAC would be refused later. `keys` must outlive the task.
Task<Outcome<void>> check_still_unsigned(Transaction& transaction, const StoreKeys& keys);

}  // namespace tacit::store
