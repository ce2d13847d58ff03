// What a credential that manages API keys may give to one: nothing that it has not itself. Pure.
#pragma once

#include <optional>

#include "store/model/api_key.hpp"
#include "store/model/outcome.hpp"

namespace tacit::store {

/// Nothing if the key may be made (`before` is null) or become `after`; else scope_lacking or outlives.
///
/// Who changes scopes or the expiry has to have every scope that the key had and would have. Where the key gains
/// anything, a scope or time, it may not outlive the credential; so one that ends makes no key that goes on. Names are
/// nobody's privilege.
std::optional<Failure> grant_refusal(const Authority& authority, const ApiKey* before, const ApiKey& after);

}  // namespace tacit::store
