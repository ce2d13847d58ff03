// Preconditions of changes (store/model/change_terms.hpp): judged in the transaction of the change, before other rules.
#pragma once

#include <cstdint>
#include <optional>

#include "store/model/change_terms.hpp"
#include "store/model/outcome.hpp"

namespace tacit::store {

/// Succeeds if the stored secret satisfies the condition. `updated_at`: std::nullopt if there is no such secret. Else
/// precondition_failed.
Outcome<void> check_precondition(const Precondition& condition, std::optional<std::int64_t> updated_at);

}  // namespace tacit::store
