// The check of a whole store.
#pragma once

#include <functional>

#include "store/model/outcome.hpp"
#include "store/model/verify_report.hpp"
#include "store/store.hpp"

namespace tacit::store {

/// Checks every invariant on one snapshot of a live store, and every secret and API key against the audit log, so rows
/// that were put back or removed are found. Opens values only if the root private keyring is given. Cannot detect that
/// a whole store was put back to an earlier state, or rows together with a log that was cut off or rewritten to match;
/// to detect that, compare `audit_head` with a copy kept elsewhere. An old quota is not detected either, because the
/// log does not record it. Runs on the calling thread and waits for no write.
Outcome<VerifyReport> verify_store(const Store& store, const std::function<void(const VerifyProgress&)>& progress);

}  // namespace tacit::store
