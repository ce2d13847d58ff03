#include "store/secrets/preconditions.hpp"

#include <algorithm>

#include "store/model/failures.hpp"

namespace tacit::store {

Outcome<void> check_precondition(const Precondition& condition, std::optional<std::int64_t> updated_at) {
  const bool needs_one = condition.exists || condition.states;
  if (updated_at ? condition.absent : needs_one) return failed(Errc::precondition_failed);
  const bool is_in_state =
      !condition.states || !updated_at || std::ranges::find(*condition.states, *updated_at) != condition.states->end();
  if (!is_in_state) return failed(Errc::precondition_failed);
  return {};
}

}  // namespace tacit::store
