#include "test/integration/fallen_api/kept_keys.hpp"

#include <algorithm>
#include <array>
#include <ostream>

#include "crypto/hpke/hpke.hpp"
#include "crypto/primitives/aad.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/rows/value_binding.hpp"

namespace tacit::test {
namespace {

using crypto::Bytes;
using crypto::ByteView;

constexpr std::size_t key_id_size = 8;
constexpr std::size_t value_prefix = 1 + key_id_size;
constexpr std::uint8_t padded = 2;

std::array<std::uint8_t, 4> big_endian(std::uint32_t number) {
  return {static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
          static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

/// The AAD of a value box, whatever key the box names.
crypto::WipedBytes value_aad(const crypto::ValueAddress& address, ByteView box, ByteView binding) {
  const auto version = big_endian(address.version);
  const ByteView format = box.first(1);
  const ByteView key_id = box.subspan(1, key_id_size);
  if (box[0] != padded) {
    return crypto::canonical("tacit value",
                             {format, address.tenant.view(), address.secret.view(), ByteView(version), key_id});
  }
  return crypto::canonical("tacit value",
                           {format, address.tenant.view(), address.secret.view(), ByteView(version), key_id, binding});
}

/// A secret's row in Table::tenants.
struct SecretPlace {
  crypto::Uuid tenant;
  crypto::Uuid secret;
};

std::optional<SecretPlace> secret_of(const StoredRow& row) {
  store::ParsedKey key;
  SecretPlace place;
  if (row.table != store::Table::tenants || !store::parse_key(row.key, key)) return std::nullopt;
  if (key.kind != static_cast<std::uint8_t>(store::RowKind::secret) || !store::parse_id(key.rest, place.secret)) {
    return std::nullopt;
  }
  place.tenant = key.tenant;
  return place;
}

void print(std::ostream& out, const char* what, const std::vector<std::string>& ids) {
  out << what;
  for (const std::string& id : ids) out << ' ' << id;
  out << ';';
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const OpenedBoxes& opened) {
  print(out, "values", opened.values);
  print(out, " metadata", opened.metadata);
  print(out, " prefixes", opened.prefixes);
  print(out, " key pairs", opened.key_pairs);
  return out;
}

std::size_t KeptKeys::make_pair() {
  pairs_.push_back(crypto::generate_key_pair());
  return pairs_.size() - 1;
}

void KeptKeys::learn(const std::vector<StoredRow>& rows) {
  for (const StoredRow& row : rows) {
    const auto place = secret_of(row);
    if (!place) continue;
    const auto secret = store::open_secret({*metadata_, place->tenant}, place->secret, row.value);
    if (!secret) continue;
    Bytes binding = store::binding_of(secret->metadata.tool_name, secret->metadata.tool_arg);
    if (std::ranges::find(bindings_, binding) == bindings_.end()) bindings_.push_back(std::move(binding));
  }
}

bool KeptKeys::opens_value(const crypto::ValueAddress& address, ByteView box) const {
  if (box.size() <= value_prefix) return false;
  return std::ranges::any_of(pairs_, [&](const crypto::KeyPair& pair) {
    return std::ranges::any_of(bindings_, [&](const Bytes& binding) {
      const crypto::WipedBytes aad = value_aad(address, box, binding);
      return crypto::hpke_open(pair.private_key, {}, aad.view(), box.subspan(value_prefix)).has_value();
    });
  });
}

/// A kept pair could be the root key: it is tried as such.
bool KeptKeys::opens_key_pair(const crypto::TenantKey& key, const crypto::Uuid& tenant) const {
  const bool certified = key.certificate.has_value();
  const std::size_t prefix = (certified ? 1 : 0) + key_id_size;
  const ByteView box = key.box;
  if (box.size() <= prefix) return false;
  const std::uint8_t format = certified ? 2 : 1;
  const ByteView root = box.subspan(prefix - key_id_size, key_id_size);
  const auto opens_for = [&](std::initializer_list<ByteView> fields) {
    const crypto::WipedBytes aad = crypto::canonical("tacit tenant key", fields);
    return std::ranges::any_of(pairs_, [&](const crypto::KeyPair& pair) {
      return crypto::hpke_open(pair.private_key, {}, aad.view(), box.subspan(prefix)).has_value();
    });
  };
  const ByteView format_field(&format, 1);
  if (!certified) return opens_for({format_field, tenant.view(), ByteView(key.public_key), root});
  return opens_for({format_field, store_.view(), ByteView(key.certificate->number), ByteView(key.public_key), root});
}

void KeptKeys::open_record(const crypto::Uuid& tenant, ByteView row, OpenedBoxes& opened) const {
  for (const crypto::MetadataKeyring::Entry& entry : metadata_->entries()) {
    const crypto::TenantKeys keys(entry, tenant);
    auto record = store::decode_tenant_record(row, tenant, keys);
    if (record && record->prefixes.open(keys) != nullptr) opened.prefixes.push_back(tenant.str());
  }
  const auto record = store::peek_tenant_record(row);
  if (!record) return;
  for (const auto& key : {record->key, record->previous_key}) {
    if (key && opens_key_pair(*key, tenant)) opened.key_pairs.push_back(tenant.str());
  }
}

void KeptKeys::open_tenant_row(const StoredRow& row, OpenedBoxes& opened) const {
  store::ParsedKey key;
  if (!store::parse_key(row.key, key)) return;
  if (key.kind == static_cast<std::uint8_t>(store::RowKind::record)) return open_record(key.tenant, row.value, opened);
  const auto place = secret_of(row);
  const auto parsed = store::parse_secret_row(row.value);
  if (!place || !parsed) return;
  const crypto::ValueAddress address{place->tenant, place->secret, parsed->header.value_version};
  if (opens_value(address, parsed->value_box)) opened.values.push_back(place->secret.str());
  if (store::open_secret({*metadata_, place->tenant}, place->secret, row.value)) {
    opened.metadata.push_back(place->secret.str());
  }
}

OpenedBoxes KeptKeys::open(const std::vector<StoredRow>& rows) const {
  OpenedBoxes opened;
  for (const StoredRow& row : rows) {
    if (row.table == store::Table::tenants) open_tenant_row(row, opened);
    if (row.table != store::Table::meta) continue;
    const auto prekey = store::decode_prekey(row.key, row.value);
    if (prekey && opens_key_pair(*prekey, {})) opened.key_pairs.push_back(crypto::to_hex(prekey->certificate->number));
  }
  return opened;
}

}  // namespace tacit::test
