#include "store/secrets/repeated_request.hpp"

#include <algorithm>

#include "store/engine/walk_size.hpp"
#include "store/model/failures.hpp"

namespace tacit::store {
namespace {

/// The rows that go with one change, so that a change stays small: as many as make room for a new row of that size.
std::size_t most_removed(const EngineTraits& traits, std::size_t size) {
  constexpr std::size_t few = 8;
  constexpr std::size_t small_row = 128;  // the smallest has 121 bytes
  constexpr std::size_t rows_of_one = 2;
  return items_of_write(traits, few + size / small_row, rows_of_one);
}

struct OldRow {
  IdempotencyPlace place;
  std::uint32_t size = 0;
};

/// The count of a tenant's rows, and the oldest of them.
struct Order {
  IdempotencyCount count;
  std::vector<OldRow> oldest;
};

Failure order_was_altered() { return altered({}, "the order of the tenant's idempotency keys was altered"); }

/// The count's key is the beginning of all others, so it comes first.
Task<Outcome<Order>> read_order(Transaction& transaction, crypto::Uuid tenant, std::size_t most) {
  const RowKey prefix = idempotency_count_key(tenant);
  const auto rows = co_await transaction.scan(Table::tenants, prefix.view(), prefix.view(), most + 1);
  Order order;
  for (const Row& row : rows) {
    const ByteView rest = row.key.subspan(prefix.view().size());
    if (rest.empty()) {
      const auto count = decode_idempotency_count(row.value);
      if (!count) co_return order_was_altered();
      order.count = *count;
      continue;
    }
    const auto place = parse_idempotency_order(rest);
    const auto size = decode_idempotency_size(row.value);
    if (!place || !size) co_return order_was_altered();
    OldRow old;
    old.place = *place;
    old.size = *size;
    order.oldest.push_back(old);
  }
  co_return order;
}

void remove_row(Transaction& transaction, const crypto::Uuid& tenant, const OldRow& old, IdempotencyCount& count) {
  transaction.erase(Table::tenants, idempotency_row_key(tenant, old.place.request).view());
  transaction.erase(Table::tenants, idempotency_order_key(tenant, old.place.made, old.place.request).view());
  count.rows -= std::min<std::uint32_t>(count.rows, 1);
  count.bytes -= std::min(count.bytes, old.size);
}

bool is_surplus(const OldRow& old, const IdempotencyCount& count, std::size_t size, std::int64_t now) {
  return count.rows >= most_idempotency_rows || count.bytes + size > most_idempotency_bytes ||
         now - old.place.made >= idempotency_lapse;
}

/// Removes the lapsed row of this key, and then the oldest ones while they have lapsed or are too many.
void make_room(Transaction& transaction, const crypto::Uuid& tenant, const EarlierRequest& earlier, Order& order,
               std::size_t size, std::int64_t now) {
  if (earlier.row) {
    OldRow lapsed;
    lapsed.place.made = earlier.row->made;
    lapsed.place.request = earlier.macs.request;
    lapsed.size = earlier.size;
    remove_row(transaction, tenant, lapsed, order.count);
    std::erase_if(order.oldest, [&](const OldRow& old) {
      return old.place.made == lapsed.place.made && old.place.request == lapsed.place.request;
    });
  }
  for (const OldRow& old : order.oldest) {
    if (!is_surplus(old, order.count, size, now)) return;
    remove_row(transaction, tenant, old, order.count);
  }
}

/// What is stored of the request under these keys.
Task<Outcome<EarlierRequest>> find_under(Transaction& transaction, crypto::Uuid tenant,
                                         std::shared_ptr<const crypto::TenantKeys> keys, const IdempotencyKey& key,
                                         std::int64_t now) {
  EarlierRequest found;
  found.macs = request_macs(*keys, key);
  found.keys = keys;
  const RowKey place = idempotency_row_key(tenant, found.macs.request);
  const auto stored = co_await transaction.get(Table::tenants, place.view());
  if (!stored) co_return found;
  found.row = decode_idempotency_row(*keys, tenant, found.macs.request, *stored);
  if (!found.row) co_return altered({}, "the row of an idempotency key was altered");
  found.size = static_cast<std::uint32_t>(stored->size());
  if (found.row->has_lapsed(now)) co_return found;
  const bool same = crypto::equal_constant_time(found.row->body, found.macs.body);
  const bool too_many = found.row->other_bodies >= most_other_bodies;
  found.repeat = same && !too_many ? EarlierRequest::Repeat::same : EarlierRequest::Repeat::other;
  co_return found;
}

}  // namespace

Task<Outcome<EarlierRequest>> find_earlier(Transaction& transaction, const Tenant& tenant, const IdempotencyKey& key,
                                           std::int64_t now) {
  auto found = co_await find_under(transaction, tenant.id, tenant.keys, key, now);
  if (!found || found->row || !tenant.previous_keys) co_return found;
  auto previous = co_await find_under(transaction, tenant.id, tenant.previous_keys, key, now);
  if (!previous || previous->row) co_return previous;
  co_return found;
}

bool counts_other_body(const EarlierRequest& earlier) {
  return earlier.row && earlier.row->other_bodies < most_other_bodies;
}

void count_other_body(Transaction& transaction, const crypto::Uuid& tenant, EarlierRequest earlier) {
  if (!counts_other_body(earlier)) return;
  ++earlier.row->other_bodies;
  const Bytes row = encode_idempotency_row(*earlier.keys, tenant, earlier.macs.request, *earlier.row);
  transaction.put(Table::tenants, idempotency_row_key(tenant, earlier.macs.request).view(), row);
}

Task<Outcome<void>> keep_answer(Transaction& transaction, const Tenant& tenant, const IdempotencyKey& key,
                                const EarlierRequest& earlier, std::int64_t now, KeptAnswer answer) {
  const RequestMacs macs = request_macs(*tenant.keys, key);
  IdempotencyRow row;
  row.made = now;
  row.body = macs.body;
  row.answer = std::move(answer);
  const Bytes stored = encode_idempotency_row(*tenant.keys, tenant.id, macs.request, row);
  const std::size_t most = most_removed(transaction.traits(), stored.size());
  auto order = co_await read_order(transaction, tenant.id, most);
  if (!order) co_return order.error();
  make_room(transaction, tenant.id, earlier, *order, stored.size(), now);
  const auto size = static_cast<std::uint32_t>(stored.size());
  order->count.rows += 1;
  order->count.bytes += size;
  transaction.put(Table::tenants, idempotency_row_key(tenant.id, macs.request).view(), stored);
  transaction.put(Table::tenants, idempotency_order_key(tenant.id, now, macs.request).view(),
                  encode_idempotency_size(size));
  transaction.put(Table::tenants, idempotency_count_key(tenant.id).view(), encode_idempotency_count(order->count));
  co_return Outcome<void>();
}

}  // namespace tacit::store
