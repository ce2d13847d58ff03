// The check of a whole store.
#pragma once

#include <functional>

#include "store/model/outcome.hpp"
#include "store/model/verify_report.hpp"
#include "store/store.hpp"

namespace tacit::store {

/// Checks every invariant on one snapshot of a live store, the signatures of key pairs, of the store's own rows and of
/// the audit log, and every secret, API key and tenant's key pair against the audit log, so rows that were put back,
/// changed or removed without an entry are found. Opens values only if the root private keyring is given. Cannot detect
/// that a whole store was put back to an earlier state, or rows together with a log that was cut off to match; to
/// detect that, compare `audit_head` with a copy kept elsewhere. A log that was rewritten to match, to which entries
/// were added, or that ends before the cut-off, is found by its signatures, from the cut-off on
/// (crypto/keyrings/signers.hpp); one of a backup (StoreKeys::accept_retired) may end before. An old quota is not
/// detected, because the log does not record it. Reads on the calling thread and
/// waits for no write; `threads` (0: as many as this process may use CPUs) open values at a time, the calling one among
/// them. The findings and their order do not depend on it.
Outcome<VerifyReport> verify_store(const Store& store, const std::function<void(const VerifyProgress&)>& progress,
                                   unsigned threads = 0);

}  // namespace tacit::store
