// Whether a tenant's secrets have changed between two snapshots, by the number of the newest audit entry: every change
// writes its entry in its own transaction, whichever build makes it, so the entries between two numbers tell all that
// changed. No row of the tenant has to carry a number of its own.
#pragma once

#include <cstdint>
#include <optional>

#include "crypto/uuid.hpp"
#include "store/engine.hpp"

namespace tacit::store {

class TenantChanges {
 public:
  enum class Since : std::uint8_t {
    nothing,    ///< no secret of the tenant has changed
    something,  ///< one may have, or it cannot be told: entries were pruned or cannot be read
    more,       ///< there are more entries than were looked at: ask again
  };

  explicit TenantChanges(const crypto::Uuid& tenant) : tenant_(tenant) {}

  /// From this snapshot on changes count. Again does nothing.
  Task<Outcome<void>> begin(Transaction& transaction);
  bool begun() const { return seen_.has_value(); }
  /// Looks at no more than `most` entries that were not looked at yet. In a write, which may be run again on other
  /// entries: on a copy.
  Task<Since> look(Transaction& transaction, std::size_t most);

 private:
  crypto::Uuid tenant_;
  std::optional<std::uint64_t> seen_;  ///< the last entry that was looked at
};

}  // namespace tacit::store
