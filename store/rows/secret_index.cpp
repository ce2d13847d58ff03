#include "store/rows/secret_index.hpp"

#include <algorithm>

#include "store/model/failures.hpp"

namespace tacit::store {
namespace {

/// Whether the index entry exists and belongs to another secret.
Task<bool> is_anothers(Transaction& transaction, RowKey key, crypto::Uuid id) {
  const auto holder = co_await transaction.get(Table::tenants, key.view());
  co_return holder && !std::ranges::equal(*holder, id.bytes);
}

bool same_binding(const Metadata& a, const Metadata& b) {
  return a.tool_name == b.tool_name && a.is_default == b.is_default;
}
bool same_default(const Metadata& a, const Metadata& b) {
  return a.is_default == b.is_default && (!a.is_default || (a.tool_name == b.tool_name && a.tool_arg == b.tool_arg));
}

/// Counts the pattern of a tool's name, or no longer. Exact names are not counted, and leave the counts sealed.
Outcome<void> count_prefix(Tenant& tenant, const std::string& tool_name, bool there) {
  const IndexedPattern pattern = indexed_pattern(tool_name);
  if (pattern.exact) return {};
  PrefixCounts* const counts = tenant.record.prefixes.change(*tenant.keys);
  if (counts == nullptr) return prefixes_do_not_open();
  if (there) {
    counts->add(pattern.literal.size());
  } else {
    counts->remove(pattern.literal.size());
  }
  return {};
}

/// `keys` are those of the old entries.
Outcome<void> erase_entries(Transaction& transaction, Tenant& tenant, const crypto::TenantKeys& keys,
                            const crypto::Uuid& id, const Metadata& old, const Metadata* next) {
  if (next == nullptr || next->name != old.name) {
    transaction.erase(Table::tenants, name_row_key(keys, tenant.id, old.name).view());
  }
  if (old.tool_name && (next == nullptr || !same_binding(old, *next))) {
    transaction.erase(Table::tenants, binding_key(keys, tenant.id, *old.tool_name, old.is_default, id).view());
    if (auto counted = count_prefix(tenant, *old.tool_name, false); !counted) return counted;
  }
  if (old.is_default && (next == nullptr || !same_default(old, *next))) {
    transaction.erase(Table::tenants, default_row_key(keys, tenant.id, *old.tool_name, *old.tool_arg).view());
  }
  return {};
}

Outcome<void> put_entries(Transaction& transaction, Tenant& tenant, const crypto::Uuid& id, const Metadata& fresh,
                          const Metadata* old) {
  if (old == nullptr || old->name != fresh.name) {
    transaction.put(Table::tenants, name_row_key(*tenant.keys, tenant.id, fresh.name).view(), id.view());
  }
  if (fresh.tool_name && (old == nullptr || !same_binding(*old, fresh))) {
    transaction.put(Table::tenants, binding_key(*tenant.keys, tenant.id, *fresh.tool_name, fresh.is_default, id).view(),
                    {});
    if (auto counted = count_prefix(tenant, *fresh.tool_name, true); !counted) return counted;
  }
  if (fresh.is_default && (old == nullptr || !same_default(*old, fresh))) {
    transaction.put(Table::tenants, default_row_key(*tenant.keys, tenant.id, *fresh.tool_name, *fresh.tool_arg).view(),
                    id.view());
  }
  return {};
}

Task<Outcome<void>> check_unique_under(Transaction& transaction, const crypto::TenantKeys& keys, crypto::Uuid tenant,
                                       crypto::Uuid id, const Metadata& metadata) {
  const bool name_taken = co_await is_anothers(transaction, name_row_key(keys, tenant, metadata.name), id);
  if (name_taken) co_return failed(Errc::name_taken);
  if (!metadata.is_default) co_return Outcome<void>();
  const RowKey key = default_row_key(keys, tenant, *metadata.tool_name, *metadata.tool_arg);
  const bool default_taken = co_await is_anothers(transaction, key, id);
  if (default_taken) co_return failed(Errc::default_taken);
  co_return Outcome<void>();
}

/// The keys of a tenant's index entries.
std::vector<const crypto::TenantKeys*> all_tenant_keys(const Tenant& tenant) {
  std::vector<const crypto::TenantKeys*> all{tenant.keys.get()};
  if (tenant.previous_keys) all.push_back(tenant.previous_keys.get());
  return all;
}

/// The name index's entry for that name: a secret's id.
Task<std::optional<ByteView>> name_holder(Transaction& transaction, const Tenant& tenant, std::string_view name) {
  const auto tenant_keys = all_tenant_keys(tenant);
  for (const crypto::TenantKeys* keys : tenant_keys) {
    const RowKey key = name_row_key(*keys, tenant.id, name);
    const auto holder = co_await transaction.get(Table::tenants, key.view());
    if (holder) co_return holder;
  }
  co_return std::optional<ByteView>();
}

}  // namespace

Task<Outcome<void>> check_unique(Transaction& transaction, const Tenant& tenant, crypto::Uuid id,
                                 const Metadata& metadata) {
  const auto tenant_keys = all_tenant_keys(tenant);
  for (const crypto::TenantKeys* keys : tenant_keys) {
    const auto unique = co_await check_unique_under(transaction, *keys, tenant.id, id, metadata);
    if (!unique) co_return unique.error();
  }
  co_return Outcome<void>();
}

Outcome<void> reindex(Transaction& transaction, Tenant& tenant, const crypto::Uuid& id, const StoredSecret* before,
                      const Metadata* after) {
  const Metadata* const old = before != nullptr ? &before->metadata : nullptr;
  const crypto::TenantKeys& old_tenant_keys = before != nullptr ? tenant.keys_of(before->metadata_key) : *tenant.keys;
  // Entries under other keys cannot stay.
  const bool comparable = &old_tenant_keys == tenant.keys.get();
  if (old != nullptr) {
    auto erased = erase_entries(transaction, tenant, old_tenant_keys, id, *old, comparable ? after : nullptr);
    if (!erased) return erased;
  }
  if (after != nullptr) return put_entries(transaction, tenant, id, *after, comparable ? old : nullptr);
  return {};
}

Task<Outcome<StoredSecret>> find_by_name(Transaction& transaction, const crypto::MetadataKeyring& ring,
                                         const Tenant& tenant, std::string name) {
  const auto holder = co_await name_holder(transaction, tenant, name);
  if (!holder) co_return failed(Errc::not_found, name);
  crypto::Uuid id;
  if (!parse_id(*holder, id)) co_return altered({}, "an entry of the name index is incomplete");
  const MetadataOpener opener = MetadataOpener{ring, tenant.id, tenant.keys.get()};
  auto loaded = co_await load_secret(transaction, opener, id);
  auto secret = indexed(std::move(loaded), id);
  if (secret && secret->metadata.name != name)
    co_return altered(id, "an entry of the name index belongs to another secret");
  co_return secret;
}

Outcome<StoredSecret> indexed(Outcome<StoredSecret> secret, const crypto::Uuid& id) {
  if (!secret && secret.error().code == Errc::not_found) return altered(id, "an index entry has no secret");
  return secret;
}

}  // namespace tacit::store
