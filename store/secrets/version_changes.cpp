#include "store/secrets/version_changes.hpp"

#include <algorithm>

#include "store/rows/version_row.hpp"
#include "store/secrets/stored_state.hpp"

namespace tacit::store {
namespace {

/// The oldest first.
Task<Outcome<std::vector<std::uint32_t>>> numbers_of(Transaction& transaction, const StoredState& stored) {
  const auto places = co_await previous_values(transaction, stored.tenant.id, stored.secret.id, stored.secret.header);
  if (!places) co_return places.error();
  std::vector<std::uint32_t> numbers;
  for (const VersionPlace& place : *places) numbers.push_back(place.number);
  co_return numbers;
}

}  // namespace

VersionChanges no_version_changes(const SecretHeader& header) {
  VersionChanges changes;
  changes.left = header.previous;
  return changes;
}

Task<Outcome<VersionChanges>> keep_present_value(Transaction& transaction, const StoredState& stored,
                                                 std::uint32_t most, std::optional<std::uint32_t> taken) {
  VersionChanges changes;
  if (!stored.rules.versions) co_return changes;
  auto numbers = co_await numbers_of(transaction, stored);
  if (!numbers) co_return numbers.error();
  if (taken) {
    changes.erased.push_back(*taken);
    std::erase(*numbers, *taken);
  }
  most = std::min(most, most_versions_kept);
  // One whose key pair the tenant does not have any more cannot come back.
  const bool is_lost = key_of_box(stored.tenant.record, stored.secret.value_box) == nullptr;
  const std::size_t added = most > 0 && !is_lost ? 1 : 0;
  const std::size_t surplus = numbers->size() + added - std::min<std::size_t>(numbers->size() + added, most);
  changes.erased.insert(changes.erased.end(), numbers->begin(),
                        numbers->begin() + static_cast<std::ptrdiff_t>(surplus));
  changes.left = static_cast<std::uint8_t>(numbers->size() + added - surplus);
  if (added > 0) changes.added = seal_version(*stored.tenant.keys, stored.secret);
  co_return changes;
}

Task<Outcome<VersionChanges>> discard_versions(Transaction& transaction, const StoredState& stored) {
  VersionChanges changes;
  auto numbers = co_await numbers_of(transaction, stored);
  if (!numbers) co_return numbers.error();
  changes.erased = std::move(*numbers);
  co_return changes;
}

// Erased boxes are unreachable from here on, like that of a deleted secret.
void apply(Transaction& transaction, const crypto::Uuid& tenant, const StoredSecret& secret,
           const VersionChanges& changes) {
  for (const std::uint32_t number : changes.erased) {
    transaction.erase(Table::tenants, version_row_key(tenant, secret.id, number).view());
  }
  if (!changes.added) return;
  const RowKey key = version_row_key(tenant, secret.id, secret.header.value_version);
  transaction.put(Table::tenants, key.view(), *changes.added);
}

}  // namespace tacit::store
