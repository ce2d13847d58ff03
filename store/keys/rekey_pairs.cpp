#include "store/keys/rekey_pairs.hpp"

#include "store/model/failures.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_key_check.hpp"
#include "store/rows/value_binding.hpp"

namespace tacit::store {

Outcome<void> check_rekey_halves(const StoreKeys& keys) {
  if (keys.phase() == crypto::SigningPhase::none) {
    return failed(Errc::not_allowed, "no root signing key is primary: run tacit key add signing, and promote it");
  }
  const crypto::KeyId& root = primary_of(keys, KeyKind::root);
  if (!keys.root_private || keys.root_private->find(root) == nullptr) {
    return failed(Errc::not_allowed, "the root private keyring lacks the primary key " + crypto::to_hex(root));
  }
  if (keys.root_signer() == nullptr) {
    return failed(Errc::not_allowed, "the root signing keyring lacks the primary key " +
                                         crypto::to_hex(primary_of(keys, KeyKind::signing)));
  }
  return {};
}

Task<Outcome<void>> check_rekey(Transaction& transaction, const StoreKeys& keys) {
  const std::uint32_t rows = co_await rows_format(transaction);
  if (rows < third_rows_format) co_return failed(Errc::unavailable, "the store's format is being raised");
  for (const KeyKind kind : {KeyKind::root, KeyKind::signing}) {
    const auto newest = co_await check_newest(transaction, keys, kind);
    if (!newest) co_return newest.error();
  }
  co_return Outcome<void>();
}

bool is_certified_pair(const StoreKeys& keys, const std::optional<crypto::TenantKey>& pair) {
  return pair && pair->certificate && check_tenant_key(keys, *pair);
}

bool may_have_done_pair(const RekeyOrder& order, const TenantRecord& record) {
  if (!record.key || !record.key->certificate || record.previous_key) return false;
  const crypto::KeyCertificate& certificate = *record.key->certificate;
  return certificate.signer == primary_of(order.store->keys, KeyKind::signing) && certificate.made >= order.started &&
         !order.repeated.contains(certificate.number);
}

bool has_done_pair(const RekeyOrder& order, const TenantRecord& record) {
  return may_have_done_pair(order, record) && is_certified_pair(order.store->keys, record.key);
}

PairChange::PairChange(const StoreContext& store, const Tenant& tenant)
    : store_(store),
      tenant_(tenant),
      strict_(tenant.record.limits.strict_binding.value_or(store.strict_binding)),
      private_key_(crypto::open_tenant_key(*store.keys.root_private, store.keys.store(), tenant.id,
                                           *tenant.record.previous_key)) {}

Outcome<Bytes> PairChange::seal(const crypto::Uuid& id, ByteView row) const {
  const MetadataOpener opener{store_.metadata(), tenant_.id, tenant_.keys.get()};
  auto secret = open_secret(opener, id, row);
  if (!secret) return secret.error();
  Metadata metadata = secret->metadata;
  SecretHeader header = secret->header;
  use_second_format(header, metadata, secret->value_box);
  header.strict = strict_;
  const crypto::ValueAddress address{tenant_.id, id, header.sealed_version};
  const Bytes binding = strict_ ? binding_of(metadata.tool_name, metadata.tool_arg) : Bytes();
  const auto box = seal_again(address, {secret->value_box, binding_of(*secret), secret->value_size()}, binding);
  if (!box) return box.error();
  return seal_secret(*keys_of(secret->metadata_key), id, header, *box, metadata);
}

Outcome<Bytes> PairChange::seal_previous(const VersionKey& key, ByteView row) const {
  const MetadataOpener opener{store_.metadata(), tenant_.id, tenant_.keys.get()};
  auto version = open_version(opener, key.secret, key.number, row);
  if (!version) return version.error();
  const VersionMetadata& metadata = version->metadata;
  VersionHeader header = version->header;
  const Bytes its_binding = binding_of(metadata.tool_name, metadata.tool_arg);
  const Bytes before = header.strict ? its_binding : Bytes();
  header.strict = strict_;
  const crypto::ValueAddress address{tenant_.id, key.secret, header.sealed_version};
  const auto box =
      seal_again(address, {version->value_box, before, metadata.value_length}, strict_ ? its_binding : Bytes());
  if (!box) return box.error();
  return seal_version(*keys_of(version->metadata_key), key.secret, header, *box, metadata);
}

Outcome<Bytes> PairChange::seal_again(const crypto::ValueAddress& address, const BoxedValue& value,
                                      ByteView binding) const {
  const crypto::Uuid& id = address.secret;
  if (!private_key_) return altered(id, "its value cannot be opened");
  const TenantRecord& record = tenant_.record;
  const auto opened = crypto::open_value(*private_key_, *record.previous_key, address, value.box, value.binding);
  if (!opened) return altered(id, "its value cannot be opened");
  if (opened->size() != value.size) return altered(id, "its value has another length than its metadata");
  auto box = crypto::seal_value(*record.key, address, opened->view(), crypto::ValueFormat::padded, binding);
  if (!box) return altered(id, "the tenant's public key is not a point");
  return std::move(*box);
}

/// Those of the metadata key that seals the row now, so that its index entries stay right.
std::shared_ptr<const crypto::TenantKeys> PairChange::keys_of(const crypto::KeyId& metadata_key) const {
  for (const auto& keys : {tenant_.keys, tenant_.previous_keys}) {
    if (keys && keys->metadata_key_id() == metadata_key) return keys;
  }
  return std::make_shared<const crypto::TenantKeys>(*store_.metadata().find(metadata_key), tenant_.id);
}

}  // namespace tacit::store
