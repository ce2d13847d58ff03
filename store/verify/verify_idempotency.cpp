#include "store/verify/verify_idempotency.hpp"

#include <algorithm>

namespace tacit::store {

void IdempotencyCheck::row(const Uuid& tenant, const crypto::TenantKeys* keys, const crypto::TenantKeys* previous_keys,
                           ByteView rest, ByteView row) {
  IdempotencyMac mac{};
  if (rest.size() != mac.size()) return problem_("an idempotency key whose row key is incomplete");
  std::ranges::copy(rest, mac.begin());
  Kept& kept = kept_[mac];
  kept.size = static_cast<std::uint32_t>(row.size());
  bytes_ += kept.size;
  if (keys == nullptr) return;
  auto opened = decode_idempotency_row(*keys, tenant, mac, row);
  if (!opened && previous_keys != nullptr) opened = decode_idempotency_row(*previous_keys, tenant, mac, row);
  if (!opened) return problem_("the row of an idempotency key was altered");
  kept.made = opened->made;
}

void IdempotencyCheck::order_row(ByteView rest, ByteView row) {
  if (rest.empty()) {
    count_ = decode_idempotency_count(row);
    if (!count_) problem_("the count of its idempotency keys was altered");
    return;
  }
  const auto place = parse_idempotency_order(rest);
  const auto size = decode_idempotency_size(row);
  if (!place || !size) return problem_("an entry of the order of its idempotency keys was altered");
  const auto at = kept_.find(place->request);
  if (at == kept_.end()) return problem_("an entry of the order of its idempotency keys has no row");
  Kept& kept = at->second;
  const bool fits = (!kept.made || *kept.made == place->made) && kept.size == *size && !kept.in_order;
  kept.in_order = true;
  if (!fits) problem_("an entry of the order of its idempotency keys is not that of its row");
}

void IdempotencyCheck::finish() {
  for (const auto& [mac, kept] : kept_) {
    if (!kept.in_order) problem_("an idempotency key has no entry in their order");
  }
  const IdempotencyCount found{.rows = static_cast<std::uint32_t>(kept_.size()), .bytes = bytes_};
  if (count_.value_or(IdempotencyCount()) == found) return;
  problem_("the count of its idempotency keys is wrong");
}

}  // namespace tacit::store
