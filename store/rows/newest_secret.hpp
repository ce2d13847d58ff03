// The newest secret id of a tenant, on engines that several hosts share: Table::tenants, kind 6 → 16 secret id. A new
// secret's id is larger, whatever the clock of its host says, so that lists stay in the order of creation and a cursor
// skips nothing. The ids of an embedded store come from one clock, and its creations do not maintain the row.
#pragma once

#include <array>
#include <chrono>
#include <mutex>
#include <optional>

#include "store/engine/engine.hpp"
#include "store/rows/row_key.hpp"

namespace tacit::store {

RowKey newest_secret_row_key(const Uuid& tenant);

/// std::nullopt if the tenant has no such row. Fails with `integrity` if the row is not an id.
Task<Outcome<std::optional<Uuid>>> newest_secret(Transaction& transaction, Uuid tenant);
void put_newest_secret(Transaction& transaction, const Uuid& tenant, const Uuid& id);

/// A version 7 id of that instant if it is larger than `newest`, which may be of any version; otherwise the smallest
/// version 7 id that is larger. std::nullopt if there is none.
std::optional<Uuid> id_above(const std::optional<Uuid>& newest, std::chrono::system_clock::time_point now);

/// The ids that a process gave to new secrets lately. Without them, creations that run at the same time on a host whose
/// clock is behind would all get the same successor of the tenant's newest id, and only one of them could be stored.
/// Thread-safe. Bounded: of tenants with the same place, the last one counts.
class GivenSecretIds {
 public:
  /// As `id_above`, and above the ids that were given for that tenant before.
  std::optional<Uuid> next(const Uuid& tenant, std::optional<Uuid> newest, std::chrono::system_clock::time_point now);

 private:
  struct Given {
    Uuid tenant{};
    Uuid id{};
  };
  std::mutex mutex_;
  std::array<Given, 256> places_{};
};

}  // namespace tacit::store
