#include <algorithm>
#include <limits>

#include "store/failures.hpp"
#include "store/operations.hpp"
#include "store/secret_index.hpp"
#include "store/tool_pattern.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();
constexpr std::size_t rows_at_a_time = 256;

Task<Outcome<SecretInfo>> get(Transaction& transaction, ContextPtr store, crypto::Uuid tenant, crypto::Uuid id) {
  const MetadataOpener opener = MetadataOpener{store->metadata(), tenant, nullptr};
  const auto secret = co_await load_secret(transaction, opener, id);
  if (!secret) co_return secret.error();
  co_return secret_info(tenant, id, secret->header, secret->metadata);
}

/// Whether a stored binding is among those asked for.
bool tool_fits(const std::optional<std::string>& asked, const Metadata& metadata) {
  if (!asked) return true;
  if (!metadata.tool_name) return false;
  return is_pattern(*asked) ? tool_matches(*asked, *metadata.tool_name) : tool_matches(*metadata.tool_name, *asked);
}

/// Collects one page, and one secret more to know whether there is a next page.
class Page {
 public:
  Page(const crypto::Uuid& tenant, const ListQuery& query) : tenant_(tenant), query_(query) {}

  std::size_t wanted() const { return query_.limit ? *query_.limit + 1 - list_.secrets.size() : no_limit; }
  bool full() const { return wanted() == 0; }
  void add(const StoredSecret& secret) {
    if (query_.after && secret.id <= *query_.after) return;
    if (!tool_fits(query_.tool_name, secret.metadata)) return;
    list_.secrets.push_back(secret_info(tenant_, secret.id, secret.header, secret.metadata));
  }
  SecretList take() {
    if (query_.limit && list_.secrets.size() > *query_.limit) {
      list_.secrets.pop_back();
      list_.next = list_.secrets.back().id;
    }
    return std::move(list_);
  }

 private:
  const crypto::Uuid tenant_;
  const ListQuery& query_;
  SecretList list_;
};

/// Where a scan of the tenant's secrets goes on after that id: at the next larger key.
RowKey first_key_after(const crypto::Uuid& tenant, const std::optional<crypto::Uuid>& id) {
  if (!id) return {tenant, RowKind::secret};
  return secret_key(tenant, *id).add(std::uint8_t{0});
}

Task<Outcome<SecretList>> list_by_scan(Transaction& transaction, ContextPtr store, const Tenant& tenant,
                                       const ListQuery& query) {
  const MetadataOpener opener = MetadataOpener{store->metadata(), tenant.id, tenant.keys.get()};
  const RowKey prefix(tenant.id, RowKind::secret);
  Page page(tenant.id, query);
  std::optional<crypto::Uuid> last = query.after;
  while (!page.full()) {
    const RowKey start = first_key_after(tenant.id, last);
    const std::size_t ask = query.tool_name ? rows_at_a_time : std::min(page.wanted(), rows_at_a_time);
    const auto rows = co_await transaction.scan(Table::tenants, prefix.view(), start.view(), ask);
    for (std::size_t i = 0; i < rows.size() && !page.full(); ++i) {
      crypto::Uuid id;
      if (!parse_id(rows[i].key.subspan(prefix.view().size()), id))
        co_return altered({}, "a secret's key is not whole");
      const auto secret = open_secret(opener, id, rows[i].value);
      if (!secret) co_return secret.error();
      page.add(*secret);
      last = id;
    }
    if (rows.size() < ask) break;
  }
  co_return page.take();
}

Task<Outcome<SecretList>> list_by_name(Transaction& transaction, ContextPtr store, const Tenant& tenant,
                                       const ListQuery& query) {
  Page page(tenant.id, query);
  const auto secret = co_await find_by_name(transaction, store->metadata(), tenant, *query.secret_name);
  if (secret) {
    page.add(*secret);
  } else if (secret.error().code != Errc::not_found) {
    co_return secret.error();
  }
  co_return page.take();
}

Task<Outcome<SecretList>> list_by_tool(Transaction& transaction, ContextPtr store, const Tenant& tenant,
                                       const ListQuery& query) {
  auto found = co_await find_bound(transaction, store->metadata(), tenant, *query.tool_name, false);
  if (!found) co_return found.error();
  std::ranges::sort(*found, {}, &StoredSecret::id);
  Page page(tenant.id, query);
  for (const StoredSecret& secret : *found) {
    if (page.full()) break;
    page.add(secret);
  }
  co_return page.take();
}

Task<Outcome<SecretList>> list(Transaction& transaction, ContextPtr store, crypto::Uuid id,
                               std::shared_ptr<const ListQuery> query) {
  const auto tenant = co_await load_tenant(transaction, store->metadata(), id);
  if (!tenant) co_return tenant.error();
  if (!*tenant) co_return SecretList();
  if (query->secret_name) co_return co_await list_by_name(transaction, store, **tenant, *query);
  if (query->tool_name && !is_pattern(*query->tool_name)) {
    co_return co_await list_by_tool(transaction, store, **tenant, *query);
  }
  co_return co_await list_by_scan(transaction, store, **tenant, *query);
}

}  // namespace

WorkBody<SecretInfo> get_body(ContextPtr store, crypto::Uuid tenant, crypto::Uuid id) {
  return
      [store = std::move(store), tenant, id](Transaction& transaction) { return get(transaction, store, tenant, id); };
}

WorkBody<SecretList> list_body(ContextPtr store, crypto::Uuid tenant, ListQuery query) {
  auto shared = std::make_shared<const ListQuery>(std::move(query));
  return [store = std::move(store), tenant, query = std::move(shared)](Transaction& transaction) {
    return list(transaction, store, tenant, query);
  };
}

}  // namespace tacit::store
