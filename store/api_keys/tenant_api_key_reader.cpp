#include "store/api_keys/tenant_api_key_reader.hpp"

#include <utility>

#include "store/api_keys/api_key_table.hpp"
#include "store/api_keys/api_keys.hpp"
#include "store/audit/recording.hpp"
#include "store/model/failures.hpp"
#include "store/rows/api_key_use.hpp"
#include "store/rows/row_key.hpp"
#include "store/slices/turns.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t rows_at_a_time = 32;
/// On an engine that waits these are a slice: their rows come together, and few of them would cost as many requests.
constexpr std::size_t rows_of_slice = 64;

std::size_t page_of(const EngineTraits& traits) { return traits.waits ? rows_of_slice : rows_at_a_time; }

Async<std::vector<ApiKey>> read_all(TenantApiKeyReader reader) {
  std::vector<ApiKey> keys;
  TenantApiKeyReader::Take take = [&keys](const ApiKey& key) {
    keys.push_back(key);
    return true;
  };
  for (;;) {
    const auto ended = co_await reader.next(take);
    if (!ended) co_return ended.error();
    if (*ended) break;
    co_await next_turn();
  }
  co_return std::move(keys);
}

}  // namespace

TenantApiKeyReader::TenantApiKeyReader(ContextPtr store, crypto::Uuid tenant, AuditContext who)
    : store_(std::move(store)), tenant_(tenant), who_(std::move(who)) {}

Async<bool> TenantApiKeyReader::next(Take take) {
  WorkBody<bool> body = [this, &take](Transaction& transaction) { return read(transaction, take); };
  const auto ended = co_await store::read<bool>(*store_->engine, std::move(body));
  if (ended) co_return *ended;
  const Failure failure = ended.error();
  co_await record_if_altered(store_, tenant_, failure, std::string(), who_, AuditAction::api_key_integrity);
  co_return failure;
}

Task<Outcome<bool>> TenantApiKeyReader::read(Transaction& transaction, const Take& take) {
  Slice slice(store_->slice, begun_ ? Slice::Begins::now : Slice::Begins::after_some_steps);
  begun_ = true;
  if (!gathered_) {
    const auto ended = co_await gather(transaction, slice);
    if (!ended) co_return ended.error();
    if (!*ended) co_return false;
    gathered_ = true;
  }
  co_return co_await hand_out(transaction, take, slice);
}

/// True: the index was read to its end.
Task<Outcome<bool>> TenantApiKeyReader::gather(Transaction& transaction, Slice& slice) {
  const RowKey index(tenant_, RowKind::api_key);
  const bool waits = transaction.traits().waits;
  const std::size_t page = page_of(transaction.traits());
  for (;;) {
    RowKey start = index;
    if (!last_.empty()) start.add(crypto::as_bytes(last_)).add(std::uint8_t{0});  // the next possible key
    const auto entries = co_await transaction.scan(Table::tenants, index.view(), start.view(), page);
    for (const Row& entry : entries) transaction.expect(Table::api_keys, entry.key.subspan(index.view().size()));
    for (const Row& entry : entries) {
      const std::string_view id = crypto::as_text(entry.key.subspan(index.view().size()));
      if (!is_api_key_id(id)) co_return altered({}, "the tenant's index of API keys has an invalid entry");
      const auto key = co_await load_tenant_api_key(transaction, *store_, tenant_, id);
      if (!key) co_return key.error();
      last_ = id;
      ++rows_read_;
      places_.push({key->created_at, key->id});
      if (!waits && slice.over(0)) co_return false;
    }
    if (entries.size() < page) co_return true;
    if (waits) co_return false;
  }
}

/// The rows of the next keys, which an engine that waits then reads together.
void TenantApiKeyReader::expect_next(Transaction& transaction) {
  std::vector<Place> next;
  for (; !places_.empty() && next.size() < rows_of_slice; places_.pop()) next.push_back(places_.top());
  for (Place& place : next) {
    transaction.expect(Table::tenants, api_key_index_row_key(tenant_, place.id).view());
    transaction.expect(Table::api_keys, crypto::as_bytes(place.id));
    transaction.expect(Table::meta, api_key_use_row_key(place.id));
    places_.push(std::move(place));
  }
}

/// True: it was the last slice.
Task<Outcome<bool>> TenantApiKeyReader::hand_out(Transaction& transaction, const Take& take, Slice& slice) {
  const bool waits = transaction.traits().waits;
  if (waits) expect_next(transaction);
  for (std::size_t read = 1; !places_.empty(); ++read) {
    auto key = co_await load_tenant_api_key(transaction, *store_, tenant_, places_.top().id);
    const bool revoked_since = !key && key.error().code == Errc::not_found;
    if (!key && !revoked_since) co_return key.error();
    if (key && transaction.traits().shared) co_await add_last_use(transaction, *store_, *key);
    ++rows_read_;
    places_.pop();
    const bool more = revoked_since || take(*key);
    const bool is_over = waits ? read >= rows_of_slice : slice.over(0);
    if ((is_over || !more) && !places_.empty()) co_return false;
  }
  co_return true;
}

Async<std::vector<ApiKey>> ApiKeys::list_of_tenant(crypto::Uuid tenant, AuditContext who) const {
  return read_all(read_of_tenant(tenant, std::move(who)));
}

TenantApiKeyReader ApiKeys::read_of_tenant(crypto::Uuid tenant, AuditContext who) const {
  return {context_, tenant, std::move(who)};
}

}  // namespace tacit::store
