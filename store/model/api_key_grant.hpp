// The permissions that a managing credential may give to an API key: those that it has itself, and tools_use. Pure.
#pragma once

#include <optional>

#include "store/model/api_key.hpp"
#include "store/model/outcome.hpp"

namespace tacit::store {

/// std::nullopt if the key may be made (`before` is null) or become `after`; else scope_lacking or outlives.
///
/// A change of scopes or expiry requires every scope that the key had and would have; api_keys_manage suffices for
/// tools_use, which no credential that manages keys has. If the key gains a scope or time,
/// it may not outlive the credential, so an expiring credential cannot make a key without an expiry. Names need no
/// permission.
std::optional<Failure> grant_refusal(const Authority& authority, const ApiKey* before, const ApiKey& after);

}  // namespace tacit::store
