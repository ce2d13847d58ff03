#include "store/rows/tenant_record.hpp"

#include <limits>

#include "store/model/failures.hpp"
#include "store/rows/codec.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t first_format = 1;
constexpr std::uint8_t newest_format = 2;
constexpr std::uint8_t has_limit = 1;
constexpr std::uint8_t has_key = 2;
constexpr std::uint8_t has_request_rate = 4;
constexpr std::uint8_t has_request_burst = 8;
constexpr std::uint8_t has_api_keys = 16;
constexpr std::uint8_t has_previous_key = 32;
constexpr std::uint8_t has_secrets = 64;
constexpr std::size_t mac_size = 32;

bool is_known(std::uint8_t format) { return format == first_format || format == newest_format; }

crypto::Digest mac_of(ByteView record, const Uuid& tenant, const crypto::TenantKeys& keys) {
  Bytes guarded;
  guarded.reserve(tenant.bytes.size() + record.size());
  Encoder encoder(guarded);
  encoder.raw(tenant.view());
  encoder.raw(record);
  return keys.record_mac(guarded);
}

/// In format 1, the length in the entry for the own number of secrets. Patterns have at most 4096.
constexpr std::uint16_t secrets_entry = 0xFFFF;

void encode_prefixes(Encoder<Bytes>& encoder, const TenantRecord& record) {
  const std::vector<PrefixCounts::Entry>& entries = record.prefixes.entries();
  const std::optional<std::uint32_t> secrets = record.changes ? std::nullopt : record.limits.secrets;
  encoder.u16(static_cast<std::uint16_t>(entries.size() + (secrets ? 1 : 0)));
  for (const auto& [length, count] : entries) {
    encoder.u16(length);
    encoder.u64(count);
  }
  if (!secrets) return;
  encoder.u16(secrets_entry);
  encoder.u64(std::uint64_t{*secrets} + 1);
}

bool take_secrets_entry(std::vector<PrefixCounts::Entry>& entries, std::optional<std::uint32_t>& secrets) {
  if (entries.empty() || entries.back().first != secrets_entry) return true;
  const std::uint64_t number = entries.back().second - 1;
  if (number > std::numeric_limits<std::uint32_t>::max()) return false;
  secrets = static_cast<std::uint32_t>(number);
  entries.pop_back();
  return true;
}

bool decode_prefixes(Decoder& decoder, TenantRecord& record) {
  std::vector<PrefixCounts::Entry> entries;
  for (std::size_t left = decoder.u16(); left > 0 && decoder.ok(); --left) {
    const auto length = decoder.u16();
    entries.emplace_back(length, decoder.u64());
  }
  const bool has_entry = !record.changes;
  return decoder.ok() && (!has_entry || take_secrets_entry(entries, record.limits.secrets)) &&
         record.prefixes.assign(std::move(entries));
}

std::uint8_t flags_of(const TenantRecord& record) {
  const TenantLimits& limits = record.limits;
  return static_cast<std::uint8_t>(
      (record.own_limit ? has_limit : 0) | (record.key ? has_key : 0) |
      (limits.requests_per_second ? has_request_rate : 0) | (limits.request_burst ? has_request_burst : 0) |
      (limits.api_keys ? has_api_keys : 0) | (record.previous_metadata_key ? has_previous_key : 0) |
      (limits.secrets && record.changes ? has_secrets : 0));
}

std::optional<std::uint32_t> number_if(bool present, Decoder& decoder) {
  if (!present) return std::nullopt;
  return decoder.u32();
}

}  // namespace

Bytes encode_tenant_record(const TenantRecord& record, const Uuid& tenant, const crypto::TenantKeys& keys) {
  Bytes out;
  Encoder encoder(out);
  encoder.u8(record.changes ? newest_format : first_format);
  encoder.raw(record.metadata_key);
  encoder.u8(flags_of(record));
  encoder.u64(record.own_limit.value_or(0));
  encoder.u64(record.used);
  encoder.u64(record.count);
  if (record.changes) encoder.u64(*record.changes);
  encode_prefixes(encoder, record);
  if (record.key) {
    encoder.raw(record.key->public_key);
    encoder.u16(static_cast<std::uint16_t>(record.key->box.size()));
    encoder.raw(record.key->box);
  }
  for (const auto& own : {record.limits.requests_per_second, record.limits.request_burst, record.limits.api_keys}) {
    if (own) encoder.u32(*own);
  }
  if (record.changes && record.limits.secrets) encoder.u32(*record.limits.secrets);
  if (record.previous_metadata_key) encoder.raw(*record.previous_metadata_key);
  encoder.raw(mac_of(out, tenant, keys));
  return out;
}

std::optional<crypto::KeyId> metadata_key_of_record(ByteView stored) {
  Decoder decoder(stored);
  crypto::KeyId id{};
  if (!is_known(decoder.u8())) return std::nullopt;
  decoder.into(id);
  if (!decoder.ok()) return std::nullopt;
  return id;
}

std::optional<TenantRecord> decode_tenant_record(ByteView stored, const Uuid& tenant, const crypto::TenantKeys& keys) {
  if (stored.size() < mac_size) return std::nullopt;
  const ByteView content = stored.first(stored.size() - mac_size);
  if (!crypto::equal_constant_time(mac_of(content, tenant, keys), stored.last(mac_size))) return std::nullopt;
  return peek_tenant_record(stored);
}

std::optional<TenantRecord> peek_tenant_record(ByteView stored) {
  if (stored.size() < mac_size) return std::nullopt;
  Decoder decoder(stored.first(stored.size() - mac_size));
  TenantRecord record;
  const std::uint8_t format = decoder.u8();
  if (!is_known(format)) return std::nullopt;
  decoder.into(record.metadata_key);
  const std::uint8_t flags = decoder.u8();
  const std::uint64_t own_limit = decoder.u64();
  if ((flags & has_limit) != 0) record.own_limit = own_limit;
  record.used = decoder.u64();
  record.count = decoder.u64();
  if (format == newest_format) record.changes = decoder.u64();
  if (!decode_prefixes(decoder, record)) return std::nullopt;
  if ((flags & has_key) != 0) {
    auto& key = record.key.emplace();
    decoder.into(key.public_key);
    const ByteView box = decoder.raw(decoder.u16());
    key.box.assign(box.begin(), box.end());
  }
  record.limits.requests_per_second = number_if((flags & has_request_rate) != 0, decoder);
  record.limits.request_burst = number_if((flags & has_request_burst) != 0, decoder);
  record.limits.api_keys = number_if((flags & has_api_keys) != 0, decoder);
  if (record.changes) record.limits.secrets = number_if((flags & has_secrets) != 0, decoder);
  if ((flags & has_previous_key) != 0) decoder.into(record.previous_metadata_key.emplace());
  if (!decoder.done()) return std::nullopt;
  return record;
}

Tenant new_tenant(const crypto::MetadataKeyring& ring, const Uuid& id) {
  Tenant tenant;
  tenant.id = id;
  tenant.record.metadata_key = ring.primary().id;
  tenant.keys = std::make_shared<const crypto::TenantKeys>(ring.primary(), id);
  return tenant;
}

Task<Outcome<std::optional<Tenant>>> load_tenant(Transaction& transaction, const crypto::MetadataKeyring& ring, Uuid id,
                                                 std::shared_ptr<const crypto::TenantKeys> known) {
  const RowKey key = record_row_key(id);
  const auto stored = co_await transaction.get(Table::tenants, key.view());
  if (!stored) {
    const bool erasing = co_await is_being_erased(transaction, id);
    if (erasing) co_return failed(Errc::unavailable, "the tenant is being erased");
    const RowKey prefix(id);
    const auto rows = co_await transaction.scan(Table::tenants, prefix.view(), prefix.view(), 1);
    if (!rows.empty()) co_return altered({}, "the tenant's record is missing");
    co_return std::optional<Tenant>();
  }
  const auto key_id = metadata_key_of_record(*stored);
  const auto* const entry = key_id ? ring.find(*key_id) : nullptr;
  if (entry == nullptr)
    co_return altered({}, "the tenant's record names a metadata key that this process does not have");
  if (!known || known->metadata_key_id() != *key_id) known = std::make_shared<const crypto::TenantKeys>(*entry, id);
  auto record = decode_tenant_record(*stored, id, *known);
  if (!record) co_return altered({}, "the tenant's record was altered");
  Tenant tenant;
  tenant.id = id;
  tenant.record = std::move(*record);
  tenant.keys = std::move(known);
  if (const auto& previous = tenant.record.previous_metadata_key) {
    const auto* const previous_entry = ring.find(*previous);
    if (previous_entry == nullptr) {
      co_return altered({}, "the tenant's record names a previous metadata key that this process does not have");
    }
    tenant.previous_keys = std::make_shared<const crypto::TenantKeys>(*previous_entry, id);
  }
  co_return std::optional<Tenant>(std::move(tenant));
}

Task<void> save_tenant(Transaction& transaction, Tenant& tenant) {
  if (!tenant.record.changes) {
    const bool allowed = co_await takes_new_rows(transaction);
    if (allowed) tenant.record.changes = tenant.record.count;
  }
  const Bytes stored = encode_tenant_record(tenant.record, tenant.id, *tenant.keys);
  transaction.put(Table::tenants, record_row_key(tenant.id).view(), stored);
}

}  // namespace tacit::store
