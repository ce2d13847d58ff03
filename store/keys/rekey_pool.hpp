// The prekeys in a rekey of all tenants (store/keys/rekey.hpp): a new tenant must not take a pair that is older than
// the rekey, because copies of its private half may be known.
#pragma once

#include "store/engine/async.hpp"
#include "store/keys/rekey.hpp"

namespace tacit::store {

struct RekeyPoolStep {
  Bytes next;          ///< the key of the first row that was not read
  bool ended = false;  ///< there was none
};

/// Replaces up to most_prekeys_at_once prekeys that are older than the rekey, or have a number that is not theirs
/// alone, by new ones, in one transaction. Unreadable ones are replaced, too. Start with an empty key. Fails like
/// rekey_step.
Async<RekeyPoolStep> renew_some_prekeys(RekeyOrderPtr order, Bytes start);

}  // namespace tacit::store
