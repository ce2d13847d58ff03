#include "store/api_keys/tenant_api_key_reader.hpp"

#include <utility>

#include "store/api_keys/api_key_table.hpp"
#include "store/api_keys/api_keys.hpp"
#include "store/audit/recording.hpp"
#include "store/model/failures.hpp"
#include "store/slices/turns.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t rows_at_a_time = 32;

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
  const auto ended = store::read<bool>(*store_->engine, std::move(body));
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
  for (;;) {
    RowKey start = index;
    if (!last_.empty()) start.add(crypto::as_bytes(last_)).add(std::uint8_t{0});  // the next possible key
    const auto entries = co_await transaction.scan(Table::tenants, index.view(), start.view(), rows_at_a_time);
    for (const Row& entry : entries) {
      const std::string_view id = crypto::as_text(entry.key.subspan(index.view().size()));
      if (!is_api_key_id(id)) co_return altered({}, "the tenant's index of API keys has an invalid entry");
      const auto key = co_await load_tenant_api_key(transaction, *store_, tenant_, id);
      if (!key) co_return key.error();
      last_ = id;
      ++rows_read_;
      places_.push({key->created_at, key->id});
      if (slice.over(0)) co_return false;
    }
    if (entries.size() < rows_at_a_time) co_return true;
  }
}

/// True: it was the last slice.
Task<Outcome<bool>> TenantApiKeyReader::hand_out(Transaction& transaction, const Take& take, Slice& slice) {
  while (!places_.empty()) {
    const auto key = co_await load_tenant_api_key(transaction, *store_, tenant_, places_.top().id);
    const bool revoked_since = !key && key.error().code == Errc::not_found;
    if (!key && !revoked_since) co_return key.error();
    ++rows_read_;
    places_.pop();
    const bool more = revoked_since || take(*key);
    if ((slice.over(0) || !more) && !places_.empty()) co_return false;
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
