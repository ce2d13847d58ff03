// The uses of a secret, in its owner's view.
#include <algorithm>

#include "store/audit/recording.hpp"
#include "store/model/failures.hpp"
#include "store/secrets/releases.hpp"
#include "store/uses/use_history.hpp"

namespace tacit::store {
namespace {

UsesPage page_of(std::vector<SecretUse> uses, const UsesQuery& query) {
  UsesPage page;
  const std::size_t begin = std::min(query.skipped, uses.size());
  const std::size_t end = begin + std::min(query.limit, uses.size() - begin);
  page.uses.reserve(end - begin);
  for (std::size_t i = begin; i < end; ++i) page.uses.push_back(std::move(uses[i]));
  if (end < uses.size()) page.next = end;
  return page;
}

Task<Outcome<UsesPage>> read_uses(Transaction& transaction, ContextPtr store, crypto::Uuid tenant, crypto::Uuid secret,
                                  UsesQuery query) {
  const RowKey key = secret_row_key(tenant, secret);
  transaction.expect(Table::tenants, key.view());
  transaction.expect(Table::meta, uses_row_key(tenant, secret).view());
  const auto exists = co_await transaction.get(Table::tenants, key.view());
  if (!exists) co_return failed(Errc::not_found);
  const auto entries = co_await load_uses(transaction, store->metadata(), tenant, secret);
  if (!entries) co_return entries.error();
  co_return page_of(uses_for_owner(*entries), query);
}

}  // namespace

Async<UsesPage> Releases::uses(crypto::Uuid tenant, crypto::Uuid secret, UsesQuery query, AuditContext who) const {
  const ContextPtr store = context_;
  WorkBody<UsesPage> body = [store, tenant, secret, query](Transaction& transaction) {
    return read_uses(transaction, store, tenant, secret, query);
  };
  return recording_read(store, tenant, std::move(who), std::move(body));
}

}  // namespace tacit::store
