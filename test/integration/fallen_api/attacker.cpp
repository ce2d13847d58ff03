#include "test/integration/fallen_api/attacker.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <limits>
#include <stdexcept>

#include "crypto/primitives/aad.hpp"
#include "crypto/primitives/random.hpp"
#include "store/lmdb/engine/lmdb_engine.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/secret_index.hpp"

namespace tacit::test {
namespace {

using crypto::Bytes;
using crypto::ByteView;

std::unique_ptr<store::LmdbEngine> open_engine(const std::filesystem::path& store) {
  store::LmdbOptions options;
  options.env.directory = store;
  auto engine = store::LmdbEngine::open(std::move(options));
  if (!engine) throw std::runtime_error("the attacker cannot open the store: " + engine.error().subject);
  return std::move(*engine);
}

template <class Ring>
std::shared_ptr<const Ring> shared(crypto::KeyringResult<Ring> ring) {
  return std::make_shared<const Ring>(std::move(ring).value());
}

store::StoreKeys keyrings_of_the_api_plane(const std::filesystem::path& folder) {
  store::StoreKeys keys;
  keys.root_public = shared(crypto::RootPublicKeyring::load(folder / "root-public.keyring"));
  keys.metadata = shared(crypto::MetadataKeyring::load(folder / "metadata.keyring"));
  keys.audit_api = shared(crypto::SigningKeyring::load(folder / "audit-api.keyring", crypto::SigningRole::api));
  return keys;
}

/// Throws with the reason of a failure.
template <class T>
T must(store::Outcome<T> outcome) {
  if (!outcome) throw std::runtime_error("the attacker's change failed: " + outcome.error().subject);
  if constexpr (!std::is_void_v<T>) return std::move(*outcome);
}

Bytes copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

std::array<std::uint8_t, 8> big_endian(std::int64_t number) {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> (8 * (7 - i)));
  }
  return bytes;
}

/// The box of a tenant's private key: prefix ‖ root key id ‖ HPKE box.
Bytes seal_half(const crypto::RootPublicKeyring::Entry& root, Bytes prefix, ByteView aad, const crypto::KeyPair& pair) {
  const auto sealed = crypto::hpke_seal(root.key, {}, aad, pair.private_key.view());
  Bytes box = std::move(prefix);
  box.insert(box.end(), root.id.begin(), root.id.end());
  box.insert(box.end(), sealed->begin(), sealed->end());
  return box;
}

}  // namespace

crypto::Uuid uuid_of(const std::string& text) { return crypto::parse_uuid(text).value(); }

SigningEntry new_signer(crypto::SigningRole role) {
  crypto::SigningKey key = crypto::SigningKey::generate();
  const crypto::KeyId id = crypto::signing_key_id(role, key.public_key());
  return {.id = id, .key = std::move(key)};
}

void certify(crypto::TenantKey& key, const SigningEntry& signer, const crypto::Uuid& store) {
  crypto::KeyCertificate& certificate = *key.certificate;
  const auto made = big_endian(certificate.made);
  const crypto::KeyId root = key.root_key_id();
  const crypto::Digest box = crypto::sha256(key.box);
  certificate.signer = signer.id;
  certificate.signature =
      signer.key.sign("tacit signed tenant key 1", {store.view(), ByteView(certificate.number), ByteView(made),
                                                    ByteView(root), ByteView(key.public_key), ByteView(box)});
}

Attacker::Attacker(const Deployment& deployment)
    : store_(deployment.store()),
      keys_(keyrings_of_the_api_plane(deployment.folder())),
      own_signer_(new_signer(crypto::SigningRole::root)),
      kept_(keys_.metadata, keys_.store()) {}

void Attacker::change(const Body& body) const {
  std::exception_ptr thrown;
  std::promise<std::optional<store::Errc>> done;
  const auto engine = open_engine(store_);
  store::Write write;
  write.work = [&](store::Transaction& transaction) -> store::Task<bool> {
    thrown = nullptr;
    try {
      body(transaction);
    } catch (...) {
      thrown = std::current_exception();
    }
    return thrown == nullptr;
  };
  write.done = [&](std::optional<store::Errc> failure) { done.set_value(failure); };
  engine->submit(std::move(write));
  const auto failure = done.get_future().get();
  if (thrown) std::rethrow_exception(thrown);
  if (failure) throw std::runtime_error("the attacker's change was not committed");
}

void Attacker::look(const Body& body) const {
  const auto engine = open_engine(store_);
  const auto failure = engine->read([&](store::Transaction& transaction) -> store::Task<bool> {
    body(transaction);
    return true;
  });
  if (failure) throw std::runtime_error("the attacker cannot read the store");
}

std::vector<StoredRow> Attacker::rows(store::Table table, ByteView prefix) const {
  std::vector<StoredRow> found;
  look([&](store::Transaction& transaction) {
    const std::size_t all = std::numeric_limits<std::size_t>::max();
    for (const store::Row& row : transaction.scan(table, prefix, prefix, all).run()) {
      found.push_back({.table = table, .key = copy(row.key), .value = copy(row.value)});
    }
  });
  return found;
}

std::vector<StoredRow> Attacker::rows_of(const std::string& tenant) const {
  return rows(store::Table::tenants, uuid_of(tenant).view());
}

StoredRow Attacker::row(store::Table table, ByteView key) const {
  for (StoredRow& found : rows(table, key)) {
    if (std::ranges::equal(found.key, key)) return std::move(found);
  }
  throw std::runtime_error("there is no such row");
}

void Attacker::put(const std::vector<StoredRow>& rows) const {
  change([&](store::Transaction& transaction) {
    for (const StoredRow& row : rows) transaction.put(row.table, row.key, row.value);
  });
}

void Attacker::erase(const std::vector<StoredRow>& rows) const {
  change([&](store::Transaction& transaction) {
    for (const StoredRow& row : rows) transaction.erase(row.table, row.key);
  });
}

void Attacker::put_back(const std::string& tenant, const std::vector<StoredRow>& rows) const {
  erase(rows_of(tenant));
  put(rows);
}

crypto::TenantKey Attacker::own_key(const std::string& tenant) {
  const crypto::KeyPair& pair = kept_.pair(kept_.make_pair());
  const crypto::RootPublicKeyring::Entry& root = keys_.root_public->primary();
  const std::uint8_t format = 1;
  const crypto::Uuid id = uuid_of(tenant);
  const crypto::WipedBytes aad = crypto::canonical(
      "tacit tenant key", {ByteView(&format, 1), id.view(), ByteView(pair.public_key), ByteView(root.id)});
  return {.public_key = pair.public_key, .box = seal_half(root, {}, aad.view(), pair)};
}

crypto::TenantKey Attacker::own_certified_key(const SigningEntry& signer) {
  const crypto::KeyPair& pair = kept_.pair(kept_.make_pair());
  const crypto::RootPublicKeyring::Entry& root = keys_.root_public->primary();
  const std::uint8_t format = 2;
  crypto::TenantKey key;
  key.public_key = pair.public_key;
  crypto::KeyCertificate& certificate = key.certificate.emplace();
  crypto::random_bytes(certificate.number);
  certificate.made = 1'790'000'000'000'000;
  const crypto::Uuid& store = keys_.store();
  const crypto::WipedBytes aad = crypto::canonical(
      "tacit tenant key",
      {ByteView(&format, 1), store.view(), ByteView(certificate.number), ByteView(pair.public_key), ByteView(root.id)});
  key.box = seal_half(root, {format}, aad.view(), pair);
  certify(key, signer, store);
  return key;
}

crypto::TenantKey Attacker::some_prekey() const {
  crypto::KeyNumber start{};
  crypto::random_bytes(start);
  std::optional<store::Prekey> picked;
  look([&](store::Transaction& transaction) { picked = store::pick_prekey(transaction, start).run(); });
  if (!picked) throw std::runtime_error("the pool is empty");
  return std::move(picked->key);
}

store::Tenant Attacker::tenant_in(store::Transaction& transaction, const std::string& id) const {
  auto loaded = must(store::load_tenant(transaction, *keys_.metadata, uuid_of(id)).run());
  return loaded ? std::move(*loaded) : store::new_tenant(*keys_.metadata, uuid_of(id));
}

void Attacker::change_record(const std::string& tenant, const std::function<void(store::TenantRecord&)>& edit) const {
  change([&](store::Transaction& transaction) {
    store::Tenant loaded = tenant_in(transaction, tenant);
    edit(loaded.record);
    store::save_tenant(transaction, loaded).run();
  });
}

void Attacker::plant_key(const std::string& tenant, const crypto::TenantKey& key) const {
  change_record(tenant, [&](store::TenantRecord& record) { record.key = key; });
}

store::TenantRecord Attacker::record_of(const std::string& tenant) const {
  std::optional<store::TenantRecord> record;
  look([&](store::Transaction& transaction) { record = tenant_in(transaction, tenant).record; });
  return std::move(record).value();
}

StoredRow Attacker::record_row_of(const std::string& tenant) const {
  return row(store::Table::tenants, store::record_row_key(uuid_of(tenant)).view());
}

StoredRow Attacker::secret_row_of(const std::string& tenant, const std::string& secret) const {
  return row(store::Table::tenants, store::secret_row_key(uuid_of(tenant), uuid_of(secret)).view());
}

void Attacker::rebind(const std::string& tenant, const std::string& secret, const Rebinding& to) const {
  change([&](store::Transaction& transaction) {
    store::Tenant loaded = tenant_in(transaction, tenant);
    const crypto::Uuid id = uuid_of(secret);
    const store::MetadataOpener opener{*keys_.metadata, loaded.id, loaded.keys.get()};
    const store::StoredSecret before = must(store::load_secret(transaction, opener, id).run());
    store::Metadata after = before.metadata;
    after.tool_name = to.tool_name;
    store::SecretHeader header = before.header;
    header.strict = to.strict.value_or(header.strict);
    header.value_version = to.version.value_or(header.value_version);
    const Bytes box = to.value_box.value_or(copy(before.value_box));
    const Bytes row = store::seal_secret(*loaded.keys, id, header, box, after);
    transaction.put(store::Table::tenants, store::secret_row_key(loaded.id, id).view(), row);
    must(store::reindex(transaction, loaded, id, &before, &after));
    store::save_tenant(transaction, loaded).run();
  });
}

void Attacker::put_own_value(const std::string& tenant, const std::string& secret, const std::string& value) const {
  change([&](store::Transaction& transaction) {
    const store::Tenant loaded = tenant_in(transaction, tenant);
    const crypto::Uuid id = uuid_of(secret);
    const store::MetadataOpener opener{*keys_.metadata, loaded.id, loaded.keys.get()};
    const store::StoredSecret before = must(store::load_secret(transaction, opener, id).run());
    store::Metadata metadata = before.metadata;
    metadata.value_length = static_cast<std::uint32_t>(value.size());
    store::SecretHeader header = before.header;
    header.strict = false;
    const crypto::ValueAddress address{loaded.id, id, header.value_version};
    const auto box = crypto::seal_value(loaded.record.key.value(), address, crypto::as_bytes(value),
                                        crypto::ValueFormat::padded, {});
    const Bytes row = store::seal_secret(*loaded.keys, id, header, box.value(), metadata);
    transaction.put(store::Table::tenants, store::secret_row_key(loaded.id, id).view(), row);
  });
}

std::vector<StoredRow> Attacker::sealed_rows() const {
  std::vector<StoredRow> all = rows(store::Table::tenants);
  for (StoredRow& prekey : rows(store::Table::meta, store::prekey_prefix())) all.push_back(std::move(prekey));
  return all;
}

void Attacker::learn() { kept_.learn(sealed_rows()); }

OpenedBoxes Attacker::opened() const { return kept_.open(sealed_rows()); }

}  // namespace tacit::test
