#include "store/verify/tenant_opening.hpp"

#include "store/model/mask.hpp"
#include "store/rows/binding_index.hpp"
#include "store/rows/value_binding.hpp"

namespace tacit::store {
namespace {

std::vector<RequiredEntry> entries_of(const crypto::TenantKeys& keys, const Uuid& tenant, const StoredSecret& secret) {
  const Metadata& metadata = secret.metadata;
  std::vector<RequiredEntry> entries;
  entries.reserve(3);
  entries.push_back({.key = name_row_key(keys, tenant, metadata.name), .has_id = true, .what = "has the name"});
  if (metadata.tool_name) {
    entries.push_back({.key = binding_key(keys, tenant, *metadata.tool_name, metadata.is_default, secret.id)});
  }
  if (metadata.is_default) {
    const RowKey key = default_row_key(keys, tenant, *metadata.tool_name, *metadata.tool_arg);
    entries.push_back({.key = key, .has_id = true, .what = "is the default"});
  }
  return entries;
}

}  // namespace

const TenantOpening::Opened& TenantOpening::opened() const {
  std::call_once(once_, [this] { open(); });
  return opened_;
}

void TenantOpening::open() const {
  if (!row_) return;
  const auto key_id = metadata_key_of_record(*row_);
  const auto* const entry = key_id ? store_.metadata().find(*key_id) : nullptr;
  if (entry == nullptr) {
    opened_.problem = "its record names a metadata key that is not in the keyring";
    return;
  }
  opened_.keys.emplace(*entry, tenant_);
  opened_.record = decode_tenant_record(*row_, tenant_, *opened_.keys);
  if (!opened_.record) {
    opened_.problem = "its record was altered";
    return;
  }
  const TenantRecord& record = *opened_.record;
  if (record.previous_metadata_key) {
    const auto* const previous = store_.metadata().find(*record.previous_metadata_key);
    if (previous == nullptr) {
      opened_.problem = "its record names a previous metadata key that is not in the keyring";
      return;
    }
    opened_.previous_keys.emplace(*previous, tenant_);
  }
  if (record.key) opened_.pair = open_pair(*record.key);
  if (record.previous_key) opened_.previous_pair = open_pair(*record.previous_key);
}

TenantOpening::Pair TenantOpening::open_pair(const crypto::TenantKey& key) const {
  Pair pair;
  pair.certificate = pairs_.judge(key);
  if (!store_.keys.root_private) return pair;
  pair.private_key = crypto::open_tenant_key(*store_.keys.root_private, store_.keys.store(), tenant_, key);
  pair.is_closed = !pair.private_key;
  return pair;
}

CheckedSecret TenantOpening::check_secret(const Uuid& id, ByteView row) const {
  const Opened& tenant = opened();
  const crypto::TenantKeys* const keys = tenant.keys ? &*tenant.keys : nullptr;
  CheckedSecret checked{.id = id, .secret = open_secret({store_.metadata(), tenant_, keys}, id, row)};
  if (!checked.secret) return checked;
  const StoredSecret& secret = *checked.secret;
  checked.row = row_digest(row);
  if (keys != nullptr && secret.metadata.default_is_bound()) {
    const bool on_its_way = tenant.previous_keys && tenant.previous_keys->metadata_key_id() == secret.metadata_key;
    checked.names_other_key = !on_its_way && keys->metadata_key_id() != secret.metadata_key;
    checked.entries = entries_of(on_its_way ? *tenant.previous_keys : *keys, tenant_, secret);
  }
  checked.value = check_value({.secret = id,
                               .sealed_version = secret.header.sealed_version,
                               .box = secret.value_box,
                               .binding = binding_of(secret),
                               .size = secret.value_size(),
                               .display = secret.metadata.display});
  return checked;
}

CheckedValue TenantOpening::check_value(const BoxedValue& value) const {
  const Opened& tenant = opened();
  if (!tenant.record) return {};
  if (!tenant.record->key) return {.fault = "its tenant has no key pair"};
  const crypto::TenantKey* const key = key_of_box(*tenant.record, value.box);
  if (key == nullptr) {
    return {.fault = crypto::value_format_of(value.box) ? "its value names a key that its tenant's record does not"
                                                        : "its value cannot be opened"};
  }
  const Pair& pair = key == &*tenant.record->key ? tenant.pair : tenant.previous_pair;
  if (!pair.private_key) return {};
  const crypto::ValueAddress address{tenant_, value.secret, value.sealed_version};
  const auto opened = crypto::open_value(*pair.private_key, *key, address, value.box, value.binding);
  if (!opened) return {.fault = "its value cannot be opened"};
  if (opened->size() != value.size) return {.fault = "its value has another length than its metadata"};
  if (!value.display || !is_mask_of(*value.display, opened->text())) return {.fault = "its mask is of another value"};
  return {.opened = true};
}

}  // namespace tacit::store
