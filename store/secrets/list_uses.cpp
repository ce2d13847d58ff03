// The uses of a secret, in its owner's view.
#include <algorithm>

#include "store/audit/recording.hpp"
#include "store/engine/await.hpp"
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
  const auto uses = co_await load_uses(transaction, store->metadata(), tenant, secret);
  if (uses) co_return page_of(uses_for_owner(uses->entries), query);
  UsesPage none;
  none.altered = true;
  co_return none;
}

Async<UsesPage> list_uses(ContextPtr store, crypto::Uuid tenant, crypto::Uuid secret, UsesQuery query,
                          AuditContext who) {
  WorkBody<UsesPage> body = [store, tenant, secret, query](Transaction& transaction) {
    return read_uses(transaction, store, tenant, secret, query);
  };
  auto page = co_await read<UsesPage>(*store->engine, std::move(body));
  if (!page || !page->altered) co_return page;
  co_await record_if_altered(store, tenant, altered(secret, std::string(altered_uses)), std::string(), std::move(who));
  co_return page;
}

}  // namespace

Async<UsesPage> Releases::uses(crypto::Uuid tenant, crypto::Uuid secret, UsesQuery query, AuditContext who) const {
  return list_uses(context_, tenant, secret, query, std::move(who));
}

}  // namespace tacit::store
