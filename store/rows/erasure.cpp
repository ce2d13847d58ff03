#include "store/rows/erasure.hpp"

#include <algorithm>

#include "crypto/envelope/envelope.hpp"
#include "store/model/failures.hpp"
#include "store/rows/codec.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/signed_row.hpp"

namespace tacit::store {
namespace {

constexpr std::string_view prefix = "erasing";
constexpr std::uint8_t format = 1;
constexpr std::uint8_t signed_format = 2;
constexpr std::string_view signed_context = "tacit signed erasure 1";
constexpr std::size_t mac_size = std::tuple_size_v<crypto::Digest>;

Bytes key_of(const crypto::Uuid& tenant) {
  Bytes key;
  Encoder encoder(key);
  encoder.raw(crypto::as_bytes(prefix));
  encoder.raw(tenant.view());
  return key;
}

std::optional<crypto::Digest> mac_of(ByteView key, ByteView head, const crypto::KeyId& id,
                                     const crypto::MetadataKeyring& ring) {
  Bytes guarded(key.begin(), key.end());
  guarded.insert(guarded.end(), head.begin(), head.end());
  return crypto::store_record_mac(ring, id, prefix, guarded);
}

bool has_good_mac(const Row& row, const crypto::MetadataKeyring& ring) {
  if (row.value.size() < mac_size) return false;
  const ByteView head = row.value.first(row.value.size() - mac_size);
  Decoder decoder(head);
  crypto::KeyId metadata_key{};
  const bool known = decoder.u8() == format;
  decoder.into(metadata_key);
  if (!known || !decoder.done()) return false;
  const auto expected = mac_of(row.key, head, metadata_key, ring);
  return expected && crypto::equal_constant_time(*expected, row.value.last(mac_size));
}

bool has_good_signature(const Row& row, const StoreKeys& keys) {
  constexpr std::size_t size = 1 + 8 + row_signature_size;
  if (row.value.size() != size) return false;
  const ByteView tenant = row.key.subspan(prefix.size());
  return check_row_signature(row.value, signed_context, keys, tenant) == RowSignature::good;
}

void put_signed(Transaction& transaction, const crypto::Uuid& tenant, const crypto::SigningKeyring::Entry& signer,
                const crypto::Uuid& store, std::int64_t instant) {
  Bytes value;
  Encoder encoder(value);
  encoder.u8(signed_format);
  encoder.i64(instant);
  append_row_signature(value, signed_context, signer, store, tenant.view());
  transaction.put(Table::meta, key_of(tenant), value);
}

}  // namespace

void put_erasure_mark(Transaction& transaction, const crypto::Uuid& tenant, const crypto::MetadataKeyring& ring) {
  const Bytes key = key_of(tenant);
  const crypto::KeyId metadata_key = ring.primary().id;
  Bytes value;
  Encoder encoder(value);
  encoder.u8(format);
  encoder.raw(metadata_key);
  encoder.raw(*mac_of(key, value, metadata_key, ring));  // the key is in the ring
  transaction.put(Table::meta, key, value);
}

Outcome<void> put_erasure_mark(Transaction& transaction, const crypto::Uuid& tenant, const StoreKeys& keys,
                               std::int64_t now) {
  if (keys.phase() == crypto::SigningPhase::none) {
    put_erasure_mark(transaction, tenant, *keys.metadata);
    return {};
  }
  const auto* const signer = keys.root_signer();
  if (signer == nullptr) return failed(Errc::not_allowed, "root-signing-keyring is needed to erase a tenant");
  put_signed(transaction, tenant, *signer, keys.store(), now);
  return {};
}

Outcome<void> sign_erasure_mark(Transaction& transaction, const Row& row, const StoreKeys& keys,
                                const crypto::SigningKeyring::Entry& signer, std::int64_t now) {
  const auto tenant = tenant_of_erasure_mark(row.key);
  if (!tenant || !is_good_erasure_mark(row, keys)) {
    const std::string whose = tenant ? "tenant " + tenant->str() + ": " : "";
    return failed(Errc::integrity, whose + "the mark of its erasure was altered");
  }
  const bool is_signed = is_signed_erasure_mark(row.value);
  if (is_signed && signer_of_row(row.value) == signer.id) return {};
  Decoder decoder(row.value.subspan(1));
  put_signed(transaction, *tenant, signer, keys.store(), is_signed ? decoder.i64() : now);
  return {};
}

void erase_erasure_mark(Transaction& transaction, const crypto::Uuid& tenant) {
  transaction.erase(Table::meta, key_of(tenant));
}

Task<bool> is_being_erased(Transaction& transaction, crypto::Uuid tenant) {
  const Bytes key = key_of(tenant);
  const auto mark = co_await transaction.get(Table::meta, key);
  co_return mark.has_value();
}

Task<bool> has_good_erasure_mark(Transaction& transaction, crypto::Uuid tenant, const StoreKeys& keys) {
  const Bytes key = key_of(tenant);
  const auto mark = co_await transaction.get(Table::meta, key);
  if (!mark) co_return false;
  const Row row{key, *mark};
  co_return is_good_erasure_mark(row, keys);
}

std::optional<crypto::Uuid> tenant_of_erasure_mark(ByteView key) {
  crypto::Uuid tenant;
  if (!crypto::as_text(key).starts_with(prefix) || !parse_id(key.subspan(prefix.size()), tenant)) return std::nullopt;
  return tenant;
}

std::optional<crypto::KeyId> metadata_key_of_erasure_mark(ByteView value) {
  Decoder decoder(value);
  crypto::KeyId id{};
  if (decoder.u8() != format) return std::nullopt;
  decoder.into(id);
  if (!decoder.ok()) return std::nullopt;
  return id;
}

ByteView erasure_mark_prefix() { return crypto::as_bytes(prefix); }

bool is_signed_erasure_mark(ByteView value) { return !value.empty() && value.front() == signed_format; }

bool is_good_erasure_mark(const Row& row, const StoreKeys& keys) {
  if (is_signed_erasure_mark(row.value)) return has_good_signature(row, keys);
  return !keys.refuses_unsigned() && has_good_mac(row, *keys.metadata);
}

}  // namespace tacit::store
